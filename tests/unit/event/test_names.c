/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/event/names.h"

static const sonda__span native[] = {
    {"CustomOne", 9},
    {"x", 1},
    {"a.b.c", 5},
};

static void test_names__table_and_native__resolve_both_ways(void **state)
{
    sonda__names *names = NULL;

    (void)state;
    assert_int_equal(sonda__names_open(&names, native, 3, NULL), SONDA_OK);

    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(sonda__names_find(names, native[i]), SONDA_FIELD_NATIVE + i);
        assert_true(
            sonda__span_equal(sonda__names_spelling(names, SONDA_FIELD_NATIVE + i), native[i]));
    }
    assert_int_equal(sonda__names_find(names, sonda__span_text("Image")), SONDA_FIELD_IMAGE);
    assert_int_equal(sonda__names_find(names, sonda__span_text("customone")),
                     SONDA_FIELD_UNKNOWN);
    assert_int_equal(sonda__names_spelling(names, SONDA_FIELD_NATIVE + 3).len, 0);
    assert_int_equal(sonda__names_spelling(names, SONDA_FIELD_UNKNOWN).len, 0);
    sonda__names_close(names);
}

static void test_names_open__table_name_or_twice__is_refused(void **state)
{
    const sonda__span of_table[] = {{"Image", 5}};
    const sonda__span twice[] = {{"x", 1}, {"x", 1}};
    sonda__names *names = NULL;

    (void)state;
    assert_int_equal(sonda__names_open(&names, of_table, 1, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda__names_open(&names, twice, 2, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_null(names);
}

static void test_names_open__more_than_the_limit__is_refused(void **state)
{
    sonda__names *names = NULL;

    (void)state;
    assert_int_equal(sonda__names_open(&names, native, SONDA__NAMES_NATIVE_MAX + 1, NULL),
                     SONDA_ERR_LIMIT);
}

static void test_names__thousands_of_names__are_all_found(void **state)
{
    enum { COUNT = 5000 };
    static char texts[COUNT][8];
    static sonda__span many[COUNT];
    sonda__names *names = NULL;

    (void)state;
    for (unsigned i = 0; i < COUNT; i++) {
        for (unsigned d = 0, rest = i; d < 4; d++, rest /= 10) {
            texts[i][d] = (char)('0' + rest % 10);
        }
        many[i] = sonda__span_of(texts[i], 4);
    }
    assert_int_equal(sonda__names_open(&names, many, COUNT, NULL), SONDA_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(sonda__names_find(names, many[i]), SONDA_FIELD_NATIVE + i);
    }
    assert_int_equal(sonda__names_find(names, sonda__span_text("none")), SONDA_FIELD_UNKNOWN);
    sonda__names_close(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names__table_and_native__resolve_both_ways),
        cmocka_unit_test(test_names_open__table_name_or_twice__is_refused),
        cmocka_unit_test(test_names_open__more_than_the_limit__is_refused),
        cmocka_unit_test(test_names__thousands_of_names__are_all_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
