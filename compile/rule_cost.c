/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One walk over the literals tells for every rule what it waits for; one over
 * the trees, what its conditions ask.
 *
 * Module compile.
 */

#include "compile/rule_cost.h"

#include "compile/literal_rarity.h"

#define MILLION 1000000u

static const uint8_t *
entry(const sonda__pack_sections *sections, sonda__section_kind kind, uint32_t index)
{
    return sections->section[kind].bytes + (size_t)index * sonda__section_entry_size(kind);
}

static sonda__span text_at(const sonda__pack_sections *sections, const uint8_t *at)
{
    uint32_t len = sonda__pack_u32(at + 4);

    return sonda__span_of(
        len == 0 ? "" : (const char *)sections->strings.keys.bytes + sonda__pack_u32(at), len);
}

/* The rule of an alternative, or RULES' count for a filter's. */
static uint32_t owner_of(const sonda__pack_sections *sections, uint32_t alternative)
{
    const uint8_t *at = entry(sections, SONDA__SECTION_ALTERNATIVES, alternative);
    uint32_t owner = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER);
    uint32_t count = sonda__pack_entries(sections, SONDA__SECTION_RULES);

    return owner < count ? owner : count;
}

static uint32_t add_expected(uint32_t a, uint32_t b)
{
    return a > MILLION - b ? MILLION : a + b;
}

static void add_literal(const sonda__pack_sections *sections,
                        const uint8_t *literal,
                        sonda__rule_cost *costs)
{
    sonda__span text = text_at(sections, literal + SONDA__AT_LITERAL_TEXT);
    uint32_t kind = sonda__pack_u32(literal + SONDA__AT_LITERAL_KIND);
    uint32_t first = sonda__pack_u32(literal + SONDA__AT_LITERAL_POSTINGS);
    uint32_t count = sonda__pack_u32(literal + SONDA__AT_LITERAL_POSTINGS + 4);
    uint32_t expected = sonda__literal_rarity(text, kind, count);
    uint32_t before = UINT32_MAX;

    /* Alternatives ascend, so those of a rule stand together: it counts once. */
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t alternative = sonda__pack_u32(entry(sections, SONDA__SECTION_POSTINGS, i));
        uint32_t rule = owner_of(sections, alternative);
        sonda__rule_cost *cost = &costs[rule];

        if (rule == before || rule >= sonda__pack_entries(sections, SONDA__SECTION_RULES)) {
            continue;
        }
        before = rule;
        if (cost->literal_count == 0 || expected < cost->rarest_per_million) {
            cost->rarest = text;
            cost->rarest_per_million = expected;
        }
        if (cost->literal_count == 0 || expected > cost->commonest_per_million) {
            cost->commonest = text;
            cost->commonest_per_million = expected;
        }
        cost->literal_count++;
        cost->per_million = add_expected(cost->per_million, expected);
    }
}

static void add_always(const sonda__pack_sections *sections, sonda__rule_cost *costs)
{
    uint32_t count = sonda__pack_entries(sections, SONDA__SECTION_ALWAYS);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t alternative = sonda__pack_u32(entry(sections, SONDA__SECTION_ALWAYS, i));
        uint32_t rule = owner_of(sections, alternative);

        if (rule < sonda__pack_entries(sections, SONDA__SECTION_RULES)) {
            costs[rule].always = true;
            costs[rule].per_million = MILLION;
        }
    }
}

static void
add_pattern(const sonda__pack_sections *sections, uint32_t index, sonda__rule_cost *cost)
{
    const uint8_t *at = entry(sections, SONDA__SECTION_PATTERNS, index);
    uint32_t op = sonda__pack_u16(at + SONDA__AT_PATTERN_OP);
    uint32_t a = sonda__pack_u32(at + SONDA__AT_PATTERN_A);
    uint32_t code_count = op == SONDA__OP_REGEX
                              ? sonda__pack_u32(entry(sections, SONDA__SECTION_REGEXES, a) +
                                                SONDA__AT_REGEX_CODE + 4)
                              : 0;
    uint32_t len = sonda__pack_u32(at + SONDA__AT_PATTERN_B);

    cost->byte_steps =
        sonda__cost_add(cost->byte_steps, sonda__pattern_cost(op, len, code_count));
    cost->event_steps = sonda__cost_add(cost->event_steps, 1);
}

static void
add_test(const sonda__pack_sections *sections, uint32_t index, sonda__rule_cost *cost)
{
    const uint8_t *at = entry(sections, SONDA__SECTION_PREDICATES, index);
    uint32_t first = sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS);
    uint32_t count = sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS + 4);

    cost->event_steps = sonda__cost_add(cost->event_steps, 1);
    for (uint32_t i = 0; i < count; i++) {
        add_pattern(sections, first + i, cost);
    }
}

/* As the verifier adds up the pack's: every alternative as if it were evaluated. */
static void add_conditions(const sonda__pack_sections *sections, sonda__rule_cost *costs)
{
    uint32_t count = sonda__pack_entries(sections, SONDA__SECTION_ALTERNATIVES);

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = entry(sections, SONDA__SECTION_ALTERNATIVES, i);
        uint32_t first = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_NODES);
        uint32_t nodes = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_NODES + 4);
        uint32_t rule = owner_of(sections, i);

        for (uint32_t k = 0;
             rule < sonda__pack_entries(sections, SONDA__SECTION_RULES) && k < nodes; k++) {
            const uint8_t *node = entry(sections, SONDA__SECTION_NODES, first + k);

            if (sonda__pack_u32(node + SONDA__AT_NODE_KIND) == SONDA__PACK_TEST) {
                add_test(sections, sonda__pack_u32(node + SONDA__AT_NODE_ARGUMENT),
                         &costs[rule]);
            }
        }
    }
}

void sonda__rule_costs(const sonda__pack_sections *sections, sonda__rule_cost *costs)
{
    uint32_t rules = sonda__pack_entries(sections, SONDA__SECTION_RULES);
    uint32_t literals = sonda__pack_entries(sections, SONDA__SECTION_LITERALS);

    if (rules == 0) {
        return;
    }
    memset(costs, 0, rules * sizeof *costs);
    for (uint32_t i = 0; i < literals; i++) {
        add_literal(sections, entry(sections, SONDA__SECTION_LITERALS, i), costs);
    }
    add_always(sections, costs);
    add_conditions(sections, costs);
}
