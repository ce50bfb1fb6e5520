/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recursive descent over a regular expression.
 *
 * A quantifier's '?' is read and forgotten: lazy or not, there is a match or
 * there is none. Flags such as (?i) hold to the end of their group.
 *
 * Module compile.
 */

#include "compile/regex_parse.h"

#include "compile/regex_reader.h"
#include "core/codec/code_point.h"

/* Quantifiers on one atom, as in a{2}{3}; bounds the depth of the tree. */
#define QUANTIFIERS_MAX 4

static sonda_status read_choice(sonda__regex_reader *reader, sonda__regex_node **node);

static sonda__regex_node *new_node(sonda__regex_reader *reader, sonda__regex_kind kind)
{
    sonda__regex_node *node = sonda__pool_take(reader->pool, 1, sizeof *node);

    if (node != NULL) {
        node->kind = kind;
    }
    return node;
}

/* (?i-s) or (?i-s:, behind the "(?"; leaves the place at the ')' or ':'. */
static sonda_status read_flags(sonda__regex_reader *reader)
{
    bool on = true;

    for (;; reader->at++) {
        char c = sonda__regex_peek(reader, 0);

        if (c == ')' || c == ':') {
            return SONDA_OK;
        }
        if (c == '-' && on) {
            on = false;
        } else if (c == 'i') {
            reader->ignore_case = on;
        } else if (c == 'm') {
            reader->multi_line = on;
        } else if (c == 's') {
            reader->dot_all = on;
        } else {
            return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED,
                                       "a group or flag other than i, m and s",
                                       "write (?: for a group without name");
        }
    }
}

/* The special groups that no automaton of ours decides. */
static sonda_status refuse_group(const sonda__regex_reader *reader)
{
    char c = sonda__regex_peek(reader, 0);
    char next = sonda__regex_peek(reader, 1);

    if (c == '=' || c == '!' || (c == '<' && (next == '=' || next == '!'))) {
        return sonda__regex_refuse(
            reader, SONDA_ERR_UNSUPPORTED, "look-around",
            "write what follows or stands before as plain text, or as an item of its own");
    }
    if (c == '>') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "an atomic group",
                                   "write a plain group");
    }
    if (c == '(') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a conditional group",
                                   "write both cases as alternatives");
    }
    if (c == 'P' && next == '=') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a back-reference",
                                   "write the repeated text out");
    }
    if (c == 'R' || c == '&' || (c == 'P' && next == '>') || (c >= '0' && c <= '9')) {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "recursion",
                                   "write the nesting out");
    }
    return SONDA_OK;
}

/* <name>, 'name' or P<name>: read and forgotten. */
static sonda_status read_name(sonda__regex_reader *reader)
{
    char end = sonda__regex_peek(reader, 0) == '\'' ? '\'' : '>';

    while (!sonda__regex_ended(reader) && sonda__regex_peek(reader, 1) != end) {
        reader->at++;
    }
    if (sonda__regex_ended(reader)) {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a group name without its end",
                                   "add it, or write (?: for a group without name");
    }
    reader->at += 2;
    return SONDA_OK;
}

/* What stands behind "(?". `is_group` is false for (?i) and comments. */
static sonda_status read_group_kind(sonda__regex_reader *reader, bool *is_group)
{
    sonda_status status = refuse_group(reader);
    char c = sonda__regex_peek(reader, 0);

    *is_group = true;
    if (status != SONDA_OK) {
        return status;
    }
    if (c == 'P' || c == '<' || c == '\'') {
        reader->at += c == 'P' ? 1 : 0;
        return c == 'P' && sonda__regex_peek(reader, 0) != '<'
                   ? sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "an unknown group",
                                         "write (?: for a group without name")
                   : read_name(reader);
    }
    if (c == '#') {
        while (!sonda__regex_ended(reader) && sonda__regex_peek(reader, 0) != ')') {
            reader->at++;
        }
    } else {
        status = read_flags(reader);
    }
    if (status == SONDA_OK && sonda__regex_peek(reader, 0) == ':') {
        reader->at++;
    } else {
        *is_group = false;
    }
    return status;
}

static sonda_status close_group(sonda__regex_reader *reader)
{
    if (sonda__regex_peek(reader, 0) != ')') {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a '(' without its ')'",
                                   "close it, or write \\( for the character");
    }
    reader->at++;
    return SONDA_OK;
}

