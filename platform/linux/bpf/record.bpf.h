/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * The record under construction, the maps, and what user space sets.
 *
 * A record is built in a scratch buffer, one a CPU and program, and copied to
 * the ring in one piece: its length shows only while building, and a ring
 * reservation needs a constant. Programs do not share scratch, because one may
 * run in an interrupt on top of another; the kernel itself keeps a program
 * from running on top of itself.
 *
 * The layout is that of sonda/spi/linux_record.h, checked below.
 */

#ifndef SONDA_BPF_RECORD_H
#define SONDA_BPF_RECORD_H

#include "kernel_types.bpf.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "interface.bpf.h"
#include "sonda/spi/linux_record.h"

/* Bytes of items that begin below this offset; a power of two, for masks. */
#define ITEMS_SIZE 16384u
/* The last item, the arguments, may begin anywhere below and take this much. */
#define ARGUMENTS_INLINE_MAX 8192u
/* PATH_MAX; a single component is at most NAME_MAX = 255 bytes and a zero. */
#define PATH_SIZE 4096u
#define NAME_SIZE 256u
/* What one item may take at most. */
#define ITEM_ROOM (SONDA_LINUX_ITEM_HEAD_SIZE + PATH_SIZE + NAME_SIZE)
/*
 * Components of a walk. PATH_SIZE runs out first for names longer than 15
 * bytes; the verifier unrolls the loop, so the number costs load time.
 */
#define WALK_COMPONENTS_MAX 256

struct head {
    __u32 size;
    __u16 type, flags;
    __u64 time;
    __u32 pid, tid;
    __u64 start;
    __u32 parent_pid, session;
    __u64 parent_start;
    __u32 uid, gid, euid, egid, suid, sgid, fsuid, fsgid;
    __u32 login_uid, login_session;
    __u64 cap_effective, cap_permitted;
    __u64 cgroup_id;
    __u32 mount_ns, pid_ns, inner_pid, tty;
    char comm[16];
    union {
        struct {
            __u64 inode;
            __u32 device, mode, owner_uid, owner_gid, links, argument, argument2;
        } __attribute__((packed, aligned(4))) file;
        struct {
            __u8 local_address[16], remote_address[16];
            __u16 local_port, remote_port;
        } net;
    };
    __s32 result;
    union {
        __u64 arguments_size;
        struct {
            __u16 family, protocol, socket_type, reserved2;
        };
    };
    __u64 environment_size;
    __u32 syscall, arguments_copied;
};

#define AT(member, offset) \
    _Static_assert(__builtin_offsetof(struct head, member) == (offset), #member)
AT(time, SONDA_LINUX_AT_TIME);
AT(start, SONDA_LINUX_AT_START);
AT(comm, SONDA_LINUX_AT_COMM);
AT(file.argument2, SONDA_LINUX_AT_ARGUMENT2);
AT(net.remote_port, SONDA_LINUX_AT_REMOTE_PORT);
AT(result, SONDA_LINUX_AT_RESULT);
AT(socket_type, SONDA_LINUX_AT_SOCKET_TYPE);
AT(syscall, SONDA_LINUX_AT_SYSCALL);
_Static_assert(sizeof(struct head) == SONDA_LINUX_HEAD_SIZE, "head");

struct scratch {
    /*
     * Bytes of items, and of the item being written. In memory, and volatile,
     * on purpose: the verifier does not track them there, so that all turns of
     * a loop look alike to it; in a register it would explore each turn again.
     */
    volatile __u32 used;
    volatile __u32 len;
    __u64 call[8]; /* arguments of a system call, from 1; 7 is its result */
    struct head head;
    __u8 items[ITEMS_SIZE + ARGUMENTS_INLINE_MAX];
};

/* Who uses which scratch. */
enum slot { SLOT_EXEC, SLOT_FORK, SLOT_EXIT, SLOT_CALL, SLOT_SOCKET, SLOT_TASK, SLOT_COUNT };

/* Indexes are SONDA_SOURCE_CLASS_… of the seam, pinned there. */
enum class {
    CLASS_EXEC,
    CLASS_FORK,
    CLASS_EXIT,
    CLASS_OPEN,
    CLASS_RENAME,
    CLASS_DELETE,
    CLASS_ATTRIBUTES,
    CLASS_NETWORK,
    CLASS_COUNT
};

/* Set by user space before the programs are loaded. */
const volatile struct action calls[CALL_MAX] = {};
const volatile struct action calls_compat[CALL_MAX] = {};

/* Set by user space while they run. */
__u32 mode = MODE_OFF;
/* 1: TCP connects are told by the state of their socket. */
__u32 socket_states = 0;
/* The sensor itself, as the initial namespace has it; start 0: any. */
__u32 self_pid = 0;
__u64 self_start = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 * 1024 * 1024);
} process_ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 * 1024 * 1024);
} activity_ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SLOT_COUNT);
    __type(key, __u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, CLASS_COUNT);
    __type(key, __u32);
    __type(value, struct counters);
} class_counters SEC(".maps");

/*
 * Who began a TCP connect, until it is established or has failed. No LRU map:
 * a full table must be counted as a loss, not forget its oldest in silence.
 */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u64);
    __type(value, struct head);
} connects SEC(".maps");

static __always_inline struct scratch *scratch_of(__u32 slot)
{
    return bpf_map_lookup_elem(&scratches, &slot);
}

static __always_inline struct counters *counters_of(__u32 class)
{
    return bpf_map_lookup_elem(&class_counters, &class);
}

/*
 * A number below `limit`, a power of two, by a mask the compiler cannot drop:
 * before 6.8 the verifier forgets what a comparison proved once the register
 * was spilled.
 */
static __always_inline __u64 bounded(__u64 number, __u64 limit)
{
    asm volatile("" : "+r"(number));
    return number & (limit - 1);
}

/*
 * Bytes of the record so far, at most `limit` of items. The empty statement
 * keeps the compiler from adding before it has compared.
 */
static __always_inline __u64 record_size(struct scratch *s, __u64 limit)
{
    __u64 size = s->used;

    if (size > limit) {
        size = limit;
    }
    asm volatile("" : "+r"(size));
    return size + SONDA_LINUX_HEAD_SIZE;
}

/* Where the bytes of the open item begin. */
static __always_inline __u8 *item_bytes(struct scratch *s)
{
    return &s->items[(s->used + SONDA_LINUX_ITEM_HEAD_SIZE) & (ITEMS_SIZE - 1)];
}

/* Where the next byte of the open item goes; room for PATH_SIZE there. */
static __always_inline __u8 *item_end(struct scratch *s)
{
    return &s->items[(s->used + SONDA_LINUX_ITEM_HEAD_SIZE + s->len) & (ITEMS_SIZE - 1)];
}

/* Begins an item; 0 when there is no room for the longest. */
static __always_inline int item_open(struct scratch *s)
{
    s->len = 0;
    return s->used <= ITEMS_SIZE - ITEM_ROOM;
}

static __always_inline void item_close(struct scratch *s, __u32 kind, __u32 flags)
{
    __u32 at = s->used & (ITEMS_SIZE - 1);
    __u32 len = s->len;

    *(__u32 *)&s->items[at] = kind | flags << 16;
    *(__u32 *)&s->items[at + 4] = len;
    s->used += (SONDA_LINUX_ITEM_HEAD_SIZE + len + 7) & ~7u;
}

#endif
