/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `--jobs`: the pipeline of one input on several threads, with the output of
 * one.
 *
 * Records are gathered into batches, which pass decode, track and match on any
 * thread. What the emitters write goes to memory first and leaves in record
 * order, with what is told of unreadable records between it.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_LANES_H
#define SONDA_TOOLS_LANES_H

#include "detection.h"

typedef struct lanes lanes;

/*
 * What became of a record, in record order, on the thread that adds them:
 * `reason` is NULL for one that could be read. `decoded` false: there was none.
 */
typedef void (*lanes_outcome)(
    uint64_t number, uint64_t offset, const char *reason, bool decoded, void *user);

/* SONDA_OK, or the system gives no memory. `of` is open and stays so. */
sonda_status
lanes_open(lanes **self, detection *of, uint32_t jobs, lanes_outcome on_outcome, void *user);
void lanes_close(lanes *self);

/* Around an input, inside detection_begin() and detection_end(). */
sonda_status lanes_begin(lanes *self);
void lanes_end(lanes *self);

/* The next record of the input; copied. */
void lanes_add(
    lanes *self, const void *record, size_t record_len, uint64_t number, uint64_t offset);

/* A record that was none; `reason` is static. */
void lanes_skip(lanes *self, uint64_t number, uint64_t offset, const char *reason);

/* Everything added so far is written. */
void lanes_drain(lanes *self);

#endif
