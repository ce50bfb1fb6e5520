/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Four places at once, so that one branch decides for all of them.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/grams.h"

static inline uint32_t bit_of(const sonda__gram_search *search, uint32_t gram)
{
    uint32_t bit = sonda__gram_hash(gram) >> search->shift;

    return search->bitmap[bit / 32] >> bit % 32 & 1;
}

static inline void keep(sonda__gram_search *search, uint32_t bit, size_t at)
{
    search->hits[search->hit_count] = at;
    search->hit_count += bit;
}

bool sonda__grams_portable(sonda__gram_search *search)
{
    uint32_t high = search->high;
    size_t at = search->at;

    search->hit_count = 0;
    for (; at + 16 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 16) {
        uint32_t a = sonda__pack_u32(search->text + at);
        uint32_t b = sonda__pack_u32(search->text + at + 4);
        uint32_t c = sonda__pack_u32(search->text + at + 8);
        uint32_t d = sonda__pack_u32(search->text + at + 12);

        high |= a | b | c | d;
        if ((bit_of(search, a) | bit_of(search, b) | bit_of(search, c) | bit_of(search, d)) !=
            0) {
            keep(search, bit_of(search, a), at);
            keep(search, bit_of(search, b), at + 4);
            keep(search, bit_of(search, c), at + 8);
            keep(search, bit_of(search, d), at + 12);
        }
    }
    for (; at + 4 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 4) {
        uint32_t gram = sonda__pack_u32(search->text + at);

        high |= gram;
        keep(search, bit_of(search, gram), at);
    }
    search->at = at;
    search->high = (high & 0x80808080u) | sonda__grams_rest(search);
    return at + 4 <= search->len;
}

sonda__gram_search_fn sonda__grams_choose(bool simd)
{
    sonda__gram_search_fn found[] = {sonda__grams_avx512(), sonda__grams_avx2(),
                                     sonda__grams_neon()};

    for (size_t i = 0; simd && i < sizeof found / sizeof found[0]; i++) {
        if (found[i] != NULL) {
            return found[i];
        }
    }
    return sonda__grams_portable;
}
