/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How often a literal is expected in events.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LITERAL_RARITY_H
#define SONDA_COMPILE_LITERAL_RARITY_H

#include "core/base/span.h"
#include "core/rules/pack_format.h"

/*
 * Events, of a million of the field's log sources, that are expected to have
 * the folded literal: 1 to 1000000. `popularity` is how many items of rules
 * ask for it: what many ask for is common in events too.
 */
uint32_t sonda__literal_rarity(sonda__span literal, uint32_t kind, uint32_t popularity);

/*
 * Adds to counters of four-byte runs, 2^`bits` of them by the upper bits of the
 * run's hash, those that typical values have.
 */
void sonda__literal_count_grams(uint32_t *counters, uint32_t bits);

#endif
