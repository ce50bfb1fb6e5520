/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * System calls, at their end: what they did to files and sockets.
 *
 * Where a call names its object by descriptor we read the object itself. A
 * path argument cannot be looked up from here; its text is read again from the
 * caller's memory, after the kernel read it, together with the directory it is
 * relative to. Another thread may have changed the text between the two reads
 * (or the descriptor table): such text is marked untrusted, and what was
 * really renamed or deleted then remains unknown.
 */

#ifndef SONDA_BPF_CALL_H
#define SONDA_BPF_CALL_H

#include "arch.bpf.h"
#include "build.bpf.h"

#define FMODE_WRITE 0x2u
#define FMODE_CREATED 0x100000u
#define S_IFMT 0170000u
#define S_IFCHR 0020000u
#define S_IFBLK 0060000u
#define S_IFREG 0100000u
#define S_IFSOCK 0140000u
/* Kernel device number of /dev/mem: major 1, minor 1. */
#define DEV_MEM (1u << 20 | 1u)
#define AT_REMOVEDIR 0x200u

#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define IPPROTO_TCP 6
#define ENETUNREACH 101
#define EINPROGRESS 115
/* ECONNRESET, ENOBUFS..EHOSTUNREACH: the peer or the network said no. */
#define E_NETWORK_FIRST ENETUNREACH
#define E_NETWORK_LAST 113
#define EPERM 1
#define EACCES 13

static __always_inline struct file *file_of(struct task_struct *task, __u64 fd)
{
    struct fdtable *table = BPF_CORE_READ(task, files, fdt);
    struct file **slot;
    struct file *file = NULL;

    if ((__u32)fd >= BPF_CORE_READ(table, max_fds)) {
        return NULL;
    }
    slot = BPF_CORE_READ(table, fd) + (__u32)fd;
    bpf_probe_read_kernel(&file, sizeof file, slot);
    return file;
}

/* Appends a path argument and the directory it is relative to. */
static __always_inline void put_path(struct scratch *s,
                                     struct task_struct *task,
                                     __u32 base_kind,
                                     __u32 text_kind,
                                     __u32 fd_argument,
                                     __u32 path_argument)
{
    __u64 fd = s->call[fd_argument & 7];
    struct path *base;

    if (put_text(SLOT_CALL, text_kind, s->call[path_argument & 7], 1)) {
        base = &BPF_CORE_READ(task, fs)->root;
    } else if (fd_argument == 0 || (__s32)fd < 0) { /* AT_FDCWD */
        base = &BPF_CORE_READ(task, fs)->pwd;
    } else {
        base = &file_of(task, fd)->f_path;
    }
    put_walk(SLOT_CALL, base_kind, (__u64)BPF_CORE_READ(base, dentry),
             (__u64)BPF_CORE_READ(base, mnt));
}

/* Whether an opened file is of a kind we tell about. */
static __always_inline int open_is_wanted(struct file *file)
{
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    __u32 type = BPF_CORE_READ(inode, i_mode) & S_IFMT;

    /* Terminals, pipes and /dev/null are written to all day. */
    return type == S_IFREG || type == S_IFBLK ||
           (type == S_IFCHR && BPF_CORE_READ(inode, i_rdev) == DEV_MEM);
}

static __always_inline void file_record(struct scratch *s,
                                        struct task_struct *task,
                                        const volatile struct action *action,
                                        struct file *file,
                                        struct counters *counters)
{
    struct head *h = &s->head;

