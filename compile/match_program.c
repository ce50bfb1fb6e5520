/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Members of an AND are asked in the order of what they cost by how often they
 * settle it, those of an OR likewise: that is the order of least expected cost.
 * What a rule waits for has been seen when it is asked; it settles nothing, so
 * it comes last.
 *
 * A tree stands in preorder: one walk backwards gathers guesses from members,
 * one forwards gives each its place and where its answers lead.
 *
 * Module compile.
 */

#include "compile/match_program.h"

#include <stdlib.h>

#define MILLION 1000000u

/* Guessed cost of asking: of an item at all, and of each pattern. */
enum {
    COST_ITEM = 20,
    COST_PRESENCE = 5,
    COST_ANCHORED = 15,
    COST_SEARCH = 60,
    COST_GLOB = 120,
    COST_PARSE = 60,
    COST_REGEX = 3000,
    COST_ASCII = 40,
    FIELDS_OF_KEYWORD = 20
};

/* How likely a pattern is thought to hold of which nothing is known. */
enum { LIKELY_TEXT = 100000, LIKELY_OTHER = 300000, LIKELY_AWAITED = 900000 };

static const uint8_t *
entry(const sonda__pack_sections *sections, sonda__section_kind kind, uint32_t index)
{
    return sections->section[kind].bytes + (size_t)index * sonda__section_entry_size(kind);
}

static uint64_t cost_of_pattern(const uint8_t *at)
{
    uint32_t op = sonda__pack_u16(at + SONDA__AT_PATTERN_OP);
    uint32_t flags = sonda__pack_u16(at + SONDA__AT_PATTERN_FLAGS);
    uint32_t anchors = SONDA__PATTERN_AT_START | SONDA__PATTERN_AT_END;

    switch (op) {
    case SONDA__OP_LITERAL:
        return (flags & anchors) != 0 ? COST_ANCHORED : COST_SEARCH;
    case SONDA__OP_GLOB:
        return COST_GLOB;
    case SONDA__OP_REGEX:
        return COST_REGEX;
    case SONDA__OP_NULL:
    case SONDA__OP_EXISTS:
        return COST_PRESENCE;
    default:
        return COST_PARSE;
    }
}

static uint64_t likelihood_of(const uint8_t *at, uint64_t expected)
{
    uint32_t op = sonda__pack_u16(at + SONDA__AT_PATTERN_OP);

    if (expected <= MILLION) {
        return expected;
    }
    return op == SONDA__OP_LITERAL || op == SONDA__OP_GLOB || op == SONDA__OP_REGEX
               ? LIKELY_TEXT
               : LIKELY_OTHER;
}

static uint32_t clamped(uint64_t likely)
{
    if (likely == 0) {
        return 1;
    }
    return likely < MILLION ? (uint32_t)likely : MILLION - 1;
}

static sonda__program_guess guess_item(const sonda__pack_sections *sections,
                                       const uint8_t *predicate,
                                       const uint64_t *pattern_costs)
{
    uint32_t flags = sonda__pack_u32(predicate + SONDA__AT_PREDICATE_FLAGS);
    uint32_t first = sonda__pack_u32(predicate + SONDA__AT_PREDICATE_PATTERNS);
    uint32_t count = sonda__pack_u32(predicate + SONDA__AT_PREDICATE_PATTERNS + 4);
    bool all = (flags & SONDA__PREDICATE_ALL) != 0;
    uint64_t likely = all ? MILLION : 0;
    sonda__program_guess guess = {COST_ITEM, 0};

    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *at = entry(sections, SONDA__SECTION_PATTERNS, i);
        uint64_t one = likelihood_of(at, pattern_costs[i]);

        guess.cost += cost_of_pattern(at);
        likely = !all ? likely + one : one < likely ? one : likely;
    }
    if ((flags & SONDA__PREDICATE_BEYOND_ASCII) != 0) {
        guess.cost = COST_ASCII;
    }
    if ((flags & SONDA__PREDICATE_KEYWORD) != 0) {
        guess.cost *= FIELDS_OF_KEYWORD;
    }
    guess.likely = clamped(likely);
    return guess;
}

