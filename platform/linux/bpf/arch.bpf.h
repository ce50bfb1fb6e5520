/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * Numbers and arguments of a system call, by machine.
 *
 * Read at the end of the call: the kernel keeps the registers of the entry.
 */

#ifndef SONDA_BPF_ARCH_H
#define SONDA_BPF_ARCH_H

#include "record.bpf.h"

#if defined(__TARGET_ARCH_x86)

/* A 32-bit call, also one made by `int 0x80` in a 64-bit program. */
#define TS_COMPAT 0x0002u

static __always_inline __u64 call_number(struct pt_regs *regs)
{
    return BPF_CORE_READ(regs, orig_ax);
}

static __always_inline int call_is_compat(struct task_struct *task)
{
    return (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT) != 0;
}

static __always_inline void call_arguments(__u64 *call, struct pt_regs *regs, int compat)
{
    if (compat) {
        call[1] = (__u32)BPF_CORE_READ(regs, bx);
        call[2] = (__u32)BPF_CORE_READ(regs, cx);
        call[3] = (__u32)BPF_CORE_READ(regs, dx);
        call[4] = (__u32)BPF_CORE_READ(regs, si);
        call[5] = (__u32)BPF_CORE_READ(regs, di);
        return;
    }
    call[1] = BPF_CORE_READ(regs, di);
    call[2] = BPF_CORE_READ(regs, si);
    call[3] = BPF_CORE_READ(regs, dx);
    call[4] = BPF_CORE_READ(regs, r10);
    call[5] = BPF_CORE_READ(regs, r8);
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT (1ul << 22)

static __always_inline __u64 call_number(struct pt_regs *regs)
{
    return (__u32)BPF_CORE_READ(regs, syscallno);
}

static __always_inline int call_is_compat(struct task_struct *task)
{
    return (BPF_CORE_READ(task, thread_info.flags) & TIF_32BIT) != 0;
}

static __always_inline void call_arguments(__u64 *call, struct pt_regs *regs, int compat)
{
    __u64 mask = compat ? 0xffffffffull : ~0ull;

    call[1] = BPF_CORE_READ(regs, orig_x0) & mask;
    call[2] = BPF_CORE_READ(regs, regs[1]) & mask;
    call[3] = BPF_CORE_READ(regs, regs[2]) & mask;
    call[4] = BPF_CORE_READ(regs, regs[3]) & mask;
    call[5] = BPF_CORE_READ(regs, regs[4]) & mask;
}

#endif
#endif
