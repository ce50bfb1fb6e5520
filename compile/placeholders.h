/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The placeholder table: what `%name%` stands for in values with `expand`.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_PLACEHOLDERS_H
#define SONDA_COMPILE_PLACEHOLDERS_H

#include "compile/pool.h"
#include "compile/rule.h"
#include "sonda/status.h"

typedef struct sonda__placeholder {
    sonda__span name;
    size_t value_count; /* at least 1 */
    const sonda__span *values;
} sonda__placeholder;

typedef struct sonda__placeholders {
    size_t count;
    const sonda__placeholder *list;
} sonda__placeholders;

/*
 * Reads a YAML mapping of names to a value or a list of values into `pool`.
 * `allocator` is for the reading alone. On failure `error` names the line.
 */
sonda_status sonda__placeholders_read(sonda__pool *pool,
                                      const void *bytes,
                                      size_t len,
                                      const sonda_allocator *allocator,
                                      sonda__placeholders *table,
                                      sonda_error *error);

/*
 * Replaces an item's values by those that come of them with every placeholder
 * written out, in order: of several in one value the last changes fastest. New
 * values are in `pool`; `*values` and `*count` are input and output.
 */
sonda_status sonda__placeholders_expand(const sonda__placeholders *table,
                                        sonda__pool *pool,
                                        sonda__rule_value **values,
                                        size_t *count,
                                        sonda_error *error);

#endif
