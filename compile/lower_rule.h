/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A whole rule: its selections into items, its condition into one tree.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOWER_RULE_H
#define SONDA_COMPILE_LOWER_RULE_H

#include "compile/lowered.h"
#include "compile/regex.h"
#include "sonda/status.h"

/* Nodes of one rule. The largest of SigmaHQ has under 1,000. */
#define SONDA__RULE_NODES_MAX 65536u

/* Every selection is lowered, used or not, so that no mistake hides. */
sonda_status sonda__lower_rule(sonda__pool *pool,
                               sonda__regex_scratch *scratch,
                               const sonda__rule *rule,
                               sonda__lowered_rule *lowered,
                               sonda_error *error);

#endif
