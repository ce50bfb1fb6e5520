/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sigma's condition language, resolved against the selections it names.
 *
 * Binding, weakest first: or, and, not, `1 of` / `all of`, parentheses. What
 * comes out has no patterns left: `1 of x*` is an OR of the selections that x*
 * stands for, in the order the rule has them.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_CONDITION_H
#define SONDA_COMPILE_CONDITION_H

#include "compile/pool.h"
#include "compile/rule.h"
#include "sonda/status.h"

/* One condition's text, and the line it stands on. */
typedef struct sonda__condition_text {
    sonda__span text;
    uint32_t line;
} sonda__condition_text;

/*
 * Parses conditions and ORs them. SONDA_ERR_MALFORMED, SONDA_ERR_NOT_FOUND (a
 * selection that does not exist), SONDA_ERR_UNSUPPORTED (Sigma 1 aggregation),
 * SONDA_ERR_LIMIT: refused with line and reason.
 */
sonda_status sonda__condition_parse(sonda__pool *pool,
                                    const sonda__condition_text *texts,
                                    size_t text_count,
                                    const sonda__rule_selection *selections,
                                    size_t selection_count,
                                    const sonda__rule_node **condition,
                                    sonda_error *error);

#endif
