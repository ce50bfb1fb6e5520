/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A deterministic automaton, built as far as values ask: it tells whether there
 * is a match, not where.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_REGEX_LAZY_H
#define SONDA_CORE_DETECT_REGEX_LAZY_H

#include "core/detect/regex_cache.h"

typedef enum sonda__regex_answer {
    SONDA__REGEX_NO,
    SONDA__REGEX_YES,
    SONDA__REGEX_GIVEN_UP /* no room: the simulation goes on where this stopped */
} sonda__regex_answer;

/* Where it was given up; the instructions reached are the first in cache->list. */
typedef struct sonda__regex_stop {
    size_t at;
    uint32_t previous; /* code point before, or SONDA__REGEX_NOTHING */
    uint32_t count;
} sonda__regex_stop;

/*
 * Searches `text`. `steps` grows by one for each byte read and one for each
 * instruction kept in a new state: what a simulation costs at worst, at most.
 */
sonda__regex_answer sonda__regex_lazy_search(sonda__regex_cache *cache,
                                             sonda__regex_machine *machine,
                                             const sonda__regex_code *code,
                                             sonda__span text,
                                             sonda__regex_stop *stop,
                                             uint64_t *steps);

/* Whether the text could hold a match: it is long enough and has what is needed. */
bool sonda__regex_lazy_may_match(const sonda__regex_machine *machine,
                                 sonda__span text,
                                 uint64_t *steps);

#endif
