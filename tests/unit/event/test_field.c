/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/event/field_rows.h"
#include "sonda/field.h"

static void test_field_by_name__every_row__comes_back(void **state)
{
    (void)state;
    for (sonda_field_id id = 1; id < SONDA_FIELD_COUNT; id++) {
        const char *name = sonda_field_name(id);

        assert_non_null(name);
        assert_int_equal(strlen(name), sonda__field_rows[id].name_len);
        assert_int_equal(sonda_field_by_name(name, strlen(name)), id);
    }
}

static void test_field_by_name__other_case_prefix_or_nothing__is_unknown(void **state)
{
    (void)state;
    assert_int_equal(sonda_field_by_name("commandline", 11), SONDA_FIELD_UNKNOWN);
    assert_int_equal(sonda_field_by_name("CommandLine", 10), SONDA_FIELD_UNKNOWN);
    assert_int_equal(sonda_field_by_name("CommandLine\0", 12), SONDA_FIELD_UNKNOWN);
    assert_int_equal(sonda_field_by_name("", 0), SONDA_FIELD_UNKNOWN);
    assert_int_equal(sonda_field_by_name(NULL, 0), SONDA_FIELD_UNKNOWN);
}

static void test_field_name__not_a_row__is_null(void **state)
{
    (void)state;
    assert_null(sonda_field_name(SONDA_FIELD_NONE));
    assert_null(sonda_field_name(SONDA_FIELD_COUNT));
    assert_null(sonda_field_name(SONDA_FIELD_NATIVE));
    assert_null(sonda_field_name(SONDA_FIELD_UNKNOWN));
}

static void test_field_table__ids_of_the_first_release__are_pinned(void **state)
{
    (void)state;
    assert_int_equal(SONDA_FIELD_IMAGE, 1);
    assert_int_equal(SONDA_FIELD_COMMAND_LINE, 2);
    assert_int_equal(sonda_field_by_name("ProcessId", 9), SONDA_FIELD_PROCESS_ID);
    assert_int_equal(sonda_field_by_name("ProcessID", 9), SONDA_FIELD_PROCESS_ID_UPPER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_by_name__every_row__comes_back),
        cmocka_unit_test(test_field_by_name__other_case_prefix_or_nothing__is_unknown),
        cmocka_unit_test(test_field_name__not_a_row__is_null),
        cmocka_unit_test(test_field_table__ids_of_the_first_release__are_pinned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
