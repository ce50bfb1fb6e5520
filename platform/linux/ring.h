/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading a BPF ring buffer, record by record.
 *
 * libbpf's own reader empties one ring after the other and cannot look at a
 * record without taking it. We read two rings in the order of time, so that a
 * process's exec comes before what it then does, and need to look first. The
 * layout is the kernel's documented ABI. The data is mapped once and not twice
 * behind itself: records are copied out anyway, in two pieces at the end, and
 * the mapping counts in our resident memory.
 *
 * Platform (linux).
 */

#ifndef SONDA_PLATFORM_LINUX_RING_H
#define SONDA_PLATFORM_LINUX_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
    void *consumer;
    void *producer;
    size_t size;
    uint64_t position; /* of the next record; as in the consumer page */
    int fd;            /* of the map; not ours to close */
};

/* A record at the head of a ring. */
struct ring_record {
    uint32_t len;
    uint64_t time;
};

/* Maps the ring of `fd`, `size` bytes of data. 0, or an errno. */
int ring_open(struct ring *ring, int fd, size_t size);

void ring_close(struct ring *ring);

/* The next complete record, without taking it; false when there is none. */
bool ring_peek(struct ring *ring, struct ring_record *record);

/* Copies up to `room` bytes of the record just seen, and takes it. */
void ring_take(struct ring *ring, const struct ring_record *record, void *out, size_t room);

#endif
