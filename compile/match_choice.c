/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which literals an alternative waits for.
 *
 * Of the members of an AND one suffices, of an OR all are needed; under a NOT
 * nothing is. Of several choices the one is taken that the fewest events are
 * expected to have: what many rules ask for is common in events too.
 *
 * Module compile.
 */

#include "compile/literal_rarity.h"
#include "compile/match_keys.h"
#include "compile/match_program.h"
#include "core/base/allocate.h"

/* What no event is kept from by any literal. */
#define ALWAYS UINT64_MAX

typedef struct chooser {
    sonda__match_keys *keys;
    sonda__pack_sections *sections;
    uint32_t *pattern_keys;        /* by pattern */
    uint64_t *pattern_costs;       /* likewise */
    uint64_t *key_costs;           /* by key: as many as patterns at most */
    uint64_t *item_costs;          /* by predicate */
    uint64_t *node_costs;          /* of the tree under way */
    sonda__program_guess *guesses; /* by predicate */
    sonda__program_scratch scratch;
} chooser;

static const uint8_t *entry(const chooser *choose, sonda__section_kind kind, uint32_t index)
{
    return choose->sections->section[kind].bytes +
           (size_t)index * sonda__section_entry_size(kind);
}

static bool or_next(const chooser *choose, uint32_t pattern)
{
    const uint8_t *at = entry(choose, SONDA__SECTION_PATTERNS, pattern);

    return (sonda__pack_u16(at + SONDA__AT_PATTERN_FLAGS) & SONDA__PATTERN_OR_NEXT) != 0;
}

static void find_pattern_keys(chooser *choose)
{
    uint32_t count = sonda__pack_entries(choose->sections, SONDA__SECTION_PREDICATES);

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = entry(choose, SONDA__SECTION_PREDICATES, i);
        uint32_t flags = sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS);
        bool keyword = (flags & SONDA__PREDICATE_KEYWORD) != 0;
        uint32_t field = sonda__pack_u32(at + SONDA__AT_PREDICATE_FIELD);
        uint32_t first = sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS);
        uint32_t end = first + sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS + 4);

        for (uint32_t k = first; k < end; k++) {
            choose->pattern_keys[k] = sonda__match_key_of(
                choose->keys, choose->sections, entry(choose, SONDA__SECTION_PATTERNS, k),
                keyword ? SONDA__SCAN_EVERY : field);
        }
    }
}

static void count_item(const chooser *choose, uint32_t predicate)
{
    const uint8_t *at = entry(choose, SONDA__SECTION_PREDICATES, predicate);
    uint32_t first = sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS);
    uint32_t end = first + sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS + 4);

    for (uint32_t i = first; i < end; i++) {
        if (choose->pattern_keys[i] != SONDA__NO_KEY) {
            sonda__match_key_at(choose->keys, choose->pattern_keys[i])->popularity++;
        }
    }
}

static void count_popularity(const chooser *choose)
{
    uint32_t count = sonda__pack_entries(choose->sections, SONDA__SECTION_NODES);

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *node = entry(choose, SONDA__SECTION_NODES, i);

        if (sonda__pack_u32(node + SONDA__AT_NODE_KIND) == SONDA__PACK_TEST) {
            count_item(choose, sonda__pack_u32(node + SONDA__AT_NODE_ARGUMENT));
        }
    }
}

static void find_key_costs(const chooser *choose)
{
    size_t count = choose->keys->keys.len / sizeof(sonda__match_key);

    for (uint32_t i = 0; i < count; i++) {
        const sonda__match_key *key = sonda__match_key_at(choose->keys, i);
        sonda__span text = sonda__span_of(
            (const char *)choose->keys->known.keys.bytes + key->offset, key->len);

        choose->key_costs[i] = sonda__literal_rarity(text, key->kind, key->popularity);
    }
}

/* Cost of the patterns from `*i` that are forms of one value; moves past them. */
static uint64_t cost_of_value(const chooser *choose, uint32_t *i)
{
    uint64_t cost = 0;
    bool more = true;

    for (; more; (*i)++) {
        more = or_next(choose, *i);
        cost = sonda__cost_add(cost, choose->pattern_costs[*i]);
    }
    return cost;
}

/* Of an item that needs all its values, the first pattern of the best one. */
static uint64_t
cheapest_value(const chooser *choose, uint32_t first, uint32_t end, uint32_t *best)
{
    uint64_t least = ALWAYS;

    *best = first;
    for (uint32_t i = first; i < end;) {
        uint32_t at = i;
        uint64_t cost = cost_of_value(choose, &i);

        if (cost < least) {
            least = cost;
            *best = at;
        }
    }
    return least;
}

