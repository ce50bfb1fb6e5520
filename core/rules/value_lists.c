/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Linear in the bytes of the literals: nodes are made by inserting one literal
 * after the other, and linked in the order of their depth.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#include "core/rules/value_lists.h"

#include "core/base/allocate.h"

/* What is only needed while a list is made. */
typedef struct list_builder {
    const sonda__pack *pack;
    const sonda_allocator *allocator;
    sonda__value_list *list;
    sonda__list patterns;
    size_t bytes;      /* of literals and pieces */
    uint32_t *parents; /* by node */
    uint32_t *depths;
    uint32_t *order; /* nodes, ascending by depth */
} list_builder;

static const uint8_t *pattern_at(const list_builder *builder, uint32_t i)
{
    return sonda__pack_listed(builder->pack, SONDA__SECTION_PATTERNS, builder->patterns, i);
}

static bool is_cased(const uint8_t *pattern)
{
    return (sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS) & SONDA__PATTERN_CASED) != 0;
}

/*
 * The next run of a glob's bytes without anything special from `*at` on, moved
 * behind it. An escaped byte ends a run, too: no text has it.
 */
static sonda__span next_piece(sonda__span glob, size_t *at)
{
    size_t begin;

    while (*at < glob.len && (uint8_t)glob.data[*at] == SONDA__GLOB_ESCAPE) {
        *at += 2;
    }
    begin = *at < glob.len ? *at : glob.len;
    *at = begin;
    while (*at < glob.len && (uint8_t)glob.data[*at] != SONDA__GLOB_ESCAPE) {
        ++*at;
    }
    return sonda__span_of(glob.data + begin, *at - begin);
}

/* How a pattern is looked for. */
typedef enum value_kind { VALUE_OTHER, VALUE_LITERAL, VALUE_GLOB } value_kind;

static value_kind kind_of(const list_builder *builder, const uint8_t *pattern)
{
    uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);
    sonda__span text = sonda__pack_text(builder->pack, pattern + SONDA__AT_PATTERN_A);
    size_t at = 0;

    if ((op != SONDA__OP_LITERAL && op != SONDA__OP_GLOB) || text.len == 0 ||
        is_cased(pattern) != builder->list->cased) {
        return VALUE_OTHER;
    }
    if (op == SONDA__OP_LITERAL) {
        return VALUE_LITERAL;
    }
    return next_piece(text, &at).len > 0 ? VALUE_GLOB : VALUE_OTHER;
}

/* Counts what there is to hold. */
static void count_pattern(list_builder *builder, const uint8_t *pattern)
{
    sonda__value_list *list = builder->list;
    sonda__span text = sonda__pack_text(builder->pack, pattern + SONDA__AT_PATTERN_A);
    value_kind kind = kind_of(builder, pattern);

    if (kind == VALUE_OTHER) {
        list->other_count++;
        return;
    }
    builder->bytes += text.len;
    if (kind == VALUE_GLOB) {
        size_t at = 0;

        list->glob_count++;
        while (next_piece(text, &at).len > 0) {
            list->piece_refs++;
        }
    }
}

/* The node of a text, made where there is none. */
static uint32_t insert(list_builder *builder, sonda__span text)
{
    static const sonda__value_node none = {0,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           0};
    sonda__value_list *list = builder->list;
    uint32_t node = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint32_t from = node << 8 | (uint8_t)text.data[i];
        uint32_t at = (from * 0x9e3779b1u) >> 7 & list->edge_mask;

        while (list->edges[at].to != 0 && list->edges[at].from != from) {
            at = (at + 1) & list->edge_mask;
        }
        if (list->edges[at].to == 0) {
            list->edges[at].from = from;
            list->edges[at].to = list->node_count;
            list->nodes[list->node_count] = none;
            builder->parents[list->node_count] = from;
            builder->depths[list->node_count] = (uint32_t)i + 1;
            list->node_count++;
        }
        node = list->edges[at].to;
    }
    return node;
}

static void take_first(uint32_t *kept, uint32_t pattern)
{
    *kept = pattern < *kept ? pattern : *kept;
}

static void
add_literal(list_builder *builder, const uint8_t *pattern, uint32_t index, sonda__span text)
{
    sonda__value_list *list = builder->list;
    sonda__value_node *node = &list->nodes[insert(builder, text)];
    uint32_t flags = sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS);
    bool at_start = (flags & SONDA__PATTERN_AT_START) != 0;
    bool at_end = (flags & SONDA__PATTERN_AT_END) != 0;

    if (at_start) {
        take_first(at_end ? &node->whole : &node->start, index);
        list->has_start = true;
        return;
    }
    if (!at_end) {
        take_first(&node->inner, index);
        list->has_inner = true;
        return;
    }
    take_first(&node->end, index);
    list->has_end = true;
    list->longest = text.len > list->longest ? (uint32_t)text.len : list->longest;
}

