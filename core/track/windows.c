/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keeping entries: three lists through each, two hash indexes over groups and
 * rules, everything by index.
 *
 * Room is made before anything is looked up, since the entry that goes may be
 * the last of the group or rule that is wanted.
 *
 * Opening claims memory and writes none of it: what was never used is never
 * read, and the indexes are cleared when the first event is placed. A tracker
 * whose content has no correlations keeps nine megabytes of address space that
 * cost it no page.
 *
 * Layer 3 (track). Allocates at open only.
 */

#include "core/base/allocate.h"
#include "core/track/windows_state.h"
#include "sonda/tracker.h"

#define NONE SONDA__WINDOW_NONE
/* As many as there can be correlations; those of former content go by eviction. */
#define RULES_KEPT 4096u

/* Opening. */

static uint32_t buckets_for(uint32_t count)
{
    uint32_t buckets = 16;

    while (buckets < count && buckets < 0x40000000u) {
        buckets *= 2;
    }
    return buckets;
}

static void *open_array(sonda__windows *w, size_t count, size_t size)
{
    w->stats.memory_bytes += (uint64_t)count * size;
    return sonda__allocate(&w->allocator, count, size);
}

static void clear_buckets(uint32_t *buckets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        buckets[i] = NONE;
    }
}

/* The first event has come. */
static void start_using(sonda__windows *w)
{
    clear_buckets(w->group_buckets, w->group_mask + 1);
    clear_buckets(w->rule_buckets, w->rule_mask + 1);
    w->in_use = 1;
}

static void open_pool(sonda__window_pool *pool, uint32_t capacity)
{
    pool->capacity = capacity;
    pool->free_head = NONE;
}

