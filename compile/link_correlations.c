/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Linking goes depth first: a correlation is written when all it names is. One
 * that is met again while it is under way waits for itself.
 *
 * What a correlation hears of is written out down to the rules that events
 * match, so that matching never follows a chain: a field of group-by is looked
 * up in the event, by the name that rule's log source has for it.
 *
 * Module compile.
 */

#include "compile/link_correlations.h"

#include "compile/known_fields.h"
#include "compile/pack_emit.h"
#include "compile/refuse.h"

/* Correlations of correlations; more than a few are a mistake. */
#define CHAIN_MAX 16u
/* Rules of events behind one name of a chain: bounds what is written out. */
#define LEAVES_MAX 4096u

typedef enum link_state { LINK_NEW, LINK_UNDER_WAY, LINK_DONE, LINK_REFUSED } link_state;

typedef struct link_node link_node;

/* What one position of a correlation's rules names: one of the two. */
typedef struct link_target {
    const sonda__linkable *rule;
    link_node *correlation;
} link_target;

struct link_node {
    sonda__report_entry *entry;
    const sonda__correlation *correlation;
    link_target *targets;
    const sonda__linkable **leaves; /* rules that events match, each once */
    size_t leaf_count;
    link_state state;
    uint32_t index; /* of the pack, among correlations */
    uint32_t rule;  /* and among rules */
    uint32_t reserved;
};

typedef struct linking {
    sonda__pool *pool;
    sonda__pack_writer *writer;
    const sonda__linkable *rules;
    size_t rule_count;
    link_node *nodes;
    size_t node_count;
    sonda_error *error;
} linking;

static bool goes_by(const sonda__rule *rule, sonda__span text)
{
    return sonda__span_equal(rule->id, text) ||
           (rule->name.len != 0 && sonda__span_equal(rule->name, text));
}

/* False when nobody goes by `text`. */
static bool find_target(const linking *l, sonda__span text, link_target *target)
{
    for (size_t i = 0; i < l->rule_count; i++) {
        if (goes_by(l->rules[i].rule, text)) {
            target->rule = &l->rules[i];
            return true;
        }
    }
    for (size_t i = 0; i < l->node_count; i++) {
        if (goes_by(&l->nodes[i].correlation->rule, text)) {
            target->correlation = &l->nodes[i];
            return true;
        }
    }
    return false;
}

static sonda_status
refuse_target(sonda_error *error, const sonda__rule_value *target, const char *reason)
{
    return sonda__at_line(
        error, target->line,
        sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0, reason, sonda__clip(target->text)));
}

static bool same_target(const link_target *a, const link_target *b)
{
    return a->rule == b->rule && a->correlation == b->correlation;
}

static sonda_status find_targets(const linking *l, link_node *node, sonda_error *error)
{
    const sonda__correlation *correlation = node->correlation;

    node->targets = sonda__pool_take(l->pool, correlation->target_count, sizeof(link_target));
    if (node->targets == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < correlation->target_count; i++) {
        const sonda__rule_value *text = &correlation->targets[i];

        if (!find_target(l, text->text, &node->targets[i])) {
            return refuse_target(error, text,
                                 "the correlation names rule '%v', which is not among these or "
                                 "was not compiled: write the id or name of one that is");
        }
        for (size_t j = 0; j < i; j++) {
            if (same_target(&node->targets[i], &node->targets[j])) {
                return refuse_target(error, text,
                                     "the correlation names rule '%v' twice: take one out");
            }
        }
    }
    return SONDA_OK;
}

/* Aliases. */

/* Whether what stands in an alias is the rule at `position`. */
static bool
is_position(const link_node *node, size_t position, const sonda__correlation_alias *alias)
{
    const link_target *target = &node->targets[position];
    const sonda__rule *rule =
        target->rule != NULL ? target->rule->rule : &target->correlation->correlation->rule;

    return goes_by(rule, alias->rule.text);
}

