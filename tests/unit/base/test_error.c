/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/error.h"

static void test_error_set__directives__are_filled_in(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    assert_int_equal(sonda__error_set(&error, SONDA_ERR_LIMIT, 77, "%s has %u of %v%%", "it",
                                      (uint64_t)UINT64_MAX, sonda__span_text("many")),
                     SONDA_ERR_LIMIT);

    assert_string_equal(error.message, "it has 18446744073709551615 of many%");
    assert_int_equal(error.status, SONDA_ERR_LIMIT);
    assert_int_equal(error.offset, 77);
}

static void test_error_set__control_bytes__cannot_break_the_line(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    (void)sonda__error_set(&error, SONDA_ERR_IO, 0, "rule %v",
                           sonda__span_of("a\n\x1b[2J\x7f", 7));

    assert_string_equal(error.message, "rule a??[2J?");
}

static void test_error_set__too_long__is_cut_and_terminated(void **state)
{
    char text[400];
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    memset(text, 'x', sizeof text);
    (void)sonda__error_set(&error, SONDA_ERR_IO, 0, "%v!", sonda__span_of(text, sizeof text));

    assert_int_equal(strlen(error.message), SONDA_ERROR_MESSAGE_MAX - 1);
}

static void test_error_set__null_or_foreign_struct__only_passes_the_status(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    error.struct_size = 8;
    assert_int_equal(sonda__error_set(NULL, SONDA_ERR_IO, 0, "x"), SONDA_ERR_IO);
    assert_int_equal(sonda__error_set(&error, SONDA_ERR_IO, 0, "x"), SONDA_ERR_IO);
    assert_string_equal(error.message, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_set__directives__are_filled_in),
        cmocka_unit_test(test_error_set__control_bytes__cannot_break_the_line),
        cmocka_unit_test(test_error_set__too_long__is_cut_and_terminated),
        cmocka_unit_test(test_error_set__null_or_foreign_struct__only_passes_the_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
