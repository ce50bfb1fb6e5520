/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Telling from a whole value at once that none of a few literals is in it, which
 * is nearly always so. Where processors have no instructions for it, values are
 * searched right away.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_NIBBLES_H
#define SONDA_CORE_DETECT_NIBBLES_H

#include "core/event/event.h"
#include "core/rules/scan_tables.h"

/* Fields that are looked at in one call. */
#define SONDA__NIBBLES_FIELDS 64u

/*
 * Of up to SONDA__NIBBLES_FIELDS fields the ones that are to be searched, as
 * bits: some place may hold a literal, or a byte is beyond ASCII. Never those
 * that are too short for `least` bytes of folded text.
 */
typedef uint64_t (*sonda__nibbles_fn)(const sonda__nibbles *nibbles,
                                      const sonda__field *fields,
                                      size_t count,
                                      uint32_t least);

/* What this processor has, or NULL. */
sonda__nibbles_fn sonda__nibbles_avx512(void);

#endif
