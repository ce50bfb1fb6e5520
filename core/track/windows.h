/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events that correlations remember, in windows of time.
 *
 * A rule has groups, a group has entries in the order of event time. Entries,
 * groups and rules are known by keys (hashes of what they stand for), not by
 * indexes into some content, so that state outlives the content it came from.
 *
 * Everything is bounded: entries of one group, of one rule, and in total. The
 * oldest makes room, in the order entries arrived. A group and a rule exist as
 * long as they have an entry.
 *
 * Time is the events' own. The latest event of a group tells what is out of
 * its window: one event with a wrong clock harms its own group alone.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#ifndef SONDA_CORE_TRACK_WINDOWS_H
#define SONDA_CORE_TRACK_WINDOWS_H

#include <stdbool.h>

#include "core/base/limits.h"
#include "sonda/allocator.h"
#include "sonda/status.h"

#define SONDA__WINDOW_NONE UINT32_MAX

typedef struct sonda__window_key {
    uint64_t word[2];
} sonda__window_key;

/* Who asks, and how far it looks back. */
typedef struct sonda__window_group_key {
    sonda__window_key rule;
    sonda__window_key group; /* unique over all rules */
    uint64_t timespan_ns;
} sonda__window_group_key;

/* One event as a correlation sees it. */
typedef struct sonda__window_event {
    uint64_t time_ns;
    uint64_t seq;   /* of its record */
    uint64_t mask;  /* bit n: it is what the correlation's rule n found */
    uint64_t value; /* hash, or bits of a double; the rule's type tells */
    uint32_t stream;
    uint32_t reserved;
} sonda__window_event;

typedef struct sonda__window_entry {
    sonda__window_event event;
    uint32_t group;
    uint32_t previous; /* in the group, by time; equal times as they arrived */
    uint32_t next;
    uint32_t rule_previous; /* in the rule, as they arrived */
    uint32_t rule_next;
    uint32_t all_previous; /* of all, as they arrived */
    uint32_t all_next;
    uint32_t reserved;
} sonda__window_entry;

typedef struct sonda__windows sonda__windows;

typedef struct sonda__windows_stats {
    uint64_t kept;    /* entries now */
    uint64_t evicted; /* entries forgotten while a window could still need them */
    uint64_t late;    /* events beyond SONDA_LATENESS_NS behind their group */
    uint64_t memory_bytes;
} sonda__windows_stats;

/* `capacity` entries in total, at least SONDA__WINDOW_RULE_SHARE. */
sonda_status sonda__windows_open(sonda__windows **windows,
                                 uint32_t capacity,
                                 const sonda_allocator *allocator);

/* NULL does nothing. */
void sonda__windows_close(sonda__windows *windows);

/*
 * Places an event in its group and forgets what no window needs any more.
 * SONDA__WINDOW_NONE, and counted, when it is too late for that. Indexes of
 * entries are good until the next call.
 */
uint32_t sonda__windows_place(sonda__windows *windows,
                              const sonda__window_group_key *key,
                              const sonda__window_event *event);

const sonda__window_entry *sonda__windows_entry(const sonda__windows *windows, uint32_t index);

/* The oldest entry of the window of `timespan_ns` that ends at `last`. */
uint32_t
sonda__windows_first(const sonda__windows *windows, uint32_t last, uint64_t timespan_ns);

/*
 * Whether a finding at `time_ns` may be told: the group's last one that could
 * is `throttle_ns` away or more. Takes note of it when it may.
 */
bool sonda__windows_tell(sonda__windows *windows,
                         uint32_t entry,
                         uint64_t time_ns,
                         uint64_t throttle_ns);

void sonda__windows_get_stats(const sonda__windows *windows, sonda__windows_stats *stats);

/* What a window holds, from entry `first` to entry `last` of one group. */

uint32_t sonda__window_count(const sonda__windows *windows, uint32_t first, uint32_t last);

/* Different values. */
uint32_t sonda__window_distinct(sonda__windows *windows, uint32_t first, uint32_t last);

/* Different rules. */
uint32_t sonda__window_rules(const sonda__windows *windows, uint32_t first, uint32_t last);

/*
 * Most rules found in the order the correlation names them, each by an event of
 * its own: rules that were left out or came too early do not count.
 */
uint32_t sonda__window_ordered(const sonda__windows *windows, uint32_t first, uint32_t last);

/* Sum of values that are doubles, in the order of time. */
double sonda__window_sum(const sonda__windows *windows, uint32_t first, uint32_t last);

/* The smallest value that `percent` hundredths of a percent are not above. */
double sonda__window_percentile(sonda__windows *windows,
                                uint32_t first,
                                uint32_t last,
                                uint32_t percent);

#endif
