/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Words of the response policy for output. docs/output.md lists them.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_RESPONSE_WORDS_H
#define SONDA_TOOLS_RESPONSE_WORDS_H

#include <stdint.h>

/* Of SONDA_ACTION_…, SONDA_OUTCOME_… and SONDA_SWITCH_…; "unknown" for others. */
const char *action_word(uint32_t action);
const char *outcome_word(uint32_t outcome);
const char *switch_word(uint32_t kind);

#endif
