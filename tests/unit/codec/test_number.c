/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/number.h"

static void assert_text(const char *out, size_t len, const char *wanted)
{
    assert_int_equal(len, strlen(wanted));
    assert_memory_equal(out, wanted, len);
}

static void test_format__extremes__are_right(void **state)
{
    char out[SONDA__DECIMAL_MAX];

    (void)state;
    assert_text(out, sonda__format_decimal(0, out), "0");
    assert_text(out, sonda__format_decimal(UINT64_MAX, out), "18446744073709551615");
    assert_text(out, sonda__format_signed(INT64_MIN, out), "-9223372036854775808");
    assert_text(out, sonda__format_signed(INT64_MAX, out), "9223372036854775807");
    assert_text(out, sonda__format_hex(0, out), "0x0");
    assert_text(out, sonda__format_hex(UINT64_MAX, out), "0xffffffffffffffff");
}

static void test_parse_number__rows__give_value_or_status(void **state)
{
    static const struct {
        const char *text;
        sonda_status status;
        uint64_t value;
    } cases[] = {
        {"0", SONDA_OK, 0},
        {"007", SONDA_OK, 7},
        {"18446744073709551615", SONDA_OK, UINT64_MAX},
        {"18446744073709551616", SONDA_ERR_LIMIT, 0},
        {"0x1FfF", SONDA_OK, 0x1fff},
        {"0Xff", SONDA_OK, 0xff},
        {"0xffffffffffffffff", SONDA_OK, UINT64_MAX},
        {"0x10000000000000000", SONDA_ERR_LIMIT, 0},
        {"0x", SONDA_ERR_MALFORMED, 0},
        {"", SONDA_ERR_MALFORMED, 0},
        {"-1", SONDA_ERR_MALFORMED, 0},
        {" 1", SONDA_ERR_MALFORMED, 0},
        {"1a", SONDA_ERR_MALFORMED, 0},
        {"1.0", SONDA_ERR_MALFORMED, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t value = 0;

        if (sonda__parse_number(sonda__span_text(cases[i].text), &value) != cases[i].status ||
            value != cases[i].value) {
            fail_msg("\"%s\"", cases[i].text);
        }
    }
}

static void test_parse_signed__extremes__do_not_overflow(void **state)
{
    int64_t value = 5;

    (void)state;
    assert_int_equal(sonda__parse_signed(sonda__span_text("-9223372036854775808"), &value),
                     SONDA_OK);
    assert_true(value == INT64_MIN);
    assert_int_equal(sonda__parse_signed(sonda__span_text("-9223372036854775809"), &value),
                     SONDA_ERR_LIMIT);
    assert_int_equal(sonda__parse_signed(sonda__span_text("9223372036854775808"), &value),
                     SONDA_ERR_LIMIT);
    assert_int_equal(sonda__parse_signed(sonda__span_text("-0"), &value), SONDA_OK);
    assert_true(value == 0);
    assert_int_equal(sonda__parse_signed(sonda__span_text("-"), &value), SONDA_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format__extremes__are_right),
        cmocka_unit_test(test_parse_number__rows__give_value_or_status),
        cmocka_unit_test(test_parse_signed__extremes__do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
