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
#include "sonda/batch.h"
#include "sonda/input.h"

typedef struct lanes lanes;

/*
 * What became of a record, in record order, on the thread that adds them:
 * `reason` is NULL for one that could be read. `decoded` false: there was none.
 */
typedef void (*lanes_outcome)(
    uint64_t number, uint64_t offset, const char *reason, bool decoded, void *user);

/*
 * SONDA_OK, or the system gives no memory. `of` is open and stays so. With content
 * that has correlations nothing but lanes_run() may fill them, with records of
 * which the tracker makes no events of its own.
 */
sonda_status
lanes_open(lanes **self, detection *of, uint32_t jobs, lanes_outcome on_outcome, void *user);
void lanes_close(lanes *self);

/* Around an input, inside detection_begin() and detection_end(). */
sonda_status lanes_begin(lanes *self);
void lanes_end(lanes *self);

/* The next record of the input; copied. */
void lanes_add(
    lanes *self, const void *record, size_t record_len, uint64_t number, uint64_t offset);

/* During lanes_run(): a record whose payload stays where it is. */
void lanes_add_payload(lanes *self,
                       const sonda_record_header *header,
                       const void *payload,
                       size_t payload_len,
                       uint64_t offset);

/* A record that was none; `reason` is static. */
void lanes_skip(lanes *self, uint64_t number, uint64_t offset, const char *reason);

/*
 * For an input that fills the lanes from all their threads. `feed` is called on
 * any of them, one at a time: it feeds the input once, for no more records than
 * LANES_FEED_MAX, which go to lanes_add_payload() and lanes_skip(); false: nothing comes
 * after it. `check` is called on this thread now and then; true: feed no more.
 */
#define LANES_FEED_MAX SONDA_BATCH_MAX
typedef bool (*lanes_feed)(void *user);
typedef int (*lanes_check)(void *user);

/* Everything that `feed` gives passes the lanes. The input's memory is then its own. */
void lanes_run(lanes *self, sonda_input *input, lanes_feed feed, lanes_check check);

/* Everything added so far is written. */
void lanes_drain(lanes *self);

#endif
