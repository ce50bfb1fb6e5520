/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A host for the adapter: a queue of its own, a thread in run(), and answers
 * by the ticket table of core with time as the test moves it.
 */

#ifndef SONDA_TESTS_MAC_FAKE_HOST_H
#define SONDA_TESTS_MAC_FAKE_HOST_H

#include "fake.h"
#include "core/engine/ticket_table.h"
#include "sonda/mac/mac.h"
#include "sonda/record.h"

/* A record as it was delivered. */
struct kept {
    sonda_record_header header;
    uint8_t *bytes;
    size_t len;
};

struct host {
    const sonda_source_ops *ops;
    sonda_source *source;
    pthread_t runner;
    bool runs;
    sonda_status ended;

    pthread_mutex_t lock;
    struct kept *kept; /* `room` of them */
    size_t room;
    size_t count;
    size_t refused;
    bool keeps_bytes;
    uint64_t tickets_seen;
    /* Answers each ticket from inside the sink. */
    bool answers_at_once;
    sonda_verdict verdict;
    uint32_t cache_ms;
    /* Answers by the clockwork of core instead. */
    bool has_table;
    sonda__ticket_table table;
};

/* Opens, starts and runs with room for that many records. */
void host_begin(struct host *host, uint64_t authorise, size_t room);
/* Stops and closes; each message must have been given back. */
void host_end(struct host *host);
/* Answers what is due, as the host's timer does. */
void host_tick(struct host *host);
/* Waits until the adapter has answered that many questions. */
void host_wait_answered(uint64_t answered);
/* The first record of a type at or after `from`, or NULL. */
const struct kept *host_find(const struct host *host, uint32_t type, size_t from);
/* The item of a record; NULL when it has none. `len` is set. */
const uint8_t *host_item(const struct kept *kept, uint32_t block, uint32_t field, size_t *len);

#endif
