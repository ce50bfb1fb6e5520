/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * Filling a record: the acting process, paths, text.
 *
 * The larger pieces are global functions, which the verifier checks once on
 * their own instead of once for each caller. Such functions take numbers only;
 * kernel pointers travel as numbers, and every access is a checked read, so a
 * stale pointer gives zeroes instead of a fault.
 */

#ifndef SONDA_BPF_BUILD_H
#define SONDA_BPF_BUILD_H

#include "record.bpf.h"

#define PF_KTHREAD 0x00200000u
#define PIDTYPE_SID 3

static __always_inline void put_credentials(struct head *h, struct task_struct *task)
{
    const struct cred *cred = BPF_CORE_READ(task, real_cred);

    h->uid = BPF_CORE_READ(cred, uid.val);
    h->gid = BPF_CORE_READ(cred, gid.val);
    h->euid = BPF_CORE_READ(cred, euid.val);
    h->egid = BPF_CORE_READ(cred, egid.val);
    h->suid = BPF_CORE_READ(cred, suid.val);
    h->sgid = BPF_CORE_READ(cred, sgid.val);
    h->fsuid = BPF_CORE_READ(cred, fsuid.val);
    h->fsgid = BPF_CORE_READ(cred, fsgid.val);
    bpf_core_read(&h->cap_effective, sizeof h->cap_effective, &cred->cap_effective);
    bpf_core_read(&h->cap_permitted, sizeof h->cap_permitted, &cred->cap_permitted);
    h->login_uid = ~0u;
    h->login_session = ~0u;
    if (bpf_core_field_exists(task->loginuid)) {
        h->login_uid = BPF_CORE_READ(task, loginuid.val);
        h->login_session = BPF_CORE_READ(task, sessionid);
    }
}

/* The process id in the innermost namespace, and that namespace. */
static __always_inline void put_inner_pid(struct head *h, struct task_struct *task)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    struct pid *pid = BPF_CORE_READ(leader, thread_pid);
    __u64 level = BPF_CORE_READ(pid, level);
    struct upid *upid;

    upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
           level * bpf_core_type_size(struct upid);
    h->inner_pid = (__u32)BPF_CORE_READ(upid, nr);
    h->pid_ns = BPF_CORE_READ(upid, ns, ns.inum);
}

static __always_inline void put_session(struct head *h, struct task_struct *task)
{
    struct signal_struct *signal = BPF_CORE_READ(task, signal);
    struct pid *session = BPF_CORE_READ(signal, pids[PIDTYPE_SID]);
    struct tty_struct *tty = BPF_CORE_READ(signal, tty);

    h->session = (__u32)BPF_CORE_READ(session, numbers[0].nr);
    if (tty != NULL) {
        h->tty = (__u32)BPF_CORE_READ(tty, driver, major) << 20 |
                 (__u32)(BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index));
    }
}

/* Begins the record of `slot` with the head of `task`. */
__noinline int put_head(__u32 slot, __u64 task_at, __u32 type)
{
    struct scratch *s = scratch_of(slot);
    struct task_struct *task = (void *)task_at;
    struct task_struct *parent;
    struct head *h;

    if (s == NULL) {
        return -1;
    }
    h = &s->head;
    __builtin_memset(h, 0, sizeof *h);
    s->used = 0;
    h->type = (__u16)type;
    h->time = bpf_ktime_get_boot_ns();
    h->pid = (__u32)BPF_CORE_READ(task, tgid);
    h->tid = (__u32)BPF_CORE_READ(task, pid);
    h->start = BPF_CORE_READ(task, group_leader, start_boottime);
    parent = BPF_CORE_READ(task, real_parent, group_leader);
    h->parent_pid = (__u32)BPF_CORE_READ(parent, tgid);
    h->parent_start = BPF_CORE_READ(parent, start_boottime);
    put_credentials(h, task);
    h->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
    h->mount_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
    put_inner_pid(h, task);
    put_session(h, task);
    bpf_core_read(h->comm, sizeof h->comm, &task->comm);
    if (BPF_CORE_READ(task, flags) & PF_KTHREAD) {
        h->flags |= SONDA_LINUX_HEAD_KERNEL_THREAD;
    }
    return 0;
}

/* Appends the walk from a dentry up to the root of its mount namespace. */
__noinline int put_walk(__u32 slot, __u32 kind, __u64 dentry_at, __u64 mount_at)
{
    struct scratch *s = scratch_of(slot);
    struct dentry *dentry = (void *)dentry_at;
    struct vfsmount *vfsmount = (void *)mount_at;
    struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
    struct dentry *mount_root;
    __u32 flags = SONDA_LINUX_ITEM_TRUNCATED;

    if (s == NULL || !item_open(s)) {
        return -1;
    }
    mount_root = BPF_CORE_READ(vfsmount, mnt_root);
    for (int i = 0; i < WALK_COMPONENTS_MAX; i++) {
        struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
        long n;

        if (dentry == mount_root) {
            struct mount *above = BPF_CORE_READ(mount, mnt_parent);

            if (above == mount || above == NULL) {
                flags = 0;
                break;
            }
            dentry = BPF_CORE_READ(mount, mnt_mountpoint);
            mount = above;
            mount_root = BPF_CORE_READ(mount, mnt.mnt_root);
            continue;
        }
        n = bpf_probe_read_kernel_str(item_end(s), NAME_SIZE,
                                      BPF_CORE_READ(dentry, d_name.name));
        if (n <= 0) {
            flags = SONDA_LINUX_ITEM_UNREADABLE;
            break;
        }
        s->len += (__u32)n;
        if (dentry == parent || parent == NULL) {
            flags = SONDA_LINUX_ITEM_DETACHED;
            break;
        }
        if (s->len > PATH_SIZE) {
            break;
        }
        dentry = parent;
    }
    item_close(s, kind, flags);
    return 0;
}