/* A group, behind its '('. */
static sonda_status read_group(sonda__regex_reader *reader, sonda__regex_node **node)
{
    bool ignore_case = reader->ignore_case;
    bool multi_line = reader->multi_line;
    bool dot_all = reader->dot_all;
    bool is_group = true;
    sonda_status status = SONDA_OK;

    if (sonda__regex_peek(reader, 0) == '*') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a backtracking verb",
                                   "leave it out");
    }
    if (sonda__regex_peek(reader, 0) == '?') {
        reader->at++;
        status = read_group_kind(reader, &is_group);
    }
    if (status == SONDA_OK && !is_group) {
        *node = new_node(reader, SONDA__REGEX_EMPTY);
        return *node == NULL ? SONDA_ERR_NO_MEMORY : close_group(reader);
    }
    if (status == SONDA_OK && ++reader->depth > SONDA__REGEX_DEPTH_MAX) {
        status = sonda__regex_refuse(reader, SONDA_ERR_LIMIT, "too many groups within groups",
                                     "take the expression apart");
    }
    if (status == SONDA_OK) {
        status = read_choice(reader, node);
    }
    reader->depth--;
    reader->ignore_case = ignore_case;
    reader->multi_line = multi_line;
    reader->dot_all = dot_all;
    return status == SONDA_OK ? close_group(reader) : status;
}

static void assertion(sonda__lowered_code *code, sonda__assertion kind)
{
    code->op = SONDA__CODE_ASSERT;
    code->a = (uint32_t)kind;
}

/* One instruction: a character, a class, an assertion. */
static sonda_status read_simple(sonda__regex_reader *reader, sonda__lowered_code *code)
{
    uint32_t code_point;
    size_t left = reader->text.len - reader->at;

    reader->at += sonda__code_point_read(reader->text.data + reader->at, left, &code_point);
    switch (code_point) {
    case '.':
        code->op = reader->dot_all ? SONDA__CODE_ANY_NEWLINE : SONDA__CODE_ANY;
        return SONDA_OK;
    case '^':
        assertion(code,
                  reader->multi_line ? SONDA__ASSERT_LINE_START : SONDA__ASSERT_TEXT_START);
        return SONDA_OK;
    case '$':
        assertion(code,
                  reader->multi_line ? SONDA__ASSERT_LINE_END : SONDA__ASSERT_LAST_LINE_END);
        return SONDA_OK;
    case '[':
        return sonda__regex_read_class(reader, code);
    case '\\':
        return sonda__regex_read_escape(reader, code);
    default:
        sonda__regex_literal(reader, code_point, code);
        return SONDA_OK;
    }
}

static sonda_status read_atom(sonda__regex_reader *reader, sonda__regex_node **node)
{
    char c = sonda__regex_peek(reader, 0);

    if (c == '(') {
        reader->at++;
        return read_group(reader, node);
    }
    if (c == '*' || c == '+' || c == '?') {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "nothing to repeat",
                                   "put something before it, or a backslash for the character");
    }
    *node = new_node(reader, SONDA__REGEX_CODE);
    return *node == NULL ? SONDA_ERR_NO_MEMORY : read_simple(reader, &(*node)->code);
}

/* Digits of a quantifier; false without any. Stops growing past the limit. */
static bool read_count(const sonda__regex_reader *reader, size_t *ahead, uint32_t *count)
{
    size_t first = *ahead;

    *count = 0;
    for (char c; (c = sonda__regex_peek(reader, *ahead)) >= '0' && c <= '9'; (*ahead)++) {
        *count = *count > SONDA__REGEX_REPEAT_MAX ? *count : *count * 10 + (uint32_t)(c - '0');
    }
    return *ahead > first;
}

/* {n}, {n,}, {n,m}: reads it and returns true; anything else is literal text. */
static bool read_braces(sonda__regex_reader *reader, uint32_t *least, uint32_t *most)
{
    size_t ahead = 1;

    if (!read_count(reader, &ahead, least)) {
        return false;
    }
    *most = *least;
    if (sonda__regex_peek(reader, ahead) == ',') {
        ahead++;
        if (!read_count(reader, &ahead, most)) {
            *most = SONDA__REGEX_UNBOUNDED;
        }
    }
    if (sonda__regex_peek(reader, ahead) != '}') {
        return false;
    }
    reader->at += ahead + 1;
    return true;
}

