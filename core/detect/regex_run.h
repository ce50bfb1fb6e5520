/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Running the automaton of a regular expression over a value.
 *
 * Whether there is a match a deterministic automaton tells, which is built as
 * far as values ask for it. Where the match is, and what has no room there, is
 * simulated: all states advance in step, code point by code point, so time is
 * at most the length of the value times the size of the automaton, whatever
 * either holds.
 *
 * Layer 4 (detect). No allocation: the scratch is of fixed size.
 */

#ifndef SONDA_CORE_DETECT_REGEX_RUN_H
#define SONDA_CORE_DETECT_REGEX_RUN_H

#include "core/detect/regex_cache.h"

/* States reached, each once, and where the match that leads to it began. */
typedef struct sonda__regex_states {
    uint32_t count;
    uint16_t dense[SONDA__REGEX_CODE_MAX];
    uint16_t sparse[SONDA__REGEX_CODE_MAX];
    size_t start[SONDA__REGEX_CODE_MAX]; /* by place in `dense` */
} sonda__regex_states;

/* Scratch. Needs to be zeroed once, before the first run. */
typedef struct sonda__regex_run {
    sonda__regex_cache *cache; /* NULL: simulates always */
    sonda__regex_states now;
    sonda__regex_states then;
    uint16_t stack[SONDA__REGEX_CODE_MAX];
} sonda__regex_run;

/*
 * Searches `text` for the expression; `found` is the first match to end, not
 * the longest. NULL is faster: it asks only whether there is one. `steps` grows
 * by what it cost, at most text.len + 1 times the expression's instructions.
 */
bool sonda__regex_search(sonda__regex_run *run,
                         const sonda__pack *pack,
                         uint32_t regex,
                         sonda__span text,
                         sonda__span *found,
                         uint64_t *steps);

/*
 * For explanations: whether the expression would be found if case did not
 * count; then `part` is what. Otherwise `part` is the longest run of the text
 * that begins as the expression does, case counting; empty when none does.
 */
bool sonda__regex_nearest(sonda__regex_run *run,
                          const sonda__pack *pack,
                          uint32_t regex,
                          sonda__span text,
                          sonda__span *part);

#endif
