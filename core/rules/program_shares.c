/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The sums that verify_trees.c takes over a pack, for one program at a time.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#include "core/rules/program_shares.h"

#include "core/base/allocate.h"

/* Too much for 32 bits is as good as no limit: the pack has its ceiling. */
static uint32_t narrow(uint64_t cost)
{
    return cost < UINT32_MAX ? (uint32_t)cost : UINT32_MAX;
}

static sonda__program_share
share_of(const sonda__pack *pack, const uint64_t *pattern_cost, sonda__list steps)
{
    uint64_t event = 1 + (uint64_t)steps.count;
    uint64_t byte = 0;
    sonda__program_share share;

    for (uint32_t i = 0; i < steps.count; i++) {
        const uint8_t *step = sonda__pack_listed(pack, SONDA__SECTION_STEPS, steps, i);
        const uint8_t *test = sonda__pack_entry(
            pack, SONDA__SECTION_PREDICATES, sonda__pack_u32(step + SONDA__AT_STEP_PREDICATE));
        sonda__list patterns = sonda__pack_list(test + SONDA__AT_PREDICATE_PATTERNS);

        event = sonda__cost_add(event, patterns.count);
        byte = sonda__cost_add(byte, pattern_cost[patterns.first + patterns.count] -
                                         pattern_cost[patterns.first]);
    }
    share.event = narrow(event);
    share.byte = narrow(byte);
    return share;
}

sonda__program_share *sonda__program_shares(const sonda__pack *pack,
                                            const uint64_t *pattern_cost,
                                            const sonda_allocator *allocator)
{
    uint32_t count = pack->count[SONDA__SECTION_ALTERNATIVES];
    /* One more than needed: a pack without programs is no special case. */
    sonda__program_share *shares =
        sonda__allocate(allocator, (size_t)count + 1, sizeof *shares);

    for (uint32_t i = 0; shares != NULL && i < count; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, i);

        shares[i] =
            share_of(pack, pattern_cost, sonda__pack_list(at + SONDA__AT_ALTERNATIVE_STEPS));
    }
    return shares;
}
