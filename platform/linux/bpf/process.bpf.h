/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * Process records: exec with its arguments, fork, exit, and the snapshot.
 */

#ifndef SONDA_BPF_PROCESS_H
#define SONDA_BPF_PROCESS_H

#include "build.bpf.h"

/*
 * Arguments beyond ARGUMENTS_INLINE_MAX are read straight into the ring, into
 * the smallest of three reservations that holds them. The bound is 1 MiB: with
 * the default stack limit the kernel takes 2 MiB of arguments and environment
 * together, and a quarter of the ring is the most one record may ask for.
 */
#define ARGUMENTS_MAX (1024u * 1024u)
/* Room for the head and the items before the arguments. */
#define BEFORE_MAX (SONDA_LINUX_HEAD_SIZE + ITEMS_SIZE)

static __always_inline void put_arguments_inline(struct scratch *s, __u64 from, __u64 len)
{
    __u32 flags = 0;

    if (len > ARGUMENTS_INLINE_MAX) {
        len = ARGUMENTS_INLINE_MAX;
        flags = SONDA_LINUX_ITEM_TRUNCATED;
    }
    if (bpf_probe_read_user(item_bytes(s), len, (void *)from) == 0) {
        s->head.arguments_copied = (__u32)len;
    } else {
        flags |= SONDA_LINUX_ITEM_UNREADABLE;
    }
    s->len = (__u32)len;
    item_close(s, SONDA_LINUX_ITEM_ARGUMENTS, flags);
}

/*
 * Sends the record with `len` bytes of arguments, at most `room`, in a
 * reservation of constant size. Nonzero when the ring has no such room.
 */
static __always_inline int send_long(struct scratch *s, __u64 from, __u64 len, const __u64 room)
{
    __u8 *record = bpf_ringbuf_reserve(&process_ring, BEFORE_MAX + room, 0);
    __u64 before = record_size(s, ITEMS_SIZE);

    if (record == NULL) {
        return -1;
    }
    if (len > room) {
        len = room;
    }
    s->head.size = (__u32)(before + len);
    bpf_probe_read_kernel(record, before, &s->head);
    /* Just written by the kernel, so resident; if not, all of it is missing. */
    if (bpf_probe_read_user(record + before, len, (void *)from) == 0) {
        *(__u32 *)(record + SONDA_LINUX_AT_ARGUMENTS_COPIED) = (__u32)len;
    }
    bpf_ringbuf_submit(record, 0);
    return 0;
}

static __always_inline void
send_exec(struct scratch *s, struct mm_struct *mm, struct counters *counters)
{
    __u64 from = BPF_CORE_READ(mm, arg_start);
    __u64 len = BPF_CORE_READ(mm, arg_end) - from;
    __u32 used = s->used;
    __u32 flags = 0;

    s->head.arguments_size = len;
    s->head.environment_size = BPF_CORE_READ(mm, env_end) - BPF_CORE_READ(mm, env_start);
    if (len > ARGUMENTS_INLINE_MAX) {
        if (len > ARGUMENTS_MAX) {
            len = ARGUMENTS_MAX;
            flags = SONDA_LINUX_ITEM_TRUNCATED;
        }
        s->len = (__u32)len;
        item_close(s, SONDA_LINUX_ITEM_ARGUMENTS, flags);
        s->used = used + SONDA_LINUX_ITEM_HEAD_SIZE;
        if ((len <= 65536 && send_long(s, from, len, 65536) == 0) ||
            (len <= 262144 && send_long(s, from, len, 262144) == 0) ||
            send_long(s, from, len, ARGUMENTS_MAX) == 0) {
            return;
        }
        s->used = used;
        len = s->head.arguments_size;
    }
    put_arguments_inline(s, from, len);
    send(&process_ring, s, counters);
}

static __always_inline void put_image(__u32 slot, struct head *h, struct mm_struct *mm)
{
    struct file *file = BPF_CORE_READ(mm, exe_file);

    if (file != NULL) {
        put_inode(h, BPF_CORE_READ(file, f_inode));
        put_file_walk(slot, SONDA_LINUX_ITEM_IMAGE, file);
    }
}

