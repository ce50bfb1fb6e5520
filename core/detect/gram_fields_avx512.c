/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All values of an event in one call, so that what is known of the table stays
 * in registers. Most values have eight places at most, and a gather of eight
 * costs half of one of sixteen. Lanes beyond a value are not loaded.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/grams.h"

#include "core/base/cpu.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2")))

#define HIGH_BITS ((int)0x80808080u)

/* Bits of a table's bitmap by the hashes of eight and of sixteen places. */
AVX512 static inline bool
is_any_of_8(const sonda__probe_table *table, __m256i grams, __mmask8 lanes)
{
    const __m256i cases = _mm256_set1_epi32((int)(SONDA__CASE_BIT * 0x01010101u));
    const __m256i factor = _mm256_set1_epi32((int)SONDA__GRAM_FACTOR);
    __m256i hashes = _mm256_mullo_epi32(_mm256_or_si256(grams, cases), factor);
    __m256i bits = _mm256_srl_epi32(hashes, _mm_cvtsi32_si128((int)table->bitmap_shift));
    __m256i words = _mm256_mmask_i32gather_epi32(_mm256_setzero_si256(), lanes,
                                                 _mm256_srli_epi32(bits, 5), table->bitmap, 4);
    __m256i places = _mm256_and_si256(bits, _mm256_set1_epi32(31));

    return _mm256_test_epi32_mask(words, _mm256_sllv_epi32(_mm256_set1_epi32(1), places)) != 0;
}

AVX512 static inline bool
is_any_of_16(const sonda__probe_table *table, __m512i grams, __mmask16 lanes)
{
    const __m512i cases = _mm512_set1_epi32((int)(SONDA__CASE_BIT * 0x01010101u));
    const __m512i factor = _mm512_set1_epi32((int)SONDA__GRAM_FACTOR);
    __m512i hashes = _mm512_mullo_epi32(_mm512_or_si512(grams, cases), factor);
    __m512i bits = _mm512_srl_epi32(hashes, _mm_cvtsi32_si128((int)table->bitmap_shift));
    __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes,
                                                _mm512_srli_epi32(bits, 5), table->bitmap, 4);
    __m512i places = _mm512_and_si512(bits, _mm512_set1_epi32(31));

    return _mm512_test_epi32_mask(words, _mm512_sllv_epi32(_mm512_set1_epi32(1), places)) != 0;
}

/* 32 bytes at most. */
AVX512 static inline bool
may_hold_short(const sonda__probe_table *table, const uint8_t *text, uint32_t len)
{
    __mmask32 all = _bzhi_u32(UINT32_MAX, len);
    __m256i bytes = _mm256_maskz_loadu_epi8(all, text);
    bool found = _mm256_movepi8_mask(bytes) != 0;

    for (uint32_t offset = 0; offset < 4 && offset < len; offset += table->step) {
        uint32_t lanes = _bzhi_u32(0xff, (len - offset) / 4);

        bytes = offset == 0 ? bytes : _mm256_maskz_loadu_epi32((__mmask8)lanes, text + offset);
        found |= is_any_of_8(table, bytes, (__mmask8)lanes);
    }
    return found;
}

AVX512 static bool
may_hold_long(const sonda__probe_table *table, const uint8_t *text, size_t len)
{
    bool found = false;

    for (size_t at = 0; !found && at < len; at += 64) {
        size_t left = len - at;
        __mmask64 all = left < 64 ? _bzhi_u64(UINT64_MAX, (uint32_t)left) : UINT64_MAX;

        found = _mm512_movepi8_mask(_mm512_maskz_loadu_epi8(all, text + at)) != 0;
        for (uint32_t offset = 0; offset < 4 && offset < left; offset += table->step) {
            size_t count = (left - offset) / 4;
            __mmask16 lanes = (__mmask16)_bzhi_u32(0xffff, count < 16 ? (uint32_t)count : 16);

            found |=
                is_any_of_16(table, _mm512_maskz_loadu_epi32(lanes, text + at + offset), lanes);
        }
    }
    return found;
}

AVX512 static uint64_t fields_of(const sonda__probe_table *table,
                                 const sonda__field *fields,
                                 size_t count,
                                 uint32_t least)
{
    uint64_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *text = (const uint8_t *)fields[i].text.data;
        size_t len = fields[i].text.len;
        bool may = false;

        if (len + len / 2 >= least) {
            may = len <= 32 ? may_hold_short(table, text, (uint32_t)len)
                            : may_hold_long(table, text, len);
        }
        found |= (uint64_t)may << i;
    }
    return found;
}

/* Asks for more than it uses: processors before those lose more than they gain. */
sonda__gram_fields_fn sonda__gram_fields_avx512(void)
{
    return SONDA__CPU_SUPPORTS("avx512bw") && SONDA__CPU_SUPPORTS("avx512vl") &&
                   SONDA__CPU_SUPPORTS("avx512vbmi2") && SONDA__CPU_SUPPORTS("bmi2")
               ? fields_of
               : NULL;
}

#else

sonda__gram_fields_fn sonda__gram_fields_avx512(void)
{
    return NULL;
}

#endif