void sonda__program_guess_items(const sonda__pack_sections *sections,
                                const uint64_t *pattern_costs,
                                sonda__program_guess *guesses)
{
    uint32_t count = sonda__pack_entries(sections, SONDA__SECTION_PREDICATES);

    for (uint32_t i = 0; i < count; i++) {
        guesses[i] =
            guess_item(sections, entry(sections, SONDA__SECTION_PREDICATES, i), pattern_costs);
    }
}

/* One alternative under way. */
typedef struct program {
    sonda__pack_sections *sections;
    const uint8_t *tree;
    const sonda__program_guess *guesses;
    sonda__program_node *nodes;
    sonda__program_member *members;
} program;

static uint32_t kind_of(const program *made, uint32_t i)
{
    return sonda__pack_u32(made->tree + (size_t)i * SONDA__NODE_SIZE + SONDA__AT_NODE_KIND);
}

static uint32_t end_of(const program *made, uint32_t i)
{
    return sonda__pack_u32(made->tree + (size_t)i * SONDA__NODE_SIZE + SONDA__AT_NODE_END);
}

static uint32_t item_of(const program *made, uint32_t i)
{
    return sonda__pack_u32(made->tree + (size_t)i * SONDA__NODE_SIZE + SONDA__AT_NODE_ARGUMENT);
}

/* Least cost first, by how often it settles the group. */
static int by_expected_cost(const void *a, const void *b)
{
    const sonda__program_member *one = a;
    const sonda__program_member *other = b;
    uint64_t left = one->cost * other->weight;
    uint64_t right = other->cost * one->weight;

    if (left != right) {
        return left < right ? -1 : 1;
    }
    return one->node < other->node ? -1 : one->node > other->node;
}

/* The members of a group in the order of asking; returns how many. */
static size_t put_in_order(const program *made, uint32_t group)
{
    bool is_and = kind_of(made, group) == SONDA__PACK_AND;
    size_t count = 0;

    for (uint32_t i = group + 1; i < end_of(made, group); i = end_of(made, i)) {
        const sonda__program_guess *guess = &made->nodes[i].guess;
        sonda__program_member *member = &made->members[count++];

        member->cost = guess->cost;
        member->weight = is_and ? MILLION - guess->likely : guess->likely;
        member->node = i;
    }
    qsort(made->members, count, sizeof *made->members, by_expected_cost);
    return count;
}

/* An AND or OR: a member is asked as often as those before it do not settle it. */
static void guess_group(const program *made, uint32_t group)
{
    bool is_and = kind_of(made, group) == SONDA__PACK_AND;
    sonda__program_node *node = &made->nodes[group];
    size_t count = put_in_order(made, group);
    uint64_t open = MILLION;

    for (size_t i = 0; i < count; i++) {
        const sonda__program_member *member = &made->members[i];

        node->tests += made->nodes[member->node].tests;
        node->guess.cost += member->cost * open / MILLION;
        open = open * (MILLION - member->weight) / MILLION;
    }
    node->guess.likely = clamped(is_and ? open : MILLION - open);
}

/* From the last node to the first, so that members come before their groups. */
static void guess_nodes(const program *made, uint32_t count)
{
    for (uint32_t i = count; i-- > 0;) {
        sonda__program_node *node = &made->nodes[i];
        uint32_t kind = kind_of(made, i);

        node->tests = 0;
        node->guess.cost = 0;
        if (kind == SONDA__PACK_TEST) {
            node->tests = 1;
            node->guess = made->guesses[item_of(made, i)];
            node->guess.likely = node->awaited != 0 ? LIKELY_AWAITED : node->guess.likely;
        } else if (kind == SONDA__PACK_AND || kind == SONDA__PACK_OR) {
            guess_group(made, i);
        } else {
            node->tests = made->nodes[i + 1].tests;
            node->guess = made->nodes[i + 1].guess;
            node->guess.likely =
                kind == SONDA__PACK_NOT ? MILLION - node->guess.likely : node->guess.likely;
        }
    }
}

