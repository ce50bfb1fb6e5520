/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions: binding, patterns, and every way to get one wrong.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "compile/condition.h"
#include "core/base/allocate.h"
#include "core/base/limits.h"

static const char *const names[] = {"a", "b", "c", "sel_x", "sel_y", "_h1", "_h2", "filter-1"};
#define NAME_COUNT (sizeof names / sizeof names[0])

typedef struct fixture {
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__rule_selection selections[NAME_COUNT];
    const sonda__rule_node *root;
    sonda_error error;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    sonda_error error = SONDA_ERROR_INIT;

    sonda_allocator_read(NULL, &f->allocator);
    sonda__pool_init(&f->pool, &f->allocator);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        f->selections[i].name = sonda__span_text(names[i]);
    }
    f->error = error;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    sonda__pool_reset(&f->pool);
    free(f);
    return 0;
}

static sonda_status parse(fixture *f, const char *text)
{
    const sonda__condition_text one = {sonda__span_text(text), 7};

    return sonda__condition_parse(&f->pool, &one, 1, f->selections, NAME_COUNT, &f->root,
                                  &f->error);
}

/* The tree as text: (or a (not b)). */
static void render(const sonda__rule_node *node, char *out, size_t size)
{
    static const char *const words[] = {"", "not", "and", "or"};
    size_t at;

    if (node->kind == SONDA__NODE_SELECTION) {
        snprintf(out, size, "%s", names[node->selection]);
        return;
    }
    at = (size_t)snprintf(out, size, "(%s", words[node->kind]);
    for (size_t i = 0; i < node->child_count; i++) {
        at += (size_t)snprintf(out + at, size - at, " ");
        render(node->children[i], out + at, size - at);
        at += strlen(out + at);
    }
    snprintf(out + at, size - at, ")");
}

typedef struct row {
    const char *condition;
    const char *expected;
} row;

static void check_trees(fixture *f, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[512];

        if (parse(f, rows[i].condition) != SONDA_OK) {
            fail_msg("'%s': %s", rows[i].condition, f->error.message);
        }
        render(f->root, text, sizeof text);
        assert_string_equal(text, rows[i].expected);
    }
}

static void test_condition__operators__bind_or_below_and_below_not(void **state)
{
    static const row rows[] = {
        {"a", "a"},
        {"(a)", "a"},
        {"a or b and c", "(or a (and b c))"},
        {"a and b or c", "(or (and a b) c)"},
        {"not a and b", "(and (not a) b)"},
        {"not a or b", "(or (not a) b)"},
        {"not (a or b)", "(not (or a b))"},
        {"not not a", "(not (not a))"},
        {"a and not b", "(and a (not b))"},
        {"a or b or c", "(or a b c)"},
        {"(a or b) and c", "(and (or a b) c)"},
        {"a AND Not b OR c", "(or (and a (not b)) c)"},
        {"  a\n\tand\r\n(b)  ", "(and a b)"},
        {"a and(b)", "(and a b)"},
        {"filter-1", "filter-1"},
    };

    check_trees(*state, rows, sizeof rows / sizeof rows[0]);
}

static void test_condition__quantifiers__become_or_and_and(void **state)
{
    static const row rows[] = {
        {"1 of sel_*", "(or sel_x sel_y)"},
        {"any of sel_*", "(or sel_x sel_y)"},
        {"all of sel_*", "(and sel_x sel_y)"},
        {"All Of sel_*", "(and sel_x sel_y)"},
        {"1 of sel_x", "sel_x"},
        {"1 of *_x", "sel_x"},
        {"1 of s*l*y", "sel_y"},
        {"not 1 of sel_*", "(not (or sel_x sel_y))"},
        {"a and 1 of sel_* or b", "(or (and a (or sel_x sel_y)) b)"},
        {"all of them", "(and a b c sel_x sel_y filter-1)"},
        {"1 of THEM", "(or a b c sel_x sel_y filter-1)"},
    };

    check_trees(*state, rows, sizeof rows / sizeof rows[0]);
}

