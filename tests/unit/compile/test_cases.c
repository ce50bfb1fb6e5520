/* SPDX-License-Identifier: Apache-2.0 */

/* Case files: the three forms of an event, and every way to write one wrongly. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sonda/compile/cases.h"
#include "sonda/record.h"

static sonda_cases *opened(const char *text)
{
    sonda_cases *cases = NULL;
    sonda_error error = SONDA_ERROR_INIT;

    if (sonda_cases_open(&cases, text, strlen(text), NULL, &error) != SONDA_OK) {
        fail_msg("line %u: %s", error.line, error.message);
    }
    return cases;
}

static void test_cases__windows_event__becomes_a_json_record(void **state)
{
    sonda_cases *cases = opened("rule: r1\n"
                                "cases:\n"
                                "  - name: one\n"
                                "    expect: match\n"
                                "    event:\n"
                                "      source: windows\n"
                                "      fields: {EventID: 1, Image: 'C:\\a.exe', User: null}\n");
    sonda_case_view view = {0};
    sonda_record_header header;
    const void *record;
    size_t len;
    const char *expected = "{\"EventID\":\"1\",\"Image\":\"C:\\\\a.exe\",\"User\":null}";

    (void)state;
    view.struct_size = sizeof view;

    assert_int_equal(sonda_cases_get(cases, 0, &view), SONDA_OK);
    assert_int_equal(sonda_cases_record(cases, 0, 0, &record, &len), SONDA_OK);

    assert_int_equal(view.expect, SONDA_EXPECT_MATCH);
    assert_int_equal(view.line, 3);
    assert_memory_equal(view.rule.data, "r1", 2);
    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    assert_int_equal(header.source, SONDA_SOURCE_JSON);
    assert_int_equal(header.seq, 1);
    assert_int_equal(len - SONDA_RECORD_HEADER_SIZE, strlen(expected));
    assert_memory_equal((const char *)record + SONDA_RECORD_HEADER_SIZE, expected,
                        strlen(expected));
    sonda_cases_close(cases);
}

static void test_cases__linux_event_with_a_clock__becomes_a_generic_record(void **state)
{
    sonda_cases *cases = opened("rule: r1\n"
                                "cases:\n"
                                "  - name: one\n"
                                "    expect: [a, b]\n"
                                "    time: 1970-01-01T00:00:02Z\n"
                                "    event:\n"
                                "      source: linux\n"
                                "      class: file\n"
                                "      activity: delete\n"
                                "      fields: {TargetFilename: /x}\n");
    sonda_case_view view = {0};
    sonda_record_header header;
    sonda_text rule;
    const void *record;
    size_t len;

    (void)state;
    view.struct_size = sizeof view;

    assert_int_equal(sonda_cases_get(cases, 0, &view), SONDA_OK);
    assert_int_equal(sonda_cases_record(cases, 0, 0, &record, &len), SONDA_OK);

    assert_int_equal(view.expect, SONDA_EXPECT_RULES);
    assert_int_equal(view.expected_count, 2);
    assert_int_equal(sonda_cases_expected(cases, 0, 1, &rule), SONDA_OK);
    assert_memory_equal(rule.data, "b", 1);
    assert_int_equal(sonda_cases_expected(cases, 0, 2, &rule), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    assert_int_equal(header.source, SONDA_SOURCE_GENERIC);
    assert_int_equal(header.wall_ns, 2000000000u);
    sonda_cases_close(cases);
}

static void test_cases__file_and_record__are_left_to_the_caller(void **state)
{
    sonda_cases *cases = opened("rule: r1\n"
                                "cases:\n"
                                "  - {name: one, expect: none, file: a.json, record: 7}\n");
    sonda_case_view view = {0};

    (void)state;
    view.struct_size = sizeof view;

    assert_int_equal(sonda_cases_get(cases, 0, &view), SONDA_OK);

    assert_int_equal(view.record_count, 0);
    assert_int_equal(view.file_record, 7);
    assert_memory_equal(view.file.data, "a.json", 6);
    sonda_cases_close(cases);
}

static void test_cases__info_of_sigmahq__is_a_case_for_each_rule(void **state)
{
    sonda_cases *cases = opened("id: x\n"
                                "rule_metadata:\n"
                                "    - id: AA\n"
                                "      title: t\n"
                                "    - id: bb\n"
                                "regression_tests_info:\n"
                                "    - name: Positive\n"
                                "      type: evtx\n"
                                "      match_count: 4\n"
                                "      path: regression_data/rules/x/aa.evtx\n");
    sonda_case_view view = SONDA_CASE_VIEW_INIT;

    (void)state;

    assert_int_equal(sonda_cases_count(cases), 2);
    assert_int_equal(sonda_cases_get(cases, 0, &view), SONDA_OK);

    assert_int_equal(view.expect, SONDA_EXPECT_MATCH);
    assert_int_equal(view.match_count, 4);
    assert_int_equal(view.line, 7);
    assert_int_equal(view.rule.len, 2);
    assert_memory_equal(view.rule.data, "aa", 2);
    assert_int_equal(view.file.len, 7);
    assert_memory_equal(view.file.data, "aa.evtx", 7);
    sonda_cases_close(cases);
}

static void test_cases__older_caller__gets_what_it_knows(void **state)
{
    sonda_cases *cases = opened("rule: R1\n"
                                "cases:\n"
                                "  - {name: one, expect: none, file: a, time: "
                                "1970-01-01T00:00:02Z}\n");
    sonda_case_view view = SONDA_CASE_VIEW_INIT;

    (void)state;
    view.struct_size = offsetof(sonda_case_view, time_ns);

    assert_int_equal(sonda_cases_get(cases, 0, &view), SONDA_OK);

    assert_int_equal(view.time_ns, 0);
    assert_memory_equal(view.rule.data, "r1", 2);
    view.struct_size = sizeof view;
    assert_int_equal(sonda_cases_get(cases, 0, &view), SONDA_OK);
    assert_int_equal(view.time_ns, 2000000000u);
    sonda_cases_close(cases);
}

typedef struct wrong_row {
    const char *name;
    const char *text;
    uint32_t line;
} wrong_row;

static void test_cases__written_wrongly__are_refused_with_their_line(void **state)
{
    static const wrong_row rows[] = {
        {"empty", "", 1},
        {"no rule", "cases: [{name: a, expect: none, file: f}]\n", 1},
        {"no cases", "rule: r\n", 1},
        {"unknown key", "rule: r\ncases:\n  - {name: a, expects: none, file: f}\n", 3},
        {"no expectation", "rule: r\ncases:\n  - {name: a, file: f}\n", 3},
        {"no event", "rule: r\ncases:\n  - {name: a, expect: none}\n", 3},
        {"no name", "rule: r\ncases:\n  - {expect: none, file: f}\n", 3},
        {"test without a file",
         "rule_metadata: [{id: a}]\nregression_tests_info: [{name: n}]\n", 2},
        {"tests without a rule", "regression_tests_info: [{path: n}]\n", 1},
        {"tests of a nameless rule",
         "rule_metadata: [{title: a}]\nregression_tests_info: [{path: n}]\n", 1},
        {"wrong count",
         "rule_metadata: [{id: a}]\nregression_tests_info:\n  - {path: n, match_count: x}\n",
         3},
        {"wrong clock", "rule: r\ncases:\n  - {name: a, expect: none, file: f, time: soon}\n",
         3},
        {"wrong number", "rule: r\ncases:\n  - {name: a, expect: none, file: f, record: x}\n",
         3},
        {"unknown source",
         "rule: r\ncases:\n  - name: a\n    expect: none\n    event: {source: vms}\n", 5},
        {"unknown class",
         "rule: r\ncases:\n  - name: a\n    expect: none\n"
         "    event: {source: linux, class: x, activity: y, fields: {A: b}}\n",
         5},
        {"no fields",
         "rule: r\ncases:\n  - name: a\n    expect: none\n    event: {source: windows}\n", 5},
        {"a map as value",
         "rule: r\ncases:\n  - name: a\n    expect: none\n"
         "    event: {source: windows, fields: {A: {b: c}}}\n",
         5},
        {"audit without a line",
         "rule: r\ncases:\n  - name: a\n    expect: none\n    event: {source: audit}\n", 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda_cases *cases = NULL;
        sonda_error error = SONDA_ERROR_INIT;

        sonda_status status =
            sonda_cases_open(&cases, rows[i].text, strlen(rows[i].text), NULL, &error);

        if (status != SONDA_ERR_MALFORMED || error.line != rows[i].line || cases != NULL) {
            fail_msg("%s: status %d, line %u: %s", rows[i].name, status, error.line,
                     error.message);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases__windows_event__becomes_a_json_record),
        cmocka_unit_test(test_cases__linux_event_with_a_clock__becomes_a_generic_record),
        cmocka_unit_test(test_cases__file_and_record__are_left_to_the_caller),
        cmocka_unit_test(test_cases__info_of_sigmahq__is_a_case_for_each_rule),
        cmocka_unit_test(test_cases__older_caller__gets_what_it_knows),
        cmocka_unit_test(test_cases__written_wrongly__are_refused_with_their_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
