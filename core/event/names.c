/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One open-addressing table for the field table's names and a content's own.
 *
 * The table without content is laid out by scripts/fields.py and takes no
 * memory. A content's table is that one copied into a larger array with the
 * native names put in: a decoder looks every key up once, found or not.
 *
 * Layer 2 (event).
 */

#include "core/event/names.h"

#include "core/base/allocate.h"
#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/event/field_rows.h"

struct sonda__names {
    const sonda__name_slot *slots;
    size_t mask;
    const sonda__span *native;
    size_t native_count;
    sonda__name_slot *owned; /* NULL for the static names */
    sonda_allocator allocator;
};

static const sonda__names table_names = {
    .slots = sonda__field_slots,
    .mask = SONDA__FIELD_SLOTS - 1,
};

const sonda__names *sonda__names_of_table(void)
{
    return &table_names;
}

sonda__span sonda__names_spelling(const sonda__names *names, sonda_field_id id)
{
    if (id < SONDA_FIELD_COUNT) {
        return sonda__span_of(sonda__field_rows[id].name, sonda__field_rows[id].name_len);
    }
    if (id >= SONDA_FIELD_NATIVE && id - SONDA_FIELD_NATIVE < names->native_count) {
        return names->native[id - SONDA_FIELD_NATIVE];
    }
    return sonda__span_of("", 0);
}

sonda_field_id sonda__names_find(const sonda__names *names, sonda__span name)
{
    return sonda__names_find_hashed(names, name, sonda__hash(name));
}

sonda_field_id
sonda__names_find_hashed(const sonda__names *names, sonda__span name, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);

    for (size_t at = (size_t)hash & names->mask;; at = (at + 1) & names->mask) {
        const sonda__name_slot *slot = &names->slots[at];

        if (slot->id == SONDA_FIELD_NONE) {
            return SONDA_FIELD_UNKNOWN;
        }
        if (slot->tag == tag &&
            sonda__span_equal(sonda__names_spelling(names, slot->id), name)) {
            return slot->id;
        }
    }
}

sonda_field_id sonda__names_find_spaceless(const sonda__names *names, sonda__span name)
{
    char squeezed[SONDA__FIELD_NAME_MAX];
    size_t len = 0;

    if (name.len > sizeof squeezed || name.len == 0 ||
        memchr(name.data, ' ', name.len) == NULL) {
        return SONDA_FIELD_UNKNOWN;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] != ' ') {
            squeezed[len++] = name.data[i];
        }
    }
    return sonda__names_find(names, sonda__span_of(squeezed, len));
}

/* At most half full, so that every probe ends at a free slot. */
static size_t slots_for(size_t name_count)
{
    size_t count = SONDA__FIELD_SLOTS;

    while (count < name_count * 2) {
        count *= 2;
    }
    return count;
}

static void insert(sonda__names *names, sonda__span name, sonda_field_id id)
{
    uint64_t hash = sonda__hash(name);
    size_t at = (size_t)hash & names->mask;

    while (names->owned[at].id != SONDA_FIELD_NONE) {
        at = (at + 1) & names->mask;
    }
    names->owned[at].tag = (uint32_t)(hash >> 32);
    names->owned[at].id = id;
}

static sonda_status fill(sonda__names *names)
{
    for (sonda_field_id id = 1; id < SONDA_FIELD_COUNT; id++) {
        insert(names, sonda__names_spelling(names, id), id);
    }
    for (size_t i = 0; i < names->native_count; i++) {
        if (sonda__names_find(names, names->native[i]) != SONDA_FIELD_UNKNOWN) {
            return SONDA_ERR_INVALID_ARGUMENT;
        }
        insert(names, names->native[i], SONDA_FIELD_NATIVE + (sonda_field_id)i);
    }
    return SONDA_OK;
}

sonda_status sonda__names_open(sonda__names **names,
                               const sonda__span *native,
                               size_t native_count,
                               const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_status status = sonda_allocator_read(allocator, &ours);
    sonda__names *opened;
    size_t slot_count;

    if (status != SONDA_OK) {
        return status;
    }
    if (native_count > SONDA__NAMES_NATIVE_MAX) {
        return SONDA_ERR_LIMIT;
    }
    slot_count = slots_for(SONDA_FIELD_COUNT + native_count);
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    opened->native = native;
    opened->native_count = native_count;
    opened->owned = sonda__allocate_zeroed(&ours, slot_count, sizeof *opened->owned);
    opened->slots = opened->owned;
    opened->mask = slot_count - 1;
    status = opened->owned != NULL ? fill(opened) : SONDA_ERR_NO_MEMORY;
    if (status != SONDA_OK) {
        sonda__names_close(opened);
        return status;
    }
    *names = opened;
    return SONDA_OK;
}

void sonda__names_close(sonda__names *names)
{
    if (names != NULL) {
        sonda_allocator allocator = names->allocator;

        sonda__release(&allocator, names->owned);
        sonda__release(&allocator, names);
    }
}
