/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bounded queue of records: any number of producers, one consumer.
 *
 * A ring of bytes under one lock; a record lies in one piece, so the consumer
 * hands it on where it is. A producer never waits for room: what does not fit
 * is refused and counted. When the queue runs empty it starts again at its
 * beginning, so memory is touched only as far as a burst ever reached.
 *
 * Module host: uses libuv for the lock.
 */

#ifndef SONDA_HOST_QUEUE_H
#define SONDA_HOST_QUEUE_H

#include "sonda/allocator.h"
#include "sonda/record.h"

typedef struct sonda__queue sonda__queue;

typedef struct sonda__queue_numbers {
    uint64_t queued;
    uint64_t refused;
    uint64_t peak_bytes;
} sonda__queue_numbers;

/* `size_bytes` at least SONDA__QUEUE_SIZE_MIN, else SONDA_ERR_INVALID_ARGUMENT. */
#define SONDA__QUEUE_SIZE_MIN (SONDA_RECORD_MAX + 64u)

sonda_status
sonda__queue_open(sonda__queue **queue, size_t size_bytes, const sonda_allocator *allocator);

/* NULL does nothing. */
void sonda__queue_close(sonda__queue *queue);

/*
 * Copies a record in; any thread. `was_empty` (may be NULL) says that the
 * consumer may be asleep. SONDA_ERR_FULL when there is no room,
 * SONDA_ERR_LIMIT for a record that never has any.
 */
sonda_status
sonda__queue_push(sonda__queue *queue, const void *record, size_t record_len, int *was_empty);

/*
 * The oldest record, good until sonda__queue_pop(); consumer only.
 * SONDA_ERR_EMPTY when there is none.
 */
sonda_status
sonda__queue_front(sonda__queue *queue, const uint8_t **record, size_t *record_len);

/* Drops what sonda__queue_front() returned; consumer only. */
void sonda__queue_pop(sonda__queue *queue);

/* Counters so far; any thread. */
void sonda__queue_read(sonda__queue *queue, sonda__queue_numbers *numbers);

#endif
