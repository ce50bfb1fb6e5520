/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/time_text.h"

static void test_format_time__known_moments__are_rfc3339(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000000Z"},
        {UINT64_C(951782399999999999), "2000-02-28T23:59:59.999999999Z"},
        {UINT64_C(951782400000000000), "2000-02-29T00:00:00.000000000Z"},
        {UINT64_C(1700000000123456789), "2023-11-14T22:13:20.123456789Z"},
        {UINT64_C(4107542400000000000), "2100-03-01T00:00:00.000000000Z"},
        {UINT64_MAX, "2554-07-21T23:34:33.709551615Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[SONDA__TIME_LEN + 1] = {0};

        assert_int_equal(sonda__format_time(cases[i].ns, out), SONDA__TIME_LEN);
        assert_string_equal(out, cases[i].text);
    }
}

static void test_parse_time__rows__give_time_or_status(void **state)
{
    static const struct {
        const char *text;
        sonda_status status;
        uint64_t ns;
    } cases[] = {
        {"2023-11-14T22:13:20.123456789Z", SONDA_OK, UINT64_C(1700000000123456789)},
        {"2023-11-14 22:13:20.123", SONDA_OK, UINT64_C(1700000000123000000)},
        {"2023-11-14t22:13:20z", SONDA_OK, UINT64_C(1700000000000000000)},
        {"2023-11-15T03:43:20+05:30", SONDA_OK, UINT64_C(1700000000000000000)},
        {"2023-11-14T14:13:20-08:00", SONDA_OK, UINT64_C(1700000000000000000)},
        {"2023-11-14T22:13:20.1234567891234Z", SONDA_OK, UINT64_C(1700000000123456789)},
        {"2016-12-31T23:59:60Z", SONDA_OK, UINT64_C(1483228799000000000)},
        {"2024-02-29T00:00:00Z", SONDA_OK, UINT64_C(1709164800000000000)},
        {"2023-02-29T00:00:00Z", SONDA_ERR_MALFORMED, 0},
        {"2023-13-01T00:00:00Z", SONDA_ERR_MALFORMED, 0},
        {"2023-00-01T00:00:00Z", SONDA_ERR_MALFORMED, 0},
        {"2023-11-31T00:00:00Z", SONDA_ERR_MALFORMED, 0},
        {"2023-11-14T24:00:00Z", SONDA_ERR_MALFORMED, 0},
        {"2023-11-14T22:13:20.Z", SONDA_ERR_MALFORMED, 0},
        {"2023-11-14T22:13:20Zx", SONDA_ERR_MALFORMED, 0},
        {"2023-11-14", SONDA_ERR_MALFORMED, 0},
        {"", SONDA_ERR_MALFORMED, 0},
        {"1969-12-31T23:59:59Z", SONDA_ERR_LIMIT, 0},
        {"1601-01-01 00:00:00.000", SONDA_ERR_LIMIT, 0},
        {"9999-12-31T23:59:59Z", SONDA_ERR_LIMIT, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t ns = 0;

        if (sonda__parse_time(sonda__span_text(cases[i].text), &ns) != cases[i].status ||
            ns != cases[i].ns) {
            fail_msg("\"%s\"", cases[i].text);
        }
    }
}

static void test_time__every_day_of_six_centuries__comes_back(void **state)
{
    const uint64_t day_ns = UINT64_C(86400) * SONDA__NS_PER_SECOND;

    (void)state;
    for (uint64_t day = 0; day < 213000; day++) {
        char text[SONDA__TIME_LEN];
        uint64_t parsed = 0;

        (void)sonda__format_time(day * day_ns, text);
        assert_int_equal(sonda__parse_time(sonda__span_of(text, sizeof text), &parsed),
                         SONDA_OK);
        assert_true(parsed == day * day_ns);
    }
}

static void test_time_of_filetime__known_moments__are_right(void **state)
{
    (void)state;
    assert_int_equal(sonda__time_of_filetime(0), 0);
    assert_int_equal(sonda__time_of_filetime(UINT64_C(116444736000000000)), 0);
    assert_int_equal(sonda__time_of_filetime(UINT64_C(116444736000000001)), 100);
    assert_true(sonda__time_of_filetime(UINT64_MAX) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_time__known_moments__are_rfc3339),
        cmocka_unit_test(test_parse_time__rows__give_time_or_status),
        cmocka_unit_test(test_time__every_day_of_six_centuries__comes_back),
        cmocka_unit_test(test_time_of_filetime__known_moments__are_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
