/* SPDX-License-Identifier: Apache-2.0 */

/*
 * BPF ring buffer: a consumer page we write, a producer page and data we read.
 *
 * Each record has an 8-byte head: its length with two flag bits, and a page
 * number. Records begin at multiples of eight, so a head never wraps; its
 * bytes may.
 *
 * Platform (linux).
 */

#include "platform/linux/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sonda/spi/linux_record.h"

#define RECORD_BUSY (1u << 31)
#define RECORD_DISCARDED (1u << 30)
#define RECORD_HEAD 8u

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static const uint8_t *data_of(const struct ring *ring)
{
    return (const uint8_t *)ring->producer + page_size();
}

int ring_open(struct ring *ring, int fd, size_t size)
{
    size_t page = page_size();
    void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void *producer;

    if (consumer == MAP_FAILED) {
        return errno;
    }
    producer = mmap(NULL, page + size, PROT_READ, MAP_SHARED, fd, (off_t)page);
    if (producer == MAP_FAILED) {
        int failure = errno;

        munmap(consumer, page);
        return failure;
    }
    ring->consumer = consumer;
    ring->producer = producer;
    ring->size = size;
    ring->fd = fd;
    ring->position = *(const volatile unsigned long *)consumer;
    return 0;
}

void ring_close(struct ring *ring)
{
    if (ring->consumer != NULL) {
        munmap(ring->consumer, page_size());
        munmap(ring->producer, page_size() + ring->size);
        ring->consumer = NULL;
    }
}

/* Copies `len` bytes from an ever-growing position. */
static void copy_out(const struct ring *ring, uint64_t position, void *out, size_t len)
{
    size_t at = (size_t)(position & (ring->size - 1));
    size_t first = len < ring->size - at ? len : ring->size - at;

    memcpy(out, data_of(ring) + at, first);
    memcpy((uint8_t *)out + first, data_of(ring), len - first);
}

/* Lets the kernel have the space up to `position`. */
static void release_to(struct ring *ring, uint64_t position)
{
    ring->position = position;
    __atomic_store_n((unsigned long *)ring->consumer, (unsigned long)position,
                     __ATOMIC_RELEASE);
}

static uint64_t after(uint64_t position, uint32_t len)
{
    return position + ((RECORD_HEAD + (uint64_t)len + 7u) & ~(uint64_t)7u);
}

bool ring_peek(struct ring *ring, struct ring_record *record)
{
    unsigned long end =
        __atomic_load_n((const unsigned long *)ring->producer, __ATOMIC_ACQUIRE);

    while (ring->position < end) {
        const uint8_t *head = data_of(ring) + (ring->position & (ring->size - 1));
        uint32_t len = __atomic_load_n((const uint32_t *)(const void *)head, __ATOMIC_ACQUIRE);

        if ((len & RECORD_BUSY) != 0) {
            return false;
        }
        record->len = len & ~RECORD_DISCARDED;
        if ((len & RECORD_DISCARDED) == 0 && record->len >= SONDA_LINUX_HEAD_SIZE) {
            copy_out(ring, ring->position + RECORD_HEAD + SONDA_LINUX_AT_TIME, &record->time,
                     sizeof record->time);
            return true;
        }
        release_to(ring, after(ring->position, record->len));
    }
    return false;
}

void ring_take(struct ring *ring, const struct ring_record *record, void *out, size_t room)
{
    copy_out(ring, ring->position + RECORD_HEAD, out, record->len < room ? record->len : room);
    release_to(ring, after(ring->position, record->len));
}
