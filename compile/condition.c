/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lexer and recursive descent in one pass, one word ahead.
 *
 * Words of the language are read in any case: rules in the field write AND and
 * OR, and a selection of such a name could not be told apart anyway. Recursion
 * is bounded by SONDA__DEPTH_MAX, the result by SONDA__CONDITION_NODES_MAX.
 *
 * Module compile.
 */

#include "compile/condition.h"

#include "compile/refuse.h"
#include "core/base/limits.h"

typedef struct parser {
    sonda__pool *pool;
    sonda_error *error;
    const sonda__rule_selection *selections;
    size_t selection_count;
    sonda__span rest; /* behind `word` */
    sonda__span word; /* the next one; empty at the end */
    uint32_t line;
    size_t depth;
    size_t node_count;
} parser;

/* Children while their number is unknown. */
typedef struct operand {
    const sonda__rule_node *node;
    struct operand *next;
} operand;

typedef struct operands {
    operand *first;
    operand *last;
    size_t count;
} operands;

static sonda_status parse_or(parser *p, const sonda__rule_node **node);

static sonda_status refuse(parser *p, sonda_status status)
{
    return sonda__at_line(p->error, p->line, status);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_sign(char c)
{
    return c == '(' || c == ')' || c == '|';
}

/* Moves to the next word: a sign, or a run of anything else but space. */
static void advance(parser *p)
{
    const char *at = p->rest.data;
    const char *end = at + p->rest.len;
    const char *begin;

    while (at < end && is_space(*at)) {
        at++;
    }
    begin = at;
    if (at < end && is_sign(*at)) {
        at++;
    } else {
        while (at < end && !is_space(*at) && !is_sign(*at)) {
            at++;
        }
    }
    p->word = sonda__span_of(begin, (size_t)(at - begin));
    p->rest = sonda__span_of(at, (size_t)(end - at));
}

static bool at_word(const parser *p, const char *word)
{
    return sonda__span_equal_ascii_case(p->word, sonda__span_text(word));
}

static sonda_status new_node(parser *p, sonda__node_kind kind, sonda__rule_node **node)
{
    if (p->node_count++ >= SONDA__CONDITION_NODES_MAX) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_LIMIT, 0,
                                          "the condition has more than %u parts: split the "
                                          "rule",
                                          (uint64_t)SONDA__CONDITION_NODES_MAX));
    }
    *node = sonda__pool_take(p->pool, 1, sizeof **node);
    if (*node == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    (*node)->kind = kind;
    return SONDA_OK;
}

