/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which modifiers may stand together, in which order, with which values.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "compile/modifier.h"

/* Reads `a|b|c` and checks it; `count` gets how many were read. */
static sonda_status check(
    const char *text, bool keywords, sonda__modifier *modifiers, size_t *count, sonda_error *e)
{
    sonda_status status = SONDA_OK;

    *count = 0;
    while (*text != '\0' && status == SONDA_OK) {
        size_t len = strcspn(text, "|");
        status = sonda__modifier_read(sonda__span_of(text, len), 5, &modifiers[(*count)++], e);
        text += len + (text[len] == '|');
    }
    return status == SONDA_OK ? sonda__modifiers_check(modifiers, *count, keywords, 5, e)
                              : status;
}

static void test_modifiers__combinations_of_the_specification__are_taken(void **state)
{
    static const char *const rows[] = {
        "all",
        "contains",
        "startswith",
        "endswith",
        "exists",
        "cased",
        "neq",
        "windash",
        "re",
        "base64",
        "base64offset",
        "utf16le",
        "wide",
        "utf16be",
        "utf16",
        "lt",
        "lte",
        "gt",
        "gte",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "cidr",
        "fieldref",
        "contains|all",
        "contains|windash",
        "windash|contains|all",
        "endswith|windash",
        "contains|cased",
        "cased|startswith|neq",
        "re|i",
        "re|i|m|s",
        "re|contains",
        "re|startswith",
        "re|i|endswith|all",
        "base64offset|contains",
        "wide|base64offset|contains",
        "utf16be|base64",
        "base64|contains|cased",
        "fieldref|startswith",
        "fieldref|neq",
        "cidr|all",
        "exists|neq",
        "neq|cidr",
        "hour|lt",
        "lte|all",
        "contains|neq|all|cased",
    };
    sonda__modifier modifiers[SONDA__MODIFIERS_MAX];
    sonda_error error = SONDA_ERROR_INIT;
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (check(rows[i], false, modifiers, &count, &error) != SONDA_OK) {
            fail_msg("%s: %s", rows[i], error.message);
        }
    }
}

typedef struct row {
    const char *modifiers;
    const char *reason;
} row;

static void check_refused(const row *rows, size_t count, bool keywords)
{
    sonda__modifier modifiers[SONDA__MODIFIERS_MAX];
    size_t read;

    for (size_t i = 0; i < count; i++) {
        sonda_error error = SONDA_ERROR_INIT;

        assert_int_not_equal(check(rows[i].modifiers, keywords, modifiers, &read, &error),
                             SONDA_OK);
        assert_int_equal(error.line, 5);
        if (strstr(error.message, rows[i].reason) == NULL) {
            fail_msg("%s: %s", rows[i].modifiers, error.message);
        }
    }
}

static void test_modifiers__wrong_combinations__are_refused_by_name(void **state)
{
    static const row rows[] = {
        {"frobnicate", "modifier 'frobnicate' is unknown"},
        {"Contains", "modifier 'Contains' is unknown"},
        {"contains|contains", "'contains' stands twice"},
        {"wide|utf16le", "'utf16le' stands twice"},
        {"contains|endswith", "'endswith' cannot stand with 'contains'"},
        {"startswith|endswith", "'endswith' cannot stand with 'startswith'"},
        {"contains|re", "'re' must stand before 'contains'"},
        {"i|re", "'re' must stand before 'i'"},
        {"i", "'i' belongs to 're'"},
        {"contains|base64", "'base64' must stand before 'contains'"},
        {"base64|wide", "'utf16le' must stand before 'base64'"},
        {"base64|base64offset", "cannot stand with"},
        {"wide|utf16", "cannot stand with"},
        {"re|windash", "cannot stand with"},
        {"re|cased", "cannot stand with"},
        {"re|base64", "cannot stand with"},
        {"windash|base64", "cannot stand with"},
        {"exists|contains", "cannot stand with"},
        {"exists|all", "cannot stand with"},
        {"lt|gt", "cannot stand with"},
        {"lt|contains", "cannot stand with"},
        {"lt|hour", "'hour' must stand before 'lt'"},
        {"hour|day", "cannot stand with"},
        {"hour|contains", "cannot stand with"},
        {"cidr|contains", "cannot stand with"},
        {"cidr|re", "cannot stand with"},
        {"fieldref|re", "cannot stand with"},
        {"startswith|fieldref", "'fieldref' must stand before 'startswith'"},
        {"fieldref|cased", "cannot stand with"},
    };

    (void)state;
    check_refused(rows, sizeof rows / sizeof rows[0], false);
}

