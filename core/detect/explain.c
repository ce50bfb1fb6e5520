/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The walk of an explanation: rule, alternatives, condition, filters.
 *
 * Truth and the number of missing tests come from one recursion over the tree,
 * so that they cannot contradict each other: a node holds when nothing is
 * missing. Its leaves ask the evaluator. Depth is bounded by the verifier and
 * looked at again here.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#include "core/detect/explain.h"

#include "core/base/allocate.h"
#include "core/rules/content_filters.h"

struct sonda_explainer {
    sonda_allocator allocator;
    sonda__matcher *matcher;
    sonda__explanation walk;
    uint32_t busy;
};

sonda_status sonda_explainer_open(sonda_explainer **explainer, const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_explainer *opened;
    sonda_status status;

    if (explainer == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    status = sonda__matcher_open(&opened->matcher, &ours);
    if (status != SONDA_OK) {
        sonda_explainer_close(opened);
        return status;
    }
    *explainer = opened;
    return SONDA_OK;
}

void sonda_explainer_close(sonda_explainer *explainer)
{
    if (explainer != NULL) {
        sonda_allocator allocator = explainer->allocator;

        sonda__matcher_close(explainer->matcher);
        sonda__release(&allocator, explainer);
    }
}

sonda_explain_node sonda__explain_node(const sonda__explanation *walk, uint32_t kind)
{
    const sonda_text none = {"", 0};
    sonda_explain_node node = {.struct_size = sizeof node, .kind = kind, .depth = walk->depth};

    node.name = none;
    node.title = none;
    node.wanted = none;
    node.field = none;
    node.value = none;
    node.part = none;
    return node;
}

sonda_status sonda__explain_tell(const sonda__explanation *walk, const sonda_explain_node *node)
{
    return walk->on_node(node, walk->user);
}

/* Trees. */

static uint32_t add(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static const uint8_t *node_at(const sonda__explanation *walk, sonda__list nodes, uint32_t at)
{
    return sonda__pack_listed(&walk->question.content->pack, SONDA__SECTION_NODES, nodes, at);
}

/* Tests to come out otherwise until the item is as `wanted`. */
static uint32_t item_missing(const sonda__explanation *walk, const uint8_t *node, bool wanted)
{
    uint32_t predicate = sonda__pack_u32(node + SONDA__AT_NODE_ARGUMENT);
    bool holds = sonda__evaluate_item(&walk->question, predicate, NULL, NULL);
    const uint8_t *at =
        sonda__pack_entry(&walk->question.content->pack, SONDA__SECTION_PREDICATES, predicate);
    bool all = at != NULL &&
               (sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS) & SONDA__PREDICATE_ALL) != 0;
    uint32_t total;
    uint32_t held;

    if (holds == wanted) {
        return 0;
    }
    if (wanted != all) {
        return 1; /* one of any is enough; so is one less than all */
    }
    held = sonda__explain_item_count(walk, predicate, &total);
    return wanted ? total - held : held;
}

/* The same of the subtree at `at`. */
static uint32_t tree_missing(
    const sonda__explanation *walk, sonda__list nodes, uint32_t at, bool wanted, uint32_t depth)
{
    const uint8_t *node = node_at(walk, nodes, at);
    uint32_t kind = node == NULL ? 0 : sonda__pack_u32(node + SONDA__AT_NODE_KIND);
    uint32_t end = node == NULL ? 0 : sonda__pack_u32(node + SONDA__AT_NODE_END);
    bool each = (kind == SONDA__PACK_AND) == wanted; /* all members, not the best one */
    uint32_t missing;

    if (kind == SONDA__PACK_TEST) {
        return item_missing(walk, node, wanted);
    }
    if (node == NULL || depth > SONDA__TREE_DEPTH_MAX) {
        return wanted ? 1 : 0; /* as the evaluator: it does not hold */
    }
    if (kind == SONDA__PACK_NOT || kind == SONDA__PACK_NAMED) {
        return tree_missing(walk, nodes, at + 1, (kind == SONDA__PACK_NOT) != wanted,
                            depth + 1);
    }
    missing = each ? 0 : UINT32_MAX;
    for (at++; at < end;) {
        const uint8_t *member = node_at(walk, nodes, at);
        uint32_t one = tree_missing(walk, nodes, at, wanted, depth + 1);
        uint32_t next = member == NULL ? end : sonda__pack_u32(member + SONDA__AT_NODE_END);

        missing = each ? add(missing, one) : one < missing ? one : missing;
        at = next > at ? next : end;
    }
    return missing;
}

static uint32_t node_kind(uint32_t kind)
{
    switch (kind) {
    case SONDA__PACK_AND:
        return SONDA_EXPLAIN_AND;
    case SONDA__PACK_OR:
        return SONDA_EXPLAIN_OR;
    case SONDA__PACK_NOT:
        return SONDA_EXPLAIN_NOT;
    default:
        return SONDA_EXPLAIN_SELECTION;
    }
}

/* The subtree at `at`, which is followed by the subtree at the one's end. */
static sonda_status
tell_tree(sonda__explanation *walk, sonda__list nodes, uint32_t at, uint32_t depth)
{
    const uint8_t *node = node_at(walk, nodes, at);
    uint32_t kind = node == NULL ? 0 : sonda__pack_u32(node + SONDA__AT_NODE_KIND);
    uint32_t end = node == NULL ? 0 : sonda__pack_u32(node + SONDA__AT_NODE_END);
    sonda_explain_node told;
    sonda_status status;

    if (kind == SONDA__PACK_TEST) {
        return sonda__explain_item(walk, sonda__pack_u32(node + SONDA__AT_NODE_ARGUMENT));
    }
    if (node == NULL || depth > SONDA__TREE_DEPTH_MAX) {
        return SONDA_OK;
    }
    told = sonda__explain_node(walk, node_kind(kind));
    told.missing = tree_missing(walk, nodes, at, true, depth);
    told.holds = told.missing == 0;
    if (kind == SONDA__PACK_NAMED) {
        told.name = sonda__explain_text(
            sonda__pack_text(&walk->question.content->pack, node + SONDA__AT_NODE_ARGUMENT));
    }
    status = sonda__explain_tell(walk, &told);
    walk->depth++;
    for (at++; status == SONDA_OK && at < end;) {
        const uint8_t *member = node_at(walk, nodes, at);
        uint32_t next = member == NULL ? end : sonda__pack_u32(member + SONDA__AT_NODE_END);

        status = tell_tree(walk, nodes, at, depth + 1);
        at = next > at ? next : end;
    }
    walk->depth--;
    return status;
}

/* Alternatives. */

typedef struct standing {
    uint32_t source;    /* requirements missing */
    uint32_t condition; /* and tests */
} standing;

static const uint8_t *
alternative_at(const sonda__explanation *walk, sonda__list alternatives, uint32_t i)
{
    return sonda__pack_listed(&walk->question.content->pack, SONDA__SECTION_ALTERNATIVES,
                              alternatives, i);
}

static standing standing_of(const sonda__explanation *walk, const uint8_t *alternative)
{
    standing one;

    one.source = sonda__explain_source_missing(
        walk, sonda__pack_u32(alternative + SONDA__AT_ALTERNATIVE_SOURCE));
    one.condition = tree_missing(
        walk, sonda__pack_list(alternative + SONDA__AT_ALTERNATIVE_NODES), 0, true, 0);
    return one;
}

/* A log source that fits comes before any that does not. */
static bool is_nearer(standing a, standing b)
{
    return a.source != b.source ? a.source < b.source : a.condition < b.condition;
}

/* The alternative that holds, or is nearest to it. */
static standing
best_of(const sonda__explanation *walk, sonda__list alternatives, uint32_t *number)
{
    standing best = {UINT32_MAX, UINT32_MAX};
    const uint8_t *at;

    *number = 0;
    for (uint32_t i = 0; (at = alternative_at(walk, alternatives, i)) != NULL; i++) {
        standing one = standing_of(walk, at);

        if (is_nearer(one, best)) {
            best = one;
            *number = i;
        }
    }
    return best;
}

static sonda_status
tell_alternative(sonda__explanation *walk, const uint8_t *at, uint32_t i, bool nearest)
{
    sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_ALTERNATIVE);
    standing one = standing_of(walk, at);
    bool shown = one.source == 0 || nearest;
    sonda_status status;

    node.number = i + 1;
    node.flags = one.source == 0 ? SONDA_EXPLAIN_APPLIES : nearest ? SONDA_EXPLAIN_NEAREST : 0;
    node.missing = add(one.source, one.condition);
    node.holds = node.missing == 0;
    status = sonda__explain_tell(walk, &node);
    walk->depth++;
    if (status == SONDA_OK) {
        status =
            sonda__explain_source(walk, sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE));
    }
    if (status == SONDA_OK && shown) {
        status = tell_tree(walk, sonda__pack_list(at + SONDA__AT_ALTERNATIVE_NODES), 0, 0);
    }
    walk->depth--;
    return status;
}

