/* SPDX-License-Identifier: Apache-2.0 */

/*
 * UTF-8: check, decode, encode; UTF-16 and lone surrogates as WTF-8.
 *
 * Nearly all telemetry is ASCII, so the check passes over sixteen bytes at a
 * time and looks closer only where one of them has its top bit set.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/utf8.h"

#include "core/codec/bytes.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* What may follow a lead byte: Unicode 15, table 3-7. */
typedef struct sequence {
    uint8_t len;        /* 0: the byte leads nothing */
    uint8_t second_min; /* range of the second byte; the others are 80..BF */
    uint8_t second_max;
    uint8_t lead_mask; /* bits of the lead that are the character's */
} sequence;

static sequence sequence_of(uint8_t lead)
{
    static const sequence none = {0, 0, 0, 0};

    if (lead < 0xc2 || lead > 0xf4) {
        return none;
    }
    if (lead < 0xe0) {
        return (sequence){2, 0x80, 0xbf, 0x1f};
    }
    if (lead < 0xf0) {
        return (sequence){3, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf, 0x0f};
    }
    return (sequence){4, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf, 0x07};
}

/* Number of bytes of `text` that fit the sequence its first byte announces. */
static size_t matching_prefix(const uint8_t *p, size_t len, sequence expected)
{
    size_t at = 1;

    if (len > 1 && (p[1] < expected.second_min || p[1] > expected.second_max)) {
        return 1;
    }
    while (at < expected.len && at < len && (p[at] & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

static bool is_surrogate(const uint8_t *p, size_t len)
{
    return len >= 3 && p[0] == 0xed && (p[1] & 0xe0) == 0xa0 && (p[2] & 0xc0) == 0x80;
}

size_t sonda__utf8_decode(sonda__span text, uint32_t *code)
{
    const uint8_t *p = (const uint8_t *)text.data;
    sequence expected;
    size_t matched;

    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    *code = SONDA__UTF8_ILL_FORMED;
    expected = sequence_of(p[0]);
    if (expected.len == 0) {
        return 1;
    }
    matched = matching_prefix(p, text.len, expected);
    if (matched < expected.len) {
        return is_surrogate(p, text.len) ? 3 : matched;
    }
    *code = p[0] & expected.lead_mask;
    for (size_t i = 1; i < matched; i++) {
        *code = *code << 6 | (p[i] & 0x3fu);
    }
    return matched;
}

/* Bytes at the start of `text` that are ASCII, in steps of sixteen. */
static size_t ascii_blocks(const char *p, size_t len)
{
    size_t at = 0;
    uint64_t words[2];

    for (; len - at >= sizeof words; at += sizeof words) {
        memcpy(words, p + at, sizeof words);
        if (((words[0] | words[1]) & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    return at;
}

bool sonda__utf8_valid(sonda__span text)
{
    size_t at = 0;

    while (at < text.len) {
        uint32_t code = 0;
        size_t stop = 16;

        at += ascii_blocks(text.data + at, text.len - at);
        /* One block closer, then back to the fast way. */
        for (stop += at; at < text.len && at < stop;) {
            at += sonda__utf8_decode(sonda__span_of(text.data + at, text.len - at), &code);
            if (code == SONDA__UTF8_ILL_FORMED) {
                return false;
            }
        }
    }
    return true;
}

size_t sonda__utf8_encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

static uint32_t unit_at(sonda__span utf16, size_t at)
{
    return (uint32_t)(uint8_t)utf16.data[at] | (uint32_t)(uint8_t)utf16.data[at + 1] << 8;
}

/* The character at `*at`, which moves past it; a lone surrogate as itself. */
static uint32_t next_of_utf16(sonda__span utf16, size_t *at, bool *ill_formed)
{
    uint32_t unit = unit_at(utf16, *at);

    *at += 2;
    if (sonda__utf16_is_high(unit) && *at < utf16.len &&
        sonda__utf16_is_low(unit_at(utf16, *at))) {
        *at += 2;
        return sonda__utf16_pair(unit, unit_at(utf16, *at - 2));
    }
    if (sonda__utf16_is_high(unit) || sonda__utf16_is_low(unit)) {
        *ill_formed = true;
    }
    return unit;
}

/* ASCII from the start on, at most `room` units of it, several at a time; how many. */
static size_t ascii_units(sonda__span utf16, char *out, size_t room)
{
    const uint8_t *units = (const uint8_t *)utf16.data;
    size_t count = utf16.len / 2 < room ? utf16.len / 2 : room;
    size_t done = 0;

#if defined(__SSE2__)
    const __m128i beyond = _mm_set1_epi16((short)0xff80);

    for (; done + 8 <= count; done += 8) {
        __m128i eight = _mm_loadu_si128((const __m128i *)(const void *)(units + 2 * done));
        __m128i ascii = _mm_cmpeq_epi16(_mm_and_si128(eight, beyond), _mm_setzero_si128());

        if (_mm_movemask_epi8(ascii) != 0xffff) {
            break;
        }
        _mm_storel_epi64((__m128i *)(void *)(out + done), _mm_packus_epi16(eight, eight));
    }
#endif
    for (; done + 4 <= count; done += 4) {
        uint64_t word = sonda__u64le_at(units + 2 * done);

        if ((word & UINT64_C(0xff80ff80ff80ff80)) != 0) {
            break;
        }
        word = (word | word >> 8) & UINT64_C(0x0000ffff0000ffff);
        sonda__put_u32le((uint8_t *)out + done, (uint32_t)(word | word >> 16));
    }
    return done;
}

sonda_status sonda__utf16le_to_utf8(
    sonda__span utf16, char *out, size_t room, size_t *out_len, bool *ill_formed)
{
    bool lone = false;
    size_t used = 0;

    if (utf16.len % 2 != 0) {
        return SONDA_ERR_TRUNCATED;
    }
    for (size_t at = 0; at < utf16.len;) {
        char bytes[SONDA__UTF8_MAX];
        size_t len = ascii_units(sonda__span_of(utf16.data + at, utf16.len - at), out + used,
                                 room - used);

        at += 2 * len;
        used += len;
        if (at == utf16.len) {
            break;
        }
        len = sonda__utf8_encode(next_of_utf16(utf16, &at, &lone), bytes);
        if (len > room - used) {
            return SONDA_ERR_FULL;
        }
        memcpy(out + used, bytes, len);
        used += len;
    }
    *out_len = used;
    *ill_formed = *ill_formed || lone;
    return SONDA_OK;
}
