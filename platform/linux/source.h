/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The adapter's own state, shared by its files.
 *
 * One lock covers delivery: poll() and stop() take it, so nothing is delivered
 * once stop() has returned. Counters are atomic, because stats() may come from
 * any thread.
 *
 * Platform (linux): public headers, libbpf and the system only.
 */

#ifndef SONDA_PLATFORM_LINUX_SOURCE_H
#define SONDA_PLATFORM_LINUX_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "platform/linux/programs.h"
#include "platform/linux/ring.h"
#include "platform/linux/users.h"
#include "sonda/linux/linux.h"
#include "sonda/spi/linux_record.h"
#include "sonda/spi/source.h"

/* What `seq` of a record counts in. */
enum {
    STREAM_PROCESS = 1,
    STREAM_ACTIVITY = 2,
    STREAM_SNAPSHOT = 3,
    STREAM_HEALTH = 4,
    STREAM_COUNT = 5
};

/*
 * A record: header, what the kernel sends at most (head, items, 1 MiB of
 * arguments), and the items we add.
 */
#define RECORD_ROOM (SONDA_RECORD_HEADER_SIZE + 1024u * 1024u + 64u * 1024u)

struct sonda_source {
    sonda_allocator allocator;
    sonda_sink sink;
    uint64_t classes;
    bool snapshot;

    struct programs programs;
    struct ring process_ring;
    struct ring activity_ring;
    int wake_fd;

    pthread_mutex_t lock; /* held while delivering */
    bool started;
    atomic_bool stopping;
    bool sink_closed; /* the sink asked for nothing more */

    uint8_t *record; /* RECORD_ROOM bytes */
    uint64_t seq[STREAM_COUNT];
    uint64_t wall_offset_ns; /* added to time since boot gives wall time */
    uint64_t wall_checked_ns;
    uint64_t health_checked_ns;
    struct users users;

    atomic_uint_fast64_t delivered[SONDA_SOURCE_CLASS_COUNT];
    atomic_uint_fast64_t refused[SONDA_SOURCE_CLASS_COUNT];
    uint64_t told_lost[SONDA_SOURCE_CLASS_COUNT]; /* by health records */

    /* Record types the canary saw; index SONDA_LINUX_…. */
    bool proven[SONDA_LINUX_TYPE_COUNT];
    bool snapshot_seen;       /* the iterator gave something */
    char canary_failure[128]; /* empty, or why the canary could not act */
};

/* Nanoseconds of a clock. */
uint64_t clock_ns(int clock);

/* Little-endian numbers in a payload. */
uint16_t load_u16(const uint8_t *at);
uint32_t load_u32(const uint8_t *at);
uint64_t load_u64(const uint8_t *at);
void store_u16(uint8_t *at, uint16_t value);
void store_u32(uint8_t *at, uint32_t value);

/* Fills an error (may be NULL) with a printf message; returns `status`. */
sonda_status set_error(sonda_error *error, sonda_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* SONDA_SOURCE_CLASS_… of a record type. */
uint32_t class_of_type(uint32_t type);

/*
 * deliver.c. Completes the payload of `len` bytes that stands in the record
 * buffer behind the header, and hands it to the sink.
 */
void deliver_payload(sonda_source *source, size_t len, uint32_t stream);
/* Counts and hands over the whole record in the buffer. */
void deliver_record(sonda_source *source, size_t record_len, uint32_t class_index);
/* Appends an item to the payload in the buffer; the new payload length. */
size_t append_item(sonda_source *source,
                   size_t len,
                   uint32_t kind,
                   uint32_t flags,
                   const void *bytes,
                   size_t bytes_len);

/* drain.c. Takes what the rings hold, oldest first, at most `limit` records;
 * how many there were. */
size_t drain_rings(sonda_source *source,
                   size_t limit,
                   void (*take)(sonda_source *source, size_t len, uint32_t stream));

/* health.c. Delivers a record for each class that lost something since. */
void tell_losses(sonda_source *source);
/* Counters since start, the kernel's and ours together. */
void count_stats(const sonda_source *source, sonda_source_stats *stats);

/* snapshot.c. Delivers what runs already. */
void deliver_snapshot(sonda_source *source);

/* canary.c. Does one of each thing the hooks watch and marks what was seen. */
void run_canary(sonda_source *source);

/* requirements.c. What must hold before anything is tried. */
struct requirement {
    const char *rung;
    uint32_t state; /* SONDA_LINUX_RUNG_… */
    sonda_status status;
    char detail[160];
    char remedy[160];
};
enum {
    REQUIREMENT_PRIVILEGES,
    REQUIREMENT_BTF,
    REQUIREMENT_LOCKDOWN,
    REQUIREMENT_RING_BUFFER,
    REQUIREMENT_COUNT
};
void check_requirement(unsigned index, struct requirement *requirement);

#endif
