/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Selections: their four shapes, names, values and lines.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "compile/detection.h"
#include "core/base/allocate.h"

typedef struct fixture {
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__yaml *yaml;
    sonda__detection detection;
    sonda_error error;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    sonda_error error = SONDA_ERROR_INIT;

    sonda_allocator_read(NULL, &f->allocator);
    sonda__pool_init(&f->pool, &f->allocator);
    f->error = error;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;

    sonda__yaml_close(f->yaml);
    sonda__pool_reset(&f->pool);
    free(f);
    return 0;
}

/* Parses the text of a detection. */
static sonda_status parse(fixture *f, const char *text)
{
    static const char *const others[] = {"rules", NULL};
    const sonda__yaml_node *root;

    sonda__yaml_close(f->yaml);
    f->yaml = NULL;
    assert_int_equal(sonda__yaml_open(&f->yaml, text, strlen(text), &f->allocator), SONDA_OK);
    assert_int_equal(sonda__yaml_next(f->yaml, &f->pool, &root, &f->error), SONDA_OK);
    return sonda__detection_parse(&f->pool, root, others, NULL, &f->detection, &f->error);
}

static const sonda__rule_item *item(const fixture *f, size_t map, size_t index)
{
    return &f->detection.selections[0].maps[map].items[index];
}

static void test_detection__map__items_anded_with_their_modifiers(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "sel:\n"
                              "  Image|endswith: '\\a.exe'\n"
                              "  CommandLine|contains|all:\n"
                              "    - x\n"
                              "    - 5\n"
                              "condition: sel\n"),
                     SONDA_OK);

    assert_int_equal(f->detection.selection_count, 1);
    assert_int_equal(f->detection.selections[0].map_count, 1);
    assert_int_equal(f->detection.selections[0].maps[0].item_count, 2);
    assert_true(sonda__span_is(item(f, 0, 0)->field, "Image"));
    assert_int_equal(item(f, 0, 0)->modifiers[0], SONDA__MOD_ENDSWITH);
    assert_true(sonda__span_is(item(f, 0, 0)->values[0].text, "\\a.exe"));
    assert_int_equal(item(f, 0, 1)->modifier_count, 2);
    assert_int_equal(item(f, 0, 1)->value_count, 2);
    assert_int_equal(item(f, 0, 1)->values[1].kind, SONDA__VALUE_NUMBER);
    assert_int_equal(item(f, 0, 1)->values[1].line, 5);
}

static void test_detection__list_of_maps__ored(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "sel:\n  - A: 1\n    B: 2\n  - C: 3\ncondition: sel\n"),
                     SONDA_OK);

    assert_int_equal(f->detection.selections[0].map_count, 2);
    assert_int_equal(f->detection.selections[0].maps[0].item_count, 2);
    assert_true(sonda__span_is(item(f, 1, 0)->field, "C"));
}

static void test_detection__keywords__one_item_without_a_field(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "words:\n  - one\n  - 2\ncondition: words\n"), SONDA_OK);
    assert_int_equal(f->detection.selections[0].map_count, 1);
    assert_int_equal(item(f, 0, 0)->field.len, 0);
    assert_int_equal(item(f, 0, 0)->value_count, 2);

    assert_int_equal(parse(f, "words: one\ncondition: words\n"), SONDA_OK);
    assert_int_equal(item(f, 0, 0)->value_count, 1);

    assert_int_equal(parse(f, "words:\n  '|all':\n    - one\n    - two\ncondition: words\n"),
                     SONDA_OK);
    assert_int_equal(item(f, 0, 0)->field.len, 0);
    assert_int_equal(item(f, 0, 0)->modifiers[0], SONDA__MOD_ALL);
}

static void test_detection__maps_and_keywords_mixed__each_an_alternative(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "sel:\n  - one\n  - A: 1\ncondition: sel\n"), SONDA_OK);

    assert_int_equal(f->detection.selections[0].map_count, 2);
    assert_int_equal(item(f, 0, 0)->field.len, 0);
    assert_true(sonda__span_is(item(f, 1, 0)->field, "A"));
}

static void test_detection__spaces_in_field_names__are_removed(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "sel:\n  Threat Name |contains: x\n"
                              "  A|fieldref: Some Field\ncondition: sel\n"),
                     SONDA_OK);
    assert_true(sonda__span_is(item(f, 0, 0)->field, "ThreatName"));
    assert_true(sonda__span_is(item(f, 0, 1)->values[0].text, "SomeField"));
}

