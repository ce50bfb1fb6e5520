/* SPDX-License-Identifier: Apache-2.0 */

/* Numbers as text, in order. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/codec/decimal.h"

static void test_decimal_compare__pairs__are_in_order(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        int order;
    } rows[] = {
        {"1", "1", 0},          {"1", "2", -1},
        {"9", "10", -1},        {"007", "7", 0},
        {"1.50", "1.5", 0},     {"1.5", "1.49", 1},
        {"-1", "1", -1},        {"-2", "-1", -1},
        {"-0", "0", 0},         {"+3", "3", 0},
        {"0x10", "16", 0},      {"0xFFFFFFFFFFFFFFFF", "18446744073709551615", 0},
        {"0.1", "0.10001", -1}, {"100000000000000000000000", "99999999999999999999999", 1},
        {"0x0", "0", 0},        {"0.0", "-0.0", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__decimal a;
        sonda__decimal b;
        int order;

        assert_true(sonda__decimal_parse(sonda__span_text(rows[i].a), &a));
        assert_true(sonda__decimal_parse(sonda__span_text(rows[i].b), &b));
        order = sonda__decimal_compare(&a, &b);
        if ((order > 0) - (order < 0) != rows[i].order) {
            fail_msg("%s and %s: %d", rows[i].a, rows[i].b, order);
        }
        order = sonda__decimal_compare(&b, &a);
        assert_int_equal((order > 0) - (order < 0), -rows[i].order);
    }
}

static void test_decimal_parse__no_number__is_refused(void **state)
{
    static const char *const rows[] = {"",    "-",  "+",  ".",  "1.",  ".5",
                                       "1e3", " 1", "1 ", "0x", "0xg", "0x12345678901234567",
                                       "--1", "1,0"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__decimal number;

        if (sonda__decimal_parse(sonda__span_text(rows[i]), &number)) {
            fail_msg("%s was taken", rows[i]);
        }
    }
}

static void test_decimal_to_double__numbers__are_exact_where_a_double_is(void **state)
{
    static const struct {
        const char *text;
        double expected;
    } rows[] = {
        {"0", 0},
        {"-12", -12},
        {"0x10", 16},
        {"0.1", 0.1},
        {"-1.75", -1.75},
        {"123456789.5", 123456789.5},
        {"9007199254740993.0", 9007199254740992.0},
        {"100000000000000000000000", 1e23},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__decimal number;
        double value = 0;

        assert_true(sonda__decimal_parse(sonda__span_text(rows[i].text), &number));
        assert_true(sonda__decimal_to_double(&number, &value));
        assert_true(value >= rows[i].expected && value <= rows[i].expected);
    }
}

static void test_decimal_to_double__more_than_300_digits__is_none(void **state)
{
    char text[302];
    sonda__decimal number;
    double value = 5;

    (void)state;
    memset(text, '9', sizeof text);
    assert_true(sonda__decimal_parse(sonda__span_of(text, 301), &number));
    assert_false(sonda__decimal_to_double(&number, &value));
    assert_true(value >= 5 && value <= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_compare__pairs__are_in_order),
        cmocka_unit_test(test_decimal_parse__no_number__is_refused),
        cmocka_unit_test(test_decimal_to_double__numbers__are_exact_where_a_double_is),
        cmocka_unit_test(test_decimal_to_double__more_than_300_digits__is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
