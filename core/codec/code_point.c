/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lenient reading of UTF-8 and folding by table.
 *
 * Overlong forms and bytes past U+10FFFF are ill-formed; surrogates are not,
 * because sources that speak UTF-16 hand lone ones on.
 *
 * Layer 1 (codec). No allocation.
 */

#include "core/codec/code_point.h"

#include <string.h>

#include "core/codec/ascii_word.h"

/* Bytes of the sequence a lead byte announces, 0 for none. */
static size_t announced(uint8_t lead)
{
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static bool in_range(uint32_t code_point, size_t bytes)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};

    return code_point >= least[bytes] && code_point < 0x110000;
}

size_t sonda__code_point_read(const char *text, size_t len, uint32_t *code_point)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t bytes = announced(at[0]);
    uint32_t value = at[0];

    *code_point = at[0] < 0x80 ? at[0] : SONDA__CODE_POINT_ILL_FORMED + at[0];
    if (bytes == 0 || bytes > len) {
        return 1;
    }
    value &= 0x7fu >> bytes;
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 1;
        }
        value = value << 6 | (at[i] & 0x3f);
    }
    if (!in_range(value, bytes)) {
        return 1;
    }
    *code_point = value;
    return bytes;
}

size_t sonda__code_point_read_back(const char *start, const char *end, uint32_t *code_point)
{
    size_t room = (size_t)(end - start);

    for (size_t bytes = 2; bytes <= 4 && bytes <= room; bytes++) {
        if (announced((uint8_t)end[-(ptrdiff_t)bytes]) == bytes &&
            sonda__code_point_read(end - bytes, bytes, code_point) == bytes) {
            return bytes;
        }
    }
    *code_point = (uint8_t)end[-1] < 0x80 ? (uint8_t)end[-1]
                                          : SONDA__CODE_POINT_ILL_FORMED + (uint8_t)end[-1];
    return 1;
}

size_t sonda__code_point_write(uint32_t code_point, char bytes[4])
{
    if (code_point < 0x80 || code_point >= SONDA__CODE_POINT_ILL_FORMED) {
        bytes[0] = (char)(code_point & 0xff);
        return 1;
    }
    if (code_point < 0x800) {
        bytes[0] = (char)(0xc0 | code_point >> 6);
        bytes[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        bytes[0] = (char)(0xe0 | code_point >> 12);
        bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    bytes[0] = (char)(0xf0 | code_point >> 18);
    bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

/* Last pair whose first is not above `code_point`, or NULL. */
static const sonda__code_point_pair *
pair_at(const sonda__code_point_pair *pairs, size_t count, uint32_t code_point)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pairs[middle].first <= code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? NULL : &pairs[low - 1];
}

static uint32_t ascii_lower(uint32_t code_point)
{
    return code_point >= 'A' && code_point <= 'Z' ? code_point + ('a' - 'A') : code_point;
}

uint32_t sonda__code_point_fold(uint32_t code_point)
{
    const sonda__code_point_pair *pair;

    if (code_point < 0x80) {
        return ascii_lower(code_point);
    }
    pair = pair_at(sonda__fold_pairs, sonda__fold_pairs_count, code_point);
    return pair != NULL && pair->first == code_point ? pair->second : code_point;
}

bool sonda__code_point_is_word(uint32_t code_point)
{
    const sonda__code_point_pair *pair =
        pair_at(sonda__word_ranges, sonda__word_ranges_count, code_point);

    return pair != NULL && code_point <= pair->second;
}

/* Eight bytes at once; false, with nothing done, when one is beyond ASCII. */
static bool fold_word(const char *text, char *out)
{
    uint64_t word = sonda__ascii_load(text);

    if ((word & SONDA__HIGH_BITS) != 0) {
        return false;
    }
    word = sonda__ascii_lower(word);
    memcpy(out, &word, sizeof word);
    return true;
}

size_t sonda__fold_text(const char *text, size_t len, char *out)
{
    char *next = out;

    for (size_t i = 0; i < len;) {
        uint8_t byte = (uint8_t)text[i];

        if (len - i >= 8 && fold_word(text + i, next)) {
            i += 8;
            next += 8;
            continue;
        }
        if (byte < 0x80) {
            *next++ = (char)ascii_lower(byte);
            i++;
        } else {
            uint32_t code_point;

            i += sonda__code_point_read(text + i, len - i, &code_point);
            next += sonda__code_point_write(sonda__code_point_fold(code_point), next);
        }
    }
    return (size_t)(next - out);
}

/* Whether eight bytes are ASCII without capitals. */
static bool is_folded_word(const char *text)
{
    uint64_t word = sonda__ascii_load(text);

    return (word & SONDA__HIGH_BITS) == 0 && sonda__ascii_capitals(word) == 0;
}

bool sonda__is_folded(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint8_t byte = (uint8_t)text[i];
        uint32_t code_point = byte;

        if (len - i >= 8 && is_folded_word(text + i)) {
            i += 8;
            continue;
        }
        i += byte < 0x80 ? 1 : sonda__code_point_read(text + i, len - i, &code_point);
        if (sonda__code_point_fold(code_point) != code_point) {
            return false;
        }
    }
    return true;
}