/* Appends the walk of a control group, within its hierarchy. */
__noinline int put_cgroup(__u32 slot, __u64 task_at)
{
    struct scratch *s = scratch_of(slot);
    struct task_struct *task = (void *)task_at;
    struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
    __u32 flags = SONDA_LINUX_ITEM_TRUNCATED;

    if (s == NULL || !item_open(s)) {
        return -1;
    }
    for (int i = 0; i < 32; i++) {
        struct kernfs_node *parent;
        long n;

        if (bpf_core_field_exists(node->__parent)) {
            parent = BPF_CORE_READ(node, __parent);
        } else {
            parent = BPF_CORE_READ((struct kernfs_node___before_6_15 *)node, parent);
        }
        if (parent == NULL) {
            flags = 0;
            break;
        }
        n = bpf_probe_read_kernel_str(item_end(s), NAME_SIZE, BPF_CORE_READ(node, name));
        if (n <= 0) {
            flags = SONDA_LINUX_ITEM_UNREADABLE;
            break;
        }
        s->len += (__u32)n;
        if (s->len > PATH_SIZE) {
            break;
        }
        node = parent;
    }
    item_close(s, SONDA_LINUX_ITEM_CGROUP, flags);
    return 0;
}

/*
 * Appends zero-terminated text; 1 when it is an absolute path. Text of the
 * caller is marked untrusted: another thread may have changed it since the
 * system call read it.
 */
__noinline int put_text(__u32 slot, __u32 kind, __u64 text_at, __u32 of_user)
{
    struct scratch *s = scratch_of(slot);
    __u32 flags = of_user ? SONDA_LINUX_ITEM_UNTRUSTED : 0;
    int absolute;
    long n;

    if (s == NULL || !item_open(s)) {
        return 0;
    }
    if (of_user) {
        n = bpf_probe_read_user_str(item_bytes(s), PATH_SIZE, (void *)text_at);
    } else {
        n = bpf_probe_read_kernel_str(item_bytes(s), PATH_SIZE, (void *)text_at);
    }
    if (n <= 0) {
        item_close(s, kind, flags | SONDA_LINUX_ITEM_UNREADABLE);
        return 0;
    }
    absolute = *item_bytes(s) == '/';
    s->len = (__u32)n - 1;
    item_close(s, kind, flags);
    return absolute;
}

static __always_inline void put_inode(struct head *h, struct inode *inode)
{
    h->file.inode = BPF_CORE_READ(inode, i_ino);
    h->file.device = BPF_CORE_READ(inode, i_sb, s_dev);
    h->file.mode = BPF_CORE_READ(inode, i_mode);
    h->file.owner_uid = BPF_CORE_READ(inode, i_uid.val);
    h->file.owner_gid = BPF_CORE_READ(inode, i_gid.val);
    h->file.links = BPF_CORE_READ(inode, i_nlink);
}

static __always_inline void put_file_walk(__u32 slot, __u32 kind, struct file *file)
{
    put_walk(slot, kind, (__u64)BPF_CORE_READ(file, f_path.dentry),
             (__u64)BPF_CORE_READ(file, f_path.mnt));
}

static __always_inline void count(__u64 *counter)
{
    /* Atomic: an interrupt on this CPU may count in the same class. */
    __sync_fetch_and_add(counter, 1);
}

/* Whether the sensor itself acts. */
static __always_inline int is_own(struct task_struct *task)
{
    return (__u32)BPF_CORE_READ(task, tgid) == self_pid &&
           (self_start == 0 || BPF_CORE_READ(task, group_leader, start_boottime) == self_start);
}

/* While the canary runs only the sensor and its children count. */
static __always_inline int is_of_canary(struct task_struct *task)
{
    return (__u32)BPF_CORE_READ(task, tgid) == self_pid ||
           (__u32)BPF_CORE_READ(task, real_parent, tgid) == self_pid;
}

/*
 * The counters of a class when a record of this task is wanted, else NULL; a
 * record of the sensor's own is counted as produced and filtered.
 */
static __always_inline struct counters *wanted(__u32 class, struct task_struct *task)
{
    struct counters *counters = counters_of(class);

    if (counters == NULL || mode == MODE_OFF) {
        return NULL;
    }
    if (mode == MODE_CANARY) {
        return is_of_canary(task) ? counters : NULL;
    }
    if (is_own(task)) {
        count(&counters->produced);
        count(&counters->filtered);
        return NULL;
    }
    return counters;
}

/* The same, and counts what is wanted as produced. */
static __always_inline struct counters *admit(__u32 class, struct task_struct *task)
{
    struct counters *counters = wanted(class, task);

    if (counters != NULL) {
        count(&counters->produced);
    }
    return counters;
}

/* Sends the record of a slot to a ring. */
static __always_inline void send(void *ring, struct scratch *s, struct counters *counters)
{
    __u64 size = record_size(s, ITEMS_SIZE + ARGUMENTS_INLINE_MAX);

    s->head.size = (__u32)size;
    if (bpf_ringbuf_output(ring, &s->head, size, 0) != 0) {
        count(&counters->lost);
    }
}

#endif