static sonda_status add_operand(parser *p, operands *list, const sonda__rule_node *node)
{
    operand *added = sonda__pool_take(p->pool, 1, sizeof *added);

    if (added == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    added->node = node;
    if (list->last == NULL) {
        list->first = added;
    } else {
        list->last->next = added;
    }
    list->last = added;
    list->count++;
    return SONDA_OK;
}

/* One operand stands for itself; several become an AND or OR. */
static sonda_status
join(parser *p, sonda__node_kind kind, const operands *list, const sonda__rule_node **node)
{
    const sonda__rule_node **children;
    sonda__rule_node *joined = NULL;
    sonda_status status;
    size_t at = 0;

    if (list->count == 1) {
        *node = list->first->node;
        return SONDA_OK;
    }
    status = new_node(p, kind, &joined);
    if (status != SONDA_OK) {
        return status;
    }
    children = sonda__pool_take(p->pool, list->count, sizeof(void *));
    if (children == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (const operand *each = list->first; each != NULL; each = each->next) {
        children[at++] = each->node;
    }
    joined->children = children;
    joined->child_count = list->count;
    *node = joined;
    return SONDA_OK;
}

static sonda_status add_selection(parser *p, operands *list, size_t index)
{
    sonda__rule_node *node = NULL;
    sonda_status status = new_node(p, SONDA__NODE_SELECTION, &node);

    if (status != SONDA_OK) {
        return status;
    }
    node->selection = (uint32_t)index;
    return add_operand(p, list, node);
}

/* `*` stands for any run of characters. Linear but for the last star. */
static bool matches(sonda__span pattern, sonda__span name)
{
    size_t star = SIZE_MAX, from = 0, i = 0, j = 0;

    while (j < name.len) {
        if (i < pattern.len && pattern.data[i] == '*') {
            star = i++;
            from = j;
        } else if (i < pattern.len && pattern.data[i] == name.data[j]) {
            i++;
            j++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            j = ++from;
        } else {
            return false;
        }
    }
    while (i < pattern.len && pattern.data[i] == '*') {
        i++;
    }
    return i == pattern.len;
}

static bool starts_with_underscore(sonda__span text)
{
    return text.len > 0 && text.data[0] == '_';
}

/* Names with a leading _ are helpers: only a pattern that says so takes them. */
static bool is_meant(sonda__span pattern, bool them, sonda__span name)
{
    if (starts_with_underscore(name) && (them || !starts_with_underscore(pattern))) {
        return false;
    }
    return them || matches(pattern, name);
}

/* What follows `1 of` or `all of`. */
static sonda_status parse_of(parser *p, sonda__node_kind kind, const sonda__rule_node **node)
{
    sonda__span pattern;
    bool them;
    operands list = {NULL, NULL, 0};

    advance(p); /* over `of` */
    pattern = p->word;
    them = at_word(p, "them");
    if (pattern.len == 0 || is_sign(pattern.data[0])) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "'of' without selections behind it: write a name, a "
                                          "pattern such as sel_*, or them"));
    }
    for (size_t i = 0; i < p->selection_count; i++) {
        if (is_meant(pattern, them, p->selections[i].name)) {
            sonda_status status = add_selection(p, &list, i);
            if (status != SONDA_OK) {
                return status;
            }
        }
    }
    if (list.count == 0) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_NOT_FOUND, 0,
                                          "'of %v' selects nothing: no selection has such a "
                                          "name",
                                          sonda__clip(pattern)));
    }
    advance(p);
    return join(p, kind, &list, node);
}

static sonda_status parse_name(parser *p, sonda__span name, const sonda__rule_node **node)
{
    for (size_t i = 0; i < p->selection_count; i++) {
        if (sonda__span_equal(p->selections[i].name, name)) {
            operands list = {NULL, NULL, 0};
            sonda_status status = add_selection(p, &list, i);
            return status == SONDA_OK ? join(p, SONDA__NODE_OR, &list, node) : status;
        }
    }
    if (memchr(name.data, '*', name.len) != NULL) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "pattern '%v' alone: write 1 of %v or all of %v",
                                          sonda__clip(name), sonda__clip(name),
                                          sonda__clip(name)));
    }
    return refuse(p, sonda__error_set(p->error, SONDA_ERR_NOT_FOUND, 0,
                                      "the condition names selection '%v', which does not "
                                      "exist: add it or mend the name",
                                      sonda__clip(name)));
}

static bool is_number(sonda__span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

/* A quantifier with its `of`, or a name. */
static sonda_status parse_word(parser *p, const sonda__rule_node **node)
{
    sonda__span first = p->word;
    bool one = at_word(p, "1") || at_word(p, "any");
    bool all = at_word(p, "all");

    advance(p);
    if (!at_word(p, "of")) {
        return parse_name(p, first, node);
    }
    if (one || all) {
        return parse_of(p, one ? SONDA__NODE_OR : SONDA__NODE_AND, node);
    }
    if (is_number(first)) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_UNSUPPORTED, 0,
                                          "'%v of' is not Sigma: write 1 of, any of or all of",
                                          sonda__clip(first)));
    }
    return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                      "'%v of': write 1 of, any of or all of",
                                      sonda__clip(first)));
}

static bool is_operator(const parser *p)
{
    return at_word(p, "and") || at_word(p, "or") || at_word(p, "of");
}

static sonda_status parse_parentheses(parser *p, const sonda__rule_node **node)
{
    sonda_status status;

    advance(p);
    status = parse_or(p, node);
    if (status != SONDA_OK) {
        return status;
    }
    if (!at_word(p, ")")) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "a parenthesis of the condition is not closed: add "
                                          "')'"));
    }
    advance(p);
    return SONDA_OK;
}

