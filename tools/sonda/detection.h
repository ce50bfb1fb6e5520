/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pipeline of `run` and `replay`: content, engine, tracker and worker, and
 * the form in which findings leave.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_DETECTION_H
#define SONDA_TOOLS_DETECTION_H

#include "emitter.h"
#include "sonda/host/machine.h"
#include "sonda/worker.h"
#include "switches.h"

typedef struct detection {
    program *program;
    sonda_content *content;
    sonda_engine *engine;
    sonda_tracker *tracker; /* of the input under way */
    sonda_worker *worker;
    switches switches;
    emitter emitter;
    char host_name[SONDA_MACHINE_NAME_MAX];
    sonda_stats total; /* of the inputs that are over */
    uint64_t disabled_count;
    uint64_t correlated_evicted; /* likewise, of their trackers */
    uint64_t correlated_late;
    uint64_t messages_lost;
} detection;

/* An exit code, with the reason told. Close in any case. */
int detection_open(detection *self, program *of, const arguments *given, bool signed_only);
void detection_close(detection *self);

/*
 * Begins an input: it gets a process table of its own, since pids of two
 * machines, or of two days, have nothing to do with each other. `file` NULL:
 * this machine.
 */
sonda_status detection_begin(detection *self, const char *file);

/* One more worker for the input under way, whose findings go to `to`. */
sonda_status detection_open_worker(detection *self, emitter *to, sonda_worker **worker);

/* Adds the counters of such a worker; NULL does nothing. */
void detection_count(detection *self, const sonda_worker *worker);

/* Ends it: what was held back is evaluated, counters are added up. */
void detection_end(detection *self, uint64_t now_ns);

/* Counters of everything so far. */
void detection_stats(const detection *self, sonda_stats *stats);

#endif
