/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tracker: what outlives one event. Process lineage, and records that only
 * together make an event.
 *
 * Events pass through it in the order of their records, one caller at a time;
 * decoding before it and matching after it may run in parallel.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_TRACKER_H
#define SONDA_TRACKER_H

#include "sonda/allocator.h"
#include "sonda/event.h"
#include "sonda/finding.h"
#include "sonda/stats.h"
#include "sonda/status.h"

/**
 * How far, in event time, an event may lie behind the latest one of its kind
 * and still be placed among the events a correlation counts. Later ones are
 * evaluated alone and counted.
 */
#define SONDA_LATENESS_NS 5000000000u

/** Process table, joins, and what correlations remember. */
typedef struct sonda_tracker sonda_tracker;

/** Options of sonda_tracker_open(). */
typedef struct sonda_tracker_options {
    /** sizeof(sonda_tracker_options), set by SONDA_TRACKER_OPTIONS_INIT. */
    uint32_t struct_size;
    /** Processes kept, 16 to 1,048,576; 0: 16,384. */
    uint32_t max_processes;
    /**
     * Bytes of text for all processes together, at least 32,768; 0: 768 for
     * each process. With the default number of processes the table takes about
     * 16 MB, and joining audit lines 4 MB, all touched only as used.
     */
    uint64_t text_bytes;
    /** Event time for which an ended process is kept for late events and for
     * its children's lineage; 0: 60 s. */
    uint64_t exited_keep_ns;
    /**
     * Events that correlations remember over all rules, 64 to 1,048,576; 0:
     * 65,536. One rule remembers at most a quarter of them, one of its groups
     * at most 4,096. The oldest make room and are counted. Each takes about
     * 128 bytes, touched only as used.
     */
    uint32_t max_correlated;
    uint32_t reserved;
} sonda_tracker_options;

#define SONDA_TRACKER_OPTIONS_INIT                        \
    {                                                     \
        sizeof(sonda_tracker_options), 0u, 0u, 0u, 0u, 0u \
    }

SONDA_BEGIN_DECLS

/**
 * Open a tracker.
 *
 * @param tracker    Output handle.
 * @param options    NULL for the defaults.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_tracker_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `tracker` is NULL, or a number is out of
 *                                     its range.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 *
 * @threads   Any.
 * @allocates All the tracker will ever have; sonda_tracker_stats() says how
 *            much.
 */
SONDA_API sonda_status sonda_tracker_open(sonda_tracker **tracker,
                                          const sonda_tracker_options *options,
                                          const sonda_allocator *allocator);

/**
 * Close a tracker. NULL does nothing. Its workers must be closed before.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_tracker_close(sonda_tracker *tracker);

/**
 * Take note of one event and complete it from what is known.
 *
 * For sources whose records cannot carry lineage, absent fields are filled and
 * flagged SONDA_VALUE_ENRICHED; for Windows Event Log records, additions carry
 * SONDA_VALUE_HIDDEN as well and rules never see them. Fields that are present
 * are never changed.
 *
 * @param tracker  From sonda_tracker_open().
 * @param event    From sonda_worker_decode(); changed.
 *
 * @retval SONDA_OK                    Noted.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 *
 * @threads   One caller at a time per tracker, in record order.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_tracker_apply(sonda_tracker *tracker, sonda_event *event);

/**
 * Take the next event that applied records gave together, such as one audit
 * event of several lines. Call until SONDA_ERR_END after each apply, and after
 * finish.
 *
 * @param tracker  From sonda_tracker_open().
 * @param event    Storage of the caller's, filled; completed like an applied
 *                 event. Its header is that of the first record it came from.
 *
 * @retval SONDA_OK                    One event.
 * @retval SONDA_ERR_END               None is ready.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 *
 * @threads   One caller at a time per tracker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_tracker_take(sonda_tracker *tracker, sonda_event *event);

/**
 * Say that the input is over: what waits for further records becomes ready.
 *
 * @retval SONDA_OK                    Drain with sonda_tracker_take().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `tracker` is NULL.
 *
 * @threads   One caller at a time per tracker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_tracker_finish(sonda_tracker *tracker);

/**
 * Look up a process by its key.
 *
 * @param tracker   From sonda_tracker_open().
 * @param pid       Process id.
 * @param start_ns  When it started, as in sonda_process_view; 0: whichever had
 *                  this pid last.
 * @param ancestor  0: the process itself, 1: its parent, and so on.
 * @param process   Output, with struct_size set; borrowed until the tracker is
 *                  used again.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         Not known, or no longer.
 *
 * @threads   One caller at a time per tracker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_tracker_process(sonda_tracker *tracker,
                                             uint64_t pid,
                                             uint64_t start_ns,
                                             uint32_t ancestor,
                                             sonda_process_view *process);

/**
 * Counters since the tracker was opened.
 *
 * @param tracker  From sonda_tracker_open().
 * @param numbers  Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The struct's size is not one we know.
 *
 * @threads   One caller at a time per tracker.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_tracker_stats(const sonda_tracker *tracker,
                                           sonda_tracker_numbers *numbers);

SONDA_END_DECLS

#endif
