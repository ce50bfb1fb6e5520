/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What an event means for the process table: starts, forks, ends, mentions.
 *
 * Records may be missing, late or from a system that tells less than it knows:
 * an audit line has no start time, Sysmon's first record of a process may be a
 * file event. So whatever an event says of its process and its parent is taken
 * in, and what the table has from a better witness stays.
 *
 * Layer 3 (track): uses base. No allocation.
 */

#ifndef SONDA_CORE_TRACK_LINEAGE_H
#define SONDA_CORE_TRACK_LINEAGE_H

#include "core/track/process_table.h"

/* What one event says of one process. */
typedef struct sonda__process_facts {
    sonda__process_key key;
    sonda__process_key parent; /* zero where the event does not say */
    /* `data` is NULL where the event does not say. */
    sonda__span text[SONDA__PROCESS_TEXT_COUNT];
    uint64_t time_ns;  /* of the event */
    uint32_t snapshot; /* 1: it runs already, it did not just start */
    uint32_t reserved;
} sonda__process_facts;

/*
 * A process runs a new image (exec), or was found running. Of a snapshot, only
 * what the table does not know better from a later event is taken.
 */
uint32_t sonda__lineage_launch(sonda__process_table *table, const sonda__process_facts *facts);

/* A process began as a copy of its parent, whose texts it takes over. */
uint32_t sonda__lineage_fork(sonda__process_table *table, const sonda__process_facts *facts);

/*
 * An event spoke of a process in passing. It is added when unknown and the
 * event names its image or command line, completed where something was missing,
 * and replaced when the event names another image than the table.
 * SONDA__PROCESS_NONE when it is not in the table afterwards.
 */
uint32_t sonda__lineage_mention(sonda__process_table *table, const sonda__process_facts *facts);

/* A process ended. Returns its entry, or SONDA__PROCESS_NONE when unknown. */
uint32_t sonda__lineage_exit(sonda__process_table *table, const sonda__process_facts *facts);

#endif