static void find_item_costs(chooser *choose)
{
    uint32_t count = sonda__pack_entries(choose->sections, SONDA__SECTION_PREDICATES);

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = entry(choose, SONDA__SECTION_PREDICATES, i);
        uint32_t first = sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS);
        uint32_t end = first + sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS + 4);
        uint64_t cost = 0;
        uint32_t best;

        if ((sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS) & SONDA__PREDICATE_ALL) != 0) {
            cost = cheapest_value(choose, first, end, &best);
        } else {
            for (uint32_t k = first; k < end;) {
                cost = sonda__cost_add(cost, cost_of_value(choose, &k));
            }
        }
        choose->item_costs[i] = cost;
    }
}

static uint32_t node_end(const uint8_t *nodes, uint32_t i)
{
    return sonda__pack_u32(nodes + (size_t)i * SONDA__NODE_SIZE + SONDA__AT_NODE_END);
}

static uint32_t node_kind(const uint8_t *nodes, uint32_t i)
{
    return sonda__pack_u32(nodes + (size_t)i * SONDA__NODE_SIZE + SONDA__AT_NODE_KIND);
}

static uint32_t node_item(const uint8_t *nodes, uint32_t i)
{
    return sonda__pack_u32(nodes + (size_t)i * SONDA__NODE_SIZE + SONDA__AT_NODE_ARGUMENT);
}

/* The member of an AND that costs least. */
static uint32_t best_member(const chooser *choose, const uint8_t *nodes, uint32_t group)
{
    uint32_t best = group + 1;

    for (uint32_t i = group + 1; i < node_end(nodes, group); i = node_end(nodes, i)) {
        best = choose->node_costs[i] < choose->node_costs[best] ? i : best;
    }
    return best;
}

static uint64_t cost_of_group(const chooser *choose, const uint8_t *nodes, uint32_t group)
{
    uint32_t kind = node_kind(nodes, group);
    uint64_t cost = 0;

    if (kind == SONDA__PACK_NOT) {
        return ALWAYS;
    }
    if (kind == SONDA__PACK_AND) {
        return choose->node_costs[best_member(choose, nodes, group)];
    }
    for (uint32_t i = group + 1; i < node_end(nodes, group); i = node_end(nodes, i)) {
        cost = sonda__cost_add(cost, choose->node_costs[i]);
    }
    return cost;
}

static void wait_for_value(const chooser *choose, uint32_t alternative, uint32_t *i)
{
    bool more = true;

    for (; more; (*i)++) {
        sonda__match_wait wait = {choose->pattern_keys[*i], alternative};

        more = or_next(choose, *i);
        sonda__pack_buffer_bytes(&choose->keys->waits, &wait, sizeof wait);
    }
}

static void wait_for_item(const chooser *choose, uint32_t alternative, uint32_t predicate)
{
    const uint8_t *at = entry(choose, SONDA__SECTION_PREDICATES, predicate);
    uint32_t first = sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS);
    uint32_t end = first + sonda__pack_u32(at + SONDA__AT_PREDICATE_PATTERNS + 4);

    if ((sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS) & SONDA__PREDICATE_ALL) != 0) {
        (void)cheapest_value(choose, first, end, &first);
        wait_for_value(choose, alternative, &first);
        return;
    }
    while (first < end) {
        wait_for_value(choose, alternative, &first);
    }
}

/*
 * Down the tree: a group is entered, but of an AND only its best member; what
 * the walk then leaves out is skipped at the AND's end.
 */
static void wait_for_tree(const chooser *choose, uint32_t alternative, const uint8_t *nodes)
{
    uint32_t skip_at[SONDA__TREE_DEPTH_MAX + 1];
    uint32_t skip_to[SONDA__TREE_DEPTH_MAX + 1];
    uint32_t depth = 0;
    uint32_t i = 0;
    uint32_t count = node_end(nodes, 0);

    while (i < count) {
        uint32_t kind = node_kind(nodes, i);

        if (kind == SONDA__PACK_TEST) {
            wait_for_item(choose, alternative, node_item(nodes, i));
            choose->scratch.nodes[i].awaited = 1;
            i++;
        } else if (kind == SONDA__PACK_AND && depth <= SONDA__TREE_DEPTH_MAX) {
            uint32_t best = best_member(choose, nodes, i);

            skip_at[depth] = node_end(nodes, best);
            skip_to[depth++] = node_end(nodes, i);
            i = best;
        } else {
            i++;
        }
        while (depth > 0 && i == skip_at[depth - 1]) {
            i = skip_to[--depth];
        }
    }
}

