/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/status.h"

static void test_status__every_code__has_name_and_text(void **state)
{
    (void)state;
    for (sonda_status status = SONDA_OK; status >= SONDA_ERR_END; status--) {
        assert_true(strncmp(sonda_status_name(status), "SONDA_", 6) == 0);
        assert_string_not_equal(sonda_status_name(status), "SONDA_ERR_?");
        assert_string_not_equal(sonda_status_text(status), "unknown status");
    }
}

static void test_status__no_code__is_said_so(void **state)
{
    (void)state;
    assert_string_equal(sonda_status_name(1), "SONDA_ERR_?");
    assert_string_equal(sonda_status_name(INT32_MIN), "SONDA_ERR_?");
    assert_string_equal(sonda_status_text(SONDA_ERR_END - 1), "unknown status");
}

static void test_version__library_and_headers__agree(void **state)
{
    (void)state;
    assert_string_equal(sonda_version(), SONDA_VERSION_STRING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status__every_code__has_name_and_text),
        cmocka_unit_test(test_status__no_code__is_said_so),
        cmocka_unit_test(test_version__library_and_headers__agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
