/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The simple evaluator: every rule whose log source fits is evaluated, and
 * nothing is left out. What matching must answer, by way of no table.
 */

#ifndef SONDA_TESTS_UNIT_DETECT_REFERENCE_H
#define SONDA_TESTS_UNIT_DETECT_REFERENCE_H

#include "core/detect/evaluate.h"

/* Calls back for each rule of one pack without a base, in ascending order. */
static inline void reference_match(const sonda_content *content,
                                   const sonda_event *event,
                                   sonda__matcher *matcher,
                                   sonda__match_fn on_match,
                                   void *user)
{
    sonda__question question = {content, event, matcher};

    sonda__matcher_index(matcher, content, event);
    matcher->steps_left = UINT64_MAX;
    for (uint32_t i = 0; i < sonda_content_rule_count(content); i++) {
        const uint8_t *rule = sonda__pack_entry(&content->pack, SONDA__SECTION_RULES, i);

        if (sonda__evaluate_alternatives(
                &question, sonda__pack_list(rule + SONDA__AT_RULE_ALTERNATIVES), NULL)) {
            on_match(i, user);
        }
    }
}

#endif
