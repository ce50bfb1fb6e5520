/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Four places at once, so that one branch decides for all of them.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/grams.h"

static uint32_t bit_at(sonda__gram_search *search, size_t at)
{
    uint32_t gram = sonda__pack_u32(search->text + at);
    uint32_t bit = sonda__gram_hash(gram) >> search->shift;

    search->high |= gram;
    return search->bitmap[bit / 32] >> bit % 32 & 1;
}

static void keep(sonda__gram_search *search, uint32_t bit, size_t at)
{
    search->hits[search->hit_count] = at;
    search->hit_count += bit;
}

bool sonda__grams_portable(sonda__gram_search *search)
{
    size_t at = search->at;

    search->hit_count = 0;
    for (; at + 16 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 16) {
        uint32_t a = bit_at(search, at);
        uint32_t b = bit_at(search, at + 4);
        uint32_t c = bit_at(search, at + 8);
        uint32_t d = bit_at(search, at + 12);

        if ((a | b | c | d) != 0) {
            keep(search, a, at);
            keep(search, b, at + 4);
            keep(search, c, at + 8);
            keep(search, d, at + 12);
        }
    }
    for (; at + 4 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 4) {
        keep(search, bit_at(search, at), at);
    }
    search->at = at;
    return at + 4 <= search->len;
}
