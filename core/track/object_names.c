/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A hash table with chains over an array, and a list by age through it.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#include "core/track/object_names.h"

#include "core/base/allocate.h"
#include "core/base/hash.h"
#include "core/base/limits.h"

#define NONE UINT32_MAX

typedef struct entry {
    sonda__object_key key;
    uint32_t text;
    uint32_t text_len;
    uint32_t chain; /* next of the bucket, or of the free ones */
    uint32_t older;
    uint32_t newer;
    uint32_t reserved;
} entry;

struct sonda__object_names {
    entry *entries;
    uint32_t *buckets;
    uint32_t capacity;
    uint32_t mask;
    uint32_t untouched;
    uint32_t free_head;
    uint32_t oldest;
    uint32_t newest;
    sonda__text_pool texts;
    sonda__object_numbers numbers;
    sonda_allocator allocator;
};

sonda_status sonda__object_names_open(sonda__object_names **names,
                                      uint32_t capacity,
                                      uint64_t text_bytes,
                                      const sonda_allocator *allocator)
{
    sonda__object_names *opened = sonda__allocate_zeroed(allocator, 1, sizeof *opened);
    uint32_t buckets = 16;
    sonda_status status;

    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    while (buckets < capacity) {
        buckets *= 2;
    }
    opened->allocator = *allocator;
    opened->capacity = capacity;
    opened->mask = buckets - 1;
    opened->free_head = NONE;
    opened->oldest = NONE;
    opened->newest = NONE;
    opened->entries = sonda__allocate(allocator, capacity, sizeof *opened->entries);
    /* Zeroed, so that a tracker that meets no objects touches nothing: 0 is none. */
    opened->buckets = sonda__allocate_zeroed(allocator, buckets, sizeof *opened->buckets);
    status = opened->entries != NULL && opened->buckets != NULL
                 ? sonda__text_pool_open(&opened->texts, text_bytes, allocator)
                 : SONDA_ERR_NO_MEMORY;
    if (status != SONDA_OK) {
        sonda__object_names_close(opened);
        return status;
    }
    *names = opened;
    return SONDA_OK;
}

void sonda__object_names_close(sonda__object_names *names)
{
    if (names != NULL) {
        sonda_allocator allocator = names->allocator;

        sonda__text_pool_close(&names->texts, &allocator);
        sonda__release(&allocator, names->buckets);
        sonda__release(&allocator, names->entries);
        sonda__release(&allocator, names);
    }
}

/* Buckets and chains hold an index plus one. */
static uint32_t *bucket_of(const sonda__object_names *names, const sonda__object_key *key)
{
    uint64_t hash = sonda__hash_step((uint64_t)key->stream << 32 | key->kind, key->number);

    return &names->buckets[hash & names->mask];
}

static bool is_of(const entry *e, const sonda__object_key *key)
{
    return e->key.number == key->number && e->key.stream == key->stream &&
           e->key.kind == key->kind;
}

static uint32_t index_of(const sonda__object_names *names, const sonda__object_key *key)
{
    uint32_t at = *bucket_of(names, key);

    while (at != 0 && !is_of(&names->entries[at - 1], key)) {
        at = names->entries[at - 1].chain;
    }
    return at == 0 ? NONE : at - 1;
}

static void unlink_age(sonda__object_names *names, const entry *e)
{
    *(e->older == NONE ? &names->oldest : &names->entries[e->older].newer) = e->newer;
    *(e->newer == NONE ? &names->newest : &names->entries[e->newer].older) = e->older;
}

static void link_newest(sonda__object_names *names, uint32_t index)
{
    entry *e = &names->entries[index];

    e->older = names->newest;
    e->newer = NONE;
    *(names->newest == NONE ? &names->oldest : &names->entries[names->newest].newer) = index;
    names->newest = index;
}

static void forget(sonda__object_names *names, uint32_t index)
{
    entry *e = &names->entries[index];
    uint32_t *at = bucket_of(names, &e->key);

    while (*at != index + 1) {
        at = &names->entries[*at - 1].chain;
    }
    *at = e->chain;
    unlink_age(names, e);
    sonda__text_drop(&names->texts, e->text);
    e->chain = names->free_head;
    names->free_head = index;
    names->numbers.known--;
}

static void evict(sonda__object_names *names)
{
    forget(names, names->oldest);
    names->numbers.evicted++;
}

static uint32_t take_entry(sonda__object_names *names)
{
    uint32_t index;

    if (names->free_head == NONE && names->untouched < names->capacity) {
        return names->untouched++;
    }
    if (names->free_head == NONE) {
        evict(names);
    }
    index = names->free_head;
    names->free_head = names->entries[index].chain;
    return index;
}

void sonda__object_names_put(sonda__object_names *names,
                             const sonda__object_key *key,
                             sonda__span name)
{
    uint32_t index = index_of(names, key);
    uint32_t text = SONDA__TEXT_NONE;
    uint32_t *bucket;
    entry *e;

    if (index != NONE) {
        forget(names, index);
    }
    if (key->number == 0 || name.len == 0) {
        return;
    }
    name.len = name.len < SONDA__OBJECT_NAME_MAX ? name.len : SONDA__OBJECT_NAME_MAX;
    while (sonda__text_put(&names->texts, &name, 1, &text) != SONDA_OK) {
        if (names->oldest == NONE) {
            return; /* a pool for less than one name */
        }
        evict(names);
    }
    index = take_entry(names);
    e = &names->entries[index];
    bucket = bucket_of(names, key);
    e->key = *key;
    e->text = text;
    e->text_len = (uint32_t)name.len;
    e->chain = *bucket;
    e->reserved = 0;
    *bucket = index + 1;
    link_newest(names, index);
    names->numbers.known++;
}

size_t sonda__object_names_find(const sonda__object_names *names, const sonda__object_key *key)
{
    uint32_t index = index_of(names, key);

    return index == NONE ? 0 : names->entries[index].text_len;
}

void sonda__object_names_copy(const sonda__object_names *names,
                              const sonda__object_key *key,
                              char *out)
{
    uint32_t index = index_of(names, key);

    if (index != NONE) {
        const entry *e = &names->entries[index];

        sonda__text_copy(&names->texts, e->text, 0, e->text_len, out);
    }
}

void sonda__object_names_forget(sonda__object_names *names, const sonda__object_key *key)
{
    uint32_t index = index_of(names, key);

    if (index != NONE) {
        forget(names, index);
    }
}

void sonda__object_names_get_numbers(const sonda__object_names *names,
                                     sonda__object_numbers *numbers)
{
    *numbers = names->numbers;
}
