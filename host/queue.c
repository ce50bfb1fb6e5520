/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The ring behind the queue.
 *
 * An entry is eight bytes, of which four hold the record's length, and the
 * record rounded up to eight bytes. The length SKIP says that the rest of the
 * ring is unused and the next entry stands at the beginning.
 *
 * Module host.
 */

#include "host/queue.h"
#include "host/failure.h"

#include <string.h>
#include <uv.h>

#define ENTRY_HEAD 8u
#define SKIP 0xffffffffu

struct sonda__queue {
    uv_mutex_t lock;
    uint8_t *ring;
    size_t size;
    size_t head; /* of the oldest entry */
    size_t tail; /* where the next one goes */
    size_t used; /* bytes between them, skipped ones included */
    sonda__queue_numbers numbers;
    sonda_allocator allocator;
};

static size_t entry_size(size_t record_len)
{
    return ENTRY_HEAD + ((record_len + 7u) & ~(size_t)7u);
}

sonda_status
sonda__queue_open(sonda__queue **queue, size_t size_bytes, const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_status status = sonda_allocator_read(allocator, &ours);
    sonda__queue *made;

    if (status != SONDA_OK) {
        return status;
    }
    if (size_bytes < SONDA__QUEUE_SIZE_MIN) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    made = ours.allocate(sizeof *made, ours.user);
    if (made == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(made, 0, sizeof *made);
    made->allocator = ours;
    made->size = size_bytes & ~(size_t)7u;
    made->ring = ours.allocate(made->size, ours.user);
    if (made->ring == NULL || uv_mutex_init(&made->lock) != 0) {
        if (made->ring != NULL) {
            ours.release(made->ring, ours.user);
        }
        ours.release(made, ours.user);
        return SONDA_ERR_NO_MEMORY;
    }
    *queue = made;
    return SONDA_OK;
}

void sonda__queue_close(sonda__queue *queue)
{
    if (queue != NULL) {
        sonda_allocator ours = queue->allocator;

        uv_mutex_destroy(&queue->lock);
        ours.release(queue->ring, ours.user);
        ours.release(queue, ours.user);
    }
}

/* Finds room for `need` bytes in one piece; SIZE_MAX when there is none. */
static size_t place(sonda__queue *queue, size_t need)
{
    size_t behind = queue->size - queue->tail;
    uint32_t skip = SKIP;

    if (need > queue->size - queue->used) {
        return SIZE_MAX;
    }
    if (queue->tail < queue->head || need <= behind) {
        return queue->tail;
    }
    if (need > queue->head) {
        return SIZE_MAX;
    }
    if (behind != 0) {
        memcpy(queue->ring + queue->tail, &skip, sizeof skip);
    }
    queue->used += behind;
    return 0;
}

static sonda_status
push_locked(sonda__queue *queue, const void *record, size_t record_len, int *was_empty)
{
    size_t need = entry_size(record_len);
    uint32_t length = (uint32_t)record_len;
    size_t at;

    *was_empty = queue->used == 0;
    at = place(queue, need);
    if (at == SIZE_MAX) {
        queue->numbers.refused++;
        return SONDA_ERR_FULL;
    }
    memcpy(queue->ring + at, &length, sizeof length);
    memcpy(queue->ring + at + ENTRY_HEAD, record, record_len);
    queue->tail = at + need;
    queue->used += need;
    queue->numbers.queued++;
    if (queue->used > queue->numbers.peak_bytes) {
        queue->numbers.peak_bytes = queue->used;
    }
    return SONDA_OK;
}

sonda_status
sonda__queue_push(sonda__queue *queue, const void *record, size_t record_len, int *was_empty)
{
    sonda_status status;
    int empty = 0;

    if (record_len > (size_t)SONDA_RECORD_MAX) {
        return SONDA_ERR_LIMIT;
    }
    uv_mutex_lock(&queue->lock);
    status = push_locked(queue, record, record_len, &empty);
    uv_mutex_unlock(&queue->lock);
    if (was_empty != NULL) {
        *was_empty = empty;
    }
    return status;
}

/* Moves the head past skipped bytes; the caller holds the lock. */
static uint32_t front_length(sonda__queue *queue)
{
    uint32_t length = SKIP;

    if (queue->head < queue->size) {
        memcpy(&length, queue->ring + queue->head, sizeof length);
    }
    if (length == SKIP) {
        queue->used -= queue->size - queue->head;
        queue->head = 0;
        memcpy(&length, queue->ring, sizeof length);
    }
    return length;
}

sonda_status sonda__queue_front(sonda__queue *queue, const uint8_t **record, size_t *record_len)
{
    sonda_status status = SONDA_ERR_EMPTY;

    uv_mutex_lock(&queue->lock);
    if (queue->used != 0) {
        *record_len = front_length(queue);
        *record = queue->ring + queue->head + ENTRY_HEAD;
        status = SONDA_OK;
    }
    uv_mutex_unlock(&queue->lock);
    return status;
}

void sonda__queue_pop(sonda__queue *queue)
{
    uv_mutex_lock(&queue->lock);
    if (queue->used != 0) {
        size_t gone = entry_size(front_length(queue));

        queue->head += gone;
        queue->used -= gone;
        if (queue->used == 0) {
            queue->head = 0;
            queue->tail = 0;
        }
    }
    uv_mutex_unlock(&queue->lock);
}

void sonda__queue_read(sonda__queue *queue, sonda__queue_numbers *numbers)
{
    uv_mutex_lock(&queue->lock);
    *numbers = queue->numbers;
    uv_mutex_unlock(&queue->lock);
}
