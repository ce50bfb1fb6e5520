/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Minute, hour, day, week, month and year of a time as text, in UTC.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_TIME_PART_H
#define SONDA_CORE_DETECT_TIME_PART_H

#include "core/base/span.h"

/* `part` is a sonda__time_part. False when the text is no time. */
bool sonda__time_part_of(sonda__span text, uint32_t part, uint32_t *number);

#endif
