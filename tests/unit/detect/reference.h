/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The simple evaluator: every rule whose log source fits is evaluated, and
 * nothing is left out. What matching must answer, by way of no table and no
 * program: by the condition's tree.
 */

#ifndef SONDA_TESTS_UNIT_DETECT_REFERENCE_H
#define SONDA_TESTS_UNIT_DETECT_REFERENCE_H

#include "core/detect/evaluate.h"

/* Whether a rule holds for one of its log sources. */
static inline bool reference_holds(const sonda__question *question, const uint8_t *rule)
{
    const sonda__pack *pack = &question->content->pack;
    sonda__list alternatives = sonda__pack_list(rule + SONDA__AT_RULE_ALTERNATIVES);

    for (uint32_t i = 0; i < alternatives.count; i++) {
        const uint8_t *at =
            sonda__pack_listed(pack, SONDA__SECTION_ALTERNATIVES, alternatives, i);

        if (sonda__evaluate_source(question,
                                   sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE)) &&
            sonda__evaluate_tree(question, sonda__pack_list(at + SONDA__AT_ALTERNATIVE_NODES),
                                 0)) {
            return true;
        }
    }
    return false;
}

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

        if (reference_holds(&question, rule)) {
            on_match(i, user);
        }
    }
}

#endif
