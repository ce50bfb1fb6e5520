/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Internet addresses as text.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/address_text.h"

#include <string.h>

#include "core/codec/number.h"

#define GROUPS 8u

size_t sonda__format_ipv4(const uint8_t *bytes, char *out)
{
    size_t len = 0;

    for (size_t i = 0; i < 4; i++) {
        if (i != 0) {
            out[len++] = '.';
        }
        len += sonda__format_decimal(bytes[i], out + len);
    }
    return len;
}

static uint32_t group(const uint8_t *bytes, size_t i)
{
    return (uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The first longest run of zero groups; a single one is not worth "::". */
static size_t find_zeroes(const uint8_t *bytes, size_t *count)
{
    size_t best = GROUPS;

    *count = 1;
    for (size_t i = 0; i < GROUPS;) {
        size_t end = i;
        while (end < GROUPS && group(bytes, end) == 0) {
            end++;
        }
        if (end - i > *count) {
            best = i;
            *count = end - i;
        }
        i = end + 1;
    }
    return best;
}

static size_t put_group(uint32_t number, char *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t len = 0;

    for (uint32_t shift = 16; shift != 0;) {
        shift -= 4;
        if (len != 0 || shift == 0 || number >> shift != 0) {
            out[len++] = digits[number >> shift & 15];
        }
    }
    return len;
}

size_t sonda__format_ipv6(const uint8_t *bytes, char *out)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const char mapped_text[7] = {':', ':', 'f', 'f', 'f', 'f', ':'};
    size_t count;
    size_t zeroes = find_zeroes(bytes, &count);
    size_t len = 0;

    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        memcpy(out, mapped_text, sizeof mapped_text);
        len = sizeof mapped_text;
        return len + sonda__format_ipv4(bytes + 12, out + len);
    }
    for (size_t i = 0; i < GROUPS;) {
        if (i == zeroes) {
            out[len++] = ':';
            out[len++] = ':';
            i += count;
            continue;
        }
        if (i != 0 && i != zeroes + count) {
            out[len++] = ':';
        }
        len += put_group(group(bytes, i++), out + len);
    }
    return len;
}
