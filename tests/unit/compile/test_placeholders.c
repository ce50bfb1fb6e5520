/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compile/placeholders.h"
#include "core/base/allocate.h"
#include "core/base/limits.h"

typedef struct fixture {
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__placeholders table;
    sonda_error error;
} fixture;

static int open_fixture(void **state)
{
    fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    assert_int_equal(sonda_allocator_read(NULL, &f->allocator), SONDA_OK);
    sonda__pool_init(&f->pool, &f->allocator);
    f->error.struct_size = sizeof f->error;
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *f = *state;

    sonda__pool_reset(&f->pool);
    free(f);
    return 0;
}

static sonda_status read_table(fixture *f, const char *text)
{
    return sonda__placeholders_read(&f->pool, text, strlen(text), &f->allocator, &f->table,
                                    &f->error);
}

/* What one value becomes, joined by commas. */
static sonda_status expand(fixture *f, const char *text, char *joined, size_t size)
{
    sonda__rule_value one = {SONDA__VALUE_STRING, 7, sonda__span_text(text)};
    sonda__rule_value *values = &one;
    size_t count = 1;
    sonda_status status =
        sonda__placeholders_expand(&f->table, &f->pool, &values, &count, &f->error);
    size_t used = 0;

    joined[0] = '\0';
    for (size_t i = 0; status == SONDA_OK && i < count; i++) {
        assert_true(used + values[i].text.len + 2 < size);
        assert_int_equal(values[i].line, 7);
        if (i != 0) {
            joined[used++] = ',';
        }
        memcpy(joined + used, values[i].text.data, values[i].text.len);
        used += values[i].text.len;
        joined[used] = '\0';
    }
    return status;
}

static void test_expand__values__are_written_out_in_order(void **state)
{
    static const struct {
        const char *value;
        const char *expected;
    } rows[] = {
        {"%dc%", "a,b*,4"},
        {"\\\\%dc%\\x", "\\\\a\\x,\\\\b*\\x,\\\\4\\x"},
        {"%dc%%one%", "au,b*u,4u"},
        {"%dc%-%dc%", "a-a,a-b*,a-4,b*-a,b*-b*,b*-4,4-a,4-b*,4-4"},
        {"100%", "100%"},
        {"%%", "%%"},
        {"%", "%"},
        {"", ""},
        {"no %such thing%", "no %such thing%"},
        {"5%%one%", "5%u"},
        {"%one%one%", "uone%"},
    };
    fixture *f = *state;
    char joined[256];

    assert_int_equal(read_table(f, "dc: [a, 'b*', 4]\none: u\n"), SONDA_OK);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(expand(f, rows[i].value, joined, sizeof joined), SONDA_OK);
        assert_string_equal(joined, rows[i].expected);
    }
}

static void test_expand__unknown_or_too_many__is_refused_with_the_line(void **state)
{
    static const struct {
        const char *value;
        const char *reason;
    } rows[] = {
        {"x%two%", "placeholder 'two' is not in the table"},
        {"%o%%o%%o%%o%%o%%o%%o%%o%%o%", "more than 8 placeholders"},
        {"%l%%l%%l%%l%%l%%l%", "more than 65536 values"},
    };
    fixture *f = *state;
    char joined[256];

    assert_int_equal(read_table(f, "o: x\nl: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"), SONDA_OK);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->error.line = 0;
        assert_int_equal(expand(f, rows[i].value, joined, sizeof joined), SONDA_ERR_MALFORMED);
        assert_int_equal(f->error.line, 7);
        assert_non_null(strstr(f->error.message, rows[i].reason));
    }
}

static void test_expand__too_much_text__is_refused(void **state)
{
    fixture *f = *state;
    size_t len = SONDA__EXPANDED_BYTES_MAX / 8;
    char *table = malloc(len + 64);
    char joined[8];

    assert_non_null(table);
    memcpy(table, "l: [0, 1, 2, 3]\nx: ", 19);
    memset(table + 19, 'x', len);
    memcpy(table + 19 + len, "\n", 2);
    assert_int_equal(read_table(f, table), SONDA_OK);

    assert_int_equal(expand(f, "%l%%l%%x%", joined, sizeof joined), SONDA_ERR_MALFORMED);

    assert_non_null(strstr(f->error.message, "more than 8 MiB"));
    free(table);
}

static void test_read__written_wrongly__is_refused_with_the_line(void **state)
{
    static const struct {
        const char *text;
        uint32_t line;
        const char *reason;
    } rows[] = {
        {"", 1, "an empty placeholder table"},
        {"- a\n", 1, "is a mapping"},
        {"a: [x]\nb: []\n", 2, "'b' has no values"},
        {"a:\n  - x\n  - {b: c}\n", 3, "is text or a number"},
        {"a: null\n", 1, "is text or a number"},
        {"'%a%': [x]\n", 1, "'%a%' is no name"},
        {"a b: [x]\n", 1, "'a b' is no name"},
        {"a: x\na: y\n", 2, ""},
        {"a: [x\n", 0, ""},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->error.line = 0;
        assert_int_not_equal(read_table(f, rows[i].text), SONDA_OK);
        if (rows[i].line != 0) {
            assert_int_equal(f->error.line, rows[i].line);
        }
        assert_non_null(strstr(f->error.message, rows[i].reason));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_expand__values__are_written_out_in_order,
                                        open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(
            test_expand__unknown_or_too_many__is_refused_with_the_line, open_fixture,
            close_fixture),
        cmocka_unit_test_setup_teardown(test_expand__too_much_text__is_refused, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(test_read__written_wrongly__is_refused_with_the_line,
                                        open_fixture, close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
