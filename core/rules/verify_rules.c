/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fields, log sources, rules and filters, and who belongs to whom.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/base/limits.h"
#include "core/rules/verify.h"
#include "sonda/content.h"
#include "sonda/field.h"

/* Every entry of a section through one check. */
static sonda_status
each(const sonda__verifier *verifier,
     sonda__section_kind kind,
     sonda_status (*check)(const sonda__verifier *, const uint8_t *, uint32_t))
{
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; status == SONDA_OK && i < verifier->pack->count[kind]; i++) {
        status = check(verifier, sonda__pack_entry(verifier->pack, kind, i), i);
    }
    return status;
}

static sonda_status
check_field(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    sonda_field_id id = sonda__pack_u32(at + SONDA__AT_FIELD_ID);
    uint32_t len = sonda__pack_u32(at + SONDA__AT_FIELD_NAME + 4);
    bool native = id == SONDA_FIELD_NONE;
    sonda_status status = sonda__verify_text(verifier, at + SONDA__AT_FIELD_NAME);

    (void)index;
    if (status != SONDA_OK) {
        return status;
    }
    if (native ? len == 0 || len > SONDA__FIELD_NAME_MAX
               : len != 0 || id >= SONDA_FIELD_COUNT) {
        return sonda__verify_refuse(verifier, at, "a field of no table row and no name");
    }
    return SONDA_OK;
}

static sonda_status
check_span(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    (void)index;
    return sonda__verify_text(verifier, at);
}

static sonda_status
check_condition(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    (void)index;
    if (sonda__pack_u32(at + SONDA__AT_CONDITION_FIELD) >=
        verifier->pack->count[SONDA__SECTION_FIELDS]) {
        return sonda__verify_refuse(verifier, at, "a log source's condition on no field");
    }
    return sonda__verify_list(verifier, at + SONDA__AT_CONDITION_VALUES, SONDA__SECTION_SPANS);
}

static const struct {
    uint32_t at;
    sonda__section_kind kind;
} source_lists[] = {
    {SONDA__AT_SOURCE_ACTIVITIES, SONDA__SECTION_NUMBERS},
    {SONDA__AT_SOURCE_CHANNELS, SONDA__SECTION_SPANS},
    {SONDA__AT_SOURCE_EVENT_IDS, SONDA__SECTION_NUMBERS},
    {SONDA__AT_SOURCE_CONDITIONS, SONDA__SECTION_CONDITIONS},
    {SONDA__AT_SOURCE_ALTERNATIVES, SONDA__SECTION_NUMBERS},
};

/*
 * Each alternative a source lists must name that source, in ascending order: so
 * none is evaluated twice, and lists that overlap fail at their first number.
 */
static sonda_status
check_listed(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    const sonda__pack *pack = verifier->pack;
    sonda__list list = sonda__pack_list(at + SONDA__AT_SOURCE_ALTERNATIVES);
    uint64_t next = 0;

    for (uint32_t i = 0; i < list.count; i++) {
        const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_NUMBERS, list, i);
        const uint8_t *alternative =
            sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, sonda__pack_u32(number));

        if (alternative == NULL || sonda__pack_u32(number) < next ||
            sonda__pack_u32(alternative + SONDA__AT_ALTERNATIVE_SOURCE) != index ||
            sonda__pack_u32(alternative + SONDA__AT_ALTERNATIVE_OWNER) >=
                pack->count[SONDA__SECTION_RULES]) {
            return sonda__verify_refuse(verifier, number,
                                        "a log source that lists another's rule");
        }
        next = (uint64_t)sonda__pack_u32(number) + 1;
    }
    return SONDA_OK;
}

static sonda_status
check_source(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    sonda_status status = SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < sizeof source_lists / sizeof source_lists[0];
         i++) {
        status = sonda__verify_list(verifier, at + source_lists[i].at, source_lists[i].kind);
    }
    if (status != SONDA_OK) {
        return status;
    }
    if ((sonda__pack_u16(at + SONDA__AT_SOURCE_FLAGS) & ~SONDA__SOURCE_FLAGS_KNOWN) != 0 ||
        sonda__pack_list(at + SONDA__AT_SOURCE_CONDITIONS).count >
            SONDA__SOURCE_CONDITIONS_MAX) {
        return sonda__verify_refuse(verifier, at, "a log source beyond the format");
    }
    return check_listed(verifier, at, index);
}

/* The alternatives in a list are all this owner's. */
static sonda_status
check_owned(const sonda__verifier *verifier, const uint8_t *at, uint32_t owner)
{
    const sonda__pack *pack = verifier->pack;
    sonda__list list = sonda__pack_list(at);
    sonda_status status = sonda__verify_list(verifier, at, SONDA__SECTION_ALTERNATIVES);

    for (uint32_t i = 0; status == SONDA_OK && i < list.count; i++) {
        const uint8_t *alternative =
            sonda__pack_listed(pack, SONDA__SECTION_ALTERNATIVES, list, i);

        if (sonda__pack_u32(alternative + SONDA__AT_ALTERNATIVE_OWNER) != owner) {
            status = sonda__verify_refuse(verifier, alternative, "an alternative of another's");
        }
    }
    return status;
}