/* A glob waits for its longest piece, which is likely the rarest. */
static void add_glob(list_builder *builder, uint32_t index, sonda__span text)
{
    sonda__value_list *list = builder->list;
    sonda__value_glob *glob = &list->globs[list->glob_count];
    uint32_t key = 0;
    size_t longest = 0;
    size_t at = 0;

    glob->pattern = index;
    glob->pieces = list->piece_refs;
    for (;;) {
        sonda__span piece = next_piece(text, &at);
        sonda__value_node *node;

        if (piece.len == 0) {
            break;
        }
        node = &list->nodes[insert(builder, piece)];
        if (node->piece == SONDA__VALUE_NONE) {
            node->piece = list->piece_count++;
        }
        if (piece.len > longest) {
            longest = piece.len;
            key = node->piece;
        }
        list->pieces[list->piece_refs++] = node->piece;
    }
    glob->count = list->piece_refs - glob->pieces;
    glob->next = list->keys[key];
    list->keys[key] = ++list->glob_count;
    list->has_inner = true;
}

/* Nodes by depth, so that links lead to nodes that are linked already. */
static void sort_by_depth(list_builder *builder, uint32_t *starts, uint32_t deepest)
{
    for (uint32_t node = 1; node < builder->list->node_count; node++) {
        starts[builder->depths[node]]++;
    }
    for (uint32_t depth = 1; depth <= deepest; depth++) {
        starts[depth] += starts[depth - 1];
    }
    for (uint32_t node = builder->list->node_count; node-- > 1;) {
        builder->order[--starts[builder->depths[node]]] = node;
    }
}

static void link_node(list_builder *builder, uint32_t index)
{
    sonda__value_list *list = builder->list;
    sonda__value_node *node = &list->nodes[index];
    uint32_t parent = builder->parents[index] >> 8;
    uint8_t byte = (uint8_t)builder->parents[index];
    uint32_t to = parent;

    while (to != 0 && node->fail == 0) {
        to = list->nodes[to].fail;
        node->fail = sonda__value_list_child(list, to, byte);
    }
    take_first(&node->inner, list->nodes[node->fail].inner);
    take_first(&node->end, list->nodes[node->fail].end);
    node->pieces = node->piece != SONDA__VALUE_NONE ? index : list->nodes[node->fail].pieces;
}