static sonda_status tell_alternatives(sonda__explanation *walk, sonda__list alternatives)
{
    sonda_status status = SONDA_OK;
    const uint8_t *at;
    uint32_t nearest;
    standing best = best_of(walk, alternatives, &nearest);

    walk->depth++;
    for (uint32_t i = 0;
         status == SONDA_OK && (at = alternative_at(walk, alternatives, i)) != NULL; i++) {
        status = tell_alternative(walk, at, i, best.source != 0 && i == nearest);
    }
    walk->depth--;
    return status;
}

/* Filters. */

/* What is done with each filter over a rule, on a walk over its pack. */
typedef sonda_status (*filter_fn)(sonda__explanation *walk, const uint8_t *filter, void *user);

static sonda_status
each_link(sonda__explanation *walk, uint32_t rule, filter_fn on_filter, void *user)
{
    const sonda_content *content = walk->question.content;
    sonda_status status = SONDA_OK;
    size_t count;
    const sonda__filter_link *links = sonda__content_links(content, rule, &count);

    for (size_t i = 0; status == SONDA_OK && i < count; i++) {
        const uint8_t *at =
            sonda__pack_entry(&content->pack, SONDA__SECTION_FILTERS, links[i].filter);

        status = at == NULL ? SONDA_OK : on_filter(walk, at, user);
    }
    return status;
}

