/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * TCP connects, by the state of the socket.
 *
 * A connect by io_uring, or with the first data of a sendto, never ends in the
 * system call connect; its socket still goes to SYN_SENT, in the context of
 * whoever began it. What comes after happens in an interrupt, on top of any
 * process (63 of 2,063 times in a measurement), so who began it is kept by
 * socket until the connect is established or has failed.
 */

#ifndef SONDA_BPF_SOCKET_H
#define SONDA_BPF_SOCKET_H

#include "call.bpf.h"

#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define ECONNABORTED 103

/* Counted as produced when it ends, so that the counters agree meanwhile. */
static __always_inline void connect_begins(struct sock *sk)
{
    struct task_struct *task = (void *)bpf_get_current_task();
    struct scratch *s = scratch_of(SLOT_SOCKET);
    struct counters *counters = wanted(CLASS_NETWORK, task);
    __u64 key = (__u64)sk;

    if (counters == NULL || s == NULL ||
        put_head(SLOT_SOCKET, (__u64)task, SONDA_LINUX_CONNECT) != 0) {
        return;
    }
    s->head.flags |= SONDA_LINUX_HEAD_BY_SOCKET;
    put_socket(&s->head, sk);
    if (bpf_map_update_elem(&connects, &key, &s->head, BPF_ANY) != 0) {
        count(&counters->produced);
        count(&counters->lost);
    }
}

static __always_inline void connect_ends(struct sock *sk, int established)
{
    struct scratch *s = scratch_of(SLOT_SOCKET);
    struct counters *counters = counters_of(CLASS_NETWORK);
    __u64 key = (__u64)sk;
    struct head *begun = bpf_map_lookup_elem(&connects, &key);

    if (begun == NULL || s == NULL || counters == NULL) {
        return;
    }
    s->used = 0;
    __builtin_memcpy(&s->head, begun, sizeof s->head);
    bpf_map_delete_elem(&connects, &key);
    if (mode == MODE_OFF) {
        return;
    }
    count(&counters->produced);
    s->head.time = bpf_ktime_get_boot_ns();
    if (established) {
        put_socket(&s->head, sk);
    } else {
        int failure = BPF_CORE_READ(sk, sk_err);

        /* None: its own process gave up on it. */
        s->head.result = failure != 0 ? -failure : -ECONNABORTED;
    }
    send(&activity_ring, s, counters);
}

SEC("raw_tp/inet_sock_set_state")
int on_socket_state(struct bpf_raw_tracepoint_args *ctx)
{
    struct sock *sk = (void *)ctx->args[0];
    int before = (int)ctx->args[1];
    int after = (int)ctx->args[2];

    if (after == TCP_SYN_SENT) {
        if (BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP) {
            connect_begins(sk);
        }
    } else if (before == TCP_SYN_SENT) {
        connect_ends(sk, after == TCP_ESTABLISHED);
    }
    return 0;
}

#endif
