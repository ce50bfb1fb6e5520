/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What only several ETW events together say, without waiting for any.
 *
 * Files and registry keys are named by number: the names come from events that
 * open them. Paths begin with devices: what they are called comes from events
 * about volumes. A process start is told twice, by Kernel-Process with path and
 * time and by the classic class with the command line: the classic event is
 * the event, the other one feeds the process table; see docs/decisions/0028.
 *
 * Layer 3 (track): uses base and event. Allocates at open only.
 */

#ifndef SONDA_CORE_TRACK_ETW_JOIN_H
#define SONDA_CORE_TRACK_ETW_JOIN_H

#include "core/event/event.h"
#include "core/track/object_names.h"
#include "core/track/process_table.h"

typedef struct sonda__etw_join sonda__etw_join;

sonda_status sonda__etw_join_open(sonda__etw_join **join, const sonda_allocator *allocator);

void sonda__etw_join_close(sonda__etw_join *join);

/*
 * Takes note of what an event says and completes it from what others said,
 * before the process table sees it. Events that only tell names, and starts
 * that the classic event tells, become quiet.
 *
 * False: the process table has all that the event says of processes, and must
 * not be told of it again.
 */
bool sonda__etw_join_apply(sonda__etw_join *join,
                           sonda__process_table *table,
                           sonda_event *event);

/* Bytes allocated at open. */
uint64_t sonda__etw_join_memory(void);

void sonda__etw_join_get_numbers(const sonda__etw_join *join, sonda__object_numbers *numbers);

#endif
