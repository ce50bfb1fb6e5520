/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Three bytes in a row are looked up by their halves, 64 places at once: each
 * lookup yields the groups of literals that have such a byte there, and a place
 * at which a group is left may hold one of its literals. Bytes behind a value
 * are not loaded and read as zero.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/nibbles.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw")))

typedef struct tables {
    __m512i low[SONDA__NIBBLES_BYTES];
    __m512i high[SONDA__NIBBLES_BYTES];
} tables;

AVX512 static inline __m512i table_of(const uint8_t *halves)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)halves));
}

/* `left` bytes, 64 of them at most. */
AVX512 static inline __m512i load(const uint8_t *at, size_t left)
{
    return _mm512_maskz_loadu_epi8(left < 64 ? (UINT64_C(1) << left) - 1 : UINT64_MAX, at);
}

/* Groups that have the `k`-th byte of three in each place. */
AVX512 static inline __m512i groups(const tables *known, size_t k, __m512i bytes)
{
    const __m512i half = _mm512_set1_epi8(0x0f);
    __m512i folded = _mm512_or_si512(bytes, _mm512_set1_epi8(SONDA__CASE_BIT));
    __m512i high = _mm512_and_si512(_mm512_srli_epi16(folded, 4), half);

    return _mm512_and_si512(_mm512_shuffle_epi8(known->low[k], _mm512_and_si512(folded, half)),
                            _mm512_shuffle_epi8(known->high[k], high));
}

AVX512 static inline bool may_hold(const tables *known, const uint8_t *text, size_t len)
{
    uint64_t found = 0;

    for (size_t at = 0; at < len; at += 64) {
        size_t left = len - at;
        __m512i first = load(text + at, left);
        __m512i both = _mm512_and_si512(groups(known, 0, first),
                                        groups(known, 1, load(text + at + 1, left - 1)));
        __m512i all = _mm512_and_si512(
            both, groups(known, 2, load(text + at + 2, left > 2 ? left - 2 : 0)));

        found |= _mm512_test_epi8_mask(all, all) | _mm512_movepi8_mask(first);
    }
    return found != 0;
}

AVX512 static uint64_t
nibbles(const sonda__nibbles *nibbles, const sonda__field *fields, size_t count, uint32_t least)
{
    uint64_t found = 0;
    tables known;

    for (size_t k = 0; k < SONDA__NIBBLES_BYTES; k++) {
        known.low[k] = table_of(nibbles->low[k]);
        known.high[k] = table_of(nibbles->high[k]);
    }
    for (size_t i = 0; i < count; i++) {
        size_t len = fields[i].text.len;

        if (len + len / 2 >= least) {
            bool may = may_hold(&known, (const uint8_t *)fields[i].text.data, len);

            found |= (uint64_t)may << i;
        }
    }
    return found;
}

sonda__nibbles_fn sonda__nibbles_avx512(void)
{
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") ? nibbles
                                                                                       : NULL;
}

#else

sonda__nibbles_fn sonda__nibbles_avx512(void)
{
    return NULL;
}

#endif
