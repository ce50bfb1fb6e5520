/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sixteen places at once: most values are one step, so that their lengths cost
 * no branch. Lanes beyond the last place are not loaded: what is behind a value
 * may not be ours to read.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/grams.h"

#include "core/base/cpu.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define LANES ((size_t)16)

/* Of `lanes`, those whose bits are set. */
__attribute__((target("avx512f"))) static inline uint32_t
bits_of(const sonda__gram_search *search, __m512i grams, __mmask16 lanes, __m128i shift)
{
    const __m512i cases = _mm512_set1_epi32((int)(SONDA__CASE_BIT * 0x01010101u));
    const __m512i factor = _mm512_set1_epi32((int)SONDA__GRAM_FACTOR);
    __m512i hashes = _mm512_mullo_epi32(_mm512_or_si512(grams, cases), factor);
    __m512i bits = _mm512_srl_epi32(hashes, shift);
    __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes,
                                                _mm512_srli_epi32(bits, 5), search->bitmap, 4);
    __m512i places = _mm512_and_si512(bits, _mm512_set1_epi32(31));

    return _mm512_test_epi32_mask(words, _mm512_sllv_epi32(_mm512_set1_epi32(1), places));
}

static inline void keep(sonda__gram_search *search, uint32_t bits, size_t at)
{
    for (; bits != 0; bits &= bits - 1) {
        search->hits[search->hit_count++] = at + 4 * (size_t)__builtin_ctz(bits);
    }
}

__attribute__((target("avx512f"))) static bool grams(sonda__gram_search *search)
{
    const __m128i shift = _mm_cvtsi32_si128((int)search->shift);
    const __m512i highest = _mm512_set1_epi32((int)0x80808080u);
    __m512i high = _mm512_setzero_si512();
    size_t end = search->len - search->len % 4;
    size_t at = search->at;

    search->hit_count = 0;
    while (at < end && search->hit_count < SONDA__GRAM_HITS) {
        size_t left = (end - at) / 4;
        __mmask16 lanes = (__mmask16)(left < LANES ? (1u << left) - 1 : UINT16_MAX);
        __m512i grams = _mm512_maskz_loadu_epi32(lanes, search->text + at);

        high = _mm512_or_si512(high, grams);
        keep(search, bits_of(search, grams, lanes, shift), at);
        at += left < LANES ? left * 4 : LANES * 4;
    }
    search->at = at;
    search->high |= _mm512_test_epi32_mask(high, highest) | sonda__grams_rest(search);
    return at < end;
}

/* Asks for more than it uses: processors before those lose more than they gain. */
sonda__gram_search_fn sonda__grams_avx512(void)
{
    return SONDA__CPU_SUPPORTS("avx512f") && SONDA__CPU_SUPPORTS("avx512vbmi2") ? grams : NULL;
}

#else

sonda__gram_search_fn sonda__grams_avx512(void)
{
    return NULL;
}

#endif
