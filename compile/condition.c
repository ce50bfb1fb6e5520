/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lexer and recursive descent in one pass, one word ahead.
 *
 * Words of the language are read in any case: rules in the field write AND and
 * OR, and a selection of such a name could not be told apart anyway. Recursion
 * is bounded by SONDA__DEPTH_MAX, the result by SONDA__CONDITION_NODES_MAX.
 *
 * A step that fails returns NULL, and `status` of the parser says why.
 *
 * Module compile.
 */

#include "compile/condition.h"

#include "compile/refuse.h"
#include "core/base/limits.h"
#include "core/codec/likeness.h"

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
    sonda_status status;
} parser;

typedef const sonda__rule_node *(*step)(parser *p);

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

static const sonda__rule_node *parse_or(parser *p);

/* Keeps what sonda__error_set() returned, with the condition's line. */
static void *refuse(parser *p, sonda_status status)
{
    p->status = sonda__at_line(p->error, p->line, status);
    return NULL;
}

static void *no_memory(parser *p)
{
    p->status = SONDA_ERR_NO_MEMORY;
    return NULL;
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

/* False, and refused, when the condition nests too deep. */
static bool descend(parser *p)
{
    if (++p->depth > SONDA__DEPTH_MAX) {
        refuse(p, sonda__error_set(p->error, SONDA_ERR_LIMIT, 0,
                                   "the condition nests deeper than %u: flatten it",
                                   (uint64_t)SONDA__DEPTH_MAX));
        return false;
    }
    return true;
}

static sonda__rule_node *new_node(parser *p, sonda__node_kind kind, size_t child_count)
{
    sonda__rule_node *node;

    if (p->node_count++ >= SONDA__CONDITION_NODES_MAX) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_LIMIT, 0,
                                          "the condition has more than %u parts: split the "
                                          "rule",
                                          (uint64_t)SONDA__CONDITION_NODES_MAX));
    }
    node = sonda__pool_take(p->pool, 1, sizeof *node);
    if (node == NULL) {
        return no_memory(p);
    }
    node->kind = kind;
    node->child_count = child_count;
    return node;
}

/* False: no memory, or nothing to add because a step failed. */
static bool add_operand(parser *p, operands *list, const sonda__rule_node *node)
{
    operand *added = node == NULL ? NULL : sonda__pool_take(p->pool, 1, sizeof *added);

    if (added == NULL) {
        if (node != NULL) {
            no_memory(p);
        }
        return false;
    }
    added->node = node;
    if (list->last == NULL) {
        list->first = added;
    } else {
        list->last->next = added;
    }
    list->last = added;
    list->count++;
    return true;
}

/* One operand stands for itself; several become an AND or OR. */
static const sonda__rule_node *join(parser *p, sonda__node_kind kind, const operands *list)
{
    const sonda__rule_node **children;
    sonda__rule_node *joined;
    size_t at = 0;

    if (list->count == 1) {
        return list->first->node;
    }
    joined = new_node(p, kind, list->count);
    if (joined == NULL) {
        return NULL;
    }
    children = sonda__pool_take(p->pool, list->count, sizeof(void *));
    if (children == NULL) {
        return no_memory(p);
    }
    for (const operand *each = list->first; each != NULL; each = each->next) {
        children[at++] = each->node;
    }
    joined->children = children;
    return joined;
}

static const sonda__rule_node *selection_node(parser *p, size_t index)
{
    sonda__rule_node *node = new_node(p, SONDA__NODE_SELECTION, 0);

    if (node != NULL) {
        node->selection = (uint32_t)index;
    }
    return node;
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
    if (starts_with_underscore(name) && !starts_with_underscore(pattern)) {
        return false;
    }
    return them || matches(pattern, name);
}

/* What follows `1 of` or `all of`. */
static const sonda__rule_node *parse_of(parser *p, sonda__node_kind kind)
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
        if (is_meant(pattern, them, p->selections[i].name) &&
            !add_operand(p, &list, selection_node(p, i))) {
            return NULL;
        }
    }
    if (list.count == 0) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_NOT_FOUND, 0,
                                          "'of %v' selects nothing: name a selection so, or "
                                          "mend the pattern",
                                          sonda__clip(pattern)));
    }
    advance(p);
    return join(p, kind, &list);
}

/* The selection whose name is most like `name`; empty when none is. */
static sonda__span nearest_selection(const parser *p, sonda__span name)
{
    sonda__span nearest = {"", 0};
    uint32_t least = UINT32_MAX;

    for (size_t i = 0; i < p->selection_count; i++) {
        sonda__span known = p->selections[i].name;
        uint32_t distance = sonda__name_distance(name, known);

        if (distance < least && sonda__name_is_like(name, known, distance)) {
            least = distance;
            nearest = known;
        }
    }
    return sonda__clip(nearest);
}

