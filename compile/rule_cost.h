/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a rule costs, for people: what it waits for, and how dear its conditions
 * are once they are looked at.
 *
 * Read from the finished sections, so that it says what matching will do.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_RULE_COST_H
#define SONDA_COMPILE_RULE_COST_H

#include "compile/pack_sections.h"

typedef struct sonda__rule_cost {
    /* Some log source of the rule has its conditions evaluated for each event. */
    bool always;
    uint32_t literal_count; /* different ones that the rule waits for */
    sonda__span rarest;     /* of those; folded; lives in the sections */
    sonda__span commonest;
    uint32_t rarest_per_million; /* events that are expected to have it */
    uint32_t commonest_per_million;
    uint32_t per_million; /* all of them together; 1000000 for `always` */
    /* Worst case of its conditions, in steps: for an event, and for each byte of it. */
    uint64_t event_steps;
    uint64_t byte_steps;
} sonda__rule_cost;

/*
 * Fills one entry for each of RULES. The tables have been written. Correlations,
 * which evaluate nothing, get zeros.
 */
void sonda__rule_costs(const sonda__pack_sections *sections, sonda__rule_cost *costs);

#endif
