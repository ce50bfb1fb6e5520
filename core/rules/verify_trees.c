/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Condition trees, their programs, and what the whole pack can cost.
 *
 * Each alternative's nodes follow those of the one before, so every node is
 * looked at once and belongs to one tree; its steps likewise. That a program
 * answers as its tree does is the compiler's word: matching runs programs, and
 * a lying one costs the findings of the pack that lies.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/base/error.h"
#include "core/rules/verify.h"

/* The groups open while a tree is walked, and sums over all trees. */
typedef struct tree_walk {
    uint32_t ends[SONDA__TREE_DEPTH_MAX];
    uint32_t depth;
    uint64_t cost_event;
    uint64_t cost_byte;
} tree_walk;

static sonda_status check_test(const sonda__verifier *verifier, const uint8_t *at)
{
    uint32_t index = sonda__pack_u32(at + SONDA__AT_NODE_ARGUMENT);
    const uint8_t *predicate =
        sonda__pack_entry(verifier->pack, SONDA__SECTION_PREDICATES, index);

    if (predicate == NULL || sonda__pack_u32(at + SONDA__AT_NODE_ARGUMENT + 4) != 0) {
        return sonda__verify_refuse(verifier, at, "a test of no item");
    }
    return SONDA_OK;
}

/* A group has children: one for NOT and NAMED, whose end is then the group's. */
static sonda_status check_group(const sonda__verifier *verifier,
                                const uint8_t *at,
                                uint32_t index,
                                uint32_t end,
                                tree_walk *walk)
{
    uint32_t kind = sonda__pack_u32(at + SONDA__AT_NODE_KIND);
    bool single = kind == SONDA__PACK_NOT || kind == SONDA__PACK_NAMED;

    if (end <= index + 1 || walk->depth == SONDA__TREE_DEPTH_MAX) {
        return sonda__verify_refuse(verifier, at, "a group without members, or too deep");
    }
    /* The child's end lies inside the pack: `end` was checked to. */
    if (single && sonda__pack_u32(at + SONDA__NODE_SIZE + SONDA__AT_NODE_END) != end) {
        return sonda__verify_refuse(verifier, at, "a group with one member too many");
    }
    if (kind != SONDA__PACK_NAMED && (sonda__pack_u32(at + SONDA__AT_NODE_ARGUMENT) != 0 ||
                                      sonda__pack_u32(at + SONDA__AT_NODE_ARGUMENT + 4) != 0)) {
        return sonda__verify_refuse(verifier, at, "a group with an argument");
    }
    walk->ends[walk->depth++] = end;
    return kind == SONDA__PACK_NAMED
               ? sonda__verify_text(verifier, at + SONDA__AT_NODE_ARGUMENT)
               : SONDA_OK;
}

static sonda_status check_node(const sonda__verifier *verifier,
                               const uint8_t *at,
                               uint32_t index,
                               uint32_t limit,
                               tree_walk *walk)
{
    uint32_t kind = sonda__pack_u32(at + SONDA__AT_NODE_KIND);
    uint32_t end = sonda__pack_u32(at + SONDA__AT_NODE_END);

    if (kind < SONDA__PACK_AND || kind > SONDA__PACK_TEST || end <= index || end > limit) {
        return sonda__verify_refuse(verifier, at, "a node of no kind or no end");
    }
    if (kind != SONDA__PACK_TEST) {
        return check_group(verifier, at, index, end, walk);
    }
    return end == index + 1 ? check_test(verifier, at)
                            : sonda__verify_refuse(verifier, at, "a test with members");
}