/* What a name of group-by or the condition stands for in the rule at `position`. */
static sonda__span resolve_alias(const link_node *node, size_t position, sonda__span name)
{
    const sonda__correlation *correlation = node->correlation;

    for (size_t i = 0; i < correlation->alias_count; i++) {
        if (sonda__span_equal(correlation->aliases[i].alias, name) &&
            is_position(node, position, &correlation->aliases[i])) {
            return correlation->aliases[i].field;
        }
    }
    return name;
}

static bool
has_alias(const link_node *node, const sonda__correlation_alias *alias, size_t position)
{
    const sonda__correlation *correlation = node->correlation;

    for (size_t i = 0; i < correlation->alias_count; i++) {
        if (sonda__span_equal(correlation->aliases[i].alias, alias->alias) &&
            is_position(node, position, &correlation->aliases[i])) {
            return true;
        }
    }
    return false;
}

/* An alias that leaves a rule out would keep its events from ever counting. */
static sonda_status check_aliases(const link_node *node, sonda_error *error)
{
    const sonda__correlation *correlation = node->correlation;

    for (size_t i = 0; i < correlation->alias_count; i++) {
        const sonda__correlation_alias *alias = &correlation->aliases[i];
        bool known = false;

        for (size_t position = 0; position < correlation->target_count; position++) {
            known |= is_position(node, position, alias);
            if (!has_alias(node, alias, position)) {
                return sonda__at_line(
                    error, alias->rule.line,
                    sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                     "alias '%v' has no field for rule '%v': add one",
                                     sonda__clip(alias->alias),
                                     sonda__clip(correlation->targets[position].text)));
            }
        }
        if (!known) {
            return refuse_target(error, &alias->rule,
                                 "an alias names rule '%v', which the correlation does not: "
                                 "write it as in rules");
        }
    }
    return SONDA_OK;
}

/* Leaves. */

static bool has_leaf(const link_node *node, const sonda__linkable *leaf)
{
    for (size_t i = 0; i < node->leaf_count; i++) {
        if (node->leaves[i] == leaf) {
            return true;
        }
    }
    return false;
}

static sonda_status collect_leaves(const linking *l, link_node *node, sonda_error *error)
{
    size_t count = 0;

    for (size_t i = 0; i < node->correlation->target_count; i++) {
        const link_target *target = &node->targets[i];

        count += target->rule != NULL ? 1 : target->correlation->leaf_count;
    }
    if (count > LEAVES_MAX) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0,
                                "the correlation hears of more than 4096 rules: split it");
    }
    node->leaves = sonda__pool_take(l->pool, count, sizeof(void *));
    if (node->leaves == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < node->correlation->target_count; i++) {
        const link_target *target = &node->targets[i];
        size_t behind = target->rule != NULL ? 1 : target->correlation->leaf_count;

        for (size_t j = 0; j < behind; j++) {
            const sonda__linkable *leaf =
                target->rule != NULL ? target->rule : target->correlation->leaves[j];

            if (!has_leaf(node, leaf)) {
                node->leaves[node->leaf_count++] = leaf;
            }
        }
    }
    return SONDA_OK;
}

/* Follows a name through a chain to the rule the event matched. */
static sonda__span resolve_name(const link_node *node,
                                size_t position,
                                const sonda__linkable *leaf,
                                sonda__span name)
{
    for (uint32_t depth = 0; depth <= CHAIN_MAX; depth++) {
        const link_node *inner = node->targets[position].correlation;

        name = resolve_alias(node, position, name);
        if (inner == NULL) {
            break;
        }
        /* Of several ways to the leaf the first one counts. */
        for (position = 0; position + 1 < inner->correlation->target_count; position++) {
            const link_target *target = &inner->targets[position];

            if (target->rule == leaf ||
                (target->correlation != NULL && has_leaf(target->correlation, leaf))) {
                break;
            }
        }
        node = inner;
    }
    return name;
}

