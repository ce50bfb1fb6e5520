/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Building the tree in preorder.
 *
 * A group of one member is left out and an AND within an AND is merged, so
 * that depth is spent only where the rule means it. A selection used twice is
 * written twice.
 *
 * Module compile.
 */

#include "compile/lower_rule.h"

#include "compile/lower_value.h"
#include "core/base/error.h"

/* A selection's items, map after map. */
typedef struct lowered_selection {
    const sonda__rule_selection *source;
    sonda__lowered_item *items;
} lowered_selection;

typedef struct tree_builder {
    sonda__pool *pool;
    const sonda__rule *rule;
    lowered_selection *selections;
    sonda__lowered_node *nodes;
    size_t count;
    size_t room;
    uint32_t depth;
} tree_builder;

static sonda_status lower_selection(sonda__pool *pool,
                                    sonda__regex_scratch *scratch,
                                    lowered_selection *selection,
                                    sonda_error *error)
{
    const sonda__rule_selection *source = selection->source;
    sonda_status status = SONDA_OK;
    size_t count = 0;

    for (size_t i = 0; i < source->map_count; i++) {
        count += source->maps[i].item_count;
    }
    selection->items = sonda__pool_take(pool, count, sizeof *selection->items);
    if (selection->items == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    count = 0;
    for (size_t i = 0; status == SONDA_OK && i < source->map_count; i++) {
        const sonda__rule_map *map = &source->maps[i];

        for (size_t k = 0; status == SONDA_OK && k < map->item_count; k++) {
            status = sonda__lower_item(pool, scratch, &map->items[k],
                                       &selection->items[count++], error);
        }
    }
    return status;
}

static sonda_status make_room(tree_builder *tree)
{
    size_t room = tree->room == 0 ? 64 : tree->room * 2;
    sonda__lowered_node *nodes;

    if (tree->count < tree->room) {
        return SONDA_OK;
    }
    if (room > SONDA__RULE_NODES_MAX) {
        return SONDA_ERR_LIMIT;
    }
    nodes = sonda__pool_take(tree->pool, room, sizeof *nodes);
    if (nodes == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (tree->count > 0) {
        memcpy(nodes, tree->nodes, tree->count * sizeof *nodes);
    }
    tree->nodes = nodes;
    tree->room = room;
    return SONDA_OK;
}

static sonda_status add_leaf(tree_builder *tree, const sonda__lowered_item *item)
{
    sonda_status status = make_room(tree);

    if (status == SONDA_OK) {
        tree->nodes[tree->count].kind = SONDA__PACK_TEST;
        tree->nodes[tree->count].item = item;
        tree->count++;
        tree->nodes[tree->count - 1].end = (uint32_t)tree->count;
    }
    return status;
}

/* Opens a group; its end is set when it is closed. */
static sonda_status open_group(tree_builder *tree, sonda__pack_node_kind kind, size_t *at)
{
    sonda_status status = make_room(tree);

    if (status == SONDA_OK && ++tree->depth > SONDA__TREE_DEPTH_MAX) {
        status = SONDA_ERR_LIMIT;
    }
    if (status == SONDA_OK) {
        *at = tree->count++;
        tree->nodes[*at].kind = (uint32_t)kind;
    }
    return status;
}

static void close_group(tree_builder *tree, size_t at)
{
    tree->depth--;
    tree->nodes[at].end = (uint32_t)tree->count;
}

static sonda_status add_item(tree_builder *tree, const sonda__lowered_item *item)
{
    size_t at = 0;
    sonda_status status;

    if (!item->negated) {
        return add_leaf(tree, item);
    }
    status = open_group(tree, SONDA__PACK_NOT, &at);
    if (status == SONDA_OK) {
        status = add_leaf(tree, item);
    }
    if (status == SONDA_OK) {
        close_group(tree, at);
    }
    return status;
}

static sonda_status add_map(tree_builder *tree, const sonda__lowered_item *items, size_t count)
{
    size_t at = 0;
    sonda_status status = count == 0  ? SONDA_ERR_INVALID_ARGUMENT
                          : count > 1 ? open_group(tree, SONDA__PACK_AND, &at)
                                      : SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < count; i++) {
        status = add_item(tree, &items[i]);
    }
    if (status == SONDA_OK && count > 1) {
        close_group(tree, at);
    }
    return status;
}

static sonda_status add_maps(tree_builder *tree, const lowered_selection *selection)
{
    const sonda__rule_selection *source = selection->source;
    const sonda__lowered_item *items = selection->items;
    bool several = source->map_count > 1;
    size_t at = 0;
    sonda_status status = source->map_count == 0 ? SONDA_ERR_INVALID_ARGUMENT
                          : several              ? open_group(tree, SONDA__PACK_OR, &at)
                                                 : SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < source->map_count; i++) {
        status = add_map(tree, items, source->maps[i].item_count);
        items += source->maps[i].item_count;
    }
    if (status == SONDA_OK && several) {
        close_group(tree, at);
    }
    return status;
}