    h->file.argument = (__u32)s->call[action->argument & 7];
    h->file.argument2 = (__u32)s->call[action->argument2 & 7];
    if (action->special == SPECIAL_RMDIR) {
        h->file.argument = AT_REMOVEDIR;
    }
    if (action->path == 0) {
        put_inode(h, BPF_CORE_READ(file, f_inode));
        put_file_walk(SLOT_CALL, SONDA_LINUX_ITEM_TARGET, file);
        if (h->type == SONDA_LINUX_OPEN) {
            h->file.argument = BPF_CORE_READ(file, f_flags);
            h->file.argument2 = (BPF_CORE_READ(file, f_mode) & FMODE_CREATED) != 0;
        }
    } else {
        h->flags |= SONDA_LINUX_HEAD_BY_PATH;
        put_path(s, task, SONDA_LINUX_ITEM_TARGET_BASE, SONDA_LINUX_ITEM_TARGET_TEXT,
                 action->fd, action->path);
        if (action->source_path != 0) {
            put_path(s, task, SONDA_LINUX_ITEM_SOURCE_BASE, SONDA_LINUX_ITEM_SOURCE_TEXT,
                     action->source_fd, action->source_path);
        }
    }
    send(&activity_ring, s, counters);
}

/* Both ends of an internet socket; 0 for other families. */
static __always_inline int put_socket(struct head *h, struct sock *sk)
{
    __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

    h->family = family;
    h->protocol = BPF_CORE_READ(sk, sk_protocol);
    h->socket_type = BPF_CORE_READ(sk, sk_type);
    h->net.local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
    h->net.remote_port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
    if (family == AF_INET) {
        bpf_core_read(h->net.local_address, 4, &sk->__sk_common.skc_rcv_saddr);
        bpf_core_read(h->net.remote_address, 4, &sk->__sk_common.skc_daddr);
        return 1;
    }
    if (family == AF_INET6) {
        bpf_core_read(h->net.local_address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
        bpf_core_read(h->net.remote_address, 16, &sk->__sk_common.skc_v6_daddr);
        return 1;
    }
    return 0;
}

/* The remote end as the caller asked for it: the socket forgot after failing. */
static __always_inline void put_asked_address(struct head *h, __u64 address)
{
    bpf_probe_read_user(&h->net.remote_port, 2, (void *)(address + 2));
    h->net.remote_port = __builtin_bswap16(h->net.remote_port);
    if (h->family == AF_INET) {
        bpf_probe_read_user(h->net.remote_address, 4, (void *)(address + 4));
    } else {
        bpf_probe_read_user(h->net.remote_address, 16, (void *)(address + 8));
    }
    h->flags |= SONDA_LINUX_HEAD_ADDRESS_UNTRUSTED;
}

/* Whether a connect is one to tell: it went out, or something stopped it. */
static __always_inline int connect_is_wanted(__s32 result)
{
    return result == 0 || result == -EINPROGRESS || result == -EPERM || result == -EACCES ||
           (result <= -E_NETWORK_FIRST && result >= -E_NETWORK_LAST);
}

static __always_inline void
socket_record(struct scratch *s, struct file *file, struct counters *counters)
{
    struct head *h = &s->head;
    struct socket *socket = BPF_CORE_READ(file, private_data);
    int wanted = put_socket(h, BPF_CORE_READ(socket, sk));

    if (h->type == SONDA_LINUX_CONNECT) {
        if (h->result != 0 && h->result != -EINPROGRESS) {
            put_asked_address(h, s->call[2]);
        }
        /* Port 0 connects nothing: name resolution asks for routes that way. */
        wanted = wanted && h->net.remote_port != 0;
    }
    if (!wanted) {
        count(&counters->filtered);
        return;
    }
    send(&activity_ring, s, counters);
}

static __always_inline __u32 class_of(__u32 type)
{
    switch (type) {
    case SONDA_LINUX_OPEN:
        return CLASS_OPEN;
    case SONDA_LINUX_RENAME:
        return CLASS_RENAME;
    case SONDA_LINUX_DELETE:
        return CLASS_DELETE;
    case SONDA_LINUX_CHMOD:
    case SONDA_LINUX_CHOWN:
        return CLASS_ATTRIBUTES;
    default:
        return CLASS_NETWORK;
    }
}

static __always_inline int is_socket_type(__u32 type)
{
    return type == SONDA_LINUX_CONNECT || type == SONDA_LINUX_ACCEPT ||
           type == SONDA_LINUX_BIND;
}

/*
 * Whether TCP's own state tells of this connect: one that left this machine's
 * stack, by its result. What failed before never changed state.
 */
static __always_inline int is_told_by_state(struct scratch *s, __u32 type, struct file *file)
{
    struct socket *socket = BPF_CORE_READ(file, private_data);
    struct sock *sk = BPF_CORE_READ(socket, sk);
    __s32 result = (__s32)s->call[CALL_RESULT];

    return type == SONDA_LINUX_CONNECT && socket_states != 0 &&
           BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP &&
           (result == 0 || result == -EINPROGRESS || result < -ENETUNREACH);
}

static __always_inline void call_record(struct scratch *s,
                                        struct task_struct *task,
                                        const volatile struct action *action,
                                        __u32 type,
                                        __u32 number)
{
    struct file *file = NULL;
    struct counters *counters;

    if (action->path == 0) {
        file = file_of(task, s->call[action->fd & 7]);
        if (is_socket_type(type)) {
            if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK ||
                is_told_by_state(s, type, file)) {
                return;
            }
        } else if (type == SONDA_LINUX_OPEN &&
                   (BPF_CORE_READ(file, f_mode) & (FMODE_WRITE | FMODE_CREATED)) == 0) {
            return;
        }
    }
    counters = admit(class_of(type), task);
    if (counters == NULL) {
        return;
    }
    if (type == SONDA_LINUX_OPEN && !open_is_wanted(file)) {
        count(&counters->filtered);
        return;
    }
    if (put_head(SLOT_CALL, (__u64)task, type) != 0) {
        return;
    }
    s->head.result = (__s32)s->call[CALL_RESULT];
    s->head.syscall = number;
    if (is_socket_type(type)) {
        socket_record(s, file, counters);
    } else {
        file_record(s, task, action, file, counters);
    }
}

