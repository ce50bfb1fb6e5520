/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Open addressing with linear probing. Order of slots never shows in a pack.
 *
 * Module compile.
 */

#include "compile/pack_intern.h"

#include "core/base/allocate.h"

void sonda__pack_intern_init(sonda__pack_intern *intern, const sonda_allocator *allocator)
{
    memset(intern, 0, sizeof *intern);
    sonda__pack_buffer_init(&intern->keys, allocator);
}

void sonda__pack_intern_reset(sonda__pack_intern *intern)
{
    const sonda_allocator *allocator = intern->keys.allocator;

    sonda__release(allocator, intern->slots);
    sonda__pack_buffer_reset(&intern->keys);
    sonda__pack_intern_init(intern, allocator);
}

/* FNV-1a. */
static uint32_t hash_of(const uint8_t *key, size_t len)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ key[i]) * 16777619u;
    }
    return hash;
}

static bool grow(sonda__pack_intern *intern)
{
    size_t count = intern->slot_count == 0 ? 256 : intern->slot_count * 2;
    const sonda_allocator *allocator = intern->keys.allocator;
    sonda__intern_slot *slots = sonda__allocate_zeroed(allocator, count, sizeof *slots);

    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < intern->slot_count; i++) {
        size_t at = intern->slots[i].hash & (count - 1);

        while (slots[at].used != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = intern->slots[i].used != 0 ? intern->slots[i] : slots[at];
    }
    sonda__release(allocator, intern->slots);
    intern->slots = slots;
    intern->slot_count = count;
    return true;
}

static bool holds(const sonda__pack_intern *intern,
                  const sonda__intern_slot *slot,
                  uint32_t hash,
                  const void *key,
                  size_t len)
{
    return slot->hash == hash && slot->len == len &&
           (len == 0 || memcmp(intern->keys.bytes + slot->offset, key, len) == 0);
}

bool sonda__pack_intern_add(sonda__pack_intern *intern,
                            const void *key,
                            size_t len,
                            uint32_t *value)
{
    uint32_t hash = hash_of(key, len);
    sonda__intern_slot *slot;
    size_t at;

    if (intern->failed || (intern->used * 4 >= intern->slot_count * 3 && !grow(intern))) {
        intern->failed = true;
        return false;
    }
    at = hash & (intern->slot_count - 1);
    for (; intern->slots[at].used != 0; at = (at + 1) & (intern->slot_count - 1)) {
        if (holds(intern, &intern->slots[at], hash, key, len)) {
            *value = intern->slots[at].value;
            return false;
        }
    }
    slot = &intern->slots[at];
    slot->hash = hash;
    slot->used = 1;
    slot->offset = (uint32_t)intern->keys.len;
    slot->len = (uint32_t)len;
    slot->value = *value;
    intern->used++;
    sonda__pack_buffer_bytes(&intern->keys, key, len);
    intern->failed = intern->keys.failed || intern->keys.len > UINT32_MAX / 2;
    return true;
}
