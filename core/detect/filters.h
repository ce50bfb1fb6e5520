/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Filters: what silences rules that hold.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_FILTERS_H
#define SONDA_CORE_DETECT_FILTERS_H

#include "core/detect/pattern.h"

/* Begins an event: no filter has been asked yet. */
void sonda__filters_begin(const sonda__question *question);

/* Whether a filter holds that is about this rule, or about every rule. */
bool sonda__filters_hold(const sonda__question *question, uint32_t rule);

#endif