SEC("raw_tp/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
    struct task_struct *task = (void *)ctx->args[0];
    struct linux_binprm *program = (void *)ctx->args[2];
    struct mm_struct *mm = BPF_CORE_READ(task, mm);
    struct counters *counters = admit(CLASS_EXEC, task);
    struct scratch *s = scratch_of(SLOT_EXEC);

    if (counters == NULL || s == NULL || put_head(SLOT_EXEC, (__u64)task, SONDA_LINUX_EXEC)) {
        return 0;
    }
    put_image(SLOT_EXEC, &s->head, mm);
    put_walk(SLOT_EXEC, SONDA_LINUX_ITEM_DIRECTORY, (__u64)BPF_CORE_READ(task, fs, pwd.dentry),
             (__u64)BPF_CORE_READ(task, fs, pwd.mnt));
    put_text(SLOT_EXEC, SONDA_LINUX_ITEM_FILENAME, (__u64)BPF_CORE_READ(program, filename), 0);
    put_cgroup(SLOT_EXEC, (__u64)task);
    send_exec(s, mm, counters);
    return 0;
}

SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
    struct task_struct *child = (void *)ctx->args[1];
    struct counters *counters;
    struct scratch *s;

    if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid)) {
        return 0; /* a thread */
    }
    /* About the child: what the sensor starts is not the sensor. */
    counters = admit(CLASS_FORK, child);
    s = scratch_of(SLOT_FORK);
    if (counters != NULL && s != NULL &&
        put_head(SLOT_FORK, (__u64)child, SONDA_LINUX_FORK) == 0) {
        send(&process_ring, s, counters);
    }
    return 0;
}

static __always_inline int on_exit(struct task_struct *task)
{
    struct counters *counters = admit(CLASS_EXIT, task);
    struct scratch *s = scratch_of(SLOT_EXIT);

    if (counters != NULL && s != NULL &&
        put_head(SLOT_EXIT, (__u64)task, SONDA_LINUX_EXIT) == 0) {
        s->head.result = BPF_CORE_READ(task, signal, group_exit_code);
        if (s->head.result == 0) {
            s->head.result = BPF_CORE_READ(task, exit_code);
        }
        send(&process_ring, s, counters);
    }
    return 0;
}

/* Kernels whose tracepoint says whether this is the last thread. */
SEC("raw_tp/sched_process_exit")
int on_exit_of_group(struct bpf_raw_tracepoint_args *ctx)
{
    return (ctx->args[1] & 1) != 0 ? on_exit((void *)ctx->args[0]) : 0;
}

/*
 * The rest: the count of live threads, taken down before the tracepoint. Two
 * threads that end at the same instant may both see zero: an exit told twice,
 * which the process table takes in its stride, rather than not at all.
 */
SEC("raw_tp/sched_process_exit")
int on_exit_of_thread(struct bpf_raw_tracepoint_args *ctx)
{
    struct task_struct *task = (void *)ctx->args[0];

    return BPF_CORE_READ(task, signal, live.counter) == 0 ? on_exit(task) : 0;
}

/*
 * The snapshot: one record a process. Its reader is the sensor, so this is
 * also where the sensor learns its own pid and start as the kernel has them,
 * whatever namespaces it runs in.
 */
SEC("iter/task")
int on_task(struct bpf_iter__task *ctx)
{
    struct task_struct *given = ctx->task;
    struct task_struct *self = (void *)bpf_get_current_task();
    struct seq_file *seq = ctx->meta->seq;
    struct scratch *s = scratch_of(SLOT_TASK);
    struct task_struct *task;
    struct mm_struct *mm;
    __u64 size;

    if (given == NULL || s == NULL) {
        return 0;
    }
    /* To a plain number: global functions take no pointers to kernel types. */
    bpf_probe_read_kernel(&task, sizeof task, &given);
    self_pid = (__u32)BPF_CORE_READ(self, tgid);
    self_start = BPF_CORE_READ(self, group_leader, start_boottime);
    if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid) ||
        put_head(SLOT_TASK, (__u64)task, SONDA_LINUX_EXEC) != 0) {
        return 0;
    }
    s->head.flags |= SONDA_LINUX_HEAD_SNAPSHOT;
    mm = BPF_CORE_READ(task, mm);
    if (mm != NULL) {
        s->head.arguments_size = BPF_CORE_READ(mm, arg_end) - BPF_CORE_READ(mm, arg_start);
        s->head.environment_size = BPF_CORE_READ(mm, env_end) - BPF_CORE_READ(mm, env_start);
        put_image(SLOT_TASK, &s->head, mm);
        put_walk(SLOT_TASK, SONDA_LINUX_ITEM_DIRECTORY,
                 (__u64)BPF_CORE_READ(task, fs, pwd.dentry),
                 (__u64)BPF_CORE_READ(task, fs, pwd.mnt));
    }
    put_cgroup(SLOT_TASK, (__u64)task);
    size = record_size(s, ITEMS_SIZE);
    s->head.size = (__u32)size;
    bpf_seq_write(seq, &s->head, size);
    return 0;
}

#endif
