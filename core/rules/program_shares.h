/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What each program of a pack was proven to cost at most.
 *
 * Layer 3 (rules).
 */

#ifndef SONDA_CORE_RULES_PROGRAM_SHARES_H
#define SONDA_CORE_RULES_PROGRAM_SHARES_H

#include "core/rules/pack.h"
#include "sonda/allocator.h"

/* Steps of one program: for an event, and for each byte of it. */
typedef struct sonda__program_share {
    uint32_t event;
    uint32_t byte;
} sonda__program_share;

/*
 * Shares of the alternatives of a verified pack; `pattern_cost` is what its
 * verification filled. Kept apart from the pack, so that whatever becomes of
 * the pack's bytes does not move what they may cost. NULL: no memory.
 */
sonda__program_share *sonda__program_shares(const sonda__pack *pack,
                                            const uint64_t *pattern_cost,
                                            const sonda_allocator *allocator);

#endif
