/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tickets: promises to answer an authorisation question exactly once, in time.
 *
 * A state machine without a clock: times are handed in, the timer is the
 * host's. A ticket waits until somebody answers it or its answer is due; then
 * the table hands out the fallback. Whoever comes second is told so, and the
 * ticket is forgotten once its deadline is over.
 *
 * Layer 5 (engine). Allocates at open only.
 */

#ifndef SONDA_CORE_ENGINE_TICKET_TABLE_H
#define SONDA_CORE_ENGINE_TICKET_TABLE_H

#include "sonda/allocator.h"
#include "sonda/spi/source.h"

#include <stdbool.h>

/* Kept free between an answer and the deadline where the deadline allows. */
#define SONDA__TICKET_HEADROOM_NS UINT64_C(1000000000)

typedef struct sonda__ticket {
    uint64_t id;
    uint64_t deadline_ns;
    uint64_t next_ns; /* when to look at it: the due time, then the deadline */
    uint32_t next_in_bucket;
    uint32_t heap_at; /* position in the heap */
    uint32_t answered;
    uint32_t reserved;
} sonda__ticket;

/* asked = answered + fallen back + waiting; refused ones were never asked. */
typedef struct sonda__ticket_numbers {
    uint64_t asked;
    uint64_t answered;
    uint64_t fallen_back;
    uint64_t refused;
} sonda__ticket_numbers;

typedef struct sonda__ticket_table {
    sonda__ticket *tickets;
    uint32_t *buckets;
    uint32_t *heap; /* tickets, the earliest next_ns first */
    uint32_t capacity;
    uint32_t bucket_mask;
    uint32_t heap_count;
    uint32_t free_head; /* linked by next_in_bucket */
    sonda_verdict fallback;
    uint32_t reserved;
    sonda__ticket_numbers numbers;
    sonda_allocator allocator;
} sonda__ticket_table;

/* `capacity` 1 to 1,048,576. */
sonda_status sonda__ticket_table_open(sonda__ticket_table *table,
                                      uint32_t capacity,
                                      sonda_verdict fallback,
                                      const sonda_allocator *allocator);

void sonda__ticket_table_close(sonda__ticket_table *table);

/*
 * When an answer is due: after 80 % of the time given, but a second before the
 * deadline, and at once where there is no second.
 */
uint64_t sonda__ticket_due_ns(uint64_t asked_ns, uint64_t deadline_ns);

/*
 * A question was asked. SONDA_ERR_ALREADY when the id is known,
 * SONDA_ERR_FULL when as many as the capacity wait: the caller gives the
 * fallback at once. SONDA_ERR_INVALID_ARGUMENT for id 0.
 */
sonda_status sonda__ticket_ask(sonda__ticket_table *table,
                               uint64_t id,
                               uint64_t asked_ns,
                               uint64_t deadline_ns);

/*
 * Somebody answers: SONDA_OK when this is the answer, SONDA_ERR_ALREADY when
 * there is one, SONDA_ERR_NOT_FOUND when it is unknown or over.
 */
sonda_status sonda__ticket_answer(sonda__ticket_table *table, uint64_t id);

/* When sonda__ticket_expire() has to be called next; false: not at all. */
bool sonda__ticket_next_due(const sonda__ticket_table *table, uint64_t *next_ns);

/*
 * One ticket whose answer is due: it has the fallback for an answer now, and
 * the caller must deliver it. SONDA_ERR_END when there is none; call until
 * then.
 */
sonda_status sonda__ticket_expire(sonda__ticket_table *table,
                                  uint64_t now_ns,
                                  uint64_t *id,
                                  sonda_verdict *verdict);

/*
 * A health record that says that a ticket got the fallback, for the pipeline:
 * 256 bytes suffice.
 */
sonda_status sonda__ticket_fallback_record(uint64_t id,
                                           sonda_verdict verdict,
                                           uint64_t wall_ns,
                                           uint8_t *buffer,
                                           size_t buffer_size,
                                           size_t *record_len);

#endif
