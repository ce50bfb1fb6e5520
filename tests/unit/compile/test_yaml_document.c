/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YAML to trees: shapes, lines, limits, and hostile documents.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "compile/yaml_document.h"
#include "core/base/allocate.h"
#include "core/base/limits.h"

typedef struct fixture {
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__yaml *yaml;
    const sonda__yaml_node *root;
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

static void open_bytes(fixture *f, const char *bytes, size_t len)
{
    assert_int_equal(sonda__yaml_open(&f->yaml, bytes, len, &f->allocator), SONDA_OK);
}

static sonda_status next(fixture *f)
{
    return sonda__yaml_next(f->yaml, &f->pool, &f->root, &f->error);
}

/* Opens a text and reads its first document. */
static sonda_status first(fixture *f, const char *text)
{
    open_bytes(f, text, strlen(text));
    return next(f);
}

static void assert_refused(fixture *f, sonda_status status, uint32_t line, const char *word)
{
    assert_int_not_equal(status, SONDA_OK);
    assert_int_equal(f->error.line, line);
    if (strstr(f->error.message, word) == NULL) {
        fail_msg("'%s' does not hold '%s'", f->error.message, word);
    }
}

static void test_yaml__map_and_list__keep_order_and_lines(void **state)
{
    fixture *f = *state;
    const sonda__yaml_node *list;

    assert_int_equal(first(f, "a: 1\nb:\n  - x\n  - 'y'\n"), SONDA_OK);

    assert_int_equal(f->root->kind, SONDA__YAML_MAP);
    assert_int_equal(f->root->line, 1);
    assert_int_equal(sonda__yaml_find(f->root, "a")->value, SONDA__VALUE_NUMBER);
    list = sonda__yaml_find(f->root, "b");
    assert_int_equal(list->kind, SONDA__YAML_LIST);
    assert_int_equal(list->count, 2);
    assert_int_equal(list->first->next->value->line, 4);
    assert_true(sonda__span_is(list->first->value->text, "x"));
    assert_null(sonda__yaml_find(f->root, "c"));
    assert_null(sonda__yaml_find(list, "x"));
}

static void test_yaml__quoted_scalars__are_strings(void **state)
{
    fixture *f = *state;

    assert_int_equal(first(f, "a: '4688'\nb: \"null\"\nc: |\n  true\nd: !!str 12\n"), SONDA_OK);

    for (const sonda__yaml_entry *each = f->root->first; each != NULL; each = each->next) {
        assert_int_equal(each->value->value, SONDA__VALUE_STRING);
    }
}

static void test_yaml__several_documents__come_one_by_one(void **state)
{
    fixture *f = *state;

    assert_int_equal(first(f, "a: 1\n---\nb: 2\n...\n---\n- c\n"), SONDA_OK);
    assert_non_null(sonda__yaml_find(f->root, "a"));
    assert_int_equal(next(f), SONDA_OK);
    assert_int_equal(f->root->line, 3);
    assert_int_equal(next(f), SONDA_OK);
    assert_int_equal(f->root->kind, SONDA__YAML_LIST);
    assert_int_equal(next(f), SONDA_ERR_END);
    assert_int_equal(next(f), SONDA_ERR_END);
}

static void test_yaml__duplicate_key__refused_by_name_and_next_document_read(void **state)
{
    fixture *f = *state;

    assert_refused(f, first(f, "title: t\nsel:\n  a: 1\n  b: 2\n  a: 3\n---\nb: 2\n"), 5,
                   "key 'a' stands twice");
    assert_true(sonda__span_is(sonda__yaml_find(f->root, "title")->text, "t"));
    assert_int_equal(next(f), SONDA_OK);
    assert_non_null(sonda__yaml_find(f->root, "b"));
}

static void test_yaml__same_key_in_two_maps__is_fine(void **state)
{
    assert_int_equal(first(*state, "- a: 1\n- a: 2\n"), SONDA_OK);
}

static void test_yaml__broken_syntax__ends_the_file_with_its_line(void **state)
{
    fixture *f = *state;

    assert_refused(f, first(f, "a: 1\nb: [\nc: }\n---\nd: 1\n"), 3, "not YAML");
    assert_int_equal(next(f), SONDA_ERR_END);
}

static void test_yaml__invalid_utf8__refused_with_its_line(void **state)
{
    static const char text[] = "a: 1\nb: 2\nc: \xff\xfe\n";
    fixture *f = *state;

    open_bytes(f, text, sizeof text - 1);
    assert_refused(f, next(f), 3, "UTF-8");
    assert_int_equal(next(f), SONDA_ERR_END);
}

static void test_yaml__nul_byte__refused_with_its_line(void **state)
{
    static const char text[] = "a: 1\nb: x\0y\n";
    fixture *f = *state;

    open_bytes(f, text, sizeof text - 1);
    assert_refused(f, next(f), 2, "UTF-8");
}

static void test_yaml__escaped_nul__refused_with_its_line(void **state)
{
    fixture *f = *state;

    assert_refused(f, first(f, "a: 1\nb: \"x\\0y\"\n"), 2, "NUL");
}

static void test_yaml__byte_order_mark__is_skipped(void **state)
{
    fixture *f = *state;

    assert_int_equal(first(f, "\xef\xbb\xbf"
                              "a: 1\n"),
                     SONDA_OK);
    assert_non_null(sonda__yaml_find(f->root, "a"));
}

static void test_yaml__utf16__refused(void **state)
{
    static const char text[] = "\xff\xfe"
                               "a\0:\0 \0b\0\n";
    fixture *f = *state;

    open_bytes(f, text, sizeof text);
    assert_refused(f, next(f), 1, "UTF-8");
}

static void test_yaml__deepest_nesting_and_one_more__taken_and_refused(void **state)
{
    fixture *f = *state;
    char text[2 * (SONDA__DEPTH_MAX + 1) + 2] = "";
    size_t at = 0;

    for (size_t depth = SONDA__DEPTH_MAX; depth <= SONDA__DEPTH_MAX + 1; depth++) {
        sonda_status status;
        at = 0;
        memset(text + at, '[', depth);
        at += depth;
        memset(text + at, ']', depth);
        at += depth;
        open_bytes(f, text, at);
        status = next(f);
        if (depth == SONDA__DEPTH_MAX) {
            assert_int_equal(status, SONDA_OK);
        } else {
            assert_refused(f, status, 1, "deeper than 64");
        }
        sonda__yaml_close(f->yaml);
        f->yaml = NULL;
    }
}

static void test_yaml__deep_nesting_behind_a_refusal__ends_the_file_too(void **state)
{
    fixture *f = *state;
    char text[200] = "a: 1\na: 2\nb: ";

    memset(text + strlen(text), '[', 100);
    assert_refused(f, first(f, text), 2, "key 'a' stands twice");
    assert_int_equal(next(f), SONDA_ERR_END);
}

static void test_yaml__alias__is_what_it_names(void **state)
{
    fixture *f = *state;

    assert_int_equal(first(f, "a: &x [1, 2]\nb: *x\n"), SONDA_OK);
    assert_ptr_equal(sonda__yaml_find(f->root, "a"), sonda__yaml_find(f->root, "b"));
}

static void test_yaml__alias_bomb__refused_before_anyone_walks_it(void **state)
{
    fixture *f = *state;
    char text[2048] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    size_t at = strlen(text);

    for (int i = 1; i < 12; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                               i - 1, i - 1);
    }

    assert_refused(f, first(f, text), 8, "aliases written out");
    assert_int_equal(next(f), SONDA_ERR_END);
}

