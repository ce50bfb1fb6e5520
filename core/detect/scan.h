/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Searching one value for all literals of its field at once.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_SCAN_H
#define SONDA_CORE_DETECT_SCAN_H

#include "core/detect/pattern.h"

/* Called with each literal that is in the value, perhaps several times. */
typedef void (*sonda__literal_fn)(const sonda__question *question, const uint8_t *literal);

/*
 * Of fields in a row, SONDA__NIBBLES_FIELDS at most, those that may hold a
 * literal of a table, as bits.
 */
uint64_t sonda__scan_may_hold(const sonda__question *question,
                              const sonda__scan_table *table,
                              uint32_t first,
                              size_t count);

/* Searches a field of the event; `table` is one of the question's content. */
void sonda__scan(const sonda__question *question,
                 const sonda__scan_table *table,
                 uint32_t field,
                 sonda__literal_fn on_literal);

#endif
