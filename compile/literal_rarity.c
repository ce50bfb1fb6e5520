/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A guess from values that events typically have, from the literal's length and
 * from where it stands, and from how many ask for it.
 *
 * Module compile.
 */

#include "compile/literal_rarity.h"

#include "compile/typical_value_table.h"

#define MILLION 1000000u

/* A run of a typical value counts as that of so many literals, by a thousandth. */
#define GRAM_WEIGHT 20u

/* Short literals within values need a closer look at all values of their field. */
#define CLOSER_LOOK 20000u

/* Values as a whole up to here are words and numbers of short lists. */
#define SHORT_WHOLE 10u

static bool is_within(sonda__span literal, sonda__span value)
{
    const char *at = value.data;
    const char *end = value.data + value.len;

    while ((size_t)(end - at) >= literal.len) {
        at = memchr(at, literal.data[0], (size_t)(end - at) - literal.len + 1);
        if (at == NULL) {
            return false;
        }
        if (memcmp(at, literal.data, literal.len) == 0) {
            return true;
        }
        at++;
    }
    return false;
}

static bool stands_in(sonda__span literal, uint32_t kind, sonda__span value)
{
    size_t at = value.len - literal.len;

    if (literal.len > value.len || (kind == SONDA__LITERAL_WHOLE && at != 0)) {
        return false;
    }
    if (literal.len == 0) {
        return true;
    }
    if (kind == SONDA__LITERAL_INNER) {
        return is_within(literal, value);
    }
    return memcmp(value.data + (kind < SONDA__LITERAL_END ? 0 : at), literal.data,
                  literal.len) == 0;
}

/* How often typical values have it. */
static uint64_t typical(sonda__span literal, uint32_t kind)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < sonda__typical_value_count; i++) {
        if (stands_in(literal, kind, sonda__span_text(sonda__typical_values[i].text))) {
            sum += sonda__typical_values[i].per_thousand * UINT64_C(1000);
        }
    }
    return sum;
}

/* Numbers of events and the like, of which a log source has few. */
static bool is_number(sonda__span literal)
{
    for (size_t i = 0; i < literal.len; i++) {
        if (literal.data[i] < '0' || literal.data[i] > '9') {
            return false;
        }
    }
    return literal.len > 0;
}

/* For a literal that one rule asks for, seen in no typical value. */
static uint64_t base_of(sonda__span literal, uint32_t kind)
{
    size_t len = literal.len;

    if (kind == SONDA__LITERAL_WHOLE) {
        return is_number(literal) ? 60000 : len <= SHORT_WHOLE ? 20000 : 250;
    }
    if (kind == SONDA__LITERAL_INNER) {
        uint64_t rare = len < 10 ? UINT64_C(16000) >> (len < 4 ? 0 : len - 4) : 250;

        return rare + (len < 7 ? CLOSER_LOOK : 0) + (len < 5 ? CLOSER_LOOK : 0);
    }
    /* Paths share their beginnings: those are seen far more often than asked for. */
    if (kind < SONDA__LITERAL_END) {
        return len < 5 ? 100000 : 2000;
    }
    return len < 4 ? 50000 : len == 4 ? 5000 : 500;
}

/* Most addresses are of large networks, such as those that are nobody's own. */
static uint32_t network_rarity(sonda__span network)
{
    uint32_t bits = (uint8_t)network.data[0];
    uint32_t size = 8 * ((uint32_t)network.len - 1);

    return bits <= size / 2 ? 300000 : bits < size ? 20000 : 2000;
}

uint32_t sonda__literal_rarity(sonda__span literal, uint32_t kind, uint32_t popularity)
{
    uint64_t expected = base_of(literal, kind);

    if (kind == SONDA__LITERAL_NETWORK) {
        return network_rarity(literal);
    }
    /* Twice as many askers make it half as likely again. */
    for (; popularity > 1; popularity /= 2) {
        expected += expected / 2;
    }
    expected += typical(literal, kind);
    return expected < MILLION ? (uint32_t)expected : MILLION;
}

void sonda__literal_count_grams(uint32_t *counters, uint32_t bits)
{
    for (size_t i = 0; i < sonda__typical_value_count; i++) {
        const sonda__typical_value *value = &sonda__typical_values[i];
        sonda__span text = sonda__span_text(value->text);

        for (size_t at = 0; at + SONDA__LITERAL_INNER_MIN <= text.len; at++) {
            uint32_t hash = sonda__gram_hash(sonda__pack_u32((const uint8_t *)text.data + at));

            counters[hash >> (32 - bits)] += value->per_thousand * GRAM_WEIGHT;
        }
    }
}
