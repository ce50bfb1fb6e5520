/* SPDX-License-Identifier: Apache-2.0 */

/*
 * UTF-16 of a command line as UTF-8.
 *
 * Apart from the entry point of Windows, so that it is tested everywhere.
 *
 * Module tools.
 */

#include "wide.h"

static size_t put_point(uint32_t point, char *out)
{
    if (point < 0x80u) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800u) {
        out[0] = (char)(0xc0u | point >> 6);
        out[1] = (char)(0x80u | (point & 0x3fu));
        return 2;
    }
    if (point < 0x10000u) {
        out[0] = (char)(0xe0u | point >> 12);
        out[1] = (char)(0x80u | (point >> 6 & 0x3fu));
        out[2] = (char)(0x80u | (point & 0x3fu));
        return 3;
    }
    out[0] = (char)(0xf0u | point >> 18);
    out[1] = (char)(0x80u | (point >> 12 & 0x3fu));
    out[2] = (char)(0x80u | (point >> 6 & 0x3fu));
    out[3] = (char)(0x80u | (point & 0x3fu));
    return 4;
}

size_t wide_to_utf8(const uint16_t *units, size_t len, char *out)
{
    size_t at = 0;

    for (size_t i = 0; i < len; i++) {
        uint32_t point = units[i];

        if ((point & 0xfc00u) == 0xd800u && i + 1 < len &&
            (units[i + 1] & 0xfc00u) == 0xdc00u) {
            point = 0x10000u + ((point & 0x3ffu) << 10) + (units[++i] & 0x3ffu);
        }
        at += put_point(point, out + at);
    }
    return at;
}