static sonda_status
check_tree(const sonda__verifier *verifier, sonda__list nodes, tree_walk *walk)
{
    const sonda__pack *pack = verifier->pack;
    const uint8_t *root = sonda__pack_listed(pack, SONDA__SECTION_NODES, nodes, 0);
    sonda_status status = SONDA_OK;

    if (sonda__pack_u32(root + SONDA__AT_NODE_END) != nodes.count) {
        return sonda__verify_refuse(verifier, root, "a condition that is not one tree");
    }
    walk->depth = 0;
    for (uint32_t i = 0; status == SONDA_OK && i < nodes.count; i++) {
        const uint8_t *at = sonda__pack_listed(pack, SONDA__SECTION_NODES, nodes, i);

        while (walk->depth > 0 && walk->ends[walk->depth - 1] == i) {
            walk->depth--;
        }
        status = check_node(verifier, at, i,
                            walk->depth > 0 ? walk->ends[walk->depth - 1] : nodes.count, walk);
    }
    return status;
}

static void
add_step_cost(const sonda__verifier *verifier, const uint8_t *predicate, tree_walk *walk)
{
    sonda__list patterns = sonda__pack_list(predicate + SONDA__AT_PREDICATE_PATTERNS);
    const uint64_t *sums = verifier->pattern_cost;

    walk->cost_event = sonda__cost_add(walk->cost_event, 1 + (uint64_t)patterns.count);
    walk->cost_byte = sonda__cost_add(walk->cost_byte, sums[patterns.first + patterns.count] -
                                                           sums[patterns.first]);
}

/* A later step, or a result: so a program runs each of its steps once at most. */
static bool leads_on(const uint8_t *target, uint32_t index, uint32_t count)
{
    uint32_t to = sonda__pack_u32(target);

    return (to > index && to < count) || to == SONDA__STEP_HOLDS || to == SONDA__STEP_FAILS;
}

/* The steps of one alternative, after those of the one before it. */
static sonda_status
check_program(const sonda__verifier *verifier, sonda__list steps, tree_walk *walk)
{
    const sonda__pack *pack = verifier->pack;

    for (uint32_t i = 0; i < steps.count; i++) {
        const uint8_t *at = sonda__pack_listed(pack, SONDA__SECTION_STEPS, steps, i);
        const uint8_t *predicate = sonda__pack_entry(
            pack, SONDA__SECTION_PREDICATES, sonda__pack_u32(at + SONDA__AT_STEP_PREDICATE));

        if (predicate == NULL) {
            return sonda__verify_refuse(verifier, at, "a step of no item");
        }
        if (!leads_on(at + SONDA__AT_STEP_THEN, i, steps.count) ||
            !leads_on(at + SONDA__AT_STEP_ELSE, i, steps.count)) {
            return sonda__verify_refuse(verifier, at, "a step that leads back, or nowhere");
        }
        add_step_cost(verifier, predicate, walk);
    }
    walk->cost_event = sonda__cost_add(walk->cost_event, 1);
    return SONDA_OK;
}

static void add_source_costs(const sonda__pack *pack, tree_walk *walk)
{
    static const uint8_t lists[] = {SONDA__AT_SOURCE_ACTIVITIES, SONDA__AT_SOURCE_CHANNELS,
                                    SONDA__AT_SOURCE_EVENT_IDS};

    for (uint32_t i = 0; i < pack->count[SONDA__SECTION_SOURCES]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_SOURCES, i);
        sonda__list conditions = sonda__pack_list(at + SONDA__AT_SOURCE_CONDITIONS);
        uint64_t cost = 1;

        for (size_t k = 0; k < sizeof lists; k++) {
            cost += sonda__pack_list(at + lists[k]).count;
        }
        for (uint32_t k = 0; k < conditions.count; k++) {
            const uint8_t *condition =
                sonda__pack_listed(pack, SONDA__SECTION_CONDITIONS, conditions, k);

            cost +=
                1 + (uint64_t)sonda__pack_list(condition + SONDA__AT_CONDITION_VALUES).count;
        }
        walk->cost_event = sonda__cost_add(walk->cost_event, cost);
    }
}

