/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A pack's bytes as sections and entries, every access checked.
 *
 * Loading proves that references hold; these accessors test them again, so
 * that a mistake in the proof costs a rule and not the process. What is out of
 * range reads as NULL or as empty.
 *
 * Layer 3 (rules).
 */

#ifndef SONDA_CORE_RULES_PACK_H
#define SONDA_CORE_RULES_PACK_H

#include "core/base/span.h"
#include "core/rules/pack_format.h"
#include "sonda/status.h"

typedef struct sonda__pack {
    const uint8_t *bytes;
    size_t len;
    const uint8_t *section[SONDA__SECTION_COUNT];
    uint32_t count[SONDA__SECTION_COUNT]; /* entries */
} sonda__pack;

/* A run of entries of some section. */
typedef struct sonda__list {
    uint32_t first;
    uint32_t count;
} sonda__list;

/*
 * Checks the header, the digest over all bytes, the schema and the section
 * table, and fills `pack`, which borrows `bytes`. Contents are not looked at.
 */
sonda_status
sonda__pack_open(sonda__pack *pack, const uint8_t *bytes, size_t len, sonda_error *error);

/*
 * Checks everything in the sections. `max_cost_per_byte` bounds the worst case
 * of the whole pack. `scratch` holds PATTERNS + 1 numbers.
 */
sonda_status sonda__pack_verify(const sonda__pack *pack,
                                uint64_t max_cost_per_byte,
                                uint64_t *scratch,
                                sonda_error *error);

/* An entry, or NULL past the section's end. */
static inline const uint8_t *
sonda__pack_entry(const sonda__pack *pack, sonda__section_kind kind, uint32_t index)
{
    return index < pack->count[kind]
               ? pack->section[kind] + (size_t)index * sonda__section_entry_size(kind)
               : NULL;
}

/* Where an entry or a part of one stands in the pack, for messages. */
static inline uint64_t sonda__pack_offset(const sonda__pack *pack, const uint8_t *at)
{
    return (uint64_t)(at - pack->bytes);
}

/* Whether a run of STRINGS is inside. */
static inline bool sonda__pack_has_text(const sonda__pack *pack, uint32_t offset, uint32_t len)
{
    uint32_t size = pack->count[SONDA__SECTION_STRINGS];

    return offset <= size && len <= size - offset;
}

/* The text a reference names; empty when it is out of range. */
static inline sonda__span sonda__pack_text(const sonda__pack *pack, const uint8_t *at)
{
    uint32_t offset = sonda__pack_u32(at);
    uint32_t len = sonda__pack_u32(at + 4);

    return sonda__pack_has_text(pack, offset, len)
               ? sonda__span_of((const char *)pack->section[SONDA__SECTION_STRINGS] + offset,
                                len)
               : sonda__span_of("", 0);
}

/* Order of ids: by bytes, then by length. */
static inline int sonda__pack_compare(sonda__span a, sonda__span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both == 0 ? 0 : memcmp(a.data, b.data, both);

    if (order != 0 || a.len == b.len) {
        return order;
    }
    return a.len < b.len ? -1 : 1;
}

static inline sonda__list sonda__pack_list(const uint8_t *at)
{
    sonda__list list = {sonda__pack_u32(at), sonda__pack_u32(at + 4)};

    return list;
}

/* Entry `i` of a list, or NULL. */
static inline const uint8_t *sonda__pack_listed(const sonda__pack *pack,
                                                sonda__section_kind kind,
                                                sonda__list list,
                                                uint32_t i)
{
    return i < list.count && i <= UINT32_MAX - list.first
               ? sonda__pack_entry(pack, kind, list.first + i)
               : NULL;
}

#endif
