/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The worker: records in, findings out, on one thread.
 *
 * sonda_worker_process() is the whole way of a record. Who wants the cores
 * apart runs its four steps himself: sonda_worker_decode() in parallel,
 * sonda_tracker_apply() in record order, sonda_worker_match() in parallel,
 * sonda_tracker_correlate() in record order.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_WORKER_H
#define SONDA_WORKER_H

#include "sonda/engine.h"
#include "sonda/event.h"
#include "sonda/finding.h"
#include "sonda/spi/source.h"
#include "sonda/stats.h"
#include "sonda/tracker.h"

/** Which instructions a worker searches the values of events with. Pinned values. */
/** The fastest ones that this processor has. */
#define SONDA_SIMD_BEST 0u
/** Those that every processor has. */
#define SONDA_SIMD_PORTABLE 1u

/** What one thread decodes and matches with. */
typedef struct sonda_worker sonda_worker;

/**
 * Options of sonda_worker_open().
 *
 * The callbacks run on the thread that calls the worker, before that call
 * returns, and their arguments live until the callback returns. From inside,
 * the accessors of what was handed over, sonda_worker_stats(),
 * sonda_worker_error(), other workers and lookups in the tracker may be called;
 * any other call on this worker gets SONDA_ERR_BAD_STATE.
 */
typedef struct sonda_worker_options {
    /** sizeof(sonda_worker_options), set by SONDA_WORKER_OPTIONS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** Every event, before it is matched; NULL: not wanted. */
    void (*on_event)(const sonda_event *event, void *user);
    /** Every finding, in the order of the content's rules; NULL: only counted. */
    void (*on_finding)(const sonda_finding *finding, void *user);
    /**
     * The answer to a record with a ticket, once for each, after its findings;
     * also for a record that could not be decoded, as long as its header could.
     * `finding` is the one that decided, or NULL. The verdict is
     * SONDA_VERDICT_ALLOW unless the engine enforces the response policy and it
     * asks for deny or kill; of several such findings the first of a kill, else
     * the first has the say.
     */
    void (*on_verdict)(uint64_t ticket,
                       sonda_verdict verdict,
                       const sonda_finding *finding,
                       void *user);
    /** Passed to all of them. */
    void *user;
    /**
     * This machine's name, for OCSF output of records that do not name theirs.
     * Not zero-terminated; stays until the worker is closed. NULL: not known,
     * as when another machine's records are replayed.
     */
    const char *host_name;
    size_t host_name_len;
    /**
     * SONDA_SIMD_…: findings are the same with either, only slower without the
     * processor's own. For who wants to see that, or does not trust a processor
     * or a virtual machine with them. About matching; decoding takes what is there.
     */
    uint32_t simd;
    uint32_t reserved_tail;
} sonda_worker_options;

#define SONDA_WORKER_OPTIONS_INIT                                                  \
    {                                                                              \
        sizeof(sonda_worker_options), 0u, NULL, NULL, NULL, NULL, NULL, 0u, 0u, 0u \
    }

SONDA_BEGIN_DECLS

/**
 * Open a worker.
 *
 * @param worker     Output handle.
 * @param engine     Whose content to match with; outlives the worker.
 * @param tracker    Lineage and joins; outlives the worker. Several workers may
 *                   share one as long as one of them at a time is in
 *                   sonda_worker_process(). NULL: every record stands alone.
 * @param options    NULL: counts only.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_worker_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `worker` or `engine` is NULL, or `simd` is
 *                                     none of SONDA_SIMD_….
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 *
 * @threads   Any.
 * @allocates The worker with its event and scratch: all it will ever have, a
 *            few times SONDA_RECORD_MAX, touched only as used.
 */
SONDA_API sonda_status sonda_worker_open(sonda_worker **worker,
                                         sonda_engine *engine,
                                         sonda_tracker *tracker,
                                         const sonda_worker_options *options,
                                         const sonda_allocator *allocator);

