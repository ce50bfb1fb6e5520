/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What plain scalars are by the core schema of YAML 1.2.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "compile/yaml_scalar.h"

typedef struct row {
    const char *text;
    sonda__value_kind kind;
    const char *canonical;
} row;

static void check(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char room[SONDA__SCALAR_NUMBER_MAX];
        sonda__span canonical;
        sonda__value_kind kind =
            sonda__scalar_resolve(sonda__span_text(rows[i].text), room, &canonical);

        if (kind != rows[i].kind || !sonda__span_is(canonical, rows[i].canonical)) {
            fail_msg("'%s' became kind %d, '%.*s'", rows[i].text, (int)kind, (int)canonical.len,
                     canonical.data);
        }
    }
}

static void test_scalar__words_of_older_yaml__are_strings(void **state)
{
    static const row rows[] = {
        {"yes", SONDA__VALUE_STRING, "yes"},
        {"No", SONDA__VALUE_STRING, "No"},
        {"on", SONDA__VALUE_STRING, "on"},
        {"OFF", SONDA__VALUE_STRING, "OFF"},
        {"y", SONDA__VALUE_STRING, "y"},
        {"2024-08-08", SONDA__VALUE_STRING, "2024-08-08"},
        {"12:30:45", SONDA__VALUE_STRING, "12:30:45"},
        {"1_000", SONDA__VALUE_STRING, "1_000"},
        {"0b11", SONDA__VALUE_STRING, "0b11"},
        {"=", SONDA__VALUE_STRING, "="},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_scalar__null_and_booleans__only_the_spellings_of_the_schema(void **state)
{
    static const row rows[] = {
        {"", SONDA__VALUE_NONE, ""},
        {"~", SONDA__VALUE_NONE, "~"},
        {"null", SONDA__VALUE_NONE, "null"},
        {"NULL", SONDA__VALUE_NONE, "NULL"},
        {"nULL", SONDA__VALUE_STRING, "nULL"},
        {"true", SONDA__VALUE_BOOLEAN, "true"},
        {"TRUE", SONDA__VALUE_BOOLEAN, "true"},
        {"False", SONDA__VALUE_BOOLEAN, "false"},
        {"tRUE", SONDA__VALUE_STRING, "tRUE"},
        {"none", SONDA__VALUE_STRING, "none"},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_scalar__integers__become_decimal(void **state)
{
    static const row rows[] = {
        {"4688", SONDA__VALUE_NUMBER, "4688"},
        {"0", SONDA__VALUE_NUMBER, "0"},
        {"-0", SONDA__VALUE_NUMBER, "0"},
        {"+7", SONDA__VALUE_NUMBER, "7"},
        {"-12", SONDA__VALUE_NUMBER, "-12"},
        {"007", SONDA__VALUE_NUMBER, "7"},
        {"0o17", SONDA__VALUE_NUMBER, "15"},
        {"0x1F", SONDA__VALUE_NUMBER, "31"},
        {"0xffffffffffffffff", SONDA__VALUE_NUMBER, "18446744073709551615"},
        {"18446744073709551616", SONDA__VALUE_NUMBER, "18446744073709551616"},
        {"0o18", SONDA__VALUE_STRING, "0o18"},
        {"0x", SONDA__VALUE_STRING, "0x"},
        {"0xg", SONDA__VALUE_STRING, "0xg"},
        {"-0x1f", SONDA__VALUE_STRING, "-0x1f"},
        {"-", SONDA__VALUE_STRING, "-"},
        {"1a", SONDA__VALUE_STRING, "1a"},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_scalar__fractions__keep_their_spelling(void **state)
{
    static const row rows[] = {
        {"1.50", SONDA__VALUE_NUMBER, "1.50"},   {".5", SONDA__VALUE_NUMBER, ".5"},
        {"5.", SONDA__VALUE_NUMBER, "5."},       {"-1e3", SONDA__VALUE_NUMBER, "-1e3"},
        {"1E-2", SONDA__VALUE_NUMBER, "1E-2"},   {".inf", SONDA__VALUE_NUMBER, ".inf"},
        {"-.INF", SONDA__VALUE_NUMBER, "-.INF"}, {".NaN", SONDA__VALUE_NUMBER, ".NaN"},
        {".", SONDA__VALUE_STRING, "."},         {"1e", SONDA__VALUE_STRING, "1e"},
        {"1e+", SONDA__VALUE_STRING, "1e+"},     {"1.2.3", SONDA__VALUE_STRING, "1.2.3"},
        {"e5", SONDA__VALUE_STRING, "e5"},       {"-.nan", SONDA__VALUE_STRING, "-.nan"},
    };

    (void)state;
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_scalar__is_finite__only_numbers_one_can_compare(void **state)
{
    (void)state;
    assert_true(sonda__scalar_is_finite(sonda__span_text("-1.5e3")));
    assert_true(sonda__scalar_is_finite(sonda__span_text("0")));
    assert_false(sonda__scalar_is_finite(sonda__span_text(".inf")));
    assert_false(sonda__scalar_is_finite(sonda__span_text(".nan")));
    assert_false(sonda__scalar_is_finite(sonda__span_text("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar__words_of_older_yaml__are_strings),
        cmocka_unit_test(test_scalar__null_and_booleans__only_the_spellings_of_the_schema),
        cmocka_unit_test(test_scalar__integers__become_decimal),
        cmocka_unit_test(test_scalar__fractions__keep_their_spelling),
        cmocka_unit_test(test_scalar__is_finite__only_numbers_one_can_compare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