static sonda_status add_selection(tree_builder *tree, uint32_t index)
{
    const lowered_selection *selection;
    size_t at = 0;
    sonda_status status;

    if (index >= tree->rule->selection_count) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    selection = &tree->selections[index];
    status = open_group(tree, SONDA__PACK_NAMED, &at);
    if (status == SONDA_OK) {
        tree->nodes[at].name = selection->source->name;
        status = add_maps(tree, selection);
    }
    if (status == SONDA_OK) {
        close_group(tree, at);
    }
    return status;
}

static sonda_status
add_condition(tree_builder *tree, const sonda__rule_node *node, sonda__node_kind parent);

static sonda_status add_group(tree_builder *tree, const sonda__rule_node *node)
{
    sonda__pack_node_kind kind = node->kind == SONDA__NODE_AND  ? SONDA__PACK_AND
                                 : node->kind == SONDA__NODE_OR ? SONDA__PACK_OR
                                                                : SONDA__PACK_NOT;
    size_t at = 0;
    sonda_status status = open_group(tree, kind, &at);

    for (size_t i = 0; status == SONDA_OK && i < node->child_count; i++) {
        status = add_condition(tree, node->children[i], node->kind);
    }
    if (status == SONDA_OK) {
        close_group(tree, at);
    }
    return status;
}

/* `parent` is the kind of the group that is open, so that equal ones merge. */
static sonda_status
add_condition(tree_builder *tree, const sonda__rule_node *node, sonda__node_kind parent)
{
    bool listed = node->kind == SONDA__NODE_AND || node->kind == SONDA__NODE_OR;
    sonda_status status = SONDA_OK;

    if (node->kind == SONDA__NODE_SELECTION) {
        return add_selection(tree, node->selection);
    }
    if (node->child_count == 0 || (!listed && node->child_count != 1)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (!listed || (node->child_count > 1 && node->kind != parent)) {
        return add_group(tree, node);
    }
    /* No group of its own; the depth still counts, for this recursion. */
    if (++tree->depth > SONDA__TREE_DEPTH_MAX) {
        return SONDA_ERR_LIMIT;
    }
    for (size_t i = 0; status == SONDA_OK && i < node->child_count; i++) {
        status = add_condition(tree, node->children[i], parent);
    }
    tree->depth--;
    return status;
}

static sonda_status
build_tree(tree_builder *tree, sonda__lowered_rule *lowered, sonda_error *error)
{
    sonda_status status =
        tree->rule->condition == NULL
            ? SONDA_ERR_INVALID_ARGUMENT
            : add_condition(tree, tree->rule->condition, SONDA__NODE_SELECTION);

    lowered->nodes = tree->nodes;
    lowered->node_count = tree->count;
    if (status == SONDA_OK) {
        return SONDA_OK;
    }
    (void)sonda__error_set(error, status, 0,
                           status == SONDA_ERR_LIMIT ? "the condition is too large or too deep"
                                                     : "the condition cannot be lowered");
    if (error != NULL) {
        error->line = tree->rule->line;
    }
    return status;
}

sonda_status sonda__lower_rule(sonda__pool *pool,
                               sonda__regex_scratch *scratch,
                               const sonda__rule *rule,
                               sonda__lowered_rule *lowered,
                               sonda_error *error)
{
    tree_builder tree = {pool, rule, NULL, NULL, 0, 0, 0};
    sonda_status status = SONDA_OK;

    tree.selections = sonda__pool_take(pool, rule->selection_count, sizeof *tree.selections);
    if (tree.selections == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; status == SONDA_OK && i < rule->selection_count; i++) {
        tree.selections[i].source = &rule->selections[i];
        status = lower_selection(pool, scratch, &tree.selections[i], error);
    }
    return status == SONDA_OK ? build_tree(&tree, lowered, error) : status;
}