/* Filters of each pack that has or lies over the rule. */
static sonda_status each_filter(sonda__explanation *walk,
                                const sonda_content *content,
                                uint32_t rule,
                                filter_fn on_filter,
                                void *user)
{
    const sonda_content *of_rule = walk->question.content;
    sonda_status status = SONDA_OK;

    for (; status == SONDA_OK && content != NULL && rule < sonda_content_rule_count(content);
         content = content->base) {
        walk->question.content = content;
        status = each_link(walk, rule, on_filter, user);
        if (status == SONDA_OK) {
            status = each_link(walk, SONDA__EVERY_RULE, on_filter, user);
        }
    }
    walk->question.content = of_rule;
    return status;
}

static standing filter_standing(const sonda__explanation *walk, const uint8_t *filter)
{
    uint32_t number;

    return best_of(walk, sonda__pack_list(filter + SONDA__AT_FILTER_ALTERNATIVES), &number);
}

static sonda_status count_filter(sonda__explanation *walk, const uint8_t *filter, void *user)
{
    standing best = filter_standing(walk, filter);
    uint32_t *count = user;

    *count += best.source == 0 && best.condition == 0;
    return SONDA_OK;
}

static sonda_status tell_filter(sonda__explanation *walk, const uint8_t *filter, void *user)
{
    const bool *rule_matches = user;
    const sonda__pack *pack = &walk->question.content->pack;
    sonda__list alternatives = sonda__pack_list(filter + SONDA__AT_FILTER_ALTERNATIVES);
    sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_FILTER);
    standing best = filter_standing(walk, filter);
    sonda_status status;

    node.missing = add(best.source, best.condition);
    node.holds = node.missing == 0;
    node.flags = best.source == 0 ? SONDA_EXPLAIN_APPLIES : 0;
    node.number = alternatives.count;
    node.name = sonda__explain_text(sonda__pack_text(pack, filter + SONDA__AT_FILTER_ID));
    node.title = sonda__explain_text(sonda__pack_text(pack, filter + SONDA__AT_FILTER_TITLE));
    status = sonda__explain_tell(walk, &node);
    return status == SONDA_OK && node.holds != 0 && *rule_matches
               ? tell_alternatives(walk, alternatives)
               : status;
}

/* The whole. */

/* A rule's entry of CORRELATIONS, or NULL: it is about events. */
static const uint8_t *correlation_of(const sonda__explanation *walk, uint32_t own)
{
    const sonda__pack *pack = &walk->question.content->pack;

    for (uint32_t i = 0; i < pack->count[SONDA__SECTION_CORRELATIONS]; i++) {
        const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_CORRELATIONS, i);

        if (sonda__pack_u32(at + SONDA__AT_CORRELATION_RULE) == own) {
            return at;
        }
    }
    return NULL;
}

static sonda__list alternatives_of(const sonda__explanation *walk, uint32_t own)
{
    const uint8_t *rule =
        sonda__pack_entry(&walk->question.content->pack, SONDA__SECTION_RULES, own);
    const sonda__list none = {0, 0};

    return rule == NULL ? none : sonda__pack_list(rule + SONDA__AT_RULE_ALTERNATIVES);
}

/* The node of a rule about events; `content` is the topmost pack. */
static sonda_explain_node
rule_node(sonda__explanation *walk, const sonda_content *content, uint32_t own)
{
    const sonda__pack *pack = &walk->question.content->pack;
    const uint8_t *rule = sonda__pack_entry(pack, SONDA__SECTION_RULES, own);
    uint32_t index = walk->question.content->first_rule + own;
    sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_RULE);
    uint32_t silencing = 0;
    uint32_t nearest;
    standing best = best_of(walk, alternatives_of(walk, own), &nearest);
    bool matches = best.source == 0 && best.condition == 0;

    (void)each_filter(walk, content, index, count_filter, &silencing);
    node.flags =
        (best.source == 0 ? SONDA_EXPLAIN_APPLIES : 0) | (matches ? SONDA_EXPLAIN_MATCHES : 0);
    node.missing = add(add(best.source, best.condition), matches ? silencing : 0);
    node.holds = node.missing == 0;
    node.number = alternatives_of(walk, own).count;
    if (rule != NULL) {
        node.name = sonda__explain_text(sonda__pack_text(pack, rule + SONDA__AT_RULE_ID));
        node.title = sonda__explain_text(sonda__pack_text(pack, rule + SONDA__AT_RULE_TITLE));
    }
    return node;
}

