/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The seam: what an adapter implements.
 *
 * An adapter captures and answers, nothing else. It flattens what the system
 * hands it into records and delivers them; it never parses, matches or hashes.
 * Replay and null are adapters too, and a vendor brings its own.
 *
 * Public, for implementers. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_SPI_SOURCE_H
#define SONDA_SPI_SOURCE_H

#include "sonda/allocator.h"
#include "sonda/record.h"
#include "sonda/status.h"

/** Event classes an adapter reports on. Pinned; index into capability arrays. */
#define SONDA_SOURCE_CLASS_PROCESS_EXEC 0u
#define SONDA_SOURCE_CLASS_PROCESS_FORK 1u
#define SONDA_SOURCE_CLASS_PROCESS_EXIT 2u
#define SONDA_SOURCE_CLASS_FILE_OPEN 3u
#define SONDA_SOURCE_CLASS_FILE_RENAME 4u
#define SONDA_SOURCE_CLASS_FILE_DELETE 5u
#define SONDA_SOURCE_CLASS_FILE_ATTRIBUTES 6u
#define SONDA_SOURCE_CLASS_NETWORK 7u
#define SONDA_SOURCE_CLASS_MODULE 8u
#define SONDA_SOURCE_CLASS_REGISTRY 9u
#define SONDA_SOURCE_CLASS_OTHER 10u
#define SONDA_SOURCE_CLASS_COUNT 11u

/** What was proven for a class at start-up, by trying it. Pinned values. */
#define SONDA_CAPABILITY_NONE 0u
#define SONDA_CAPABILITY_OBSERVE 1u
/** Can end the process after the fact. */
#define SONDA_CAPABILITY_TERMINATE_AFTER 2u
/** Can answer allow or deny before the fact. */
#define SONDA_CAPABILITY_AUTHORISE 3u

/** Answer to a ticket. Pinned values. */
typedef uint32_t sonda_verdict;
#define SONDA_VERDICT_ALLOW ((sonda_verdict)0)
#define SONDA_VERDICT_DENY ((sonda_verdict)1)

/** How the host drives a source. */
#define SONDA_SOURCE_RUNS 1u
#define SONDA_SOURCE_POLLS 2u

/** What a source is. Static; filled by describe(). */
typedef struct sonda_source_description {
    /** sizeof(sonda_source_description), set by SONDA_SOURCE_DESCRIPTION_INIT. */
    uint32_t struct_size;
    /** SONDA_SOURCE_RUNS or SONDA_SOURCE_POLLS: which of run and poll to call. */
    uint32_t drive;
    /** Short name such as "linux-bpf"; static string. */
    const char *name;
    /** Version of the adapter; static string. */
    const char *version;
} sonda_source_description;

#define SONDA_SOURCE_DESCRIPTION_INIT                    \
    {                                                    \
        sizeof(sonda_source_description), 0u, NULL, NULL \
    }

/** What this machine offers for one class, and why not more. */
typedef struct sonda_source_capability {
    /** SONDA_CAPABILITY_…, proven by trying. */
    uint32_t level;
    uint32_t reserved;
    /** What carries it, such as "raw_tp/sched_process_exec"; static, not NULL. */
    const char *mechanism;
    /** Empty, or what is missing and the remedy, one line; static or the
     * source's, good until close. Not NULL. */
    const char *remedy;
} sonda_source_capability;