/* Candidates for one name: what the leaf's log sources call it, each once. */
static void
add_candidates(sonda__span *fields, size_t *count, const sonda__rule *leaf, sonda__span name)
{
    size_t first = *count;

    for (size_t i = 0; i < leaf->source_count && *count < SONDA__INPUT_FIELDS_MAX; i++) {
        sonda__span record = sonda__pack_record_name(&leaf->sources[i], name);
        size_t at = first;

        while (at < *count && !sonda__span_equal(fields[at], record)) {
            at++;
        }
        if (at == *count) {
            fields[(*count)++] = record;
        }
    }
}

/*
 * Warns when no record of a rule has what the correlation asks it for: the
 * rule's events would never count.
 */
static sonda_status warn_of_name(const linking *l,
                                 const link_node *node,
                                 const sonda__linkable *leaf,
                                 size_t number,
                                 sonda__span name)
{
    const sonda__correlation *correlation = node->correlation;
    const sonda__report_warning *told = node->entry->warnings;
    bool groups = number < correlation->group_count;
    sonda__span near;
    sonda_error text = SONDA_ERROR_INIT;

    if (sonda__known_fields_ask(leaf->rule, name, &near) != SONDA__FIELD_NEVER) {
        return SONDA_OK;
    }
    (void)sonda__error_set(&text, SONDA_OK, 0,
                           near.len != 0
                               ? "%s asks for '%v', which no record of rule '%v' has: its "
                                 "events never count; write '%v', or an alias?"
                               : "%s asks for '%v', which no record of rule '%v' has: its "
                                 "events never count; write an alias",
                           groups ? "group-by" : "the condition", sonda__clip(name),
                           sonda__clip(leaf->rule->title), near);
    /* A rule that is heard by several ways is told of once. */
    while (told != NULL && !sonda__span_is(told->text, text.message)) {
        told = told->next;
    }
    return told != NULL
               ? SONDA_OK
               : sonda__report_warn(node->entry, l->pool,
                                    groups ? correlation->group_line : correlation->value_line,
                                    text.message);
}

static sonda_status fill_fields(const linking *l,
                                const link_node *node,
                                const sonda__linkable *leaf,
                                sonda__pack_input *input,
                                sonda_error *error)
{
    const sonda__correlation *correlation = node->correlation;
    size_t names = correlation->group_count + correlation->value_count;
    sonda__span fields[SONDA__INPUT_FIELDS_MAX];
    sonda__span *kept;
    size_t count = 0;

    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < names && count < SONDA__INPUT_FIELDS_MAX && status == SONDA_OK;
         i++) {
        sonda__span name = i < correlation->group_count
                               ? correlation->groups[i]
                               : correlation->values[i - correlation->group_count];

        name = resolve_name(node, input->position, leaf, name);
        status = warn_of_name(l, node, leaf, i, name);

        if (i != 0) {
            fields[count++] = sonda__span_of(NULL, 0);
        }
        add_candidates(fields, &count, leaf->rule, name);
    }
    if (status != SONDA_OK) {
        return status;
    }
    if (count == SONDA__INPUT_FIELDS_MAX) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0,
                                "too many names of fields for one rule: group by fewer");
    }
    kept = sonda__pool_take(l->pool, count + 1, sizeof *kept);
    if (kept == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(kept, fields, count * sizeof *kept);
    input->fields = kept;
    input->field_count = (uint32_t)count;
    return SONDA_OK;
}

static sonda_status write_node(const linking *l, link_node *node, sonda_error *error)
{
    const sonda__correlation *correlation = node->correlation;
    sonda__pack_input *inputs =
        sonda__pool_take(l->pool,
                         LEAVES_MAX < node->leaf_count * correlation->target_count
                             ? LEAVES_MAX
                             : node->leaf_count * correlation->target_count,
                         sizeof *inputs);
    sonda_status status = inputs == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
    uint32_t rules[SONDA__CORRELATION_POSITIONS_MAX];
    size_t count = 0;

    node->rule = sonda__pack_writer_rule_count(l->writer);
    for (size_t i = 0; i < correlation->target_count && status == SONDA_OK; i++) {
        const link_target *target = &node->targets[i];
        size_t behind = target->rule != NULL ? 1 : target->correlation->leaf_count;

        rules[i] = target->rule != NULL ? target->rule->index : target->correlation->rule;
        for (size_t j = 0; j < behind && status == SONDA_OK; j++) {
            const sonda__linkable *leaf =
                target->rule != NULL ? target->rule : target->correlation->leaves[j];
            sonda__pack_input *input = &inputs[count++];

            input->from = target->rule != NULL
                              ? leaf->index
                              : target->correlation->index | SONDA__INPUT_CORRELATION;
            input->event = leaf->index;
            input->position = (uint32_t)i;
            status = fill_fields(l, node, leaf, input, error);
        }
    }
    return status == SONDA_OK
               ? sonda__pack_writer_add_correlation(l->writer, correlation, rules, inputs,
                                                    count, &node->index, error)
               : status;
}

