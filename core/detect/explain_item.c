/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items and their values.
 *
 * Patterns of one value, joined because it has several forms, are told as one
 * node: a rule's author wrote one value.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/explain.h"

typedef struct item_view {
    uint32_t flags; /* SONDA__PREDICATE_… */
    sonda_field_id id;
    sonda__span name;
    sonda__list patterns;
} item_view;

static bool view(const sonda__explanation *walk, uint32_t predicate, item_view *item)
{
    const sonda__question *question = &walk->question;
    const uint8_t *at =
        sonda__pack_entry(&question->content->pack, SONDA__SECTION_PREDICATES, predicate);

    if (at == NULL) {
        return false;
    }
    item->flags = sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS);
    item->patterns = sonda__pack_list(at + SONDA__AT_PREDICATE_PATTERNS);
    item->id = sonda__question_field(question, sonda__pack_u32(at + SONDA__AT_PREDICATE_FIELD));
    item->name = (item->flags & SONDA__PREDICATE_KEYWORD) != 0
                     ? sonda__span_of("", 0)
                     : sonda__names_spelling(question->content->names, item->id);
    return true;
}

static const uint8_t *
pattern_at(const sonda__explanation *walk, const item_view *item, uint32_t i)
{
    return sonda__pack_listed(&walk->question.content->pack, SONDA__SECTION_PATTERNS,
                              item->patterns, i);
}

static bool is_joined(const uint8_t *pattern)
{
    return (sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS) & SONDA__PATTERN_OR_NEXT) != 0;
}

static bool pattern_holds(const sonda__explanation *walk,
                          const item_view *item,
                          const uint8_t *pattern,
                          sonda__answer *answer)
{
    return (item->flags & SONDA__PREDICATE_KEYWORD) != 0
               ? sonda__pattern_holds_anywhere(&walk->question, pattern, answer)
               : sonda__pattern_holds(&walk->question, pattern, item->id, answer);
}

/* The first form of a value that holds, or NULL; `*i` moves to its last form. */
static const uint8_t *holding_form(const sonda__explanation *walk,
                                   const item_view *item,
                                   uint32_t *i,
                                   sonda__answer *answer)
{
    const uint8_t *held = NULL;

    for (;; (*i)++) {
        const uint8_t *pattern = pattern_at(walk, item, *i);

        if (pattern == NULL) {
            return held;
        }
        if (held == NULL && pattern_holds(walk, item, pattern, answer)) {
            held = pattern;
        }
        if (!is_joined(pattern)) {
            return held;
        }
    }
}

uint32_t
sonda__explain_item_count(const sonda__explanation *walk, uint32_t predicate, uint32_t *total)
{
    item_view item;
    uint32_t held = 0;

    *total = 0;
    if (!view(walk, predicate, &item)) {
        return 0;
    }
    for (uint32_t i = 0; i < item.patterns.count; i++) {
        sonda__answer answer;

        held += holding_form(walk, &item, &i, &answer) != NULL;
        (*total)++;
    }
    return held;
}

static uint32_t asks_of(const uint8_t *pattern)
{
    static const uint32_t asks[] = {0,
                                    SONDA_EXPLAIN_TEXT,
                                    SONDA_EXPLAIN_WILDCARDS,
                                    SONDA_EXPLAIN_NULL,
                                    SONDA_EXPLAIN_EXISTS,
                                    SONDA_EXPLAIN_NUMBER,
                                    SONDA_EXPLAIN_TIME_PART,
                                    SONDA_EXPLAIN_CIDR,
                                    SONDA_EXPLAIN_REGEX,
                                    SONDA_EXPLAIN_FIELDREF};
    uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);

    return op < sizeof asks / sizeof asks[0] ? asks[op] : 0;
}

static uint32_t flags_of(const uint8_t *pattern)
{
    uint32_t flags = sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS);

    return ((flags & SONDA__PATTERN_AT_START) != 0 ? SONDA_EXPLAIN_AT_START : 0) |
           ((flags & SONDA__PATTERN_AT_END) != 0 ? SONDA_EXPLAIN_AT_END : 0) |
           ((flags & SONDA__PATTERN_CASED) != 0 ? SONDA_EXPLAIN_CASED : 0);
}

