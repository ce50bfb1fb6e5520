/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Escaping, over one decoder of UTF-8 that never fails.
 *
 * Module tools.
 */

#include "text.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

/* How many bytes the lead byte promises, 0 for a byte that leads nothing. */
static size_t promised(unsigned char lead)
{
    return lead < 0x80   ? 1u
           : lead < 0xc2 ? 0u
           : lead < 0xe0 ? 2u
           : lead < 0xf0 ? 3u
           : lead < 0xf5 ? 4u
                         : 0u;
}

/*
 * One code point; bytes taken, at least 1. A surrogate that was kept (WTF-8) is
 * one replacement, any other bad byte is one each.
 */
static size_t next_code_point(const unsigned char *text, size_t len, uint32_t *point)
{
    size_t need = promised(text[0]);
    uint32_t value = need == 1 ? text[0] : text[0] & (0x7fu >> need);

    *point = REPLACEMENT;
    if (need == 0 || need > len) {
        return 1;
    }
    for (size_t i = 1; i < need; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 1;
        }
        value = value << 6 | (text[i] & 0x3fu);
    }
    if ((need == 3 && value < 0x800) || (need == 4 && (value < 0x10000 || value > 0x10ffff))) {
        return 1;
    }
    *point = value >= 0xd800 && value <= 0xdfff ? REPLACEMENT : value;
    return need;
}

void put(sonda_output *out, const char *text)
{
    (void)sonda_output_write(out, text, strlen(text));
}

static void json_escape(sonda_output *out, unsigned char c)
{
    char escape[8];

    switch (c) {
    case '"':
        put(out, "\\\"");
        break;
    case '\\':
        put(out, "\\\\");
        break;
    case '\n':
        put(out, "\\n");
        break;
    case '\r':
        put(out, "\\r");
        break;
    case '\t':
        put(out, "\\t");
        break;
    default:
        (void)snprintf(escape, sizeof escape, "\\u%04x", c);
        put(out, escape);
        break;
    }
}

void json_string(sonda_output *out, const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t from = 0;
    size_t at = 0;

    put(out, "\"");
    while (at < len) {
        unsigned char c = bytes[at];
        uint32_t point;
        size_t taken = next_code_point(bytes + at, len - at, &point);
        int bad = point == REPLACEMENT && !(taken == 3 && c == 0xef);

        if (bad || c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            (void)sonda_output_write(out, text + from, at - from);
            if (bad) {
                put(out, "\xef\xbf\xbd");
            } else {
                json_escape(out, c);
            }
            from = at + taken;
        }
        at += taken;
    }
    if (at > from) {
        (void)sonda_output_write(out, text + from, at - from);
    }
    put(out, "\"");
}

void json_key(sonda_output *out, const char *name, int first)
{
    put(out, first ? "\"" : ",\"");
    put(out, name);
    put(out, "\":");
}

void json_number(sonda_output *out, uint64_t number)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    put(out, digits);
}

/* Controls, and marks that turn the direction of writing. */
static int is_hostile(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c ||
           (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

void put_plain(sonda_output *out, const char *text, size_t len, size_t most)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    char escape[16];

    while (at < len && at < most) {
        uint32_t point;
        size_t taken = next_code_point(bytes + at, len - at, &point);

        if (is_hostile(point)) {
            (void)snprintf(escape, sizeof escape, point < 0x100 ? "\\x%02x" : "\\u%04x", point);
            put(out, escape);
        } else if (point == REPLACEMENT) {
            put(out, "\xef\xbf\xbd");
        } else {
            (void)sonda_output_write(out, text + at, taken);
        }
        at += taken;
    }
    if (at < len) {
        put(out, "...");
    }
}

/* What stands for a character that XML does not take as it is; NULL: itself. */
static const char *xml_escape(uint32_t point)
{
    switch (point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return point < 0x20 || point == 0xfffe || point == 0xffff || point == REPLACEMENT
                   ? "\xef\xbf\xbd"
                   : NULL;
    }
}

void xml_text(sonda_output *out, const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;

    while (at < len) {
        uint32_t point;
        size_t taken = next_code_point(bytes + at, len - at, &point);
        const char *escape = xml_escape(point);

        if (escape != NULL) {
            put(out, escape);
        } else {
            (void)sonda_output_write(out, text + at, taken);
        }
        at += taken;
    }
}

void put_grouped(sonda_output *out, uint64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);

    for (int i = 0; i < len; i++) {
        if (i != 0 && (len - i) % 3 == 0) {
            put(out, ",");
        }
        (void)sonda_output_write(out, &digits[i], 1);
    }
}

const char *base_name(const char *path, size_t len, size_t *name_len)
{
    size_t from = len;

    while (from > 0 && path[from - 1] != '/' && path[from - 1] != '\\') {
        from--;
    }
    *name_len = len - from;
    return path + from;
}
