/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counting where it happens.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_STATS_H
#define SONDA_CORE_ENGINE_STATS_H

#include "sonda/stats.h"

/* One event that is shown and matched. */
void sonda__stats_count_event(sonda_stats *stats, uint32_t class_uid);

/* One record that could not be decoded, by why. */
void sonda__stats_count_failure(sonda_stats *stats, sonda_status status);

#endif