static void test_condition__names_with_underscore__only_where_the_pattern_has_it(void **state)
{
    static const row rows[] = {
        {"1 of *1", "filter-1"},
        {"1 of _*", "(or _h1 _h2)"},
        {"1 of _h1", "_h1"},
        {"_h1 and a", "(and _h1 a)"},
    };

    check_trees(*state, rows, sizeof rows / sizeof rows[0]);
}

static void test_condition__list__is_ored(void **state)
{
    fixture *f = *state;
    const sonda__condition_text texts[] = {{sonda__span_text("a and b"), 1},
                                           {sonda__span_text("c"), 2}};
    char text[64];

    assert_int_equal(sonda__condition_parse(&f->pool, texts, 2, f->selections, NAME_COUNT,
                                            &f->root, &f->error),
                     SONDA_OK);
    render(f->root, text, sizeof text);
    assert_string_equal(text, "(or (and a b) c)");
}

static void test_condition__wrong__is_refused_with_line_and_reason(void **state)
{
    static const row rows[] = {
        {"", "lacks a selection before 'its end'"},
        {"   ", "lacks a selection before 'its end'"},
        {"a and", "lacks a selection before 'its end'"},
        {"and a", "lacks a selection before 'and'"},
        {"a or or b", "lacks a selection before 'or'"},
        {"not", "lacks a selection before 'its end'"},
        {"()", "lacks a selection before ')'"},
        {"(a", "not closed"},
        {"a)", "')' is not expected"},
        {"a b", "'b' is not expected"},
        {"a not b", "'not' is not expected"},
        {"nosuch", "selection 'nosuch', which does not exist"},
        {"A", "selection 'A', which does not exist"},
        {"sel_*", "pattern 'sel_*' alone"},
        {"1 of nosuch*", "'of nosuch*' selects nothing"},
        {"all of __*", "selects nothing"},
        {"1 of", "'of' without selections"},
        {"1 of (sel_*)", "'of' without selections"},
        {"2 of sel_*", "'2 of' is not Sigma"},
        {"a of sel_*", "'a of'"},
        {"a | count() > 5", "'| count' is aggregation of Sigma 1"},
        {"a | near b", "'| near' is aggregation of Sigma 1"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_not_equal(parse(f, rows[i].condition), SONDA_OK);
        assert_int_equal(f->error.line, 7);
        if (strstr(f->error.message, rows[i].expected) == NULL) {
            fail_msg("'%s': %s", rows[i].condition, f->error.message);
        }
    }
}

static void test_condition__deep_nesting__is_refused_not_overflowed(void **state)
{
    fixture *f = *state;
    char text[20001];

    memset(text, '(', 20000);
    text[20000] = '\0';
    assert_int_equal(parse(f, text), SONDA_ERR_LIMIT);
    for (size_t i = 0; i < 20000; i += 4) {
        memcpy(text + i, "not ", 4);
    }
    assert_int_equal(parse(f, text), SONDA_ERR_LIMIT);
}

static void test_condition__too_many_parts__is_refused(void **state)
{
    fixture *f = *state;
    size_t count = SONDA__CONDITION_NODES_MAX + 1;
    char *text = calloc(count, 5);

    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * 5, i + 1 < count ? "a or " : "a", i + 1 < count ? 5 : 2);
    }
    assert_int_equal(parse(f, text), SONDA_ERR_LIMIT);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_condition__operators__bind_or_below_and_below_not),
        TEST(test_condition__quantifiers__become_or_and_and),
        TEST(test_condition__names_with_underscore__only_where_the_pattern_has_it),
        TEST(test_condition__list__is_ored),
        TEST(test_condition__wrong__is_refused_with_line_and_reason),
        TEST(test_condition__deep_nesting__is_refused_not_overflowed),
        TEST(test_condition__too_many_parts__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