sonda_status sonda__windows_open(sonda__windows **windows,
                                 uint32_t capacity,
                                 const sonda_allocator *allocator)
{
    sonda__windows *w = sonda__allocate_zeroed(allocator, 1, sizeof *w);

    if (w == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    w->allocator = *allocator;
    w->first = NONE;
    w->last = NONE;
    open_pool(&w->entry_pool, capacity);
    open_pool(&w->group_pool, capacity);
    open_pool(&w->rule_pool, RULES_KEPT);
    w->rule_max = capacity / SONDA__WINDOW_RULE_SHARE;
    w->group_mask = buckets_for(capacity) - 1;
    w->rule_mask = RULES_KEPT - 1;
    w->entries = open_array(w, capacity, sizeof *w->entries);
    w->groups = open_array(w, capacity, sizeof *w->groups);
    w->rules = open_array(w, RULES_KEPT, sizeof *w->rules);
    w->seen = open_array(w, SONDA__WINDOW_SEEN_COUNT, sizeof *w->seen);
    w->numbers = open_array(w, SONDA__WINDOW_GROUP_EVENTS_MAX, sizeof *w->numbers);
    w->group_buckets = open_array(w, (size_t)w->group_mask + 1, sizeof *w->group_buckets);
    w->rule_buckets = open_array(w, (size_t)w->rule_mask + 1, sizeof *w->rule_buckets);
    if (w->entries == NULL || w->groups == NULL || w->rules == NULL || w->seen == NULL ||
        w->numbers == NULL || w->group_buckets == NULL || w->rule_buckets == NULL) {
        sonda__windows_close(w);
        return SONDA_ERR_NO_MEMORY;
    }
    *windows = w;
    return SONDA_OK;
}

void sonda__windows_close(sonda__windows *windows)
{
    if (windows != NULL) {
        sonda_allocator allocator = windows->allocator;

        sonda__release(&allocator, windows->entries);
        sonda__release(&allocator, windows->groups);
        sonda__release(&allocator, windows->rules);
        sonda__release(&allocator, windows->seen);
        sonda__release(&allocator, windows->numbers);
        sonda__release(&allocator, windows->group_buckets);
        sonda__release(&allocator, windows->rule_buckets);
        sonda__release(&allocator, windows);
    }
}

/* Keys. */

static bool same_key(const sonda__window_key *a, const sonda__window_key *b)
{
    return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

static uint32_t *group_bucket(const sonda__windows *w, const sonda__window_key *key)
{
    return &w->group_buckets[key->word[0] & w->group_mask];
}

static uint32_t *rule_bucket(const sonda__windows *w, const sonda__window_key *key)
{
    return &w->rule_buckets[key->word[0] & w->rule_mask];
}

static uint32_t find_group(const sonda__windows *w, const sonda__window_key *key)
{
    uint32_t at = *group_bucket(w, key);

    while (at != NONE && !same_key(&w->groups[at].key, key)) {
        at = w->groups[at].next_in_bucket;
    }
    return at;
}

static uint32_t find_rule(const sonda__windows *w, const sonda__window_key *key)
{
    uint32_t at = *rule_bucket(w, key);

    while (at != NONE && !same_key(&w->rules[at].key, key)) {
        at = w->rules[at].next_in_bucket;
    }
    return at;
}

/* Taking out. */

static void drop_group(sonda__windows *w, uint32_t index)
{
    sonda__window_group *group = &w->groups[index];
    uint32_t *link = group_bucket(w, &group->key);

    while (*link != index) {
        link = &w->groups[*link].next_in_bucket;
    }
    *link = group->next_in_bucket;
    group->next_in_bucket = w->group_pool.free_head;
    w->group_pool.free_head = index;
}

static void drop_rule(sonda__windows *w, uint32_t index)
{
    sonda__window_rule *rule = &w->rules[index];
    uint32_t *link = rule_bucket(w, &rule->key);

    while (*link != index) {
        link = &w->rules[*link].next_in_bucket;
    }
    *link = rule->next_in_bucket;
    rule->next_in_bucket = w->rule_pool.free_head;
    w->rule_pool.free_head = index;
}

static void unlink_from_group(sonda__windows *w, const sonda__window_entry *entry)
{
    sonda__window_group *group = &w->groups[entry->group];

    if (entry->previous != NONE) {
        w->entries[entry->previous].next = entry->next;
    } else {
        group->first = entry->next;
    }
    if (entry->next != NONE) {
        w->entries[entry->next].previous = entry->previous;
    } else {
        group->last = entry->previous;
    }
    group->count--;
}

static void unlink_from_rule(sonda__windows *w, const sonda__window_entry *entry)
{
    sonda__window_rule *rule = &w->rules[w->groups[entry->group].rule];

    if (entry->rule_previous != NONE) {
        w->entries[entry->rule_previous].rule_next = entry->rule_next;
    } else {
        rule->first = entry->rule_next;
    }
    if (entry->rule_next != NONE) {
        w->entries[entry->rule_next].rule_previous = entry->rule_previous;
    } else {
        rule->last = entry->rule_previous;
    }
    rule->count--;
}

static void unlink_from_all(sonda__windows *w, const sonda__window_entry *entry)
{
    if (entry->all_previous != NONE) {
        w->entries[entry->all_previous].all_next = entry->all_next;
    } else {
        w->first = entry->all_next;
    }
    if (entry->all_next != NONE) {
        w->entries[entry->all_next].all_previous = entry->all_previous;
    } else {
        w->last = entry->all_previous;
    }
}

static void drop_entry(sonda__windows *w, uint32_t index)
{
    sonda__window_entry *entry = &w->entries[index];
    uint32_t group = entry->group;
    uint32_t rule = w->groups[group].rule;

    unlink_from_rule(w, entry);
    unlink_from_group(w, entry);
    unlink_from_all(w, entry);
    if (w->groups[group].count == 0) {
        drop_group(w, group);
    }
    if (w->rules[rule].count == 0) {
        drop_rule(w, rule);
    }
    entry->all_next = w->entry_pool.free_head;
    w->entry_pool.free_head = index;
    w->stats.kept--;
}

/* Whether no window that ends at `now_ns` or later reaches back to `time_ns`. */
static bool is_over(uint64_t time_ns, uint64_t now_ns, uint64_t timespan_ns)
{
    return now_ns > time_ns && now_ns - time_ns > timespan_ns &&
           now_ns - time_ns - timespan_ns > SONDA_LATENESS_NS;
}

/* For room, not for age: counted unless it was over all the same. */
static void evict(sonda__windows *w, uint32_t index)
{
    const sonda__window_entry *entry = &w->entries[index];

    if (!is_over(entry->event.time_ns, w->newest_ns, w->groups[entry->group].timespan_ns)) {
        w->stats.evicted++;
    }
    drop_entry(w, index);
}

static void expire(sonda__windows *w, uint32_t group_index)
{
    const sonda__window_group *group = &w->groups[group_index];
    uint64_t now_ns = w->entries[group->last].event.time_ns;

    while (is_over(w->entries[group->first].event.time_ns, now_ns, group->timespan_ns)) {
        drop_entry(w, group->first);
    }
}

/* Putting in. */

static bool pool_is_empty(const sonda__window_pool *pool)
{
    return pool->free_head == NONE && pool->untouched == pool->capacity;
}

static void make_room(sonda__windows *w, const sonda__window_group_key *key)
{
    uint32_t rule;
    uint32_t group;

    while (pool_is_empty(&w->entry_pool) ||
           (pool_is_empty(&w->rule_pool) && find_rule(w, &key->rule) == NONE)) {
        evict(w, w->first);
    }
    rule = find_rule(w, &key->rule);
    if (rule != NONE && w->rules[rule].count >= w->rule_max) {
        evict(w, w->rules[rule].first);
    }
    group = find_group(w, &key->group);
    if (group != NONE && w->groups[group].count >= SONDA__WINDOW_GROUP_EVENTS_MAX) {
        evict(w, w->groups[group].first);
    }
}

static uint32_t take_rule(sonda__windows *w, const sonda__window_key *key)
{
    uint32_t index = find_rule(w, key);
    uint32_t *bucket = rule_bucket(w, key);
    sonda__window_rule *rule;

    if (index != NONE) {
        return index;
    }
    index = w->rule_pool.free_head;
    if (index != NONE) {
        w->rule_pool.free_head = w->rules[index].next_in_bucket;
    } else {
        index = w->rule_pool.untouched++;
    }
    rule = &w->rules[index];
    rule->key = *key;
    rule->first = NONE;
    rule->last = NONE;
    rule->count = 0;
    rule->next_in_bucket = *bucket;
    *bucket = index;
    return index;
}

static uint32_t take_group(sonda__windows *w, const sonda__window_group_key *key)
{
    uint32_t index = find_group(w, &key->group);
    uint32_t *bucket = group_bucket(w, &key->group);
    sonda__window_group *group;

    if (index != NONE) {
        return index;
    }
    index = w->group_pool.free_head;
    if (index != NONE) {
        w->group_pool.free_head = w->groups[index].next_in_bucket;
    } else {
        index = w->group_pool.untouched++;
    }
    group = &w->groups[index];
    group->key = key->group;
    group->timespan_ns = key->timespan_ns;
    group->told_ns = 0;
    group->told = 0;
    group->rule = take_rule(w, &key->rule);
    group->first = NONE;
    group->last = NONE;
    group->count = 0;
    group->next_in_bucket = *bucket;
    *bucket = index;
    return index;
}

static uint32_t take_entry(sonda__windows *w)
{
    uint32_t index = w->entry_pool.free_head;

    if (index != NONE) {
        w->entry_pool.free_head = w->entries[index].all_next;
        return index;
    }
    return w->entry_pool.untouched++;
}

/* Behind the last entry that is not later. */
static void link_in_group(sonda__windows *w, uint32_t index)
{
    sonda__window_entry *entry = &w->entries[index];
    sonda__window_group *group = &w->groups[entry->group];
    uint32_t before = group->last;

    while (before != NONE && w->entries[before].event.time_ns > entry->event.time_ns) {
        before = w->entries[before].previous;
    }
    entry->previous = before;
    entry->next = before == NONE ? group->first : w->entries[before].next;
    if (before == NONE) {
        group->first = index;
    } else {
        w->entries[before].next = index;
    }
    if (entry->next == NONE) {
        group->last = index;
    } else {
        w->entries[entry->next].previous = index;
    }
    group->count++;
}

static void link_in_rule(sonda__windows *w, uint32_t index)
{
    sonda__window_entry *entry = &w->entries[index];
    sonda__window_rule *rule = &w->rules[w->groups[entry->group].rule];

    entry->rule_previous = rule->last;
    entry->rule_next = NONE;
    if (rule->last == NONE) {
        rule->first = index;
    } else {
        w->entries[rule->last].rule_next = index;
    }
    rule->last = index;
    rule->count++;
}

static void link_in_all(sonda__windows *w, uint32_t index)
{
    sonda__window_entry *entry = &w->entries[index];

    entry->all_previous = w->last;
    entry->all_next = NONE;
    if (w->last == NONE) {
        w->first = index;
    } else {
        w->entries[w->last].all_next = index;
    }
    w->last = index;
}

static bool is_late(const sonda__windows *w, uint32_t group, uint64_t time_ns)
{
    uint64_t newest_ns;

    if (group == NONE) {
        return false;
    }
    newest_ns = w->entries[w->groups[group].last].event.time_ns;
    return newest_ns > time_ns && newest_ns - time_ns > SONDA_LATENESS_NS;
}

uint32_t sonda__windows_place(sonda__windows *windows,
                              const sonda__window_group_key *key,
                              const sonda__window_event *event)
{
    uint32_t group;
    uint32_t index;

    if (windows->in_use == 0) {
        start_using(windows);
    }
    if (is_late(windows, find_group(windows, &key->group), event->time_ns)) {
        windows->stats.late++;
        return NONE;
    }
    if (event->time_ns > windows->newest_ns) {
        windows->newest_ns = event->time_ns;
    }
    make_room(windows, key);
    group = take_group(windows, key);
    index = take_entry(windows);
    windows->entries[index].event = *event;
    windows->entries[index].group = group;
    windows->entries[index].reserved = 0;
    link_in_group(windows, index);
    link_in_rule(windows, index);
    link_in_all(windows, index);
    windows->stats.kept++;
    expire(windows, group);
    return index;
}

const sonda__window_entry *sonda__windows_entry(const sonda__windows *windows, uint32_t index)
{
    return &windows->entries[index];
}

uint32_t
sonda__windows_first(const sonda__windows *windows, uint32_t last, uint64_t timespan_ns)
{
    uint64_t end_ns = windows->entries[last].event.time_ns;
    uint32_t at = windows->groups[windows->entries[last].group].first;

    while (at != last && end_ns - windows->entries[at].event.time_ns > timespan_ns) {
        at = windows->entries[at].next;
    }
    return at;
}

bool sonda__windows_tell(sonda__windows *windows,
                         uint32_t entry,
                         uint64_t time_ns,
                         uint64_t throttle_ns)
{
    sonda__window_group *group = &windows->groups[windows->entries[entry].group];
    uint64_t away = time_ns > group->told_ns ? time_ns - group->told_ns : 0;

    if (throttle_ns != 0 && group->told != 0 && away < throttle_ns) {
        return false;
    }
    group->told = 1;
    group->told_ns = time_ns;
    return true;
}

void sonda__windows_get_stats(const sonda__windows *windows, sonda__windows_stats *stats)
{
    *stats = windows->stats;
}
