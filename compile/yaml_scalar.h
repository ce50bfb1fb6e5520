/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a YAML scalar is, by the core schema of YAML 1.2.
 *
 * yes, no, on, off and dates are strings; 0o17 is fifteen; only the spellings
 * of the schema are null, true and false.
 *
 * Module compile. No allocation.
 */

#ifndef SONDA_COMPILE_YAML_SCALAR_H
#define SONDA_COMPILE_YAML_SCALAR_H

#include "compile/rule.h"

/* Room for a canonical number: 20 digits, a sign. */
#define SONDA__SCALAR_NUMBER_MAX 24u

/*
 * Kind of a plain (unquoted) scalar. `canonical` gets the text values compare
 * by: an integer as decimal digits without sign + or leading zeros (written in
 * `room`), true or false in lower case, else `text` itself. An integer beyond
 * 64 bits keeps its spelling.
 */
sonda__value_kind sonda__scalar_resolve(sonda__span text,
                                        char room[SONDA__SCALAR_NUMBER_MAX],
                                        sonda__span *canonical);

/* A finite number, as lt, lte, gt, gte and the parts of a time need. */
bool sonda__scalar_is_finite(sonda__span text);

#endif
