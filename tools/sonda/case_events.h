/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The events of one case, inline or from the file it names, given to a worker.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_CASE_EVENTS_H
#define SONDA_TOOLS_CASE_EVENTS_H

#include "sonda/compile/cases.h"
#include "sonda/worker.h"

#include <stdbool.h>

/* Room for why a case could not be run. */
#define CASE_REASON_ROOM 320u

typedef struct case_events {
    const char *path; /* of the case file */
    const sonda_cases *cases;
    size_t index;
    const sonda_case_view *view;
    sonda_worker *worker;
    char reason[CASE_REASON_ROOM]; /* output: empty when every record was processed */
} case_events;

/* Processes every record of the case; true unless `reason` says what is wrong. */
bool case_events_run(case_events *self);

#endif