static void test_yaml__alias_to_what_it_stands_in__refused(void **state)
{
    assert_refused(*state, first(*state, "a: &x\n  - *x\n"), 2, "what it stands in");
}

static void test_yaml__alias_to_nothing__refused(void **state)
{
    assert_refused(*state, first(*state, "a: *nowhere\n"), 1, "'*nowhere' names no anchor");
}

static void test_yaml__too_many_anchors__refused(void **state)
{
    fixture *f = *state;
    char text[SONDA__YAML_ANCHORS_MAX * 16 + 64];
    size_t at = 0;

    for (unsigned i = 0; i <= SONDA__YAML_ANCHORS_MAX; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "- &a%u x\n", i);
    }

    assert_refused(f, first(f, text), SONDA__YAML_ANCHORS_MAX + 1, "anchors");
}

static void test_yaml__too_many_keys__refused(void **state)
{
    fixture *f = *state;
    char text[(SONDA__YAML_KEYS_MAX + 1) * 16];
    size_t at = 0;

    for (unsigned i = 0; i <= SONDA__YAML_KEYS_MAX; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "k%u: x\n", i);
    }

    assert_refused(f, first(f, text), SONDA__YAML_KEYS_MAX + 1, "keys");
}

static void test_yaml__oddities_sigma_has_no_use_for__refused_by_name(void **state)
{
    static const struct {
        const char *text;
        uint32_t line;
        const char *word;
    } rows[] = {
        {"a: 1\n? [b]\n: 2\n", 2, "a key is a list"},
        {"a: 1\n? {b: c}\n: 2\n", 2, "a key is a list"},
        {"a: &x {b: 1}\nc:\n  <<: *x\n", 3, "'<<'"},
        {"a: !secret x\n", 1, "tag '!secret'"},
        {"a: !!binary aGk=\n", 1, "binary"},
        {"a: !!set {b, c}\n", 1, "set"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_refused(f, first(f, rows[i].text), rows[i].line, rows[i].word);
        sonda__yaml_close(f->yaml);
        f->yaml = NULL;
    }
}

static void test_yaml__nothing__is_the_end(void **state)
{
    fixture *f = *state;

    assert_int_equal(first(f, ""), SONDA_ERR_END);
    sonda__yaml_close(f->yaml);
    f->yaml = NULL;
    assert_int_equal(first(f, "# only a comment\n"), SONDA_ERR_END);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_yaml__map_and_list__keep_order_and_lines),
        TEST(test_yaml__quoted_scalars__are_strings),
        TEST(test_yaml__several_documents__come_one_by_one),
        TEST(test_yaml__duplicate_key__refused_by_name_and_next_document_read),
        TEST(test_yaml__same_key_in_two_maps__is_fine),
        TEST(test_yaml__broken_syntax__ends_the_file_with_its_line),
        TEST(test_yaml__invalid_utf8__refused_with_its_line),
        TEST(test_yaml__nul_byte__refused_with_its_line),
        TEST(test_yaml__escaped_nul__refused_with_its_line),
        TEST(test_yaml__byte_order_mark__is_skipped),
        TEST(test_yaml__utf16__refused),
        TEST(test_yaml__deepest_nesting_and_one_more__taken_and_refused),
        TEST(test_yaml__deep_nesting_behind_a_refusal__ends_the_file_too),
        TEST(test_yaml__alias__is_what_it_names),
        TEST(test_yaml__alias_bomb__refused_before_anyone_walks_it),
        TEST(test_yaml__alias_to_what_it_stands_in__refused),
        TEST(test_yaml__alias_to_nothing__refused),
        TEST(test_yaml__too_many_anchors__refused),
        TEST(test_yaml__too_many_keys__refused),
        TEST(test_yaml__oddities_sigma_has_no_use_for__refused_by_name),
        TEST(test_yaml__nothing__is_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
