/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events of the recordings, a few at a time and without `Message`, so that what
 * measures them finds them in the cache, as a sensor does that has just decoded
 * them.
 *
 * Benchmarks only.
 */

#ifndef SONDA_BENCH_EVENT_DATA_H
#define SONDA_BENCH_EVENT_DATA_H

#include "core/event/event.h"

#define EVENT_BATCH 64

typedef struct event_batch {
    sonda_event events[EVENT_BATCH];
    size_t count;
    sonda__field *fields;
    size_t field_count;
    char *text;
    size_t text_len;
} event_batch;

typedef void (*event_batch_fn)(event_batch *batch, void *user);

/*
 * Calls back with every event of the recordings, decoded with `names`. Returns
 * how many recordings there are; 0, with the reason on standard output, when
 * none is.
 */
int event_data_each(const sonda__names *names, event_batch_fn on_batch, void *user);

/* As if the batch had been decoded with these names. */
void event_batch_bind(event_batch *batch, const sonda__names *names);

#endif
