/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A guess from the literal's length, where it stands, and how many ask for it.
 *
 * Module compile.
 */

#include "compile/literal_rarity.h"

#define MILLION 1000000u

/* For a literal that one rule asks for. */
static uint64_t base_of(size_t len, uint32_t kind)
{
    if (kind == SONDA__LITERAL_WHOLE) {
        return 250;
    }
    if (kind == SONDA__LITERAL_INNER) {
        return len < 7 ? UINT64_C(16000) >> (len < 3 ? 0 : len - 3) : 750;
    }
    /* Paths share their beginnings: those are seen far more often than asked for. */
    return kind < SONDA__LITERAL_END || len < 4 ? 2000 : 500;
}

uint32_t sonda__literal_rarity(sonda__span literal, uint32_t kind, uint32_t popularity)
{
    uint64_t expected = base_of(literal.len, kind) * (1 + (uint64_t)popularity);

    return expected < MILLION ? (uint32_t)expected : MILLION;
}