static sonda_status parse_primary(parser *p, const sonda__rule_node **node)
{
    if (at_word(p, "(")) {
        return parse_parentheses(p, node);
    }
    if (p->word.len == 0 || is_sign(p->word.data[0]) || is_operator(p)) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "the condition lacks a selection before '%v': add "
                                          "one",
                                          p->word.len == 0 ? sonda__span_text("its end")
                                                           : sonda__clip(p->word)));
    }
    return parse_word(p, node);
}

static sonda_status parse_not(parser *p, const sonda__rule_node **node)
{
    const sonda__rule_node **child;
    sonda__rule_node *inverted = NULL;
    sonda_status status;

    if (!at_word(p, "not")) {
        return parse_primary(p, node);
    }
    if (++p->depth > SONDA__DEPTH_MAX) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_LIMIT, 0,
                                          "the condition nests deeper than %u: flatten it",
                                          (uint64_t)SONDA__DEPTH_MAX));
    }
    advance(p);
    status = new_node(p, SONDA__NODE_NOT, &inverted);
    child = status == SONDA_OK ? sonda__pool_take(p->pool, 1, sizeof(void *)) : NULL;
    if (child == NULL) {
        return status == SONDA_OK ? SONDA_ERR_NO_MEMORY : status;
    }
    status = parse_not(p, child);
    p->depth--;
    inverted->children = child;
    inverted->child_count = 1;
    *node = inverted;
    return status;
}

/* Operands of one operator, the next stronger binding below. */
static sonda_status parse_chain(parser *p,
                                const char *operator_word,
                                sonda__node_kind kind,
                                sonda_status (*operand_of)(parser *, const sonda__rule_node **),
                                const sonda__rule_node **node)
{
    operands list = {NULL, NULL, 0};
    const sonda__rule_node *next;

    for (;;) {
        sonda_status status = operand_of(p, &next);
        if (status == SONDA_OK) {
            status = add_operand(p, &list, next);
        }
        if (status != SONDA_OK) {
            return status;
        }
        if (!at_word(p, operator_word)) {
            return join(p, kind, &list, node);
        }
        advance(p);
    }
}

static sonda_status parse_and(parser *p, const sonda__rule_node **node)
{
    return parse_chain(p, "and", SONDA__NODE_AND, parse_not, node);
}

static sonda_status parse_or(parser *p, const sonda__rule_node **node)
{
    sonda_status status;

    if (++p->depth > SONDA__DEPTH_MAX) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_LIMIT, 0,
                                          "the condition nests deeper than %u: flatten it",
                                          (uint64_t)SONDA__DEPTH_MAX));
    }
    status = parse_chain(p, "or", SONDA__NODE_OR, parse_and, node);
    p->depth--;
    return status;
}

/* One condition from its first word to its last. */
static sonda_status parse_whole(parser *p, const sonda__rule_node **node)
{
    sonda_status status;

    advance(p);
    status = parse_or(p, node);
    if (status != SONDA_OK || p->word.len == 0) {
        return status;
    }
    if (at_word(p, "|")) {
        return refuse(
            p, sonda__error_set(p->error, SONDA_ERR_UNSUPPORTED, 0,
                                "'| %v' is aggregation of Sigma 1: write a "
                                "correlation rule instead",
                                sonda__clip(sonda__span_of(p->rest.data + (p->rest.len > 0),
                                                           p->rest.len - (p->rest.len > 0)))));
    }
    return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                      "'%v' is not expected in the condition: put and, or, or "
                                      "not before it",
                                      sonda__clip(p->word)));
}

sonda_status sonda__condition_parse(sonda__pool *pool,
                                    const sonda__condition_text *texts,
                                    size_t text_count,
                                    const sonda__rule_selection *selections,
                                    size_t selection_count,
                                    const sonda__rule_node **condition,
                                    sonda_error *error)
{
    parser p = {.pool = pool,
                .error = error,
                .selections = selections,
                .selection_count = selection_count};
    operands list = {NULL, NULL, 0};

    for (size_t i = 0; i < text_count; i++) {
        const sonda__rule_node *node;
        sonda_status status;

        p.rest = texts[i].text;
        p.line = texts[i].line;
        p.depth = 0;
        status = parse_whole(&p, &node);
        if (status == SONDA_OK) {
            status = add_operand(&p, &list, node);
        }
        if (status != SONDA_OK) {
            return status;
        }
    }
    return join(&p, SONDA__NODE_OR, &list, condition);
}
