/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/host/machine.h"

static void test_machine_name__enough_room__is_a_name(void **state)
{
    char name[SONDA_MACHINE_NAME_MAX];
    size_t len = 0;

    (void)state;
    assert_int_equal(sonda_machine_name(name, sizeof name, &len), SONDA_OK);
    assert_true(len > 0);
    assert_int_equal(strlen(name), len);
}

static void test_machine_name__too_small_or_null__is_refused(void **state)
{
    char name[2] = "x";
    size_t len = 7;

    (void)state;
    assert_int_equal(sonda_machine_name(name, 1, &len), SONDA_ERR_FULL);
    assert_int_equal(sonda_machine_name(NULL, 1, &len), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_machine_name(name, 1, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_string_equal(name, "x");
    assert_int_equal(len, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine_name__enough_room__is_a_name),
        cmocka_unit_test(test_machine_name__too_small_or_null__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
