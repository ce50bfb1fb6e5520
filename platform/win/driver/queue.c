/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The queue of records: a ring of bytes, many writers, one reader.
 *
 * A writer reserves room under a spin lock, copies without it, and commits. The
 * reader takes records in the order of reservation and stops at one that is not
 * committed yet. A record that does not fit is counted and its number is used
 * up, so that the reader sees the gap; nobody ever waits for room.
 */

#include "platform.h"

enum { ENTRY_BUSY, ENTRY_READY, ENTRY_PADDING };

typedef struct queue_entry {
    LONG state;
    UINT32 size; /* of what follows */
} queue_entry;

#define ENTRY_SIZE ((UINT32)sizeof(queue_entry))
#define WHOLE(size) (ENTRY_SIZE + (((size) + 7u) & ~7u))

static queue_entry *entry_at(UINT64 position)
{
    return (queue_entry *)(driver.queue + (position & (QUEUE_SIZE - 1u)));
}

static queue_entry *put_entry(LONG state, UINT32 size)
{
    queue_entry *entry = entry_at(driver.head);

    entry->size = size;
    InterlockedExchange(&entry->state, state);
    driver.head += WHOLE(size);
    return entry;
}

UINT8 *queue_reserve(UINT16 type, UINT32 size, UINT64 *sequence)
{
    sonda_driver_counters *counters = &driver.counters;
    queue_entry *entry = NULL;
    UINT64 used;
    UINT32 rest;
    KIRQL irql;

    KeAcquireSpinLock(&driver.lock, &irql);
    *sequence = ++driver.sequence;
    counters->produced[type]++;
    rest = QUEUE_SIZE - (UINT32)(driver.head & (QUEUE_SIZE - 1u));
    rest = WHOLE(size) > rest ? rest : 0; /* a record stands in one piece */
    used = driver.head - driver.tail + WHOLE(size) + rest;
    if (used > QUEUE_SIZE) {
        counters->dropped[type]++;
    } else {
        if (rest != 0) {
            (void)put_entry(ENTRY_PADDING, rest - ENTRY_SIZE);
        }
        entry = put_entry(ENTRY_BUSY, size);
        counters->queued = used;
        counters->queued_most = used > counters->queued_most ? used : counters->queued_most;
    }
    KeReleaseSpinLock(&driver.lock, irql);
    return entry != NULL ? (UINT8 *)(entry + 1) : NULL;
}

void queue_commit(UINT8 *record)
{
    InterlockedExchange(&((queue_entry *)record - 1)->state, ENTRY_READY);
    /* Both sides write, then read: one of them sees the other. */
    if (InterlockedCompareExchange(&driver.waiting, 0, 1) == 1) {
        driver.platform->wake();
    }
}

/* Copies one entry. STATUS_PENDING: it is not committed yet. */
static NTSTATUS copy_entry(queue_entry *entry, UINT8 *out, UINT32 capacity, ULONG *len)
{
    LONG state = READ(entry->state);

    if (state != ENTRY_READY) {
        return state == ENTRY_PADDING ? STATUS_SUCCESS : STATUS_PENDING;
    }
    if (entry->size > capacity - *len) {
        return *len == 0 ? STATUS_BUFFER_TOO_SMALL : STATUS_PENDING;
    }
    if (!user_copy(out + *len, entry + 1, entry->size)) {
        return STATUS_INVALID_USER_BUFFER;
    }
    *len += entry->size;
    return STATUS_SUCCESS;
}

/* The one reader is the only one to move the tail, once for all it copied. */
static NTSTATUS read_queue(UINT8 *out, UINT32 capacity, ULONG *len)
{
    NTSTATUS status = STATUS_SUCCESS;
    UINT64 head, tail;
    KIRQL irql;

    KeAcquireSpinLock(&driver.lock, &irql);
    head = driver.head;
    tail = driver.tail;
    KeReleaseSpinLock(&driver.lock, irql);
    while (tail != head && status == STATUS_SUCCESS) {
        status = copy_entry(entry_at(tail), out, capacity, len);
        tail += status == STATUS_SUCCESS ? WHOLE(entry_at(tail)->size) : 0;
    }
    KeAcquireSpinLock(&driver.lock, &irql);
    driver.tail = tail;
    driver.counters.queued = driver.head - tail;
    KeReleaseSpinLock(&driver.lock, irql);
    return status == STATUS_PENDING ? STATUS_SUCCESS : status;
}

NTSTATUS queue_wait(void *out, UINT32 capacity, UINT32 ms, ULONG *len)
{
    NTSTATUS status;

    if (InterlockedExchange(&driver.reading, 1) != 0) {
        return STATUS_DEVICE_BUSY;
    }
    InterlockedExchange(&driver.waiting, 1);
    status = read_queue(out, capacity, len);
    if (status == STATUS_SUCCESS && *len == 0 && ms != 0 && READ(driver.stopping) == 0) {
        driver.platform->wait(ms);
        status = read_queue(out, capacity, len);
    }
    InterlockedExchange(&driver.waiting, 0);
    InterlockedExchange(&driver.reading, 0);
    return status;
}