static void
choose_waits(const chooser *choose, uint32_t index, const uint8_t *nodes, uint32_t count)
{
    for (uint32_t i = count; i-- > 0;) {
        choose->node_costs[i] = node_kind(nodes, i) == SONDA__PACK_TEST
                                    ? choose->item_costs[node_item(nodes, i)]
                                    : cost_of_group(choose, nodes, i);
    }
    if (choose->node_costs[0] == ALWAYS) {
        sonda__pack_buffer_bytes(&choose->keys->always, &index, sizeof index);
    } else {
        wait_for_tree(choose, index, nodes);
    }
}

static void choose_alternative(chooser *choose, uint32_t index)
{
    const uint8_t *at = entry(choose, SONDA__SECTION_ALTERNATIVES, index);
    const uint8_t *nodes =
        entry(choose, SONDA__SECTION_NODES, sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_NODES));
    uint32_t count = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_NODES + 4);
    uint32_t owner = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER);

    for (uint32_t i = 0; i < count; i++) {
        choose->scratch.nodes[i].awaited = 0;
    }
    /* Filters are looked at when a rule holds, and wait for nothing else. */
    if ((owner & SONDA__ALTERNATIVE_FILTER) == 0) {
        choose_waits(choose, index, nodes, count);
    }
    sonda__program_put(choose->sections, index, choose->guesses, &choose->scratch);
}

/* How often each pattern is expected to hold. */
static void find_pattern_costs(const chooser *choose)
{
    uint32_t count = sonda__pack_entries(choose->sections, SONDA__SECTION_PATTERNS);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = choose->pattern_keys[i];

        choose->pattern_costs[i] = key == SONDA__NO_KEY ? ALWAYS : choose->key_costs[key];
    }
}

static void choose_all(chooser *choose)
{
    uint32_t count = sonda__pack_entries(choose->sections, SONDA__SECTION_ALTERNATIVES);

    find_pattern_keys(choose);
    if (choose->keys->keys.failed || choose->keys->known.failed) {
        return;
    }
    count_popularity(choose);
    find_key_costs(choose);
    find_pattern_costs(choose);
    find_item_costs(choose);
    sonda__program_guess_items(choose->sections, choose->pattern_costs, choose->guesses);
    for (uint32_t i = 0; i < count; i++) {
        choose_alternative(choose, i);
    }
}

static bool take_memory(chooser *choose)
{
    const sonda_allocator *allocator = choose->keys->keys.allocator;
    size_t patterns = sonda__pack_entries(choose->sections, SONDA__SECTION_PATTERNS) + 1;
    size_t items = sonda__pack_entries(choose->sections, SONDA__SECTION_PREDICATES) + 1;
    size_t nodes = sonda__pack_entries(choose->sections, SONDA__SECTION_NODES) + 1;

    choose->pattern_keys = sonda__allocate(allocator, patterns, sizeof(uint32_t));
    choose->pattern_costs = sonda__allocate(allocator, patterns, sizeof(uint64_t));
    choose->key_costs = sonda__allocate(allocator, patterns, sizeof(uint64_t));
    choose->item_costs = sonda__allocate(allocator, items, sizeof(uint64_t));
    choose->guesses = sonda__allocate(allocator, items, sizeof *choose->guesses);
    choose->node_costs = sonda__allocate(allocator, nodes, sizeof(uint64_t));
    choose->scratch.nodes = sonda__allocate(allocator, nodes, sizeof *choose->scratch.nodes);
    choose->scratch.members =
        sonda__allocate(allocator, nodes, sizeof *choose->scratch.members);
    return choose->pattern_keys != NULL && choose->pattern_costs != NULL &&
           choose->key_costs != NULL && choose->item_costs != NULL && choose->guesses != NULL &&
           choose->node_costs != NULL && choose->scratch.nodes != NULL &&
           choose->scratch.members != NULL;
}

static void give_memory_back(const chooser *choose)
{
    const sonda_allocator *allocator = choose->keys->keys.allocator;

    sonda__release(allocator, choose->pattern_keys);
    sonda__release(allocator, choose->pattern_costs);
    sonda__release(allocator, choose->key_costs);
    sonda__release(allocator, choose->item_costs);
    sonda__release(allocator, choose->guesses);
    sonda__release(allocator, choose->node_costs);
    sonda__release(allocator, choose->scratch.nodes);
    sonda__release(allocator, choose->scratch.members);
}

sonda_status sonda__match_keys_choose(sonda__match_keys *keys, sonda__pack_sections *sections)
{
    chooser choose = {.keys = keys, .sections = sections};
    sonda_status status = SONDA_ERR_NO_MEMORY;

    if (take_memory(&choose)) {
        choose_all(&choose);
        status =
            keys->keys.failed || keys->known.failed || keys->waits.failed || keys->always.failed
                ? SONDA_ERR_NO_MEMORY
                : SONDA_OK;
    }
    give_memory_back(&choose);
    return status;
}