static sonda_status
tell_rule(sonda__explanation *walk, const sonda_content *content, uint32_t own)
{
    sonda_explain_node node = rule_node(walk, content, own);
    uint32_t index = walk->question.content->first_rule + own;
    bool matches = (node.flags & SONDA_EXPLAIN_MATCHES) != 0;
    sonda_status status = sonda__explain_tell(walk, &node);

    if (status == SONDA_OK) {
        status = tell_alternatives(walk, alternatives_of(walk, own));
    }
    walk->depth++;
    if (status == SONDA_OK) {
        status = each_filter(walk, content, index, tell_filter, &matches);
    }
    walk->depth--;
    return status;
}

/* A rule that a correlation names, by position; UINT32_MAX past the last. */
static uint32_t
named_rule(const sonda__explanation *walk, const uint8_t *correlation, uint32_t position)
{
    const uint8_t *number = sonda__pack_listed(
        &walk->question.content->pack, SONDA__SECTION_NUMBERS,
        sonda__pack_list(correlation + SONDA__AT_CORRELATION_RULES), position);

    return number == NULL ? UINT32_MAX : sonda__pack_u32(number);
}

/* A correlation holds as far as one event can say: when it counts that event. */
static sonda_explain_node correlation_node(sonda__explanation *walk,
                                           const sonda_content *content,
                                           uint32_t own,
                                           const uint8_t *correlation)
{
    sonda_explain_node node = rule_node(walk, content, own);
    uint32_t rule;

    node.flags = SONDA_EXPLAIN_CORRELATION;
    node.missing = UINT32_MAX;
    for (uint32_t i = 0; (rule = named_rule(walk, correlation, i)) != UINT32_MAX; i++) {
        sonda_explain_node one = rule_node(walk, content, rule);

        node.number = i + 1;
        node.flags |= one.flags;
        node.missing = one.missing < node.missing ? one.missing : node.missing;
    }
    node.holds = node.missing == 0;
    return node;
}

/*
 * A correlation and the rules it names. Of correlations among those only the
 * node is told, since they may name one another many times over.
 */
static sonda_status tell_correlation(sonda__explanation *walk,
                                     const sonda_content *content,
                                     uint32_t own,
                                     const uint8_t *correlation)
{
    sonda_explain_node node = correlation_node(walk, content, own, correlation);
    sonda_status status = sonda__explain_tell(walk, &node);
    uint32_t rule;

    walk->depth++;
    for (uint32_t i = 0;
         status == SONDA_OK && (rule = named_rule(walk, correlation, i)) != UINT32_MAX; i++) {
        if (correlation_of(walk, rule) == NULL) {
            status = tell_rule(walk, content, rule);
        } else {
            node = rule_node(walk, content, rule);
            node.flags = SONDA_EXPLAIN_CORRELATION;
            status = sonda__explain_tell(walk, &node);
        }
    }
    walk->depth--;
    return status;
}

static sonda_status
tell_whole(sonda__explanation *walk, const sonda_content *content, uint32_t own)
{
    const uint8_t *correlation = correlation_of(walk, own);

    return correlation == NULL ? tell_rule(walk, content, own)
                               : tell_correlation(walk, content, own, correlation);
}

sonda_status sonda_explain_rule(sonda_explainer *explainer,
                                const sonda_content *content,
                                uint32_t rule_index,
                                const sonda_event *event,
                                sonda_explain_fn on_node,
                                void *user)
{
    uint32_t own = rule_index;
    const sonda_content *owner;
    sonda__explanation *walk;
    sonda_status status;

    if (explainer == NULL || content == NULL || event == NULL || on_node == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (explainer->busy != 0) {
        return SONDA_ERR_BAD_STATE;
    }
    owner = sonda__content_of_rule(content, &own);
    if (owner == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    walk = &explainer->walk;
    walk->question = (sonda__question){owner, event, explainer->matcher};
    walk->on_node = on_node;
    walk->user = user;
    walk->depth = 0;
    sonda__matcher_index(explainer->matcher, content, event);
    /* Explaining goes through a tree once for each group; no pack states that cost. */
    explainer->matcher->steps_left = UINT64_MAX;
    explainer->busy = 1;
    status = tell_whole(walk, content, own);
    explainer->busy = 0;
    return status;
}
