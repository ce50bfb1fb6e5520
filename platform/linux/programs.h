/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The BPF programs: load what this kernel takes, attach what it offers.
 *
 * Platform (linux): the only file that includes the generated skeleton is
 * programs.c.
 */

#ifndef SONDA_PLATFORM_LINUX_PROGRAMS_H
#define SONDA_PLATFORM_LINUX_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/linux/bpf/interface.bpf.h"
#include "sonda/status.h"

/* A hook of the kernel and what became of it. */
enum hook_id {
    HOOK_EXEC,
    HOOK_FORK,
    HOOK_EXIT,
    HOOK_CALLS,
    HOOK_SOCKETS,
    HOOK_SNAPSHOT,
    HOOK_COUNT
};

struct bpf_link;
struct bpf_program;

struct hook {
    struct bpf_link *link;       /* NULL: not attached */
    struct bpf_program *program; /* what is attached */
    char failure[128];           /* empty, or why it is not */
};

struct programs {
    struct sonda_bpf *skeleton;
    struct hook hooks[HOOK_COUNT];
    uint32_t process_ring_size;
    uint32_t activity_ring_size;
};

/* Name of a hook as the kernel has it; static. */
const char *hook_name(enum hook_id hook);

/*
 * Loads, for the classes of the mask (0: all), with rings of at least these
 * sizes (0: default). SONDA_ERR_UNSUPPORTED or SONDA_ERR_PERMISSION with the
 * kernel's reason. On failure programs_close() is still to be called.
 */
sonda_status programs_load(struct programs *programs,
                           uint64_t classes,
                           uint64_t process_ring_size,
                           uint64_t activity_ring_size,
                           sonda_error *error);

/* Attaches each hook that goes; each says for itself whether it did. */
void programs_attach(struct programs *programs, uint64_t classes);

/* Detaches all, and waits until no program runs any more. */
void programs_detach(struct programs *programs);

void programs_close(struct programs *programs);

/* MODE_… of the interface. */
void programs_set_mode(struct programs *programs, uint32_t mode);

/* The sensor's own pid, by a process iteration, or by getpid() without one;
 * true when the iteration gave something. */
bool programs_learn_self(struct programs *programs);

/* A descriptor that reads the snapshot, or -1 when there is no iterator. */
int programs_open_snapshot(struct programs *programs);

int programs_process_ring(const struct programs *programs);
int programs_activity_ring(const struct programs *programs);

/* Counters of a class, all CPUs together, since the last reset. */
void programs_counters(const struct programs *programs,
                       uint32_t class_index,
                       struct counters *sum);
void programs_reset_counters(struct programs *programs);

/* Runs that the kernel skipped because a program would have run on itself. */
uint64_t programs_missed(const struct programs *programs, enum hook_id hook);

#endif
