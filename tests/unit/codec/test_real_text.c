/* SPDX-License-Identifier: Apache-2.0 */

#include "core/codec/real_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_format_double__known_numbers__shortest_text(void **state)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-2.5, "-2.5"},
        {0.1, "0.1"},
        {0.3, "0.3"},
        {0.0001, "0.0001"},
        {0.00001, "1e-5"},
        {1e16, "10000000000000000"},
        {1e17, "1e+17"},
        {123456789.125, "123456789.125"},
        {9007199254740993.0, "9007199254740992"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SONDA__REAL_MAX + 1];
        uint64_t bits;

        memcpy(&bits, &rows[i].number, sizeof bits);
        text[sonda__format_double(bits, text)] = '\0';
        assert_string_equal(text, rows[i].text);
    }
}

static void test_format_float__known_numbers__shortest_text(void **state)
{
    static const struct {
        uint32_t bits;
        const char *text;
    } rows[] = {
        {0x3dcccccd, "0.1"},      {0x7f7fffff, "3.4028235e+38"}, {0x00000001, "1e-45"},
        {0x4b800000, "16777216"}, {0xbf000000, "-0.5"},          {0x7f800000, "INF"},
        {0xff800000, "-INF"},     {0x7fc00000, "NaN"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SONDA__REAL_MAX + 1];

        text[sonda__format_float(rows[i].bits, text)] = '\0';
        assert_string_equal(text, rows[i].text);
    }
}

static void test_format_double__any_number__reads_back_the_same(void **state)
{
    uint64_t bits = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[SONDA__REAL_MAX + 1];
        double number;
        double back;
        size_t len;

        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        if ((bits >> 52 & 0x7ff) == 0x7ff) {
            continue;
        }
        memcpy(&number, &bits, sizeof number);
        len = sonda__format_double(bits, text);
        assert_true(len <= SONDA__REAL_MAX);
        text[len] = '\0';
        back = strtod(text, NULL);
        assert_memory_equal(&back, &number, sizeof back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_double__known_numbers__shortest_text),
        cmocka_unit_test(test_format_float__known_numbers__shortest_text),
        cmocka_unit_test(test_format_double__any_number__reads_back_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
