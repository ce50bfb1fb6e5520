/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * The kernel's types, as far as this program reads them.
 *
 * Written by hand instead of dumped from a running kernel, so that a build
 * depends on no kernel: each struct names only the members we touch, and
 * preserve_access_index lets the loader move every access to where the
 * running kernel has the member. Order and size here mean nothing.
 *
 * Names behind ___ are other shapes of the same struct on other kernels.
 */

#ifndef SONDA_BPF_KERNEL_TYPES_H
#define SONDA_BPF_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#define NULL ((void *)0)

/* From linux/bpf.h; values are ABI. */
enum bpf_map_type_used {
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_RINGBUF = 27
};
#define BPF_ANY 0ULL

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    __u32 val;
} kuid_t;

typedef struct {
    __u32 val;
} kgid_t;

/* A 64-bit number since 6.3; two 32-bit words before, in the same bytes. */
typedef struct {
    __u64 val;
} kernel_cap_t;

struct cred {
    kuid_t uid, suid, euid, fsuid;
    kgid_t gid, sgid, egid, fsgid;
    kernel_cap_t cap_permitted, cap_effective;
};

struct qstr {
    const unsigned char *name;
};

struct super_block {
    __u32 s_dev;
};

struct inode {
    __u16 i_mode;
    kuid_t i_uid;
    kgid_t i_gid;
    __u32 i_nlink, i_rdev;
    unsigned long i_ino;
    struct super_block *i_sb;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
    struct inode *d_inode;
};

struct vfsmount {
    struct dentry *mnt_root;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct file {
    struct path f_path;
    struct inode *f_inode;
    unsigned int f_mode, f_flags;
    void *private_data;
};

struct fdtable {
    unsigned int max_fds;
    struct file **fd;
};

struct files_struct {
    struct fdtable *fdt;
};

struct fs_struct {
    struct path root, pwd;
};

struct mm_struct {
    unsigned long arg_start, arg_end, env_start, env_end;
    struct file *exe_file;
};

struct ns_common {
    unsigned int inum;
};

struct mnt_namespace {
    struct ns_common ns;
};

struct pid_namespace {
    struct ns_common ns;
};

struct nsproxy {
    struct mnt_namespace *mnt_ns;
};

struct upid {
    int nr;
    struct pid_namespace *ns;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

struct kernfs_node {
    const char *name;
    __u64 id;
    struct kernfs_node *__parent;
};

/* Before 6.15. */
struct kernfs_node___before_6_15 {
    struct kernfs_node *parent;
};

struct cgroup {
    struct kernfs_node *kn;
};

struct css_set {
    struct cgroup *dfl_cgrp;
};

struct tty_driver {
    int major, minor_start;
};

struct tty_struct {
    int index;
    struct tty_driver *driver;
};

typedef struct {
    int counter;
} atomic_t;

struct signal_struct {
    atomic_t live;
    int group_exit_code;
    struct pid *pids[4];
    struct tty_struct *tty;
};

struct thread_info {
    unsigned long flags;
    __u32 status;
};

struct task_struct {
    struct thread_info thread_info;
    unsigned int flags;
    int exit_code, pid, tgid;
    struct task_struct *real_parent, *group_leader;
    struct pid *thread_pid;
    __u64 start_boottime;
    const struct cred *real_cred;
    char comm[16];
    struct fs_struct *fs;
    struct files_struct *files;
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    struct css_set *cgroups;
    struct mm_struct *mm;
    kuid_t loginuid;
    unsigned int sessionid;
};

struct linux_binprm {
    const char *filename;
};

struct in6_addr {
    __u8 in6_u[16];
};

struct sock_common {
    __be32 skc_daddr, skc_rcv_saddr;
    __be16 skc_dport;
    __u16 skc_num;
    unsigned short skc_family;
    struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct sock {
    struct sock_common __sk_common;
    __u16 sk_protocol, sk_type;
    int sk_err;
};

struct socket {
    struct sock *sk;
};

/* Registers at a system call; see arch.bpf.h for who is who. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long di, si, dx, r10, r8;
    unsigned long bx, cx;
    unsigned long orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
    __u64 regs[31];
    __u64 orig_x0;
    int syscallno;
};
#else
#error "no register names for this machine"
#endif

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
    __u64 session_id;
    __u64 seq_num;
};

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
};

#pragma clang attribute pop

struct bpf_raw_tracepoint_args {
    __u64 args[0];
};

#endif
