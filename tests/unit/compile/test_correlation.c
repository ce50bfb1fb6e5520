/* SPDX-License-Identifier: Apache-2.0 */

/* compile/correlation.c and link_correlations.c: what is refused, and why */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sonda/compile/compile.h"

static const char base_rules[] =
    "title: A\nname: a\nid: aaaaaaaa-0000-4000-8000-00000000000a\n"
    "logsource: {category: process_creation}\ndetection: {s: {Image: a}, condition: s}\n---\n"
    "title: B\nname: b\nid: aaaaaaaa-0000-4000-8000-00000000000b\n"
    "logsource: {category: process_creation}\ndetection: {s: {Image: b}, condition: s}\n"
    "---\n";

/* Outcome, line and reason of the document behind the base rules. */
typedef struct told {
    uint32_t outcome;
    uint32_t line;
    char reason[256];
} told;

static told compile_after_base(const char *yaml, size_t index)
{
    static char text[8192];
    sonda_compile *compile = NULL;
    sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    const void *pack = NULL;
    size_t pack_len = 0;
    told result;

    (void)snprintf(text, sizeof text, "%s%s", base_rules, yaml);
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "x.yml", text, strlen(text)), SONDA_OK);
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, &error), SONDA_OK);
    assert_int_equal(sonda_compile_entry_get(compile, 2 + index, &entry), SONDA_OK);
    result.outcome = entry.outcome;
    result.line = entry.line;
    (void)snprintf(result.reason, sizeof result.reason, "%.*s", (int)entry.reason.len,
                   entry.reason.data);
    sonda_compile_close(compile);
    return result;
}

/* The first line of a document behind the base rules. */
#define FIRST 13u

static void test_correlation__wrong_documents__have_reason_and_line(void **state)
{
    static const struct {
        const char *text; /* below `correlation:`, which stands in the second line */
        uint32_t line;    /* of the document, from 0 */
        const char *reason;
    } rows[] = {
        {" x\n", 1, "it is a mapping"},
        {"\n  rules: [a]\n  timespan: 1m\n", 2, "type is none of event_count"},
        {"\n  type: event_sum\n  rules: [a]\n", 2, "type is none of"},
        {"\n  type: event_count\n  timespan: 1m\n", 2, "no rules"},
        {"\n  type: event_count\n  rules: []\n", 3, "no rules"},
        {"\n  type: event_count\n  rules:\n    - {}\n", 4, "rules names rules"},
        {"\n  type: event_count\n  rules: [a]\n  condition: {gte: 1}\n", 2, "timespan is"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 5\n  condition: {gte: 1}\n", 4,
         "timespan is a number and s, m, h or d"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 0s\n  condition: {gte: 1}\n", 4,
         "timespan is"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 367d\n  condition: {gte: 1}\n", 4,
         "at most 366d"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1M\n  condition: {gte: 1}\n", 4,
         "timespan is"},
        {"\n  type: event_count\n  rules: [a]\n  timeframe: 1m\n", 4,
         "unknown key 'timeframe'"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n", 2, "condition is a mapping"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: a and b\n", 5,
         "condition is a mapping"},
        {"\n  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: a and not b\n", 5,
         "are of Sigma 2.2"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {}\n", 5,
         "compares with nothing"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: x}\n", 5,
         "compares with a number"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {ge: 1}\n", 5,
         "unknown key 'ge'"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 4097}\n", 5,
         "can never hold"},
        {"\n  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: {gte: 3}\n", 5,
         "can never hold"},
        {"\n  type: event_count\n  rules: [a]\n  timespan: 1m\n"
         "  condition: {field: User, gte: 1}\n",
         5, "take field out"},
        {"\n  type: value_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\n", 5,
         "write field in the condition"},
        {"\n  type: value_sum\n  rules: [a]\n  timespan: 1m\n"
         "  condition: {field: [x, y], gte: 1}\n",
         5, "takes one field"},
        {"\n  type: value_percentile\n  rules: [a]\n  timespan: 1m\n"
         "  condition: {field: x, gte: 1}\n",
         5, "no percentile"},
        {"\n  type: value_percentile\n  rules: [a]\n  timespan: 1m\n"
         "  condition: {field: x, gte: 1, percentile: 101}\n",
         5, "from 0 to 100"},
        {"\n  type: temporal\n  rules: [a]\n  timespan: 1m\n  group-by: {x: y}\n", 5,
         "group-by is a list"},
        {"\n  type: temporal\n  rules: [a]\n  timespan: 1m\n  generate: maybe\n", 5,
         "generate is true or false"},
        {"\n  type: temporal\n  rules: [a]\n  timespan: 1m\n  aliases: x\n", 5,
         "aliases is a mapping"},
        {"\n  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  aliases:\n    x: {a: User}\n",
         6, "alias 'x' has no field for rule 'b'"},
        {"\n  type: temporal\n  rules: [a]\n  timespan: 1m\n"
         "  aliases:\n    x: {a: User, b: User}\n",
         6, "an alias names rule 'b'"},
        {"\n  type: temporal\n  rules:\n    - a\n    - missing\n  timespan: 1m\n", 5,
         "names rule 'missing', which is not among these"},
        {"\n  type: temporal\n  rules:\n    - a\n    - aaaaaaaa-0000-4000-8000-00000000000A\n"
         "  timespan: 1m\n",
         5, "twice"},
        {"\n  type: temporal\n  rules:\n    - a\n    - me\n  timespan: 1m\nname: me\n", 5,
         "waits for itself"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        told result;

        (void)snprintf(text, sizeof text, "title: X\ncorrelation:%s", rows[i].text);
        result = compile_after_base(text, 0);

        if (result.outcome != SONDA_COMPILE_REJECTED || result.line != FIRST + rows[i].line ||
            strstr(result.reason, rows[i].reason) == NULL) {
            fail_msg("row %zu: line %u: %s", i, result.line - FIRST, result.reason);
        }
    }
}