/**
 * Close a worker. NULL does nothing.
 *
 * @threads   The last user; not from inside a callback.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_worker_close(sonda_worker *worker);

/**
 * Decode one raw record, track it, and evaluate it against the content in
 * force; then the same for every event that it completes.
 *
 * Every match reaches the finding callback before this function returns. A
 * record that cannot be decoded is counted in sonda_worker_stats() and leaves
 * the worker usable; feed it the next record. sonda_worker_error() has the
 * detail.
 *
 * @param worker      Worker from sonda_worker_open().
 * @param record      One record as the source produced it: a 64-byte header
 *                    followed by its payload. Any alignment; need not be
 *                    trusted. Read during the call, never kept.
 * @param record_len  Bytes in `record`, 64 to SONDA_RECORD_MAX.
 * @param now_ns      Wall clock, nanoseconds since 1970-01-01 UTC, for health
 *                    events only; time windows use the event's own time. May
 *                    step back.
 *
 * @retval SONDA_OK                    Evaluated, with or without a match.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer or fewer than 64 bytes.
 * @retval SONDA_ERR_TRUNCATED         Fewer bytes than its header or payload
 *                                     promise; counted as malformed.
 * @retval SONDA_ERR_MALFORMED         The record contradicts its own header or
 *                                     its payload's format.
 * @retval SONDA_ERR_LIMIT             Longer than SONDA_RECORD_MAX, nested too
 *                                     deep, or too many fields; counted and
 *                                     made a health event.
 * @retval SONDA_ERR_UNSUPPORTED       A source this build does not read.
 * @retval SONDA_ERR_VERSION           A version this build does not read.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 *
 * @threads   One caller at a time per worker, and per tracker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_worker_process(sonda_worker *worker,
                                            const void *record,
                                            size_t record_len,
                                            uint64_t now_ns);

/**
 * Say that the input is over: what the tracker held back is evaluated.
 *
 * @retval SONDA_OK                    Done; the worker stays usable.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `worker` is NULL.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 *
 * @threads   One caller at a time per worker, and per tracker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_worker_finish(sonda_worker *worker, uint64_t now_ns);

/**
 * First step alone: decode a record into an event.
 *
 * @param worker      From sonda_worker_open(); counts the record.
 * @param record      As for sonda_worker_process(); the event borrows from it,
 *                    so it must live as long as the event is used.
 * @param record_len  Bytes in `record`.
 * @param now_ns      As for sonda_worker_process().
 * @param event       Storage of the caller's, filled. Empty after a failure,
 *                    but for SONDA_ERR_LIMIT: then it is the health event, to
 *                    be matched and not to be tracked.
 *
 * @retval SONDA_OK  Decoded.
 * @retval other     As for sonda_worker_process(); no callback was called but
 *                   on_verdict for a record with a ticket.
 *
 * @threads   One caller at a time per worker; workers run in parallel.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_worker_decode(sonda_worker *worker,
                                           const void *record,
                                           size_t record_len,
                                           uint64_t now_ns,
                                           sonda_event *event);

/**
 * Third step alone: hand the event to on_event and evaluate it. An event from a
 * start-up snapshot is passed over.
 *
 * @param worker  From sonda_worker_open(); any worker of the same engine, also
 *                one that did not decode the event.
 * @param event   Decoded, and applied where lineage is wanted. Changed only in
 *                that its names are resolved for the content in force.
 * @param now_ns  As for sonda_worker_process().
 *
 * @retval SONDA_OK                    Evaluated, with or without a match.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 *
 * @threads   One caller at a time per worker; workers run in parallel.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_worker_match(sonda_worker *worker,
                                          sonda_event *event,
                                          uint64_t now_ns);

/**
 * Last step alone: tell correlations what an event matched. Those it completes
 * reach on_finding of `worker` before this function returns.
 *
 * @param tracker  What correlations remember is here.
 * @param worker   Any worker of the engine that matched the event, at rest;
 *                 its callbacks and counters are used.
 * @param event    From sonda_worker_match(), unchanged since.
 *
 * An event that was matched with content that is no longer in force is passed
 * over, and its matches are counted as uncorrelated.
 *
 * @retval SONDA_OK                    Done, with or without a finding.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback of `worker`.
 *
 * @threads   One caller at a time per tracker and per worker, in record order;
 *            beside sonda_tracker_apply() of later events.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_tracker_correlate(sonda_tracker *tracker,
                                               sonda_worker *worker,
                                               const sonda_event *event);

/**
 * Detail of the last record that could not be decoded; its offset counts from
 * the first byte of the payload.
 *
 * @return  Borrowed until the worker is used again; status SONDA_OK when there
 *          was none yet; NULL for NULL.
 *
 * @threads   Those of the worker.
 * @allocates Nothing.
 */
SONDA_API const sonda_error *sonda_worker_error(const sonda_worker *worker);

/**
 * Counters since the worker was opened.
 *
 * @param worker  From sonda_worker_open().
 * @param stats   Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The struct's size is not one we know.
 *
 * @threads   Those of the worker; also from inside its callbacks.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_worker_stats(const sonda_worker *worker, sonda_stats *stats);

SONDA_END_DECLS

#endif
