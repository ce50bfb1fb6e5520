/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Ids of rules: UUIDs, kept in lower case.
 *
 * Sigma lets a rule go without an id, but findings, filters and the list of
 * disabled rules all need one. It is then made from the title, so that it
 * survives edits of the detection; version 8 of a UUID says "made by our own
 * rule".
 *
 * Module compile.
 */

#include "compile/rule_id.h"

#include "core/base/hash.h"

#define UUID_LEN 36u

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_dash_at(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool sonda__is_uuid(sonda__span text)
{
    for (size_t i = 0; i < text.len && i < UUID_LEN; i++) {
        if (is_dash_at(i) ? text.data[i] != '-' : !is_hex(text.data[i])) {
            return false;
        }
    }
    return text.len == UUID_LEN;
}

sonda__span sonda__uuid_copy(sonda__pool *pool, sonda__span text)
{
    char *copy = sonda__pool_take(pool, text.len + 1, 1);

    if (copy == NULL) {
        return sonda__span_of(NULL, 0);
    }
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = text.data[i];
        if (copy[i] >= 'A' && copy[i] <= 'F') {
            copy[i] = "abcdef"[copy[i] - 'A'];
        }
    }
    return sonda__span_of(copy, text.len);
}

sonda__span sonda__uuid_of_title(sonda__pool *pool, sonda__span title)
{
    uint64_t high = sonda__hash(title);
    uint64_t low = sonda__hash_step(sonda__hash_step(high, title.len), ~high);
    char *text = sonda__pool_take(pool, UUID_LEN + 1, 1);
    size_t digit = 0;

    if (text == NULL) {
        return sonda__span_of(NULL, 0);
    }
    high = (high & ~UINT64_C(0xf000)) | UINT64_C(0x8000);
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
    for (size_t i = 0; i < UUID_LEN; i++) {
        if (is_dash_at(i)) {
            text[i] = '-';
            continue;
        }
        text[i] = "0123456789abcdef"[((digit < 16 ? high : low) >> (60 - digit % 16 * 4)) & 15];
        digit++;
    }
    return sonda__span_of(text, UUID_LEN);
}
