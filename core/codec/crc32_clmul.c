/* SPDX-License-Identifier: Apache-2.0 */

/*
 * CRC-32 by carry-less multiplication, 64 bytes at a time.
 *
 * The bytes are a polynomial, folded: what stands 512 or 128 bits before the end
 * is multiplied by x to that power modulo the polynomial, and added to the end.
 * The constants are those powers, bits reflected, from Gopal, Ozturk et al.,
 * "Fast CRC computation for generic polynomials using PCLMULQDQ" (Intel, 2009).
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/crc32_fold.h"

#include "core/base/cpu.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define CLMUL __attribute__((target("pclmul,sse4.1")))

CLMUL static inline __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* `what` moved on by the distance that `by` stands for, added to `to`. */
CLMUL static inline __m128i fold(__m128i what, __m128i by, __m128i to)
{
    __m128i low = _mm_clmulepi64_si128(what, by, 0x00);
    __m128i high = _mm_clmulepi64_si128(what, by, 0x11);

    return _mm_xor_si128(_mm_xor_si128(low, high), to);
}

/* 128 bits to 64, and those to 32 by Barrett's reduction. */
CLMUL static uint32_t reduce(__m128i rest, __m128i by_128)
{
    const __m128i by_64 = _mm_set_epi64x(0, 0x163cd6124);
    const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641);
    const __m128i words = _mm_setr_epi32(-1, 0, -1, 0);
    __m128i part = _mm_clmulepi64_si128(rest, by_128, 0x10);

    rest = _mm_xor_si128(_mm_srli_si128(rest, 8), part);
    part = _mm_srli_si128(rest, 4);
    rest = _mm_clmulepi64_si128(_mm_and_si128(rest, words), by_64, 0x00);
    rest = _mm_xor_si128(rest, part);
    part = _mm_clmulepi64_si128(_mm_and_si128(rest, words), barrett, 0x10);
    part = _mm_clmulepi64_si128(_mm_and_si128(part, words), barrett, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(rest, part), 1);
}

CLMUL static size_t fold_bytes(uint32_t *crc, const uint8_t *p, size_t len)
{
    const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i by_128 = _mm_set_epi64x(0xccaa009e, 0x1751997d0);
    __m128i a = _mm_xor_si128(load(p), _mm_cvtsi32_si128((int)*crc));
    __m128i b = load(p + 16);
    __m128i c = load(p + 32);
    __m128i d = load(p + 48);
    size_t at = 64;

    for (; at + 64 <= len; at += 64) {
        a = fold(a, by_512, load(p + at));
        b = fold(b, by_512, load(p + at + 16));
        c = fold(c, by_512, load(p + at + 32));
        d = fold(d, by_512, load(p + at + 48));
    }
    a = fold(fold(fold(a, by_128, b), by_128, c), by_128, d);
    for (; at + 16 <= len; at += 16) {
        a = fold(a, by_128, load(p + at));
    }
    *crc = reduce(a, by_128);
    return at;
}

sonda__crc32_folder *sonda__crc32_fold(void)
{
    return SONDA__CPU_SUPPORTS("pclmul") && SONDA__CPU_SUPPORTS("sse4.1") ? fold_bytes : NULL;
}

#else

sonda__crc32_folder *sonda__crc32_fold(void)
{
    return NULL;
}

#endif
