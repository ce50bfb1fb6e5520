/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Programs: the conditions of a rule or filter for one log source, and which of
 * them are switched off.
 *
 * A verified pack never leads a program out of the pack or beyond the steps it
 * was proven to take. One that does all the same has trapped: the proof or the
 * evaluator is wrong, or the memory is. It gives no result, and no worker runs
 * it again until content is published; everything else goes on.
 *
 * Layer 4 (detect).
 */

#ifndef SONDA_CORE_DETECT_PROGRAMS_H
#define SONDA_CORE_DETECT_PROGRAMS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "sonda/content.h"

/* Why a program trapped; both when two workers saw different reasons. */
#define SONDA__TRAP_NONE 0u
#define SONDA__TRAP_BOUNDS 1u /* a reference that leads nowhere */
#define SONDA__TRAP_STEPS 2u  /* more steps than its proven share */

/* Shared by all workers of a publication: two bits for each program. */
typedef struct sonda__programs {
    sonda_allocator allocator;
    uint32_t count;
    uint32_t references; /* counted by the one thread that publishes */
    atomic_uint off_count;
    atomic_uint *reasons;
} sonda__programs;

/* Programs of one event that are named when they are switched off; all are counted. */
#define SONDA__TRAPS_KEPT 16u

/* One program that was switched off. */
typedef struct sonda__trap {
    uint32_t program; /* over all packs */
    uint32_t reason;  /* SONDA__TRAP_… */
} sonda__trap;

/* All of them on, for the programs of content and its base. */
sonda_status sonda__programs_open(sonda__programs **programs,
                                  const sonda_content *content,
                                  const sonda_allocator *allocator);

/* Another holder, and one less; NULL does nothing. Both by the thread that publishes. */
sonda__programs *sonda__programs_acquire(sonda__programs *programs);
void sonda__programs_release(sonda__programs *programs);

/* SONDA__TRAP_NONE: it is on. */
uint32_t sonda__programs_reason(const sonda__programs *programs, uint32_t program);

/* True for the call that switched it off, of all that try. */
bool sonda__programs_switch_off(sonda__programs *programs, uint32_t program, uint32_t reason);

/* How many are off: one load. */
static inline uint32_t sonda__programs_off(const sonda__programs *programs)
{
    return atomic_load_explicit(&programs->off_count, memory_order_relaxed);
}

/*
 * Position of the `index`-th that is off, from 0, or UINT32_MAX; and the id of
 * the rule or filter it belongs to.
 */
uint32_t sonda__programs_find_off(const sonda__programs *programs, size_t index);
sonda_text sonda__program_owner(const sonda_content *content, uint32_t program);

#endif