static sonda_status link_nodes(list_builder *builder)
{
    uint32_t deepest = 0;
    uint32_t *starts;

    for (uint32_t node = 1; node < builder->list->node_count; node++) {
        deepest = builder->depths[node] > deepest ? builder->depths[node] : deepest;
    }
    starts = sonda__allocate_zeroed(builder->allocator, (size_t)deepest + 1, sizeof *starts);
    if (starts == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    sort_by_depth(builder, starts, deepest);
    for (uint32_t i = 0; i + 1 < builder->list->node_count; i++) {
        link_node(builder, builder->order[i]);
    }
    sonda__release(builder->allocator, starts);
    return SONDA_OK;
}

static void add_patterns(list_builder *builder)
{
    sonda__value_list *list = builder->list;

    list->glob_count = 0;
    list->piece_refs = 0;
    list->other_count = 0;
    (void)insert(builder, sonda__span_of("", 0));
    for (uint32_t i = 0; i < builder->patterns.count; i++) {
        const uint8_t *pattern = pattern_at(builder, i);
        sonda__span text = sonda__pack_text(builder->pack, pattern + SONDA__AT_PATTERN_A);
        value_kind kind = kind_of(builder, pattern);

        if (kind == VALUE_OTHER) {
            list->others[list->other_count++] = i;
        } else if (kind == VALUE_LITERAL) {
            add_literal(builder, pattern, i, text);
        } else {
            add_glob(builder, i, text);
        }
    }
}

static bool take_memory(list_builder *builder)
{
    const sonda_allocator *allocator = builder->allocator;
    sonda__value_list *list = builder->list;
    size_t nodes = builder->bytes + 1;
    size_t edges = 16;

    while (edges < 2 * nodes) {
        edges *= 2;
    }
    list->edge_mask = (uint32_t)(edges - 1);
    list->nodes = sonda__allocate(allocator, nodes, sizeof *list->nodes);
    list->edges = sonda__allocate_zeroed(allocator, edges, sizeof *list->edges);
    list->globs = sonda__allocate(allocator, (size_t)list->glob_count + 1, sizeof *list->globs);
    list->pieces =
        sonda__allocate(allocator, (size_t)list->piece_refs + 1, sizeof *list->pieces);
    list->keys =
        sonda__allocate_zeroed(allocator, (size_t)list->piece_refs + 1, sizeof *list->keys);
    list->others =
        sonda__allocate(allocator, (size_t)list->other_count + 1, sizeof *list->others);
    builder->parents = sonda__allocate(allocator, nodes, sizeof *builder->parents);
    builder->depths = sonda__allocate(allocator, nodes, sizeof *builder->depths);
    builder->order = sonda__allocate(allocator, nodes, sizeof *builder->order);
    return list->nodes != NULL && list->edges != NULL && list->globs != NULL &&
           list->pieces != NULL && list->keys != NULL && list->others != NULL &&
           builder->parents != NULL && builder->depths != NULL && builder->order != NULL;
}

static void close_list(sonda__value_list *list, const sonda_allocator *allocator)
{
    sonda__release(allocator, list->others);
    sonda__release(allocator, list->keys);
    sonda__release(allocator, list->pieces);
    sonda__release(allocator, list->globs);
    sonda__release(allocator, list->edges);
    sonda__release(allocator, list->nodes);
}

static sonda_status fill_list(list_builder *builder)
{
    static const sonda__value_node root = {0,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           SONDA__VALUE_NONE,
                                           0};
    sonda_status status = SONDA_ERR_NO_MEMORY;

    if (take_memory(builder)) {
        builder->list->nodes[0] = root;
        builder->list->node_count = 1;
        add_patterns(builder);
        status = link_nodes(builder);
    }
    sonda__release(builder->allocator, builder->order);
    sonda__release(builder->allocator, builder->depths);
    sonda__release(builder->allocator, builder->parents);
    return status;
}

/* Makes the list of an item; `*made` says whether it is one that gains by it. */
static sonda_status make_list(list_builder *builder, bool *made)
{
    sonda__value_list *list = builder->list;

    *made = false;
    list->cased = is_cased(pattern_at(builder, 0));
    for (uint32_t i = 0; i < builder->patterns.count; i++) {
        count_pattern(builder, pattern_at(builder, i));
        if (builder->bytes > SONDA__VALUE_LIST_BYTES_MAX) {
            return SONDA_OK;
        }
    }
    if (builder->patterns.count - list->other_count < SONDA__VALUE_LIST_LEAST ||
        list->piece_refs > SONDA__VALUE_LIST_MOST) {
        return SONDA_OK;
    }
    *made = true;
    return fill_list(builder);
}

/* Items that any one value of many answers. */
static bool is_long(const uint8_t *predicate)
{
    uint32_t flags = sonda__pack_u32(predicate + SONDA__AT_PREDICATE_FLAGS);
    uint32_t count = sonda__pack_list(predicate + SONDA__AT_PREDICATE_PATTERNS).count;

    return (flags & SONDA__PREDICATE_ALL) == 0 && count >= SONDA__VALUE_LIST_LEAST &&
           count <= SONDA__VALUE_LIST_MOST;
}

static sonda_status add_list(sonda__value_lists *lists,
                             const sonda__pack *pack,
                             uint32_t index,
                             const sonda_allocator *allocator)
{
    const uint8_t *predicate = sonda__pack_entry(pack, SONDA__SECTION_PREDICATES, index);
    static const sonda__value_list empty;
    sonda__value_list list = empty;
    list_builder builder = {.pack = pack, .allocator = allocator, .list = &list};
    bool made;
    sonda_status status;

    builder.patterns = sonda__pack_list(predicate + SONDA__AT_PREDICATE_PATTERNS);
    status = make_list(&builder, &made);
    if (status == SONDA_OK && made) {
        lists->lists[lists->count++] = list;
        lists->of_predicate[index] = lists->count;
    } else {
        close_list(&list, allocator);
    }
    return status;
}

sonda_status sonda__value_lists_open(sonda__value_lists *lists,
                                     const sonda__pack *pack,
                                     const sonda_allocator *allocator)
{
    uint32_t predicates = pack->count[SONDA__SECTION_PREDICATES];
    uint32_t count = 0;
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; i < predicates; i++) {
        count += is_long(sonda__pack_entry(pack, SONDA__SECTION_PREDICATES, i)) ? 1 : 0;
    }
    if (count == 0) {
        return SONDA_OK;
    }
    lists->lists = sonda__allocate(allocator, count, sizeof *lists->lists);
    lists->of_predicate =
        sonda__allocate_zeroed(allocator, predicates, sizeof *lists->of_predicate);
    if (lists->lists == NULL || lists->of_predicate == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    lists->predicate_count = predicates;
    for (uint32_t i = 0; status == SONDA_OK && i < predicates; i++) {
        if (is_long(sonda__pack_entry(pack, SONDA__SECTION_PREDICATES, i))) {
            status = add_list(lists, pack, i, allocator);
        }
    }
    return status;
}

void sonda__value_lists_close(sonda__value_lists *lists, const sonda_allocator *allocator)
{
    for (uint32_t i = 0; i < lists->count; i++) {
        close_list(&lists->lists[i], allocator);
    }
    sonda__release(allocator, lists->of_predicate);
    sonda__release(allocator, lists->lists);
}
