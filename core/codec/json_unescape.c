/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Unescaping by blocks of 64 bytes whose special bytes are found at once, so
 * that one escape need not wait for the one before it.
 *
 * A block never ends inside an escape: a backslash in the last place is left to
 * the next block, so that nothing is carried from block to block.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/json_unescape.h"
#include "core/base/cpu.h"

#include "core/codec/json_scan.h"

const char sonda__json_simple_escapes[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

const char *
sonda__json_unescape_sse2(const char *p, const char *end, char **out, uint64_t *high)
{
#if defined(__SSE2__)
    char *to = *out;

    while (end - p >= 96) { /* a block, and what copying its last bytes reads */
        uint64_t not_ascii;
        uint64_t special = sonda__json_special_64(p, &not_ascii);
        size_t done = 0;

        while (special != 0) {
            size_t at = (size_t)__builtin_ctzll(special);
            char stands_for = sonda__json_simple_escapes[(unsigned char)p[at + 1]];

            sonda__json_copy_blocks(to, p + done, at - done);
            to += at - done;
            if (p[at] != '\\' || stands_for == 0) {
                *high |= not_ascii & ((UINT64_C(1) << at) - 1);
                *out = to;
                return p + at;
            }
            *to++ = stands_for;
            done = at + 2;
            special = done < 64 ? special & (UINT64_MAX << done) : 0;
        }
        if (done < 64) {
            sonda__json_copy_blocks(to, p + done, 64 - done);
            to += 64 - done;
            done = 64;
        }
        *high |= not_ascii;
        p += done;
    }
    *out = to;
#else
    (void)end;
    (void)out;
    (void)high;
#endif
    return p;
}

#if defined(SONDA__JSON_HAS_VBMI2)
#define ODD UINT64_C(0xaaaaaaaaaaaaaaaa)
/* LLVM 18 to 21 can be told to do without registers of 512 bits, and Zig tells it. */
#if defined(__clang__) && __clang_major__ >= 18 && __clang_major__ < 22
#define VBMI2 "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,evex512"
#else
#define VBMI2 "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2"
#endif

/*
 * Of the backslashes of a block that begins outside an escape, those that begin
 * one: in a run every second from its first on. Subtracting from the odd places
 * makes a run's borrow end where the run does.
 */
static inline uint64_t escapes_of(uint64_t backslashes)
{
    uint64_t behind = backslashes << 1;

    return (((behind | ODD) - backslashes) ^ ODD) & backslashes;
}

static inline uint64_t below(uint64_t count)
{
    return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

__attribute__((target(VBMI2))) const char *
sonda__json_unescape_vbmi2(const char *p, const char *end, char **out, uint64_t *high)
{
    const __m512i low_half = _mm512_loadu_si512(sonda__json_simple_escapes);
    const __m512i high_half = _mm512_loadu_si512(sonda__json_simple_escapes + 64);
    char *to = *out;

    for (;;) {
        uint64_t here = end - p < 64 ? (uint64_t)(end - p) : 64;
        __m512i text = _mm512_maskz_loadu_epi8(below(here), p);
        uint64_t not_ascii = _mm512_movepi8_mask(text);
        uint64_t escape = escapes_of(_mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\\')));
        uint64_t escaped = escape << 1;
        uint64_t quote = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('"'));
        uint64_t control = _mm512_cmplt_epu8_mask(text, _mm512_set1_epi8(0x20));
        __m512i meant = _mm512_permutex2var_epi8(low_half, text, high_half);
        uint64_t simple = _mm512_test_epi8_mask(meant, meant) & ~not_ascii;
        uint64_t stop = (quote & ~escaped) | control | ((escaped & ~simple) >> 1);
        uint64_t taken;

        /* The bytes that are not here were read as zeroes, which are controls. */
        taken = stop != 0 ? (uint64_t)__builtin_ctzll(stop) : 64;
        if (taken == 64 && escape >> 63 != 0) {
            taken = 63;
        }
        text = _mm512_mask_mov_epi8(text, escaped, meant);
        text = _mm512_maskz_compress_epi8(~escape, text);
        _mm512_storeu_si512(to, text);
        to += taken - (uint64_t)__builtin_popcountll(escape & below(taken));
        *high |= not_ascii & below(taken);
        p += taken;
        if (stop != 0) {
            *out = to;
            return p;
        }
    }
}

bool sonda__json_has_vbmi2(void)
{
    return SONDA__CPU_SUPPORTS("avx512bw") && SONDA__CPU_SUPPORTS("avx512vl") &&
           SONDA__CPU_SUPPORTS("avx512vbmi") && SONDA__CPU_SUPPORTS("avx512vbmi2");
}
#else
const char *
sonda__json_unescape_vbmi2(const char *p, const char *end, char **out, uint64_t *high)
{
    (void)end;
    (void)out;
    (void)high;
    return p;
}

bool sonda__json_has_vbmi2(void)
{
    return false;
}
#endif

const char *sonda__json_unescape(const char *p, const char *end, char **out, uint64_t *high)
{
    return sonda__json_has_vbmi2() ? sonda__json_unescape_vbmi2(p, end, out, high)
                                   : sonda__json_unescape_sse2(p, end, out, high);
}