static sonda_status
check_rule(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    sonda_status status = SONDA_OK;

    if (sonda__pack_u32(at + SONDA__AT_RULE_LEVEL) > SONDA_LEVEL_CRITICAL ||
        sonda__pack_u32(at + SONDA__AT_RULE_ID + 4) > SONDA__RULE_ID_MAX) {
        return sonda__verify_refuse(verifier, at,
                                    "a rule whose level or id is beyond the format");
    }
    for (uint32_t text = SONDA__AT_RULE_ID; status == SONDA_OK && text < SONDA__AT_RULE_TAGS;
         text += SONDA__TEXT_SIZE) {
        status = sonda__verify_text(verifier, at + text);
    }
    if (status == SONDA_OK) {
        status = sonda__verify_list(verifier, at + SONDA__AT_RULE_TAGS, SONDA__SECTION_SPANS);
    }
    if (status == SONDA_OK) {
        status = sonda__verify_list(verifier, at + SONDA__AT_RULE_FALSEPOSITIVES,
                                    SONDA__SECTION_SPANS);
    }
    return status == SONDA_OK ? check_owned(verifier, at + SONDA__AT_RULE_ALTERNATIVES, index)
                              : status;
}

static sonda_status
check_filter(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    sonda_status status = sonda__verify_text(verifier, at + SONDA__AT_FILTER_ID);

    if (status == SONDA_OK) {
        status = sonda__verify_text(verifier, at + SONDA__AT_FILTER_TITLE);
    }
    if (status == SONDA_OK) {
        status =
            sonda__verify_list(verifier, at + SONDA__AT_FILTER_TARGETS, SONDA__SECTION_SPANS);
    }
    return status == SONDA_OK ? check_owned(verifier, at + SONDA__AT_FILTER_ALTERNATIVES,
                                            index | SONDA__ALTERNATIVE_FILTER)
                              : status;
}

static sonda_status
check_alternative(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    (void)index;
    return sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE) <
                   verifier->pack->count[SONDA__SECTION_SOURCES]
               ? SONDA_OK
               : sonda__verify_refuse(verifier, at, "an alternative of no log source");
}

static sonda__span indexed_id(const sonda__pack *pack, const uint8_t *number)
{
    const uint8_t *rule =
        sonda__pack_entry(pack, SONDA__SECTION_RULES, sonda__pack_u32(number));

    return sonda__pack_text(pack, rule + SONDA__AT_RULE_ID);
}

/* Ascending by id, then by number: so every rule stands there exactly once. */
static sonda_status
check_indexed(const sonda__verifier *verifier, const uint8_t *at, uint32_t index)
{
    const sonda__pack *pack = verifier->pack;
    int order;

    if (sonda__pack_u32(at) >= pack->count[SONDA__SECTION_RULES]) {
        return sonda__verify_refuse(verifier, at, "an index of no rule");
    }
    if (index == 0) {
        return SONDA_OK;
    }
    order = sonda__pack_compare(indexed_id(pack, at - 4), indexed_id(pack, at));
    return order < 0 || (order == 0 && sonda__pack_u32(at - 4) < sonda__pack_u32(at))
               ? SONDA_OK
               : sonda__verify_refuse(verifier, at, "an index of rules that is out of order");
}

sonda_status sonda__verify_rules(const sonda__verifier *verifier)
{
    static const struct {
        sonda__section_kind kind;
        sonda_status (*check)(const sonda__verifier *, const uint8_t *, uint32_t);
    } checks[] = {
        {SONDA__SECTION_FIELDS, check_field},
        {SONDA__SECTION_SPANS, check_span},
        {SONDA__SECTION_CONDITIONS, check_condition},
        {SONDA__SECTION_ALTERNATIVES, check_alternative},
        {SONDA__SECTION_SOURCES, check_source},
        {SONDA__SECTION_RULES, check_rule},
        {SONDA__SECTION_FILTERS, check_filter},
        {SONDA__SECTION_RULE_INDEX, check_indexed},
    };
    const sonda__pack *pack = verifier->pack;
    sonda_status status = SONDA_OK;

    if (pack->count[SONDA__SECTION_RULE_INDEX] != pack->count[SONDA__SECTION_RULES]) {
        return sonda__verify_refuse(verifier, pack->section[SONDA__SECTION_RULE_INDEX],
                                    "an index of rules that misses some");
    }
    for (size_t i = 0; status == SONDA_OK && i < sizeof checks / sizeof checks[0]; i++) {
        status = each(verifier, checks[i].kind, checks[i].check);
    }
    return status;
}
