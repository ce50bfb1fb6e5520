/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finding an expression's machine, and making room.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#include "core/detect/regex_cache.h"

#include "core/base/allocate.h"
#include "core/detect/regex_prepare.h"

/* Before the first state: its number must not be a special one. */
#define FIRST_WORD 4u

sonda__regex_cache *sonda__regex_cache_open(const sonda_allocator *allocator, size_t words)
{
    /* One piece, of which only what is used is touched. */
    sonda__regex_cache *cache =
        words > (SIZE_MAX - sizeof *cache) / sizeof cache->words[0]
            ? NULL
            : sonda__allocate(allocator, 1, sizeof *cache + words * sizeof cache->words[0]);

    if (cache != NULL) {
        cache->capacity = words;
        cache->rest = SONDA__REGEX_CACHE_REST;
        cache->emptied = 0;
        sonda__regex_cache_empty(cache, true);
    }
    return cache;
}

void sonda__regex_cache_empty(sonda__regex_cache *cache, bool machines)
{
    cache->read = 0;
    cache->emptied++;
    cache->used = FIRST_WORD;
    memset(cache->heads, 0, sizeof cache->heads);
    memset(cache->wide, 0, sizeof cache->wide);
    if (machines) {
        cache->pack_count = 0;
        cache->machine_count = 0;
        memset(cache->places, 0, sizeof cache->places);
    }
    for (uint32_t i = 0; i < cache->machine_count; i++) {
        cache->machines[i].start = SONDA__REGEX_UNBUILT;
    }
}

/* 1 + the place of the pack's digest; 0 when there is no room for it. */
static uint32_t pack_number(sonda__regex_cache *cache, const sonda__pack *pack)
{
    const uint8_t *digest = pack->bytes + SONDA__AT_DIGEST;

    for (uint32_t i = 0; i < cache->pack_count; i++) {
        if (memcmp(cache->digests[i], digest, sizeof cache->digests[i]) == 0) {
            return i + 1;
        }
    }
    if (cache->pack_count == SONDA__REGEX_PACKS) {
        return 0;
    }
    memcpy(cache->digests[cache->pack_count], digest, sizeof cache->digests[0]);
    return ++cache->pack_count;
}

/* Its place, or the free one where it belongs; a quarter is always free. */
static sonda__regex_place *place_of(sonda__regex_cache *cache, uint32_t pack, uint32_t regex)
{
    uint32_t at = (regex * 0x9e3779b1u + pack * 0x85ebca6bu) >> 7;

    for (;; at++) {
        sonda__regex_place *place = &cache->places[at % SONDA__REGEX_PLACES];

        if (place->pack == 0 || (place->pack == pack && place->regex == regex)) {
            return place;
        }
    }
}

/* Number of its machine, or SONDA__REGEX_MACHINES when there is no room. */
static uint32_t
find_machine(sonda__regex_cache *cache, const sonda__regex_code *code, uint32_t regex)
{
    uint32_t pack = pack_number(cache, code->pack);
    sonda__regex_place *place = pack == 0 ? NULL : place_of(cache, pack, regex);

    if (place == NULL) {
        return SONDA__REGEX_MACHINES;
    }
    if (place->pack == 0) {
        sonda__regex_machine *fresh;

        if (cache->machine_count == SONDA__REGEX_MACHINES) {
            return SONDA__REGEX_MACHINES;
        }
        fresh = &cache->machines[cache->machine_count];
        memset(fresh, 0, sizeof *fresh);
        sonda__regex_prepare(cache, code, fresh);
        place->pack = pack;
        place->regex = regex;
        place->machine = cache->machine_count++;
    }
    return place->machine;
}

sonda__regex_machine *sonda__regex_cache_machine(sonda__regex_cache *cache,
                                                 const sonda__regex_code *code,
                                                 uint32_t regex)
{
    uint32_t found = find_machine(cache, code, regex);

    if (found == SONDA__REGEX_MACHINES && sonda__regex_cache_may_empty(cache)) {
        sonda__regex_cache_empty(cache, true);
        found = find_machine(cache, code, regex);
    }
    return found < SONDA__REGEX_MACHINES ? &cache->machines[found] : NULL;
}
