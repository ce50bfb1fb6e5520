/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Four places at once: there are no gathers, so that hashes and words' numbers
 * are made by vectors and words are loaded one by one. Every AArch64 has this.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/grams.h"

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)

#include <arm_neon.h>

static inline uint32_t bit_of(const sonda__gram_search *search, uint32_t bit)
{
    return search->bitmap[bit / 32] >> bit % 32 & 1;
}

static inline void keep(sonda__gram_search *search, uint32_t bit, size_t at)
{
    search->hits[search->hit_count] = at;
    search->hit_count += bit;
}

/* Four grams; one branch decides for all of them. */
static inline void look(sonda__gram_search *search, uint32x4_t grams, size_t at)
{
    const uint32x4_t cases = vdupq_n_u32(SONDA__CASE_BIT * 0x01010101u);
    const int32x4_t shift = vdupq_n_s32(-(int32_t)search->shift);
    uint32x4_t bits =
        vshlq_u32(vmulq_n_u32(vorrq_u32(grams, cases), SONDA__GRAM_FACTOR), shift);
    uint32_t a = bit_of(search, vgetq_lane_u32(bits, 0));
    uint32_t b = bit_of(search, vgetq_lane_u32(bits, 1));
    uint32_t c = bit_of(search, vgetq_lane_u32(bits, 2));
    uint32_t d = bit_of(search, vgetq_lane_u32(bits, 3));

    if ((a | b | c | d) != 0) {
        keep(search, a, at);
        keep(search, b, at + 4);
        keep(search, c, at + 8);
        keep(search, d, at + 12);
    }
}

static bool grams(sonda__gram_search *search)
{
    uint32x4_t high = vdupq_n_u32(0);
    uint32_t rest = search->high;
    size_t at = search->at;

    search->hit_count = 0;
    for (; at + 16 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 16) {
        uint32x4_t grams = vreinterpretq_u32_u8(vld1q_u8(search->text + at));

        high = vorrq_u32(high, grams);
        look(search, grams, at);
    }
    for (; at + 4 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 4) {
        uint32_t gram = sonda__pack_u32(search->text + at);

        rest |= gram;
        keep(search, bit_of(search, sonda__gram_hash(gram) >> search->shift), at);
    }
    search->at = at;
    rest |= (uint32_t)vmaxvq_u8(vreinterpretq_u8_u32(high)) | sonda__grams_rest(search);
    search->high = rest & 0x80808080u;
    return at + 4 <= search->len;
}

sonda__gram_search_fn sonda__grams_neon(void)
{
    return grams;
}

#else

sonda__gram_search_fn sonda__grams_neon(void)
{
    return NULL;
}

#endif
