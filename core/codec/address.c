/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Address parsing, strict so that one text has one reading everywhere.
 *
 * Layer 1 (codec). No allocation.
 */

#include "core/codec/address.h"

#include "core/codec/number.h"

static bool parse_octet(sonda__span text, size_t *at, uint8_t *octet)
{
    unsigned value = 0;
    size_t first = *at;

    while (*at < text.len && *at - first < 3 && text.data[*at] >= '0' &&
           text.data[*at] <= '9') {
        value = value * 10 + (unsigned)(text.data[(*at)++] - '0');
    }
    *octet = (uint8_t)value;
    return *at > first && value <= 255 && !(*at - first > 1 && text.data[first] == '0');
}

static bool parse_v4(sonda__span text, uint8_t bytes[4])
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        if (i > 0 && (at >= text.len || text.data[at++] != '.')) {
            return false;
        }
        if (!parse_octet(text, &at, &bytes[i])) {
            return false;
        }
    }
    return at == text.len;
}

/* One group of up to four hexadecimal digits. */
static bool parse_group(sonda__span text, size_t *at, unsigned *group)
{
    size_t first = *at;

    *group = 0;
    while (*at < text.len && *at - first < 4 && sonda__hex_digit(text.data[*at]) >= 0) {
        *group = *group << 4 | (unsigned)sonda__hex_digit(text.data[(*at)++]);
    }
    return *at > first;
}

/* Groups before and after "::" while they are read. */
typedef struct groups {
    uint8_t bytes[16];
    size_t used;
    size_t gap; /* where "::" stood, or past the end */
} groups;

#define NO_GAP 17u

/* A trailing IPv4 address in place of the last two groups. */
static bool take_v4(groups *all, sonda__span rest)
{
    if (all->used > 12 || !parse_v4(rest, all->bytes + all->used)) {
        return false;
    }
    all->used += 4;
    return true;
}

static bool has_dot(sonda__span text, size_t from)
{
    return from < text.len && memchr(text.data + from, '.', text.len - from) != NULL &&
           memchr(text.data + from, ':', text.len - from) == NULL;
}

static bool parse_groups(sonda__span text, groups *all)
{
    size_t at = 0;

    if (text.len >= 2 && text.data[0] == ':' && text.data[1] == ':') {
        all->gap = 0;
        at = 2;
    }
    while (at < text.len) {
        unsigned group;

        if (has_dot(text, at)) {
            return take_v4(all, sonda__span_of(text.data + at, text.len - at));
        }
        if (all->used >= 16 || !parse_group(text, &at, &group)) {
            return false;
        }
        all->bytes[all->used++] = (uint8_t)(group >> 8);
        all->bytes[all->used++] = (uint8_t)(group & 0xff);
        if (at == text.len) {
            return true;
        }
        if (text.data[at++] != ':' || at == text.len) {
            return false;
        }
        if (text.data[at] == ':') {
            if (all->gap != NO_GAP) {
                return false;
            }
            all->gap = all->used;
            at++;
        }
    }
    return all->gap != NO_GAP;
}

static bool parse_v6(sonda__span text, uint8_t bytes[16])
{
    groups all = {{0}, 0, NO_GAP};
    const char *zone = memchr(text.data, '%', text.len);
    size_t tail;

    if (zone != NULL) {
        if (zone + 1 == text.data + text.len) {
            return false;
        }
        text.len = (size_t)(zone - text.data);
    }
    if (!parse_groups(text, &all) || (all.gap == NO_GAP ? all.used != 16 : all.used > 14)) {
        return false;
    }
    memset(bytes, 0, 16);
    if (all.gap == NO_GAP) {
        memcpy(bytes, all.bytes, 16);
        return true;
    }
    tail = all.used - all.gap;
    memcpy(bytes, all.bytes, all.gap);
    memcpy(bytes + 16 - tail, all.bytes + all.gap, tail);
    return true;
}

bool sonda__address_parse(sonda__span text, sonda__address *address)
{
    if (text.len == 0) {
        return false;
    }
    if (memchr(text.data, ':', text.len) != NULL) {
        address->size = 16;
        return parse_v6(text, address->bytes);
    }
    address->size = 4;
    return parse_v4(text, address->bytes);
}

bool sonda__address_prefix_equal(const uint8_t *a, const uint8_t *b, uint32_t bits)
{
    uint32_t whole = bits / 8;
    uint32_t rest = bits % 8;

    if (whole > 0 && memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}
