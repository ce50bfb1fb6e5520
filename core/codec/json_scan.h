/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The inner loop of reading JSON strings: where does plain text end?
 *
 * On x86-64 sixteen bytes a step by SSE2, which that architecture always has;
 * elsewhere eight bytes a step in an integer register. Both give the same
 * answer; a test compares them. Never reads past the end it is given.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_JSON_SCAN_H
#define SONDA_CORE_CODEC_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* Quote, backslash and control characters end plain text. */
static inline bool sonda__json_is_special(unsigned char c)
{
    return c == '"' || c == '\\' || c < 0x20;
}

/* Of eight bytes at once: top bit set where a byte of `word` is below `n`, n <= 128. */
#define SONDA__JSON_ONES UINT64_C(0x0101010101010101)
#define SONDA__JSON_TOPS UINT64_C(0x8080808080808080)

/* Not zero when one of the eight bytes is special; says not which. */
static inline uint64_t sonda__json_word_special(uint64_t word)
{
    uint64_t quote = word ^ SONDA__JSON_ONES * '"';
    uint64_t backslash = word ^ SONDA__JSON_ONES * '\\';
    uint64_t below = (word - SONDA__JSON_ONES * 0x20) & ~word;

    quote = (quote - SONDA__JSON_ONES) & ~quote;
    backslash = (backslash - SONDA__JSON_ONES) & ~backslash;
    return (quote | backslash | below) & SONDA__JSON_TOPS;
}

/*
 * First special byte in [p, end), or `end`. `*high` becomes not zero when a
 * byte before it is not ASCII.
 */
static inline const char *
sonda__json_scan_portable(const char *p, const char *end, uint64_t *high)
{
    uint64_t word;

    for (; end - p >= (ptrdiff_t)sizeof word; p += sizeof word) {
        memcpy(&word, p, sizeof word);
        if (sonda__json_word_special(word) != 0) {
            break;
        }
        *high |= word & SONDA__JSON_TOPS;
    }
    for (; p < end && !sonda__json_is_special((unsigned char)*p); p++) {
        *high |= (unsigned char)*p & 0x80u;
    }
    return p;
}

#if defined(__SSE2__)
/* Bit n: byte n of the block is special. */
static inline uint32_t sonda__json_block_special(__m128i block)
{
    __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    __m128i below = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);

    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), below));
}

static inline __m128i sonda__json_block(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Bit n of the result: of 64 bytes, byte n is special; of `*high`: is not ASCII. */
static inline uint64_t sonda__json_special_64(const char *p, uint64_t *high)
{
    uint64_t special = 0;

    *high = 0;
    for (size_t at = 0; at < 64; at += 16) {
        __m128i block = sonda__json_block(p + at);

        special |= (uint64_t)sonda__json_block_special(block) << at;
        *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(block) << at;
    }
    return special;
}

/*
 * Copies `len` bytes, up to 64, in whole blocks: reads and writes up to 31 more.
 * The first two go without asking: most pieces are that short, and how short is
 * what no processor guesses right.
 */
static inline void sonda__json_copy_blocks(char *out, const char *p, size_t len)
{
    __m128i first = sonda__json_block(p);
    __m128i second = sonda__json_block(p + 16);

    _mm_storeu_si128((__m128i *)(void *)out, first);
    _mm_storeu_si128((__m128i *)(void *)(out + 16), second);
    for (size_t at = 32; at < len; at += 16) {
        _mm_storeu_si128((__m128i *)(void *)(out + at), sonda__json_block(p + at));
    }
}
#endif

static inline const char *sonda__json_scan(const char *p, const char *end, uint64_t *high)
{
#if defined(__SSE2__)
    for (; end - p >= 16; p += 16) {
        __m128i block = sonda__json_block(p);
        uint32_t special = sonda__json_block_special(block);
        uint32_t not_ascii = (uint32_t)_mm_movemask_epi8(block);

        if (special != 0) {
            *high |= not_ascii & (special - 1) & ~special;
            return p + __builtin_ctz(special);
        }
        *high |= not_ascii;
    }
#endif
    return sonda__json_scan_portable(p, end, high);
}

/*
 * As sonda__json_scan(), copying what it passes over to `*out`, which moves
 * along. Up to 15 bytes past it may be overwritten.
 */
static inline const char *
sonda__json_copy(const char *p, const char *end, char **out, uint64_t *high)
{
    const char *stop;

#if defined(__SSE2__)
    for (; end - p >= 16; p += 16) {
        __m128i block = sonda__json_block(p);
        uint32_t special = sonda__json_block_special(block);
        uint32_t not_ascii = (uint32_t)_mm_movemask_epi8(block);

        _mm_storeu_si128((__m128i *)(void *)*out, block);
        if (special != 0) {
            *high |= not_ascii & (special - 1) & ~special;
            *out += __builtin_ctz(special);
            return p + __builtin_ctz(special);
        }
        *high |= not_ascii;
        *out += 16;
    }
#endif
    stop = sonda__json_scan_portable(p, end, high);
    memcpy(*out, p, (size_t)(stop - p));
    *out += stop - p;
    return stop;
}

#endif
