/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Correlations: that each is a rule of its own, that what it hears of comes
 * before it, and that its numbers are some that evaluation can bear.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/rules/verify.h"

#define BOUNDS_KNOWN ((1u << SONDA__BOUND_COUNT) - 1)
/* The exponent of infinities and of what is no number. */
#define NOT_FINITE UINT64_C(0x7ff0000000000000)
#define PERCENT_MAX 10000u

static const uint8_t *correlation_at(const sonda__pack *pack, uint32_t index)
{
    return sonda__pack_entry(pack, SONDA__SECTION_CORRELATIONS, index);
}

static bool takes_values(uint32_t type)
{
    return type != SONDA__CORRELATE_EVENT_COUNT && type != SONDA__CORRELATE_TEMPORAL &&
           type != SONDA__CORRELATE_TEMPORAL_ORDERED;
}

static bool bounds_are_sound(const uint8_t *at)
{
    uint32_t set = sonda__pack_u32(at + SONDA__AT_CORRELATION_COMPARES);

    for (uint32_t i = 0; i < SONDA__BOUND_COUNT; i++) {
        uint64_t bits = sonda__pack_u64(at + SONDA__AT_CORRELATION_BOUNDS + (size_t)8 * i);

        if ((bits & NOT_FINITE) == NOT_FINITE || ((set >> i & 1) == 0 && bits != 0)) {
            return false;
        }
    }
    return set != 0 && (set & ~BOUNDS_KNOWN) == 0;
}

static bool is_within_format(const uint8_t *at)
{
    uint32_t type = sonda__pack_u32(at + SONDA__AT_CORRELATION_TYPE);
    uint32_t positions = sonda__pack_u32(at + SONDA__AT_CORRELATION_POSITIONS);
    uint32_t values = sonda__pack_u32(at + SONDA__AT_CORRELATION_VALUES);
    uint32_t names = sonda__pack_list(at + SONDA__AT_CORRELATION_NAMES).count;
    uint64_t timespan = sonda__pack_u64(at + SONDA__AT_CORRELATION_TIMESPAN);

    return type < SONDA__CORRELATION_TYPE_COUNT &&
           (sonda__pack_u32(at + SONDA__AT_CORRELATION_FLAGS) &
            ~SONDA__CORRELATION_FLAGS_KNOWN) == 0 &&
           positions != 0 && positions <= SONDA__CORRELATION_POSITIONS_MAX && timespan != 0 &&
           timespan <= SONDA__CORRELATION_TIMESPAN_MAX &&
           sonda__pack_u32(at + SONDA__AT_CORRELATION_PERCENT) <= PERCENT_MAX &&
           sonda__pack_u32(at + SONDA__AT_CORRELATION_ZERO) == 0 && values <= names &&
           (values != 0) == takes_values(type) && names <= SONDA__CORRELATION_NAMES_MAX;
}

/* The lists: names of fields, and a rule for each position. */
static sonda_status check_named(const sonda__verifier *verifier, const uint8_t *at)
{
    const sonda__pack *pack = verifier->pack;
    sonda__list list = sonda__pack_list(at + SONDA__AT_CORRELATION_RULES);
    sonda_status status =
        sonda__verify_list(verifier, at + SONDA__AT_CORRELATION_NAMES, SONDA__SECTION_SPANS);

    if (status == SONDA_OK) {
        status = sonda__verify_list(verifier, at + SONDA__AT_CORRELATION_RULES,
                                    SONDA__SECTION_NUMBERS);
    }
    if (status == SONDA_OK &&
        list.count != sonda__pack_u32(at + SONDA__AT_CORRELATION_POSITIONS)) {
        return sonda__verify_refuse(verifier, at, "a correlation with another number of rules");
    }
    for (uint32_t i = 0; i < list.count && status == SONDA_OK; i++) {
        const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_NUMBERS, list, i);

        if (sonda__pack_u32(number) >= pack->count[SONDA__SECTION_RULES]) {
            status = sonda__verify_refuse(verifier, number, "a correlation of no rule");
        }
    }
    return status;
}

static sonda_status check_correlation(const sonda__verifier *verifier, const uint8_t *at)
{
    const uint8_t *rule = sonda__pack_entry(verifier->pack, SONDA__SECTION_RULES,
                                            sonda__pack_u32(at + SONDA__AT_CORRELATION_RULE));

    if (rule == NULL || sonda__pack_list(rule + SONDA__AT_RULE_ALTERNATIVES).count != 0) {
        return sonda__verify_refuse(verifier, at, "a correlation that is no rule of its own");
    }
    if (!is_within_format(at) || !bounds_are_sound(at)) {
        return sonda__verify_refuse(verifier, at, "a correlation beyond the format");
    }
    return check_named(verifier, at);
}