/* Order. */

static sonda_status link_one(const linking *l, link_node *node, uint32_t depth);

/* Everything a node names comes first. */
static sonda_status
link_targets(const linking *l, link_node *node, uint32_t depth, sonda_error *error)
{
    for (size_t i = 0; i < node->correlation->target_count; i++) {
        link_node *inner = node->targets[i].correlation;
        const sonda__rule_value *text = &node->correlation->targets[i];
        sonda_status status;

        if (inner == NULL) {
            continue;
        }
        if (inner->state == LINK_UNDER_WAY) {
            return refuse_target(error, text,
                                 "the correlation waits for itself, by way of '%v': a cycle; "
                                 "take that one out of its rules");
        }
        if (depth == CHAIN_MAX) {
            return refuse_target(error, text,
                                 "more than 16 correlations in a chain, at '%v': shorten it");
        }
        status = link_one(l, inner, depth + 1);
        if (status != SONDA_OK) {
            return status;
        }
        if (inner->state != LINK_DONE) {
            return refuse_target(error, text,
                                 "the correlation names '%v', which is refused itself: mend "
                                 "that one first");
        }
    }
    return SONDA_OK;
}

static sonda_status
try_link(const linking *l, link_node *node, uint32_t depth, sonda_error *error)
{
    sonda_status status = find_targets(l, node, error);

    if (status == SONDA_OK) {
        status = check_aliases(node, error);
    }
    if (status == SONDA_OK) {
        status = link_targets(l, node, depth, error);
    }
    if (status == SONDA_OK) {
        status = collect_leaves(l, node, error);
    }
    return status == SONDA_OK ? write_node(l, node, error) : status;
}

/* Fails for want of memory only; otherwise the node's state tells. */
static sonda_status link_one(const linking *l, link_node *node, uint32_t depth)
{
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    if (node->state != LINK_NEW) {
        return SONDA_OK;
    }
    node->state = LINK_UNDER_WAY;
    status = try_link(l, node, depth, &error);
    if (status == SONDA_OK) {
        node->state = LINK_DONE;
        return SONDA_OK;
    }
    node->state = LINK_REFUSED;
    return status == SONDA_ERR_NO_MEMORY
               ? sonda__error_set(l->error, status, 0, "out of memory")
               : sonda__report_refuse(node->entry, l->pool, SONDA_COMPILE_REJECTED, &error);
}

sonda_status sonda__link_correlations(sonda__pool *pool,
                                      sonda__pack_writer *writer,
                                      const sonda__linkable *rules,
                                      size_t rule_count,
                                      sonda__report_entry *const *entries,
                                      size_t count,
                                      sonda_error *error)
{
    linking l = {.pool = pool,
                 .writer = writer,
                 .rules = rules,
                 .rule_count = rule_count,
                 .node_count = count,
                 .error = error};
    sonda_status status = SONDA_OK;

    l.nodes = sonda__pool_take(pool, count + 1, sizeof *l.nodes);
    if (l.nodes == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        l.nodes[i].entry = entries[i];
        l.nodes[i].correlation = entries[i]->correlation;
    }
    for (size_t i = 0; i < count && status == SONDA_OK; i++) {
        status = link_one(&l, &l.nodes[i], 0);
    }
    return status;
}
