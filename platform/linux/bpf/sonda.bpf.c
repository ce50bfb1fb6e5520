// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

/*
 * The kernel side of the Linux adapter: copies facts into ring buffers.
 *
 * It parses nothing, matches nothing and decides nothing. Every program is
 * optional and stands alone. Only raw tracepoints and the task iterator are
 * used: they are there on every kernel from 5.8 on that has BTF, also where
 * kprobes and fentry are not.
 */

#include "call.bpf.h"
#include "process.bpf.h"
#include "socket.bpf.h"

/* Helpers that read kernel memory ask for a licence the kernel knows. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
