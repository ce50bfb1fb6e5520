/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Log sources, items and condition trees, over single patterns.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_EVALUATE_H
#define SONDA_CORE_DETECT_EVALUATE_H

#include "core/detect/pattern.h"

/*
 * Whether the event is of the pack's log source: by its header (product, class,
 * activity, channel, event id), by conditions on fields, and by both.
 */
bool sonda__evaluate_header(const sonda__question *question, uint32_t source);
bool sonda__evaluate_conditions(const sonda__question *question, uint32_t source);
bool sonda__evaluate_source(const sonda__question *question, uint32_t source);

/*
 * Parts of that: whether a list of NUMBERS at `at` is empty or has a number, one
 * of SPANS is empty or has the event's channel, an entry of CONDITIONS holds.
 */
bool sonda__evaluate_number(const sonda__question *question,
                            const uint8_t *at,
                            uint32_t number);
bool sonda__evaluate_channel(const sonda__question *question, const uint8_t *at);
bool sonda__evaluate_condition(const sonda__question *question, const uint8_t *condition);

/*
 * Whether an item holds. `report`, which may be NULL, hears of each pattern
 * that was needed for it: `pattern` is its entry in the pack.
 */
typedef void (*sonda__answer_fn)(const sonda__answer *answer,
                                 const uint8_t *pattern,
                                 void *user);
bool sonda__evaluate_item(const sonda__question *question,
                          uint32_t predicate,
                          sonda__answer_fn report,
                          void *user);

/* Whether the subtree that begins at `root` of a tree holds. */
bool sonda__evaluate_tree(const sonda__question *question, sonda__list nodes, uint32_t root);

/*
 * Whether a program holds: one of ALTERNATIVES, without its log source. False
 * for one that is switched off, and for one that traps: that is switched off.
 */
bool sonda__evaluate_program(const sonda__question *question, uint32_t index);

/*
 * Whether a rule or filter holds for one of its log sources; `alternative`,
 * unless NULL, is the entry of the first that does.
 */
bool sonda__evaluate_alternatives(const sonda__question *question,
                                  sonda__list alternatives,
                                  const uint8_t **alternative);

#endif
