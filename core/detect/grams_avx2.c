/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Eight places at once. Lanes beyond the last place are not loaded: what is
 * behind a value may not be ours to read.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/grams.h"

#include "core/base/cpu.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Lanes whose bits are set. */
AVX2 static inline uint32_t
bits_of(const sonda__gram_search *search, __m256i grams, __m128i shift)
{
    const __m256i cases = _mm256_set1_epi32((int)(SONDA__CASE_BIT * 0x01010101u));
    const __m256i factor = _mm256_set1_epi32((int)SONDA__GRAM_FACTOR);
    const __m256i low = _mm256_set1_epi32(31);
    __m256i hashes = _mm256_mullo_epi32(_mm256_or_si256(grams, cases), factor);
    __m256i bits = _mm256_srl_epi32(hashes, shift);
    __m256i words =
        _mm256_i32gather_epi32((const int *)search->bitmap, _mm256_srli_epi32(bits, 5), 4);

    /* The bit's place, counted from the highest one, moves it there. */
    words = _mm256_sllv_epi32(words, _mm256_andnot_si256(bits, low));
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(words));
}

static inline void keep(sonda__gram_search *search, uint32_t bits, size_t at)
{
    for (; bits != 0; bits &= bits - 1) {
        search->hits[search->hit_count++] = at + 4 * (size_t)__builtin_ctz(bits);
    }
}

AVX2 static bool grams(sonda__gram_search *search)
{
    static const int32_t masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const __m128i shift = _mm_cvtsi32_si128((int)search->shift);
    const __m256i highest = _mm256_set1_epi32((int)0x80808080u);
    __m256i high = _mm256_setzero_si256();
    size_t at = search->at;
    size_t left;

    search->hit_count = 0;
    for (; at + 32 <= search->len && search->hit_count < SONDA__GRAM_HITS; at += 32) {
        __m256i grams = _mm256_loadu_si256((const __m256i *)(const void *)(search->text + at));

        high = _mm256_or_si256(high, grams);
        keep(search, bits_of(search, grams, shift), at);
    }
    left = (search->len - at) / 4;
    if (left - 1 < 7 && search->hit_count < SONDA__GRAM_HITS) {
        __m256i mask = _mm256_loadu_si256((const __m256i *)(const void *)(masks + 8 - left));
        __m256i grams =
            _mm256_maskload_epi32((const int *)(const void *)(search->text + at), mask);

        high = _mm256_or_si256(high, grams);
        keep(search, bits_of(search, grams, shift) & ((1u << left) - 1), at);
        at += left * 4;
    }
    search->at = at;
    search->high |= _mm256_testz_si256(high, highest) == 0 ? 1 : 0;
    search->high |= sonda__grams_rest(search);
    return at + 4 <= search->len;
}

sonda__gram_search_fn sonda__grams_avx2(void)
{
    return SONDA__CPU_SUPPORTS("avx2") ? grams : NULL;
}

#else

sonda__gram_search_fn sonda__grams_avx2(void)
{
    return NULL;
}

#endif