/* The 32-bit table's one call for all of sockets: 2 bind, 3 connect, 5, 18 accept. */
static __always_inline __u32 socketcall_type(struct scratch *s)
{
    __u64 operation = s->call[1];
    __u32 arguments[3] = {};

    bpf_probe_read_user(arguments, sizeof arguments, (void *)s->call[2]);
    s->call[1] = arguments[0];
    s->call[2] = arguments[1];
    s->call[3] = arguments[2];
    if (operation == 2) {
        return SONDA_LINUX_BIND;
    }
    if (operation == 3) {
        return SONDA_LINUX_CONNECT;
    }
    if (operation == 5 || operation == 18) {
        s->call[1] = s->call[CALL_RESULT];
        return SONDA_LINUX_ACCEPT;
    }
    return 0;
}

SEC("raw_tp/sys_exit")
int on_call(struct bpf_raw_tracepoint_args *ctx)
{
    struct pt_regs *regs = (void *)ctx->args[0];
    __s64 result = (__s64)ctx->args[1];
    struct task_struct *task;
    const volatile struct action *action;
    struct scratch *s;
    __u64 number;
    __u32 type;
    int compat;

    /* Cheapest first: this runs at the end of every system call. */
    if (mode == MODE_OFF || result < -E_NETWORK_LAST - 2) {
        return 0;
    }
    number = call_number(regs);
    if (number >= CALL_MAX) {
        return 0;
    }
    number = bounded(number, CALL_MAX);
    if (calls[number].type == 0 && calls_compat[number].type == 0) {
        return 0;
    }
    task = (void *)bpf_get_current_task();
    compat = call_is_compat(task);
    action = compat ? &calls_compat[number] : &calls[number];
    type = action->type;
    s = scratch_of(SLOT_CALL);
    if (s == NULL || type == 0) {
        return 0;
    }
    s->call[0] = 0;
    call_arguments(s->call, regs, compat);
    s->call[CALL_RESULT] = (__u64)result;
    if (action->special == SPECIAL_SOCKETCALL) {
        type = socketcall_type(s);
    }
    if (type == 0 || (result < 0 && type != SONDA_LINUX_CONNECT) ||
        (type == SONDA_LINUX_CONNECT && !connect_is_wanted((__s32)result))) {
        return 0;
    }
    call_record(s, task, action, type, (__u32)number | (compat ? 1u << 31 : 0));
    return 0;
}

#endif