static void test_correlation__circle__is_named_with_its_line(void **state)
{
    static const char circle[] =
        "title: X\nname: x\ncorrelation: {type: temporal, timespan: 1m, rules: [a, y]}\n---\n"
        "title: Y\nname: y\ncorrelation: {type: temporal, timespan: 1m, rules: [a, x]}\n";
    told first;
    told second;

    (void)state;
    first = compile_after_base(circle, 0);
    second = compile_after_base(circle, 1);

    assert_int_equal(first.outcome, SONDA_COMPILE_REJECTED);
    assert_int_equal(second.outcome, SONDA_COMPILE_REJECTED);
    assert_int_equal(first.line, FIRST + 2);
    assert_int_equal(second.line, FIRST + 6);
    assert_true((strstr(first.reason, "waits for itself") != NULL) +
                    (strstr(second.reason, "waits for itself") != NULL) ==
                1);
    assert_true((strstr(first.reason, "refused itself") != NULL) +
                    (strstr(second.reason, "refused itself") != NULL) ==
                1);
}

static void test_correlation__id_of_a_rule__is_refused(void **state)
{
    told result =
        compile_after_base("title: X\nid: aaaaaaaa-0000-4000-8000-00000000000a\n"
                           "correlation: {type: temporal, timespan: 1m, rules: [a]}\n",
                           0);

    (void)state;
    assert_int_equal(result.outcome, SONDA_COMPILE_REJECTED);
    assert_non_null(strstr(result.reason, "is taken by x.yml, line 1"));
}

static void test_correlation__good_ones__compile_in_any_order(void **state)
{
    static const char chain[] =
        "title: X\ngenerate: true\ncorrelation: {type: temporal_ordered, timespan: 1d, "
        "rules: [inner, aaaaaaaa-0000-4000-8000-00000000000a], group-by: User}\n---\n"
        "title: Y\nname: inner\ncorrelation:\n  type: value_percentile\n  timespan: 90s\n"
        "  rules: b\n  group-by: [u]\n  aliases: {u: {b: User}}\n"
        "  condition: {field: Size, percentile: 99.5, gt: -1.5, neq: 0}\n";

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        told result = compile_after_base(chain, i);

        if (result.outcome != SONDA_COMPILE_COMPILED) {
            fail_msg("%s", result.reason);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_correlation__wrong_documents__have_reason_and_line),
        cmocka_unit_test(test_correlation__circle__is_named_with_its_line),
        cmocka_unit_test(test_correlation__id_of_a_rule__is_refused),
        cmocka_unit_test(test_correlation__good_ones__compile_in_any_order),
    };

    return cmocka_run_group_tests_name("correlation", tests, NULL, NULL);
}