/** Capabilities by SONDA_SOURCE_CLASS_…. */
typedef struct sonda_source_capabilities {
    /** sizeof(sonda_source_capabilities), set by SONDA_SOURCE_CAPABILITIES_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    sonda_source_capability by_class[SONDA_SOURCE_CLASS_COUNT];
} sonda_source_capabilities;

#define SONDA_SOURCE_CAPABILITIES_INIT         \
    {                                          \
        sizeof(sonda_source_capabilities), 0u, \
        {                                      \
            {                                  \
                0u, 0u, NULL, NULL             \
            }                                  \
        }                                      \
    }

/** Exact counters since open; produced = delivered + lost + filtered, per class. */
typedef struct sonda_source_class_stats {
    /** Records the source wanted to deliver. */
    uint64_t produced;
    /** Records the sink took. */
    uint64_t delivered;
    /** Records lost in the kernel's queues or refused by the sink. */
    uint64_t lost;
    /** Records dropped on purpose: the sensor's own, or not asked for. */
    uint64_t filtered;
} sonda_source_class_stats;

/** Counters by SONDA_SOURCE_CLASS_…. */
typedef struct sonda_source_stats {
    /** sizeof(sonda_source_stats), set by SONDA_SOURCE_STATS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    sonda_source_class_stats by_class[SONDA_SOURCE_CLASS_COUNT];
    /** Tickets handed out, answered by respond, and past their deadline. */
    uint64_t tickets;
    uint64_t answered;
    uint64_t expired;
} sonda_source_stats;

#define SONDA_SOURCE_STATS_INIT                                        \
    {                                                                  \
        sizeof(sonda_source_stats), 0u, {{0u, 0u, 0u, 0u}}, 0u, 0u, 0u \
    }

/** Where records go; given to open() and copied. */
typedef struct sonda_sink {
    /** sizeof(sonda_sink), set by the host. */
    uint32_t struct_size;
    uint32_t reserved;
    /**
     * Takes one record; the sink copies it before returning.
     *
     * Called by the source from any of its threads, several at once, never
     * after stop() has returned. `record` is good during the call only.
     *
     * Returns SONDA_OK, or SONDA_ERR_FULL when there is no room: the source
     * counts the record as lost and goes on. Any other status asks the source
     * to stop delivering. Never blocks.
     */
    sonda_status (*deliver)(void *user, const void *record, size_t record_len);
    void *user;
} sonda_sink;

/** Options of open(). */
typedef struct sonda_source_options {
    /** sizeof(sonda_source_options), set by SONDA_SOURCE_OPTIONS_INIT. */
    uint32_t struct_size;
    /** 1: deliver a snapshot of what runs already before live records. */
    uint32_t snapshot;
    /** Bit per SONDA_SOURCE_CLASS_…; 0 means all. */
    uint64_t classes;
    /** Bytes of kernel buffer for file and network records; 0: the default. */
    uint64_t buffer_bytes;
    /** Bytes of kernel buffer for process records; 0: the default. */
    uint64_t process_buffer_bytes;
    /** Bit per SONDA_SOURCE_CLASS_… to ask verdicts for; 0: only observe. Who
     * sets it must answer every ticket, by respond(). */
    uint64_t authorise;
} sonda_source_options;

#define SONDA_SOURCE_OPTIONS_INIT                        \
    {                                                    \
        sizeof(sonda_source_options), 1u, 0u, 0u, 0u, 0u \
    }

/** A source between open and close; the adapter's own struct. */
typedef struct sonda_source sonda_source;

/**
 * The table. Every function but the last must be present; sonda_host_run() refuses a table
 * that lacks one. Read and fill the structs of the other side through
 * sonda/abi.h: host and adapter may come from different releases. Threads: describe and probe from
 * any; open, stop and close from one host thread; run or poll from one thread,
 * which may be another; respond and stats from any at any time between open
 * and close.
 */
typedef struct sonda_source_ops {
    /** sizeof(sonda_source_ops) of the adapter's build. */
    uint32_t struct_size;
    uint32_t reserved;

    /** Fills the description. Cannot fail. */
    void (*describe)(sonda_source_description *description);

    /**
     * Opens the source and proves its capabilities. Nothing is delivered yet.
     *
     * SONDA_ERR_PERMISSION when privilege is missing, SONDA_ERR_UNSUPPORTED
     * when the system lacks what is needed; both with what and the remedy in
     * `error`. Failure leaves nothing behind.
     */
    sonda_status (*open)(sonda_source **source,
                         const sonda_source_options *options,
                         const sonda_sink *sink,
                         const sonda_allocator *allocator,
                         sonda_error *error);

    /** Fills what open() proved. Cannot fail. */
    void (*capabilities)(const sonda_source *source, sonda_source_capabilities *capabilities);

    /**
     * Attaches and begins to deliver; the snapshot comes first, flagged
     * SONDA_RECORD_SNAPSHOT.
     */
    sonda_status (*start)(sonda_source *source, sonda_error *error);

    /**
     * For SONDA_SOURCE_POLLS: deliver what is there, or wait up to
     * `timeout_ms` for something. SONDA_OK, also when nothing came;
     * SONDA_ERR_CANCELLED once stop() was called.
     */
    sonda_status (*poll)(sonda_source *source, uint32_t timeout_ms);

    /**
     * For SONDA_SOURCE_RUNS: blocks and delivers until stop().
     */
    sonda_status (*run)(sonda_source *source);

    /**
     * Answers a ticket, once. SONDA_ERR_ALREADY for a second answer,
     * SONDA_ERR_NOT_FOUND for a ticket that never was, SONDA_ERR_UNSUPPORTED
     * for a source that only observes. `cache_ms` 0: do not cache.
     */
    sonda_status (*respond)(sonda_source *source,
                            uint64_t ticket,
                            sonda_verdict verdict,
                            uint32_t cache_ms);

    /** Fills the counters. Cannot fail. */
    void (*stats)(const sonda_source *source, sonda_source_stats *stats);

    /**
     * Ends delivery: detaches, drains what the kernel holds into the sink,
     * makes run and poll return. May be called twice.
     */
    void (*stop)(sonda_source *source);

    /** Gives everything back. NULL does nothing. */
    void (*close)(sonda_source *source);

    /**
     * The content changed: answers that the system remembers are forgotten,
     * so that it asks again. SONDA_ERR_BAD_STATE when the system wants to be
     * asked again later. NULL where nothing is ever remembered: the one
     * function that may be absent. Any thread, between open and close.
     */
    sonda_status (*forget_verdicts)(sonda_source *source);
} sonda_source_ops;

#endif
