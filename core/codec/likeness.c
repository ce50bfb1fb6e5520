/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Levenshtein's distance, row by row.
 *
 * Layer 1 (codec). No allocation.
 */

#include "core/codec/likeness.h"

#include "core/base/limits.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint16_t least(unsigned a, unsigned b, unsigned c)
{
    unsigned both = a < b ? a : b;

    return (uint16_t)(both < c ? both : c);
}

uint32_t sonda__name_distance(sonda__span a, sonda__span b)
{
    uint16_t row[SONDA__FIELD_NAME_MAX + 1];

    if (a.len > SONDA__FIELD_NAME_MAX || b.len > SONDA__FIELD_NAME_MAX) {
        return UINT32_MAX;
    }
    for (size_t k = 0; k <= b.len; k++) {
        row[k] = (uint16_t)k;
    }
    for (size_t i = 0; i < a.len; i++) {
        unsigned before = row[0];

        row[0] = (uint16_t)(i + 1);
        for (size_t k = 0; k < b.len; k++) {
            unsigned changed = before + (lower(a.data[i]) != lower(b.data[k]));

            before = row[k + 1];
            row[k + 1] = least(changed, before + 1u, row[k] + 1u);
        }
    }
    return row[b.len];
}

bool sonda__name_is_like(sonda__span a, sonda__span b, uint32_t distance)
{
    size_t longer = a.len > b.len ? a.len : b.len;

    return distance != UINT32_MAX && (size_t)distance * 2 <= longer;
}
