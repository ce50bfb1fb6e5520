/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Joins the lines of one audit serial to one canonical event.
 *
 * The kernel tells one system call in several lines (SYSCALL, EXECVE, CWD,
 * PATH, …) that share a serial, with lines of other serials between them.
 * Category rules want one event with Sysmon's names; the lines' own events stay
 * as they are, so a rule of either kind never mixes the fields of two.
 *
 * A serial is complete when its EOE comes, when a line of the same node is 2 s
 * of event time later, or at the end of input. Memory is fixed when opening:
 * when it runs out, the oldest serial is completed with what there is, and that
 * is counted.
 *
 * Layer 3 (track): uses base, codec, event. Never core/normalise: it reads the
 * fields of decoded events.
 */

#ifndef SONDA_CORE_TRACK_AUDIT_JOIN_H
#define SONDA_CORE_TRACK_AUDIT_JOIN_H

#include "core/event/event.h"

typedef struct sonda__audit_join sonda__audit_join;

/* Counters since opening. */
typedef struct sonda__audit_join_stats {
    uint64_t serials; /* serials begun */
    uint64_t joined;  /* canonical events made */
    uint64_t evicted; /* serials completed early for lack of room */
    uint64_t cut;     /* values left out or cut for lack of room */
} sonda__audit_join_stats;

sonda_status sonda__audit_join_open(sonda__audit_join **join, const sonda_allocator *allocator);

/* NULL does nothing. */
void sonda__audit_join_close(sonda__audit_join *join);

/*
 * Takes note of one decoded event; others than native audit lines are passed
 * over. Copies what it needs. Afterwards take until SONDA_ERR_END: a canonical
 * event left in place makes the next serial find less room.
 */
void sonda__audit_join_add(sonda__audit_join *join, const sonda_event *event);

/*
 * Fills `out` with the next canonical event, in order of first lines. Its
 * channel is empty, its header that of its first line, its names are those `out`
 * had. SONDA_ERR_END when none is complete; serials that mean nothing to
 * category rules are dropped on the way.
 */
sonda_status sonda__audit_join_take(sonda__audit_join *join, sonda_event *out);

/* End of input: every pending serial is complete. */
void sonda__audit_join_finish(sonda__audit_join *join);

void sonda__audit_join_get_stats(const sonda__audit_join *join, sonda__audit_join_stats *stats);

#endif