/* The quantifier here, if there is one. */
static bool read_quantifier(sonda__regex_reader *reader, uint32_t *least, uint32_t *most)
{
    char c = sonda__regex_peek(reader, 0);

    if (c == '{') {
        return read_braces(reader, least, most);
    }
    if (c != '*' && c != '+' && c != '?') {
        return false;
    }
    *least = c == '+' ? 1 : 0;
    *most = c == '?' ? 1 : SONDA__REGEX_UNBOUNDED;
    reader->at++;
    return true;
}

static sonda_status check_quantifier(sonda__regex_reader *reader, uint32_t least, uint32_t most)
{
    if (least > SONDA__REGEX_REPEAT_MAX ||
        (most > SONDA__REGEX_REPEAT_MAX && most != SONDA__REGEX_UNBOUNDED)) {
        return sonda__regex_refuse(reader, SONDA_ERR_LIMIT, "a repetition beyond 65535",
                                   "write a smaller number, or + or *");
    }
    if (most < least) {
        return sonda__regex_refuse(reader, SONDA_ERR_MALFORMED, "a repetition out of order",
                                   "put the smaller number first");
    }
    if (sonda__regex_peek(reader, 0) == '+') {
        return sonda__regex_refuse(reader, SONDA_ERR_UNSUPPORTED, "a possessive quantifier",
                                   "leave the + behind it out");
    }
    reader->at += sonda__regex_peek(reader, 0) == '?' ? 1 : 0;
    return SONDA_OK;
}

/* An atom and its quantifiers. */
static sonda_status read_piece(sonda__regex_reader *reader, sonda__regex_node **node)
{
    sonda_status status = read_atom(reader, node);
    uint32_t least;
    uint32_t most;

    for (int i = 0; status == SONDA_OK && read_quantifier(reader, &least, &most); i++) {
        sonda__regex_node *repeat = new_node(reader, SONDA__REGEX_REPEAT);

        if (repeat == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
        if (i == QUANTIFIERS_MAX) {
            return sonda__regex_refuse(reader, SONDA_ERR_LIMIT, "too many quantifiers in a row",
                                       "write one");
        }
        repeat->least = least;
        repeat->most = most;
        repeat->child = *node;
        *node = repeat;
        status = check_quantifier(reader, least, most);
    }
    return status;
}

static sonda_status read_sequence(sonda__regex_reader *reader, sonda__regex_node **node)
{
    sonda__regex_node **tail;
    sonda_status status = SONDA_OK;

    *node = new_node(reader, SONDA__REGEX_SEQUENCE);
    if (*node == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    tail = &(*node)->child;
    while (status == SONDA_OK && !sonda__regex_ended(reader)) {
        char c = sonda__regex_peek(reader, 0);

        if (c == '|' || c == ')') {
            break;
        }
        status = read_piece(reader, tail);
        if (status == SONDA_OK) {
            tail = &(*tail)->next;
        }
    }
    return status;
}

static sonda_status read_choice(sonda__regex_reader *reader, sonda__regex_node **node)
{
    sonda__regex_node **tail;
    sonda_status status;

    *node = new_node(reader, SONDA__REGEX_CHOICE);
    if (*node == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    tail = &(*node)->child;
    status = read_sequence(reader, tail);
    while (status == SONDA_OK && sonda__regex_peek(reader, 0) == '|') {
        reader->at++;
        tail = &(*tail)->next;
        status = read_sequence(reader, tail);
    }
    return status;
}

sonda_status sonda__regex_parse(sonda__pool *pool,
                                sonda__span pattern,
                                const sonda__regex_options *options,
                                sonda__regex_tree *tree,
                                sonda_error *error)
{
    sonda__regex_reader reader = {
        pool, pattern, 0,    options->ignore_case, options->multi_line, options->dot_all,
        0,    tree,    error};
    sonda_status status = read_choice(&reader, &tree->root);

    if (status == SONDA_OK && !sonda__regex_ended(&reader)) {
        status = sonda__regex_refuse(&reader, SONDA_ERR_MALFORMED, "a ')' without its '('",
                                     "remove it, or write \\) for the character");
    }
    return status;
}
