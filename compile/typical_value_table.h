/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values that events of ordinary machines have, and how often.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_TYPICAL_VALUE_TABLE_H
#define SONDA_COMPILE_TYPICAL_VALUE_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct sonda__typical_value {
    uint32_t per_thousand; /* events, of those whose rules look at such a value */
    const char *text;      /* folded */
} sonda__typical_value;

extern const sonda__typical_value sonda__typical_values[];
extern const size_t sonda__typical_value_count;

#endif