/* The first literal of the scan of keywords, which is the last scan. */
static uint32_t first_keyword(const sonda__pack *pack)
{
    uint32_t scans = pack->count[SONDA__SECTION_SCANS];
    const uint8_t *at =
        scans == 0 ? NULL : sonda__pack_entry(pack, SONDA__SECTION_SCANS, scans - 1);

    return at != NULL && sonda__pack_u32(at + SONDA__AT_SCAN_FIELD) == SONDA__SCAN_EVERY
               ? sonda__pack_list(at + SONDA__AT_SCAN_ANCHORED).first
               : UINT32_MAX;
}

static void add_literal_costs(const sonda__pack *pack, tree_walk *walk)
{
    uint32_t keywords = first_keyword(pack);

    for (uint32_t i = 0; i < pack->count[SONDA__SECTION_LITERALS]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_LITERALS, i);
        uint32_t len = sonda__pack_u32(at + SONDA__AT_LITERAL_TEXT + 4);
        uint32_t postings = sonda__pack_list(at + SONDA__AT_LITERAL_POSTINGS).count;

        walk->cost_byte =
            sonda__cost_add(walk->cost_byte, sonda__literal_cost(len, postings, i >= keywords));
    }
}

static sonda_status check_summary(const sonda__verifier *verifier, const tree_walk *walk)
{
    const uint8_t *header = verifier->pack->bytes;

    if (walk->cost_byte > verifier->max_cost_per_byte) {
        return sonda__verify_refuse_cost(verifier, header + SONDA__AT_COST_BYTE,
                                         walk->cost_byte);
    }
    return sonda__pack_u64(header + SONDA__AT_COST_EVENT) == walk->cost_event &&
                   sonda__pack_u64(header + SONDA__AT_COST_BYTE) == walk->cost_byte
               ? SONDA_OK
               : sonda__error_set(verifier->error, SONDA_ERR_MALFORMED, SONDA__AT_COST_EVENT,
                                  "a cost summary that is not the sum, %u steps an event "
                                  "and %u a byte, at offset %u of the pack",
                                  walk->cost_event, walk->cost_byte,
                                  (uint64_t)SONDA__AT_COST_EVENT);
}

/* The tree and the program of an alternative; `next_…` move to behind them. */
static sonda_status check_condition(const sonda__verifier *verifier,
                                    const uint8_t *at,
                                    uint32_t *next_node,
                                    uint32_t *next_step,
                                    tree_walk *walk)
{
    sonda__list nodes = sonda__pack_list(at + SONDA__AT_ALTERNATIVE_NODES);
    sonda__list steps = sonda__pack_list(at + SONDA__AT_ALTERNATIVE_STEPS);
    sonda_status status =
        sonda__verify_list(verifier, at + SONDA__AT_ALTERNATIVE_NODES, SONDA__SECTION_NODES);

    if (status == SONDA_OK) {
        status = sonda__verify_list(verifier, at + SONDA__AT_ALTERNATIVE_STEPS,
                                    SONDA__SECTION_STEPS);
    }
    if (status == SONDA_OK && (nodes.first != *next_node || nodes.count == 0 ||
                               steps.first != *next_step || steps.count == 0)) {
        status = sonda__verify_refuse(verifier, at, "conditions that share nodes");
    }
    if (status == SONDA_OK) {
        status = check_tree(verifier, nodes, walk);
    }
    if (status == SONDA_OK) {
        status = check_program(verifier, steps, walk);
    }
    *next_node = nodes.first + nodes.count;
    *next_step = steps.first + steps.count;
    return status;
}

sonda_status sonda__verify_trees(const sonda__verifier *verifier)
{
    const sonda__pack *pack = verifier->pack;
    tree_walk walk = {{0}, 0, 0, 0};
    uint32_t next_node = 0;
    uint32_t next_step = 0;
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; status == SONDA_OK && i < pack->count[SONDA__SECTION_ALTERNATIVES];
         i++) {
        status =
            check_condition(verifier, sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, i),
                            &next_node, &next_step, &walk);
    }
    if (status != SONDA_OK) {
        return status;
    }
    add_source_costs(pack, &walk);
    add_literal_costs(pack, &walk);
    return check_summary(verifier, &walk);
}
