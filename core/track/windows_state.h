/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of windows: what keeping and measuring share.
 *
 * Layer 3 (track).
 */

#ifndef SONDA_CORE_TRACK_WINDOWS_STATE_H
#define SONDA_CORE_TRACK_WINDOWS_STATE_H

#include "core/track/windows.h"

typedef struct sonda__window_group {
    sonda__window_key key;
    uint64_t timespan_ns;
    uint64_t told_ns; /* event time of the last finding told */
    uint32_t told;    /* 1: there was one */
    uint32_t rule;
    uint32_t first;
    uint32_t last;
    uint32_t count;
    uint32_t next_in_bucket; /* also links free ones */
} sonda__window_group;

typedef struct sonda__window_rule {
    sonda__window_key key;
    uint32_t first;
    uint32_t last;
    uint32_t count;
    uint32_t next_in_bucket; /* also links free ones */
} sonda__window_rule;

/* Values seen while distinct ones are counted. */
typedef struct sonda__window_seen {
    uint64_t value;
    uint64_t round;
} sonda__window_seen;

/* Twice the entries of a group: a hash table that is never more than half full. */
#define SONDA__WINDOW_SEEN_COUNT ((size_t)2 * SONDA__WINDOW_GROUP_EVENTS_MAX)

/* Entries, groups or rules in use and free: never-used ones were not touched. */
typedef struct sonda__window_pool {
    uint32_t capacity;
    uint32_t untouched;
    uint32_t free_head;
    uint32_t reserved;
} sonda__window_pool;

struct sonda__windows {
    sonda_allocator allocator;
    sonda__window_entry *entries;
    sonda__window_group *groups;
    sonda__window_rule *rules;
    uint32_t *group_buckets;
    uint32_t *rule_buckets;
    uint32_t group_mask;
    uint32_t rule_mask;
    uint32_t rule_max; /* entries of one rule */
    uint32_t in_use;   /* 1: an event was placed; until then the buckets hold nothing */
    sonda__window_pool entry_pool;
    sonda__window_pool group_pool;
    sonda__window_pool rule_pool;
    uint32_t first; /* of all entries, as they arrived */
    uint32_t last;
    uint64_t newest_ns;
    uint64_t round;
    sonda__window_seen *seen; /* written from the first round on */
    double *numbers;          /* as many as a group may have entries */
    sonda__windows_stats stats;
};

#endif
