/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Entries, indexes and lists of the process table.
 *
 * Entries of one pid stand newest first in their bucket, so that a lookup
 * without a start time meets the latest process first.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#include "core/track/process_table.h"

#include "core/base/allocate.h"
#include "core/base/hash.h"
#include "sonda/finding.h"

#include <assert.h>

static sonda__process *entry_at(const sonda__process_table *table, uint32_t index)
{
    assert(index < table->capacity);
    return &table->entries[index];
}

static bool has_guid(const sonda__process_key *key)
{
    return (key->guid[0] | key->guid[1]) != 0;
}

static uint32_t *pid_bucket(const sonda__process_table *table, const sonda__process_key *key)
{
    uint64_t hash = sonda__hash_step(key->scope, key->pid);

    return &table->by_pid[hash & table->bucket_mask];
}

static uint32_t *guid_bucket(const sonda__process_table *table, const sonda__process_key *key)
{
    uint64_t hash = sonda__hash_step(key->guid[0], key->guid[1]);

    return &table->by_guid[hash & table->bucket_mask];
}

/* Opening. */

static uint32_t bucket_count(uint32_t capacity)
{
    uint32_t count = 16;

    while (count < capacity) {
        count *= 2;
    }
    return count;
}

static sonda_status open_indexes(sonda__process_table *table, uint32_t buckets)
{
    table->bucket_mask = buckets - 1;
    table->by_pid = sonda__allocate(&table->allocator, buckets, sizeof *table->by_pid);
    table->by_guid = sonda__allocate(&table->allocator, buckets, sizeof *table->by_guid);
    if (table->by_pid == NULL || table->by_guid == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(table->by_pid, 0xff, buckets * sizeof *table->by_pid);
    memset(table->by_guid, 0xff, buckets * sizeof *table->by_guid);
    return SONDA_OK;
}

sonda_status sonda__process_table_open(sonda__process_table *table,
                                       uint32_t max_processes,
                                       uint64_t text_bytes,
                                       const sonda_allocator *allocator)
{
    const sonda_tracker_numbers none = SONDA_TRACKER_NUMBERS_INIT;
    uint32_t buckets = bucket_count(max_processes);
    sonda_status status;

    memset(table, 0, sizeof *table);
    table->allocator = *allocator;
    table->capacity = max_processes;
    table->free_head = SONDA__PROCESS_NONE;
    table->numbers = none;
    for (size_t i = 0; i < SONDA__LIST_COUNT; i++) {
        table->list_head[i] = SONDA__PROCESS_NONE;
        table->list_tail[i] = SONDA__PROCESS_NONE;
    }
    table->entries = sonda__allocate(allocator, max_processes, sizeof *table->entries);
    table->scratch = sonda__allocate(allocator, SONDA__PROCESS_TEXT_MAX, 1);
    status = table->entries != NULL && table->scratch != NULL ? open_indexes(table, buckets)
                                                              : SONDA_ERR_NO_MEMORY;
    if (status == SONDA_OK) {
        status = sonda__text_pool_open(&table->texts, text_bytes, allocator);
    }
    if (status != SONDA_OK) {
        sonda__process_table_close(table);
        return status;
    }
    table->numbers.memory_bytes = max_processes * sizeof *table->entries +
                                  2 * (uint64_t)buckets * sizeof(uint32_t) + text_bytes +
                                  SONDA__PROCESS_TEXT_MAX;
    return SONDA_OK;
}

void sonda__process_table_close(sonda__process_table *table)
{
    sonda__text_pool_close(&table->texts, &table->allocator);
    sonda__release(&table->allocator, table->by_guid);
    sonda__release(&table->allocator, table->by_pid);
    sonda__release(&table->allocator, table->scratch);
    sonda__release(&table->allocator, table->entries);
}

/* Lists. */

static void list_remove(sonda__process_table *table, uint32_t index)
{
    sonda__process *e = entry_at(table, index);
    uint32_t *before = e->list_previous == SONDA__PROCESS_NONE
                           ? &table->list_head[e->list]
                           : &entry_at(table, e->list_previous)->list_next;
    uint32_t *after = e->list_next == SONDA__PROCESS_NONE
                          ? &table->list_tail[e->list]
                          : &entry_at(table, e->list_next)->list_previous;

    *before = e->list_next;
    *after = e->list_previous;
}

static void list_append(sonda__process_table *table, uint32_t index, sonda__process_list list)
{
    sonda__process *e = entry_at(table, index);
    uint32_t tail = table->list_tail[list];

    e->list = list;
    e->list_previous = tail;
    e->list_next = SONDA__PROCESS_NONE;
    if (tail == SONDA__PROCESS_NONE) {
        table->list_head[list] = index;
    } else {
        entry_at(table, tail)->list_next = index;
    }
    table->list_tail[list] = index;
}

static void list_move(sonda__process_table *table, uint32_t index, sonda__process_list list)
{
    list_remove(table, index);
    list_append(table, index, list);
}

void sonda__process_touch(sonda__process_table *table, uint32_t index)
{
    sonda__process *e = entry_at(table, index);

    if (e->list == SONDA__LIST_LIVE && table->list_tail[SONDA__LIST_LIVE] != index) {
        list_move(table, index, SONDA__LIST_LIVE);
    }
}

/* Indexes. */

static void index_insert(sonda__process_table *table, uint32_t index)
{
    sonda__process *e = entry_at(table, index);
    uint32_t *bucket = pid_bucket(table, &e->key);

    e->next_by_pid = *bucket;
    *bucket = index;
    e->next_by_guid = SONDA__PROCESS_NONE;
    if (has_guid(&e->key)) {
        bucket = guid_bucket(table, &e->key);
        e->next_by_guid = *bucket;
        *bucket = index;
    }
}

static void index_remove(sonda__process_table *table, uint32_t index)
{
    sonda__process *e = entry_at(table, index);
    uint32_t *at = pid_bucket(table, &e->key);

    while (*at != index) {
        at = &entry_at(table, *at)->next_by_pid;
    }
    *at = e->next_by_pid;
    if (has_guid(&e->key)) {
        at = guid_bucket(table, &e->key);
        while (*at != index) {
            at = &entry_at(table, *at)->next_by_guid;
        }
        *at = e->next_by_guid;
    }
}

static uint32_t find_by_guid(const sonda__process_table *table, const sonda__process_key *key)
{
    uint32_t index = *guid_bucket(table, key);

    while (index != SONDA__PROCESS_NONE) {
        const sonda__process *e = entry_at(table, index);

        if (e->key.guid[0] == key->guid[0] && e->key.guid[1] == key->guid[1] &&
            e->key.scope == key->scope) {
            return index;
        }
        index = e->next_by_guid;
    }
    return SONDA__PROCESS_NONE;
}

/*
 * Whether an entry with the right pid may be the process of `key`. What one of
 * them does not know cannot tell them apart, unless the entry has ended: then
 * an event that does know speaks of its successor.
 */
static bool may_be(const sonda__process *e, const sonda__process_key *key)
{
    bool ended = (e->flags & SONDA_PROCESS_EXITED) != 0;

    if (has_guid(key)) {
        return !has_guid(&e->key) && e->key.start_ns == 0 && !ended;
    }
    if (key->start_ns != 0) {
        return e->key.start_ns == key->start_ns || (e->key.start_ns == 0 && !ended);
    }
    return true;
}

static uint32_t find_by_pid(const sonda__process_table *table, const sonda__process_key *key)
{
    uint32_t best = SONDA__PROCESS_NONE;

    for (uint32_t index = *pid_bucket(table, key); index != SONDA__PROCESS_NONE;) {
        const sonda__process *e = entry_at(table, index);

        if (e->key.pid == key->pid && e->key.scope == key->scope && may_be(e, key)) {
            bool exact = key->start_ns != 0 && e->key.start_ns == key->start_ns;

            if (exact || (key->start_ns == 0 && (e->flags & SONDA_PROCESS_EXITED) == 0)) {
                return index;
            }
            best = best == SONDA__PROCESS_NONE ? index : best;
        }
        index = e->next_by_pid;
    }
    return best;
}

uint32_t sonda__process_find(const sonda__process_table *table, const sonda__process_key *key)
{
    uint32_t index = SONDA__PROCESS_NONE;

    if (has_guid(key)) {
        index = find_by_guid(table, key);
    }
    if (index == SONDA__PROCESS_NONE && key->pid != 0) {
        index = find_by_pid(table, key);
    }
    return index;
}

/* Entries. */

static void unlink_parent(sonda__process_table *table, sonda__process *child)
{
    sonda__process *parent;

    if (child->parent == SONDA__PROCESS_NONE) {
        return;
    }
    parent = entry_at(table, child->parent);
    if (parent->generation == child->parent_generation && parent->list != SONDA__LIST_NONE) {
        parent->children--;
        if (parent->children == 0 && parent->list == SONDA__LIST_EXITED_PARENT) {
            list_move(table, child->parent, SONDA__LIST_EXITED);
        }
    }
    child->parent = SONDA__PROCESS_NONE;
}

static void forget(sonda__process_table *table, uint32_t index)
{
    sonda__process *e = entry_at(table, index);

    table->numbers.processes--;
    table->numbers.exited -= e->list != SONDA__LIST_LIVE;
    unlink_parent(table, e);
    index_remove(table, index);
    list_remove(table, index);
    sonda__text_drop(&table->texts, e->text);
    e->list = SONDA__LIST_NONE;
    e->generation++;
    e->list_next = table->free_head;
    table->free_head = index;
}

bool sonda__process_evict_exited(sonda__process_table *table, uint32_t keep)
{
    for (uint32_t list = SONDA__LIST_EXITED; list <= SONDA__LIST_EXITED_PARENT; list++) {
        uint32_t index = table->list_head[list];

        if (index == keep && index != SONDA__PROCESS_NONE) {
            index = entry_at(table, index)->list_next;
        }
        if (index != SONDA__PROCESS_NONE) {
            forget(table, index);
            table->numbers.evicted_exited++;
            return true;
        }
    }
    return false;
}

static uint32_t take_entry(sonda__process_table *table)
{
    uint32_t index;

    if (table->free_head == SONDA__PROCESS_NONE && table->untouched < table->capacity) {
        index = table->untouched++;
        table->entries[index].generation = 0;
        return index;
    }
    if (table->free_head == SONDA__PROCESS_NONE &&
        !sonda__process_evict_exited(table, SONDA__PROCESS_NONE)) {
        forget(table, table->list_head[SONDA__LIST_LIVE]);
        table->numbers.evicted_live++;
    }
    index = table->free_head;
    table->free_head = entry_at(table, index)->list_next;
    return index;
}

uint32_t sonda__process_add(sonda__process_table *table, const sonda__process_key *key)
{
    uint32_t index = take_entry(table);
    sonda__process *e = entry_at(table, index);
    uint32_t generation = e->generation;

    memset(e, 0, sizeof *e);
    e->generation = generation;
    e->key = *key;
    e->parent = SONDA__PROCESS_NONE;
    e->text = SONDA__TEXT_NONE;
    index_insert(table, index);
    list_append(table, index, SONDA__LIST_LIVE);
    table->numbers.processes++;
    table->numbers.started++;
    return index;
}

void sonda__process_learn_key(sonda__process_table *table,
                              uint32_t index,
                              const sonda__process_key *key)
{
    sonda__process *e = entry_at(table, index);
    bool start = e->key.start_ns == 0 && key->start_ns != 0;
    bool guid = !has_guid(&e->key) && has_guid(key);
    bool pid = e->key.pid == 0 && key->pid != 0;

    if (!start && !guid && !pid) {
        return;
    }
    index_remove(table, index);
    e->key.start_ns = start ? key->start_ns : e->key.start_ns;
    e->key.pid = pid ? key->pid : e->key.pid;
    if (guid) {
        e->key.guid[0] = key->guid[0];
        e->key.guid[1] = key->guid[1];
    }
    index_insert(table, index);
}

void sonda__process_renew_key(sonda__process_table *table,
                              uint32_t index,
                              const sonda__process_key *key)
{
    sonda__process *e = entry_at(table, index);

    index_remove(table, index);
    e->key.guid[0] = key->guid[0];
    e->key.guid[1] = key->guid[1];
    index_insert(table, index);
}

void sonda__process_end(sonda__process_table *table, uint32_t index, uint64_t time_ns)
{
    sonda__process *e = entry_at(table, index);

    if (e->list != SONDA__LIST_LIVE) {
        return;
    }
    e->flags |= SONDA_PROCESS_EXITED;
    e->exit_ns = time_ns;
    list_move(table, index, e->children == 0 ? SONDA__LIST_EXITED : SONDA__LIST_EXITED_PARENT);
    table->numbers.exited++;
}

void sonda__process_link(sonda__process_table *table, uint32_t child, uint32_t parent)
{
    sonda__process *c = entry_at(table, child);
    sonda__process *p = entry_at(table, parent);

    if (child == parent || (c->parent == parent && c->parent_generation == p->generation)) {
        return;
    }
    unlink_parent(table, c);
    c->parent = parent;
    c->parent_generation = p->generation;
    c->parent_key = p->key;
    p->children++;
    if (p->list == SONDA__LIST_EXITED) {
        list_move(table, parent, SONDA__LIST_EXITED_PARENT);
    }
}

uint32_t sonda__process_parent(sonda__process_table *table, uint32_t index)
{
    const sonda__process *e = entry_at(table, index);
    uint32_t parent;

    if (e->parent != SONDA__PROCESS_NONE &&
        entry_at(table, e->parent)->generation == e->parent_generation) {
        return e->parent;
    }
    if (e->parent_key.start_ns == 0 && !has_guid(&e->parent_key)) {
        return SONDA__PROCESS_NONE; /* a bare pid may have come back since */
    }
    parent = sonda__process_find(table, &e->parent_key);
    if (parent != SONDA__PROCESS_NONE) {
        sonda__process_link(table, index, parent);
    }
    return parent == index ? SONDA__PROCESS_NONE : parent;
}

void sonda__process_expire(sonda__process_table *table, uint64_t before_ns)
{
    uint32_t index = table->list_head[SONDA__LIST_EXITED];

    while (index != SONDA__PROCESS_NONE && entry_at(table, index)->exit_ns < before_ns) {
        forget(table, index);
        table->numbers.expired++;
        index = table->list_head[SONDA__LIST_EXITED];
    }
}
