/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Warnings of fields that no decoder of a rule's log source ever fills: the
 * silent reason why rules never fire.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_KNOWN_FIELDS_H
#define SONDA_COMPILE_KNOWN_FIELDS_H

#include "compile/pool.h"
#include "compile/report.h"
#include "compile/rule.h"

/*
 * Adds a warning to `entry` for each field of `rule`, whose log sources are
 * resolved, that none of them fills. None where the fields of a source are not
 * known. Texts are in `pool`.
 */
sonda_status sonda__known_fields_check(const sonda__rule *rule,
                                       sonda__pool *pool,
                                       sonda__report_entry *entry);

#endif