/* As many runs of candidates as the correlation has names, each in FIELDS. */
static sonda_status
check_fields(const sonda__verifier *verifier, const uint8_t *at, const uint8_t *correlation)
{
    const sonda__pack *pack = verifier->pack;
    sonda__list list = sonda__pack_list(at + SONDA__AT_INPUT_FIELDS);
    uint32_t names = sonda__pack_list(correlation + SONDA__AT_CORRELATION_NAMES).count;
    uint64_t runs = list.count == 0 ? 0 : 1;
    sonda_status status =
        sonda__verify_list(verifier, at + SONDA__AT_INPUT_FIELDS, SONDA__SECTION_NUMBERS);

    if (status != SONDA_OK) {
        return status;
    }
    if (list.count > SONDA__INPUT_FIELDS_MAX) {
        return sonda__verify_refuse(verifier, at, "an input with too many fields");
    }
    for (uint32_t i = 0; i < list.count; i++) {
        const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_NUMBERS, list, i);
        uint32_t field = sonda__pack_u32(number);

        if (field == SONDA__INPUT_NEXT_NAME) {
            runs++;
        } else if (field >= pack->count[SONDA__SECTION_FIELDS]) {
            return sonda__verify_refuse(verifier, number, "an input's field that is none");
        }
    }
    return runs == names ? SONDA_OK
                         : sonda__verify_refuse(verifier, at,
                                                "an input that names other fields "
                                                "than its correlation");
}

/* Whether entry `a` comes before `b`: strictly, so none stands there twice. */
static bool comes_before(const uint8_t *a, const uint8_t *b)
{
    for (uint32_t at = SONDA__AT_INPUT_FROM; at <= SONDA__AT_INPUT_POSITION; at += 4) {
        uint32_t left = sonda__pack_u32(a + at);
        uint32_t right = sonda__pack_u32(b + at);

        if (left != right) {
            return left < right;
        }
    }
    return false;
}

static bool has_alternatives(const sonda__pack *pack, uint32_t index)
{
    const uint8_t *rule = sonda__pack_entry(pack, SONDA__SECTION_RULES, index);

    return rule != NULL && sonda__pack_list(rule + SONDA__AT_RULE_ALTERNATIVES).count != 0;
}

static sonda_status check_input(const sonda__verifier *verifier, const uint8_t *at)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t from = sonda__pack_u32(at + SONDA__AT_INPUT_FROM);
    uint32_t event = sonda__pack_u32(at + SONDA__AT_INPUT_EVENT);
    uint32_t index = sonda__pack_u32(at + SONDA__AT_INPUT_CORRELATION);
    const uint8_t *correlation = correlation_at(pack, index);

    if (correlation == NULL || !has_alternatives(pack, event) ||
        sonda__pack_u32(at + SONDA__AT_INPUT_POSITION) >=
            sonda__pack_u32(correlation + SONDA__AT_CORRELATION_POSITIONS)) {
        return sonda__verify_refuse(verifier, at, "an input of no correlation or no rule");
    }
    if (from != event && (from ^ SONDA__INPUT_CORRELATION) >= index) {
        return sonda__verify_refuse(verifier, at, "a correlation that waits for a later one");
    }
    return check_fields(verifier, at, correlation);
}

sonda_status sonda__verify_correlations(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    uint32_t count = pack->count[SONDA__SECTION_CORRELATIONS];
    uint32_t inputs = pack->count[SONDA__SECTION_INPUTS];
    const uint8_t *before = NULL;
    sonda_status status = SONDA_OK;

    if (count > SONDA__CORRELATIONS_MAX || inputs > SONDA__INPUTS_MAX) {
        return sonda__verify_refuse(verifier, pack->section[SONDA__SECTION_CORRELATIONS],
                                    "too many correlations");
    }
    for (uint32_t i = 0; i < count && status == SONDA_OK; i++) {
        status = check_correlation(verifier, correlation_at(pack, i));
    }
    for (uint32_t i = 0; i < inputs && status == SONDA_OK; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_INPUTS, i);

        if (before != NULL && !comes_before(before, at)) {
            return sonda__verify_refuse(verifier, at, "inputs that are out of order");
        }
        before = at;
        status = check_input(verifier, at);
    }
    return status;
}