/* Members one after another; all but the last lead to the next one. */
static void place_members(const program *made, uint32_t group)
{
    const sonda__program_node *node = &made->nodes[group];
    bool is_and = kind_of(made, group) == SONDA__PACK_AND;
    size_t count = put_in_order(made, group);
    uint32_t at = node->first;

    for (size_t i = 0; i < count; i++) {
        sonda__program_node *member = &made->nodes[made->members[i].node];
        uint32_t next = at + member->tests;

        member->first = at;
        member->then = is_and && i + 1 < count ? next : node->then;
        member->otherwise = !is_and && i + 1 < count ? next : node->otherwise;
        at = next;
    }
}

static void place_nodes(const program *made, uint32_t count)
{
    made->nodes[0].first = 0;
    made->nodes[0].then = SONDA__STEP_HOLDS;
    made->nodes[0].otherwise = SONDA__STEP_FAILS;
    for (uint32_t i = 0; i < count; i++) {
        const sonda__program_node *node = &made->nodes[i];
        uint32_t kind = kind_of(made, i);
        bool negated = kind == SONDA__PACK_NOT;

        if (kind == SONDA__PACK_AND || kind == SONDA__PACK_OR) {
            place_members(made, i);
        } else if (kind != SONDA__PACK_TEST) {
            made->nodes[i + 1].first = node->first;
            made->nodes[i + 1].then = negated ? node->otherwise : node->then;
            made->nodes[i + 1].otherwise = negated ? node->then : node->otherwise;
        }
    }
}

static void put_steps(const program *made, uint32_t count)
{
    sonda__pack_buffer *out = &made->sections->section[SONDA__SECTION_STEPS];
    size_t start = out->len;

    sonda__pack_buffer_zeros(out, made->nodes[0].tests * (size_t)SONDA__STEP_SIZE);
    for (uint32_t i = 0; i < count && !out->failed; i++) {
        const sonda__program_node *node = &made->nodes[i];
        size_t at = start + node->first * (size_t)SONDA__STEP_SIZE;

        if (kind_of(made, i) == SONDA__PACK_TEST) {
            sonda__pack_buffer_patch(out, at + SONDA__AT_STEP_PREDICATE, item_of(made, i));
            sonda__pack_buffer_patch(out, at + SONDA__AT_STEP_THEN, node->then);
            sonda__pack_buffer_patch(out, at + SONDA__AT_STEP_ELSE, node->otherwise);
        }
    }
}

void sonda__program_put(sonda__pack_sections *sections,
                        uint32_t alternative,
                        const sonda__program_guess *guesses,
                        sonda__program_scratch *scratch)
{
    const uint8_t *at = entry(sections, SONDA__SECTION_ALTERNATIVES, alternative);
    size_t steps_at =
        alternative * (size_t)SONDA__ALTERNATIVE_SIZE + SONDA__AT_ALTERNATIVE_STEPS;
    uint32_t count = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_NODES + 4);
    program made = {
        sections,
        entry(sections, SONDA__SECTION_NODES,
              sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_NODES)),
        guesses,
        scratch->nodes,
        scratch->members,
    };
    sonda__pack_buffer *alternatives = &sections->section[SONDA__SECTION_ALTERNATIVES];

    guess_nodes(&made, count);
    place_nodes(&made, count);
    sonda__pack_buffer_patch(alternatives, steps_at,
                             sonda__pack_entries(sections, SONDA__SECTION_STEPS));
    sonda__pack_buffer_patch(alternatives, steps_at + 4, made.nodes[0].tests);
    put_steps(&made, count);
}
