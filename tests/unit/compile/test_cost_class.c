/* SPDX-License-Identifier: Apache-2.0 */

/* compile/cost_class.c: what the report says of a rule's cost */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "sonda/compile/compile.h"

typedef struct cost_row {
    const char *name;
    const char *detection;
    uint32_t cost;
    const char *warning; /* part of it, or NULL */
} cost_row;

static const cost_row rows[] = {
    {"a text of its own", "    s: {CommandLine|contains: 'sonda-only-text'}\n",
     SONDA_COMPILE_COST_RARE, NULL},
    {"the start of many paths", "    s: {Image|startswith: 'C:\\'}\n",
     SONDA_COMPILE_COST_COMMON, NULL},
    {"a text too short", "    s: {CommandLine|contains: 'ab'}\n", SONDA_COMPILE_COST_ALWAYS,
     "must always run: it can match"},
    {"a text within not", "    s: {Image|exists: true}\n    f: {Image|endswith: '\\cmd.exe'}\n",
     SONDA_COMPILE_COST_ALWAYS, "must always run"},
    {"an expression without a text", "    s: {CommandLine|re: '([a-z]{1,64}[0-9]{1,64}){2}'}\n",
     SONDA_COMPILE_COST_HEAVY, "and is dear"},
    {"an expression with one", "    s: {CommandLine|re: 'sonda-only-text[(].{1,200}'}\n",
     SONDA_COMPILE_COST_RARE, NULL},
};

static sonda_compile *compile_row(const cost_row *row)
{
    char yaml[1024] = "title: T\nid: 00000000-0000-4000-8000-000000000001\n"
                      "logsource: {product: windows, category: process_creation}\n"
                      "level: low\ndetection:\n";
    bool negated = strstr(row->detection, "    f:") != NULL;
    const void *pack = NULL;
    size_t len = 0;
    sonda_compile *compile = NULL;

    strcat(yaml, row->detection);
    strcat(yaml, negated ? "    condition: s and not f\n" : "    condition: s\n");
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "r.yml", yaml, strlen(yaml)), SONDA_OK);
    assert_int_equal(sonda_compile_finish(compile, &pack, &len, NULL), SONDA_OK);
    return compile;
}

static void check_warning(const sonda_compile *compile, const cost_row *row)
{
    sonda_compile_warning warning = SONDA_COMPILE_WARNING_INIT;
    sonda_status status = sonda_compile_warning_get(compile, 0, 0, &warning);
    char text[512];

    if (row->warning == NULL) {
        assert_int_equal(status, SONDA_ERR_NOT_FOUND);
        return;
    }
    assert_int_equal(status, SONDA_OK);
    assert_true(warning.text.len < sizeof text);
    memcpy(text, warning.text.data, warning.text.len);
    text[warning.text.len] = '\0';
    if (strstr(text, row->warning) == NULL) {
        fail_msg("%s: %s", row->name, text);
    }
}

static void test_cost_class__each_kind__has_its_word_and_warning(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda_compile *compile = compile_row(&rows[i]);
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

        assert_int_equal(sonda_compile_entry_get(compile, 0, &entry), SONDA_OK);

        if (entry.cost != rows[i].cost) {
            fail_msg("%s: %s, %u of a million", rows[i].name,
                     sonda_compile_cost_name(entry.cost), entry.per_million);
        }
        assert_true(entry.steps_per_event > 0);
        assert_int_equal(entry.literal_count == 0, entry.cost >= SONDA_COMPILE_COST_ALWAYS);
        check_warning(compile, &rows[i]);
        sonda_compile_close(compile);
    }
}

static void test_cost_class__texts__are_told(void **state)
{
    sonda_compile *compile = compile_row(&rows[0]);
    sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

    (void)state;
    assert_int_equal(sonda_compile_entry_get(compile, 0, &entry), SONDA_OK);

    assert_int_equal(entry.literal_count, 1);
    assert_int_equal(entry.rarest.len, strlen("sonda-only-text"));
    assert_memory_equal(entry.rarest.data, "sonda-only-text", entry.rarest.len);
    assert_string_equal(sonda_compile_cost_name(99), "none");
    sonda_compile_close(compile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cost_class__each_kind__has_its_word_and_warning),
        cmocka_unit_test(test_cost_class__texts__are_told),
    };

    return cmocka_run_group_tests_name("cost_class", tests, NULL, NULL);
}