/* What the value asks, as far as the pattern says it. */
static void fill_question(const sonda__explanation *walk,
                          const item_view *item,
                          const uint8_t *pattern,
                          sonda_explain_node *node)
{
    bool keyword = (item->flags & SONDA__PREDICATE_KEYWORD) != 0;

    node->asks = asks_of(pattern);
    node->flags = flags_of(pattern) | (keyword ? SONDA_EXPLAIN_KEYWORD : 0);
    node->name = sonda__explain_text(item->name);
    node->wanted = sonda__explain_text(
        sonda__pack_text(&walk->question.content->pack, pattern + SONDA__AT_PATTERN_TEXT));
    if (node->asks == SONDA_EXPLAIN_NUMBER || node->asks == SONDA_EXPLAIN_TIME_PART ||
        node->asks == SONDA_EXPLAIN_EXISTS) {
        node->comparison = sonda__pack_u32(pattern + SONDA__AT_PATTERN_C);
    }
    if (node->asks == SONDA_EXPLAIN_TIME_PART) {
        node->time_part = sonda__pack_u32(pattern + SONDA__AT_PATTERN_B);
    }
}

static void fill_answer(const sonda__explanation *walk,
                        const sonda__answer *answer,
                        sonda_explain_node *node)
{
    const sonda__field *field;

    if (answer->field == SONDA__NO_FIELD) {
        return;
    }
    field = &walk->question.event->fields[answer->field];
    node->field = sonda__explain_text(field->name);
    node->value = sonda__explain_text(field->text);
    if (answer->position != SONDA__EVIDENCE_WHOLE) {
        node->position = answer->position;
        node->length = answer->length;
    }
}

/* The nearest miss among the forms of a value, from `first` to `last`. */
static void fill_near(const sonda__explanation *walk,
                      const item_view *item,
                      uint32_t first,
                      uint32_t last,
                      sonda_explain_node *node)
{
    const uint8_t *pattern = pattern_at(walk, item, first);

    if (pattern == NULL) {
        return;
    }
    node->missing = 1;
    fill_question(walk, item, pattern, node);
    for (uint32_t i = first; i <= last && pattern != NULL; i++) {
        sonda__explain_near(walk, pattern, item->id, node);
        pattern = pattern_at(walk, item, i + 1);
    }
}

/* `*i` moves to the value's last form. */
static sonda_status tell_value(sonda__explanation *walk, const item_view *item, uint32_t *i)
{
    sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_VALUE);
    uint32_t first = *i;
    sonda__answer answer;
    const uint8_t *held = holding_form(walk, item, i, &answer);

    if (held != NULL) {
        fill_question(walk, item, held, &node);
        node.holds = 1;
        fill_answer(walk, &answer, &node);
    } else {
        fill_near(walk, item, first, *i, &node);
    }
    return sonda__explain_tell(walk, &node);
}

sonda_status sonda__explain_item(sonda__explanation *walk, uint32_t predicate)
{
    sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_ITEM);
    sonda_status status;
    item_view item;
    uint32_t held;
    bool all;

    if (!view(walk, predicate, &item)) {
        return SONDA_OK;
    }
    all = (item.flags & SONDA__PREDICATE_ALL) != 0;
    held = sonda__explain_item_count(walk, predicate, &node.number);
    node.holds = sonda__evaluate_item(&walk->question, predicate, NULL, NULL);
    node.missing = node.holds != 0 ? 0 : all ? node.number - held : 1;
    node.name = sonda__explain_text(item.name);
    node.flags = all ? SONDA_EXPLAIN_ALL : 0;
    if ((item.flags & SONDA__PREDICATE_KEYWORD) != 0) {
        node.flags |= SONDA_EXPLAIN_KEYWORD;
    } else if (sonda__matcher_first(walk->question.matcher, item.id) == SONDA__NO_FIELD) {
        sonda__explain_absence(walk, item.name, &node);
    }
    if (node.holds != 0) {
        node.near_miss = SONDA_EXPLAIN_NEAR_NONE;
    }
    status = sonda__explain_tell(walk, &node);
    walk->depth++;
    for (uint32_t i = 0; status == SONDA_OK && i < item.patterns.count; i++) {
        status = tell_value(walk, &item, &i);
    }
    walk->depth--;
    return status;
}