static void test_detection__value_kinds__as_the_schema_says(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "sel:\n  A: null\n  B: ''\n  C: true\n  D: 0x10\n  E: '0x10'\n"
                              "condition: sel\n"),
                     SONDA_OK);
    assert_int_equal(item(f, 0, 0)->values[0].kind, SONDA__VALUE_NONE);
    assert_int_equal(item(f, 0, 1)->values[0].kind, SONDA__VALUE_STRING);
    assert_int_equal(item(f, 0, 2)->values[0].kind, SONDA__VALUE_BOOLEAN);
    assert_true(sonda__span_is(item(f, 0, 3)->values[0].text, "16"));
    assert_true(sonda__span_is(item(f, 0, 4)->values[0].text, "0x10"));
}

static void test_detection__list_of_conditions__ored(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "a: {X: 1}\nb: {X: 2}\ncondition:\n  - a\n  - b\n"), SONDA_OK);
    assert_int_equal(f->detection.condition->kind, SONDA__NODE_OR);
    assert_int_equal(f->detection.condition->child_count, 2);
}

static void test_detection__wrong__refused_with_line_and_reason(void **state)
{
    static const struct {
        const char *text;
        uint32_t line;
        const char *reason;
    } rows[] = {
        {"- a\n- b\n", 1, "detection is a mapping"},
        {"sel: {A: 1}\n", 1, "no condition"},
        {"sel: {A: 1}\ncondition:\n", 2, "a condition is text"},
        {"sel: {A: 1}\ncondition: []\n", 2, "empty list of conditions"},
        {"sel: {A: 1}\ncondition: {a: b}\n", 2, "a condition is text"},
        {"sel: {A: 1}\ncondition:\n  - sel\n  - nosuch\n", 4, "'nosuch'"},
        {"sel: {}\ncondition: sel\n", 1, "empty mapping"},
        {"sel: []\ncondition: sel\n", 1, "empty list of values"},
        {"sel:\ncondition: sel\n", 1, "an empty keyword"},
        {"sel: ['']\ncondition: sel\n", 1, "an empty keyword"},
        {"sel:\n  A: []\ncondition: sel\n", 2, "empty list of values"},
        {"sel:\n  A:\n    - x\n    - null\ncondition: sel\n", 4, "null inside a list"},
        {"sel:\n  A:\n    - [x]\ncondition: sel\n", 3, "a value is a list"},
        {"sel:\n  A: {B: x}\ncondition: sel\n", 2, "a value is a list or a mapping"},
        {"sel:\n  - - x\ncondition: sel\n", 2, "a value is a list"},
        {"sel:\n  - A: 1\n  - - x\ncondition: sel\n", 3, "a list inside a list"},
        {"sel:\n  '': x\ncondition: sel\n", 2, "without a field name"},
        {"sel:\n  A|nosuch: x\ncondition: sel\n", 2, "modifier 'nosuch'"},
        {"sel:\n  A|: x\ncondition: sel\n", 2, "modifier ''"},
        {"sel:\n  A|lt: x\ncondition: sel\n", 2, "modifier 'lt'"},
        {"sel:\n  A|contains|all|cased|neq|windash|re|i|m|s: x\ncondition: sel\n", 2,
         "more modifiers"},
        {"sel: {A: 1}\ntimeframe: 5m\ncondition: sel\n", 2, "'timeframe' is Sigma 1"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (parse(f, rows[i].text) == SONDA_OK) {
            fail_msg("taken: %s", rows[i].text);
        }
        if (f->error.line != rows[i].line || strstr(f->error.message, rows[i].reason) == NULL) {
            fail_msg("%s%u: %s", rows[i].text, f->error.line, f->error.message);
        }
    }
}

static void test_detection__longest_names_and_one_more__taken_and_refused(void **state)
{
    fixture *f = *state;
    char text[700];

    for (int len = 255; len <= 256; len++) {
        char name[257];
        memset(name, 'n', (size_t)len);
        name[len] = '\0';
        snprintf(text, sizeof text, "sel: {%s: 1}\ncondition: sel\n", name);
        assert_int_equal(parse(f, text) == SONDA_OK, len == 255);
        snprintf(text, sizeof text, "%s: {A: 1}\ncondition: %s\n", name, name);
        assert_int_equal(parse(f, text) == SONDA_OK, len == 255);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_detection__map__items_anded_with_their_modifiers),
        TEST(test_detection__list_of_maps__ored),
        TEST(test_detection__keywords__one_item_without_a_field),
        TEST(test_detection__maps_and_keywords_mixed__each_an_alternative),
        TEST(test_detection__spaces_in_field_names__are_removed),
        TEST(test_detection__value_kinds__as_the_schema_says),
        TEST(test_detection__list_of_conditions__ored),
        TEST(test_detection__wrong__refused_with_line_and_reason),
        TEST(test_detection__longest_names_and_one_more__taken_and_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
