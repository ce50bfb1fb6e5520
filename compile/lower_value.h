/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One item of a rule, `Field|modifiers: values`, into patterns.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOWER_VALUE_H
#define SONDA_COMPILE_LOWER_VALUE_H

#include "compile/lowered.h"
#include "compile/regex.h"
#include "sonda/status.h"

/*
 * Modifiers apply in the order written. What cannot be meant is refused by
 * name, with the line of the value or of the item in error->line.
 */
sonda_status sonda__lower_item(sonda__pool *pool,
                               sonda__regex_scratch *scratch,
                               const sonda__rule_item *item,
                               sonda__lowered_item *lowered,
                               sonda_error *error);

#endif
