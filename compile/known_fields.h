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

/* Whether some log source of a rule fills a field, as far as can be known. */
typedef enum sonda__known_answer {
    SONDA__FIELD_MAYBE, /* nobody can say */
    SONDA__FIELD_FILLED,
    SONDA__FIELD_NEVER
} sonda__known_answer;

/* `near`: for FIELD_NEVER the nearest name that is filled, or empty. */
sonda__known_answer
sonda__known_fields_ask(const sonda__rule *rule, sonda__span field, sonda__span *near);

/*
 * Adds a warning to `entry` for each field of `rule`, whose log sources are
 * resolved, that none of them fills. None where the fields of a source are not
 * known, neither by the log source nor by the event ids that stand beside the
 * field in its selection. Texts are in `pool`.
 */
sonda_status sonda__known_fields_check(const sonda__rule *rule,
                                       sonda__pool *pool,
                                       sonda__report_entry *entry);

#endif
