/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What was counted: by a worker, and by a tracker.
 *
 * Losses are counted where they happen. For a worker, handed in = decoded +
 * malformed + beyond a limit + unsupported; always.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_STATS_H
#define SONDA_STATS_H

#include "sonda/status.h"

/** Positions of `events_by_class`; see sonda_stats_class(). */
#define SONDA_STATS_CLASS_COUNT 16u
/** Sigma's levels, informational to critical. */
#define SONDA_STATS_LEVEL_COUNT 5u

/** Counters of one worker since it was opened. */
typedef struct sonda_stats {
    /** sizeof(sonda_stats), set by SONDA_STATS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** Records handed in. */
    uint64_t records;
    /** Bytes of them. */
    uint64_t bytes;
    /** Records that became an event; those of a start-up snapshot included. */
    uint64_t decoded;
    /** Records of a start-up snapshot, and others that only tell the tracker what
     * things are called or repeat a start: neither shown nor matched. */
    uint64_t snapshots;
    /** Records whose header or payload contradicts its own format. */
    uint64_t malformed;
    /** Records beyond SONDA_RECORD_MAX, or with more in them than a limit. */
    uint64_t beyond_limit;
    /** Records of a source or version that this build does not read. */
    uint64_t unsupported;
    /** Events shown and matched: decoded - snapshots + derived + health. */
    uint64_t events;
    /**
     * Events that several records gave together, such as joined audit lines;
     * not those of a start-up snapshot.
     */
    uint64_t derived;
    /** Events the worker made about itself: losses, programs switched off. */
    uint64_t health;
    /** Events by class, in the order of sonda_stats_class(). */
    uint64_t events_by_class[SONDA_STATS_CLASS_COUNT];
    /** Matches that became findings, by SONDA_LEVEL_…. */
    uint64_t findings_by_level[SONDA_STATS_LEVEL_COUNT];
    /** Matches kept silent because the rule is disabled. */
    uint64_t suppressed_disabled;
    /** Matches kept silent because the rule is below the least level. */
    uint64_t suppressed_level;
    /** Matches that a filter took away. */
    uint64_t suppressed_filter;
    /**
     * Conditions that were evaluated: of rules of which a necessary text was in
     * the event, or that have none. What the matching cost.
     */
    uint64_t evaluated;
    /** Events whose search for rules used up their budget of steps: some rules
     * did not see them. */
    uint64_t over_budget;
    /** Verdicts handed to on_verdict. */
    uint64_t verdicts;
    /** Times the worker switched to newly published content. */
    uint64_t content_switches;
    /** Matches kept silent because a correlation speaks for the rule. */
    uint64_t suppressed_correlated;
    /** Correlations kept silent because the same one spoke just before. */
    uint64_t suppressed_throttle;
    /** Matches that a correlation waited for and did not get: more of one event
     * than an event may carry, or content that is no longer in force. */
    uint64_t uncorrelated;
    /** Programs that this worker switched off: sonda_engine_switched_off(). */
    uint64_t switched_off;
    /** Matches kept silent because the policy's action is none. */
    uint64_t suppressed_policy;
    /** Findings whose action was not carried out because the mode is observe. */
    uint64_t responses_would;
    /** Findings whose action a switch took back. */
    uint64_t responses_withheld;
    /** Findings whose action there was no ticket for. */
    uint64_t responses_no_ticket;
    /** Of `verdicts`, those that were SONDA_VERDICT_DENY. */
    uint64_t verdicts_denied;
    /** Of `decoded`, events of a kind that this build has no layout or meaning
     * for: passed on with what the record itself names. */
    uint64_t raw;
} sonda_stats;

#define SONDA_STATS_INIT                                                                     \
    {                                                                                        \
        sizeof(sonda_stats), 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, {0u}, {0u}, 0u, 0u, \
            0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u                       \
    }

/** Counters of one tracker since it was opened. */
typedef struct sonda_tracker_numbers {
    /** sizeof(sonda_tracker_numbers), set by SONDA_TRACKER_NUMBERS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** Processes known now, those that ended but are kept included. */
    uint64_t processes;
    /** Of them, those that ended. */
    uint64_t exited;
    /** Starts seen: by exec, by fork, by snapshot, or by what an event says of
     * its process or parent. */
    uint64_t started;
    /** Ended processes forgotten because their time was over. */
    uint64_t expired;
    /** Ended processes forgotten early, because room was needed. */
    uint64_t evicted_exited;
    /** Live processes forgotten because room was needed. */
    uint64_t evicted_live;
    /** Times a pid came back for another process. */
    uint64_t pids_reused;
    /** Texts cut because of the limit for one process, or for want of room. */
    uint64_t texts_cut;
    /** Fields filled in events. */
    uint64_t fields_filled;
    /** Bytes allocated at open: all the tracker will ever have. */
    uint64_t memory_bytes;
    /** Events that correlations remember now. */
    uint64_t correlated;
    /** Events forgotten for want of room while a window could still need them. */
    uint64_t correlated_evicted;
    /** Events too late to be placed, by SONDA_LATENESS_NS: evaluated alone. */
    uint64_t correlated_late;
    /** Messages that Endpoint Security numbered and that did not come. */
    uint64_t messages_lost;
    /** Files and registry keys whose names are known now, for ETW events. */
    uint64_t objects;
    /** Of them, those forgotten because room was needed. */
    uint64_t objects_evicted;
} sonda_tracker_numbers;

#define SONDA_TRACKER_NUMBERS_INIT                                                             \
    {                                                                                          \
        sizeof(sonda_tracker_numbers), 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, \
            0u, 0u, 0u                                                                         \
    }

SONDA_BEGIN_DECLS

/**
 * Class counted at a position of `events_by_class`.
 *
 * @param index  0 to SONDA_STATS_CLASS_COUNT - 1.
 *
 * @return  SONDA_CLASS_…; SONDA_CLASS_BASE for position 0, which also counts
 *          classes without a position of their own, and for unused positions,
 *          which count nothing.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_stats_class(size_t index);

/**
 * Add the counters of one worker to a total.
 *
 * @param total  Sum so far, with struct_size set.
 * @param part   From sonda_worker_stats().
 *
 * @retval SONDA_OK                    Added.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               A size is not one we know.
 *
 * @threads   Any, one caller at a time per total.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_stats_add(sonda_stats *total, const sonda_stats *part);

SONDA_END_DECLS

#endif