static void test_modifiers__without_a_field__what_needs_one_is_refused(void **state)
{
    static const row rows[] = {
        {"startswith", "'startswith' needs a field"},
        {"exists", "'exists' needs a field"},
        {"cidr", "'cidr' needs a field"},
        {"lt", "'lt' needs a field"},
        {"fieldref", "'fieldref' needs a field"},
        {"neq", "'neq' needs a field"},
        {"hour", "'hour' needs a field"},
    };
    sonda__modifier modifiers[SONDA__MODIFIERS_MAX];
    size_t count;

    (void)state;
    check_refused(rows, sizeof rows / sizeof rows[0], true);
    assert_int_equal(check("all", true, modifiers, &count, NULL), SONDA_OK);
    assert_int_equal(check("re|i", true, modifiers, &count, NULL), SONDA_OK);
}

static void test_modifiers__values__must_be_of_the_kind_they_need(void **state)
{
    static const struct {
        const char *modifiers;
        sonda__value_kind kind;
        const char *text;
        const char *reason; /* NULL: taken */
    } rows[] = {
        {"lt", SONDA__VALUE_NUMBER, "5", NULL},
        {"lt", SONDA__VALUE_NUMBER, "-1.5", NULL},
        {"lt", SONDA__VALUE_STRING, "5", "'5' does not suit modifier 'lt'"},
        {"gte", SONDA__VALUE_BOOLEAN, "true", "does not suit modifier 'gte'"},
        {"gte", SONDA__VALUE_NUMBER, ".inf", "does not suit modifier 'gte'"},
        {"lt", SONDA__VALUE_NONE, "", "null with modifier 'lt'"},
        {"hour", SONDA__VALUE_NUMBER, "5", NULL},
        {"hour", SONDA__VALUE_NUMBER, "5.5", "write a whole number"},
        {"hour|gte", SONDA__VALUE_STRING, "x", "without quotes"},
        {"exists", SONDA__VALUE_BOOLEAN, "true", NULL},
        {"exists", SONDA__VALUE_STRING, "true", "one true or false"},
        {"exists", SONDA__VALUE_STRING, "yes", "one true or false"},
        {"exists", SONDA__VALUE_NUMBER, "1", "one true or false"},
        {"cidr", SONDA__VALUE_STRING, "10.0.0.0/8", NULL},
        {"cidr", SONDA__VALUE_STRING, "10.0.0.0", "write a network"},
        {"contains", SONDA__VALUE_NUMBER, "5", NULL},
        {"contains", SONDA__VALUE_BOOLEAN, "true", NULL},
        {"contains", SONDA__VALUE_NONE, "", "null with modifier 'contains'"},
        {"re", SONDA__VALUE_NONE, "", "null with modifier 're'"},
        {"re", SONDA__VALUE_STRING, "", "does not suit modifier 're'"},
        {"fieldref", SONDA__VALUE_STRING, "", "does not suit modifier 'fieldref'"},
        {"", SONDA__VALUE_NONE, "", NULL},
        {"neq", SONDA__VALUE_NONE, "", NULL},
        {"", SONDA__VALUE_STRING, "", NULL},
    };
    sonda__modifier modifiers[SONDA__MODIFIERS_MAX];
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const sonda__rule_value value = {rows[i].kind, 9, sonda__span_text(rows[i].text)};
        sonda_error error = SONDA_ERROR_INIT;
        sonda__modifier_set set = 0;
        sonda_status status;

        assert_int_equal(check(rows[i].modifiers, false, modifiers, &count, &error), SONDA_OK);
        for (size_t m = 0; m < count; m++) {
            set |= sonda__modifier_bit(modifiers[m]);
        }
        status = sonda__modifiers_check_value(set, &value, 1, &error);
        if ((status == SONDA_OK) != (rows[i].reason == NULL)) {
            fail_msg("%s: '%s'", rows[i].modifiers, rows[i].text);
        }
        if (status != SONDA_OK) {
            assert_int_equal(error.line, 9);
            assert_non_null(strstr(error.message, rows[i].reason));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modifiers__combinations_of_the_specification__are_taken),
        cmocka_unit_test(test_modifiers__wrong_combinations__are_refused_by_name),
        cmocka_unit_test(test_modifiers__without_a_field__what_needs_one_is_refused),
        cmocka_unit_test(test_modifiers__values__must_be_of_the_kind_they_need),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
