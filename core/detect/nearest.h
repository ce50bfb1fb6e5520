/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What two texts have in common: for explanations only.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_NEAREST_H
#define SONDA_CORE_DETECT_NEAREST_H

#include "core/base/span.h"

/*
 * What is looked at: the time is the product of both. A longer value is a
 * script, whose first part shows a reader enough.
 */
#define SONDA__NEAREST_TEXT_MAX 65536u
#define SONDA__NEAREST_NEEDLE_MAX 1024u

/*
 * Longest run of `text` that is also one of `needle`; of equal ones the first,
 * or with `late` the last. Whole code points; empty when there is none.
 */
sonda__span sonda__nearest_part(sonda__span text, sonda__span needle, bool late);

#endif
