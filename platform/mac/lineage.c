/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A set of keys in short rows, the oldest of a row giving way.
 *
 * Platform (mac).
 */

#include "platform/mac/lineage.h"

#include <string.h>

/* The finishing step of MurmurHash3: every bit depends on every bit. */
static uint64_t mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

uint64_t lineage_key(uint64_t kind, uint64_t first, uint64_t second)
{
    uint64_t key = mix(mix(mix(kind + 1) ^ first) ^ second);

    return key != 0 ? key : 1;
}

void lineage_add(struct lineage *lineage, uint64_t key)
{
    uint64_t *row = lineage->keys[key % LINEAGE_SETS];

    (void)lineage_take(lineage, key);
    memmove(row + 1, row, (LINEAGE_WAYS - 1) * sizeof *row);
    row[0] = key;
}

bool lineage_take(struct lineage *lineage, uint64_t key)
{
    uint64_t *row = lineage->keys[key % LINEAGE_SETS];

    for (uint32_t i = 0; i < LINEAGE_WAYS; i++) {
        if (row[i] == key) {
            memmove(row + i, row + i + 1, (LINEAGE_WAYS - 1 - i) * sizeof *row);
            row[LINEAGE_WAYS - 1] = 0;
            return true;
        }
    }
    return false;
}
