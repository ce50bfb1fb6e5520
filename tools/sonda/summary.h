/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The summary at the end of `run` and `replay`, for people.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_SUMMARY_H
#define SONDA_TOOLS_SUMMARY_H

#include "detection.h"

typedef struct summary {
    uint64_t elapsed_ns;
    uint64_t lost;       /* by the adapter; of a replay 0 */
    uint64_t unreadable; /* records that the input could not cut out */
    bool live;
} summary;

/*
 * Written behind text findings, and to standard error when that is a terminal
 * and standard output holds something for machines.
 */
void summary_write(const summary *self, const detection *of);

#endif
