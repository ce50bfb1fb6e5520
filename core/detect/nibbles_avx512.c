/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A byte without its bit of case is one of 64: a permutation of 64 bytes looks
 * up which groups of literals have it at some place, for a value of up to 64
 * bytes at once. What is left after the bytes of all places are moved over one
 * another may hold a literal of that group. Bytes behind a value are not loaded
 * and read as zero.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/nibbles.h"

#include "core/base/cpu.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,bmi2")))

/* Literals within the bytes of a step: the next one begins where they no longer fit. */
#define STEP (64 - (SONDA__NIBBLES_BYTES - 1))

_Static_assert(SONDA__NIBBLES_BYTES == 4, "two pairs");

typedef struct tables {
    __m512i of[SONDA__NIBBLES_BYTES];
} tables;

/* All bytes one place or two towards the beginning. */
AVX512 static inline __m512i next(__m512i bytes)
{
    __m512i words = _mm512_alignr_epi64(_mm512_setzero_si512(), bytes, 1);

    return _mm512_shrdi_epi64(bytes, words, 8);
}

AVX512 static inline __m512i second_next(__m512i bytes)
{
    __m512i words = _mm512_alignr_epi64(_mm512_setzero_si512(), bytes, 1);

    return _mm512_shrdi_epi64(bytes, words, 16);
}

/* Groups that have the bytes of two places in a row. */
AVX512 static inline __m512i pair(const tables *known, size_t k, __m512i numbers)
{
    return _mm512_and_si512(_mm512_permutexvar_epi8(numbers, known->of[k]),
                            next(_mm512_permutexvar_epi8(numbers, known->of[k + 1])));
}

/* Whether 64 bytes may hold a literal. */
AVX512 static inline bool may_hold(const tables *known, __m512i bytes)
{
    const __m512i sixth = _mm512_set1_epi8(0x20);
    /* 0xca: of the first where the mask is, else of the second. */
    __m512i numbers =
        _mm512_ternarylogic_epi32(sixth, _mm512_srli_epi16(bytes, 1), bytes, 0xca);
    __m512i left =
        _mm512_and_si512(pair(known, 0, numbers), second_next(pair(known, 2, numbers)));

    return (_mm512_test_epi8_mask(left, left) | _mm512_movepi8_mask(bytes)) != 0;
}

AVX512 static bool may_hold_long(const tables *known, const uint8_t *text, size_t len)
{
    bool found = false;

    for (size_t at = 0; !found && at < len; at += STEP) {
        __mmask64 some =
            len - at < 64 ? _bzhi_u64(UINT64_MAX, (uint32_t)(len - at)) : UINT64_MAX;

        found = may_hold(known, _mm512_maskz_loadu_epi8(some, text + at));
    }
    return found;
}

AVX512 static uint64_t
nibbles(const sonda__nibbles *nibbles, const sonda__field *fields, size_t count, uint32_t least)
{
    uint64_t found = 0;
    tables known;

    for (size_t k = 0; k < SONDA__NIBBLES_BYTES; k++) {
        known.of[k] = _mm512_loadu_si512(nibbles->bytes[k]);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *text = (const uint8_t *)fields[i].text.data;
        size_t len = fields[i].text.len;
        bool may = false;

        if (len + len / 2 < least) {
            continue;
        }
        if (len <= 64) {
            __mmask64 all = _bzhi_u64(UINT64_MAX, (uint32_t)len);

            may = may_hold(&known, _mm512_maskz_loadu_epi8(all, text));
        } else {
            may = may_hold_long(&known, text, len);
        }
        found |= (uint64_t)may << i;
    }
    return found;
}

sonda__nibbles_fn sonda__nibbles_avx512(void)
{
    return SONDA__CPU_SUPPORTS("avx512bw") && SONDA__CPU_SUPPORTS("avx512vbmi") &&
                   SONDA__CPU_SUPPORTS("avx512vbmi2") && SONDA__CPU_SUPPORTS("bmi2")
               ? nibbles
               : NULL;
}

#else

sonda__nibbles_fn sonda__nibbles_avx512(void)
{
    return NULL;
}

#endif