static const sonda__rule_node *parse_name(parser *p, sonda__span name)
{
    sonda__span like;

    for (size_t i = 0; i < p->selection_count; i++) {
        if (sonda__span_equal(p->selections[i].name, name)) {
            return selection_node(p, i);
        }
    }
    like = nearest_selection(p, name);
    name = sonda__clip(name);
    if (memchr(name.data, '*', name.len) != NULL) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "pattern '%v' alone: write 1 of %v or all of %v",
                                          name, name, name));
    }
    return refuse(p, sonda__error_set(p->error, SONDA_ERR_NOT_FOUND, 0,
                                      "the condition names selection '%v', which does not "
                                      "exist: add it or mend the name%s%v%s",
                                      name, like.len > 0 ? ", as in '" : "", like,
                                      like.len > 0 ? "'" : ""));
}

/* A quantifier with its `of`, or a name. */
static const sonda__rule_node *parse_word(parser *p)
{
    sonda__span first = p->word;
    bool one = at_word(p, "1") || at_word(p, "any");
    bool all = at_word(p, "all");

    advance(p);
    if (!at_word(p, "of")) {
        return parse_name(p, first);
    }
    if (one || all) {
        return parse_of(p, one ? SONDA__NODE_OR : SONDA__NODE_AND);
    }
    return refuse(p, sonda__error_set(p->error, SONDA_ERR_UNSUPPORTED, 0,
                                      "'%v of' is not Sigma: write 1 of, any of or all of",
                                      sonda__clip(first)));
}

static bool is_operator(const parser *p)
{
    return at_word(p, "and") || at_word(p, "or") || at_word(p, "of");
}

static const sonda__rule_node *parse_parentheses(parser *p)
{
    const sonda__rule_node *node;

    advance(p);
    node = parse_or(p);
    if (node != NULL && !at_word(p, ")")) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "a parenthesis of the condition is not closed: add "
                                          "')'"));
    }
    advance(p);
    return node;
}

static const sonda__rule_node *parse_primary(parser *p)
{
    if (at_word(p, "(")) {
        return parse_parentheses(p);
    }
    if (p->word.len == 0 || is_sign(p->word.data[0]) || is_operator(p)) {
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                          "the condition lacks a selection before '%v': add "
                                          "one",
                                          p->word.len == 0 ? sonda__span_text("its end")
                                                           : sonda__clip(p->word)));
    }
    return parse_word(p);
}

static const sonda__rule_node *parse_not(parser *p)
{
    const sonda__rule_node **child;
    sonda__rule_node *inverted;

    if (!at_word(p, "not")) {
        return parse_primary(p);
    }
    if (!descend(p)) {
        return NULL;
    }
    advance(p);
    inverted = new_node(p, SONDA__NODE_NOT, 1);
    if (inverted == NULL) {
        return NULL;
    }
    child = sonda__pool_take(p->pool, 1, sizeof(void *));
    if (child == NULL) {
        return no_memory(p);
    }
    *child = parse_not(p);
    p->depth--;
    inverted->children = child;
    return *child == NULL ? NULL : inverted;
}

/* Operands of one operator, what binds stronger below. */
static const sonda__rule_node *
parse_chain(parser *p, const char *word, sonda__node_kind kind, step parse_operand)
{
    operands list = {NULL, NULL, 0};

    for (;;) {
        if (!add_operand(p, &list, parse_operand(p))) {
            return NULL;
        }
        if (!at_word(p, word)) {
            return join(p, kind, &list);
        }
        advance(p);
    }
}

static const sonda__rule_node *parse_and(parser *p)
{
    return parse_chain(p, "and", SONDA__NODE_AND, parse_not);
}

static const sonda__rule_node *parse_or(parser *p)
{
    const sonda__rule_node *node;

    if (!descend(p)) {
        return NULL;
    }
    node = parse_chain(p, "or", SONDA__NODE_OR, parse_and);
    p->depth--;
    return node;
}

/* What stands behind a whole condition. */
static void *refuse_rest(parser *p)
{
    if (at_word(p, "|")) {
        advance(p);
        return refuse(p, sonda__error_set(p->error, SONDA_ERR_UNSUPPORTED, 0,
                                          "'| %v' is aggregation of Sigma 1: write a "
                                          "correlation rule instead",
                                          sonda__clip(p->word)));
    }
    return refuse(p, sonda__error_set(p->error, SONDA_ERR_MALFORMED, 0,
                                      "'%v' is not expected in the condition: put and, or, or "
                                      "not before it",
                                      sonda__clip(p->word)));
}

/* One condition from its first word to its last. */
static const sonda__rule_node *parse_whole(parser *p, const sonda__condition_text *text)
{
    const sonda__rule_node *node;

    p->rest = text->text;
    p->line = text->line;
    p->depth = 0;
    advance(p);
    node = parse_or(p);
    return node != NULL && p->word.len != 0 ? refuse_rest(p) : node;
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
                .selection_count = selection_count,
                .status = SONDA_OK};
    operands list = {NULL, NULL, 0};
    const sonda__rule_node *whole;

    for (size_t i = 0; i < text_count; i++) {
        if (!add_operand(&p, &list, parse_whole(&p, &texts[i]))) {
            return p.status;
        }
    }
    whole = join(&p, SONDA__NODE_OR, &list);
    if (whole != NULL) {
        *condition = whole;
    }
    return p.status;
}
