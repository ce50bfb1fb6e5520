/* SPDX-License-Identifier: Apache-2.0 */

/*
 * SigmaHQ's regression tests: a folder for each rule with the events as a file
 * and an info.yml that says which rules must match how often.
 *
 * Keys that we do not know are passed over: the form is SigmaHQ's and grows
 * there. What we need of it must be whole, or a test would hold by being empty.
 *
 * Module compile.
 */

#include "compile/case_regression.h"

#include <string.h>

#include "compile/case_event.h"

/* Tests times rules of one info.yml; SigmaHQ has one of each. */
#define CASES_MAX 100000u

bool sonda__case_is_regression(const sonda__yaml_node *root)
{
    return sonda__yaml_find(root, "regression_tests_info") != NULL;
}

static sonda_text kept(sonda_cases *cases, sonda__span span)
{
    sonda__span copy = sonda__pool_text(&cases->pool, span);
    sonda_text text = {copy.data, copy.data != NULL ? copy.len : 0};

    return text;
}

static sonda__span scalar_of(const sonda__yaml_node *map, const char *key)
{
    const sonda__yaml_node *node = sonda__yaml_find(map, key);

    return node != NULL && node->kind == SONDA__YAML_SCALAR ? node->text
                                                            : sonda__span_of("", 0);
}

static sonda__span last_part(sonda__span path)
{
    size_t at = path.len;

    while (at > 0 && path.data[at - 1] != '/' && path.data[at - 1] != '\\') {
        at--;
    }
    return sonda__span_of(path.data + at, path.len - at);
}

/* Up to a million; false for what is no such number. */
static bool count_of(sonda__span text, uint32_t *count)
{
    uint32_t value = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || value > 100000) {
            return false;
        }
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    *count = value;
    return true;
}

static sonda_status
add_case(sonda_cases *cases, const sonda__yaml_node *test, sonda__span rule, sonda_error *error)
{
    sonda_case_view view = SONDA_CASE_VIEW_INIT;
    sonda__span name = scalar_of(test, "name");

    view.expect = SONDA_EXPECT_MATCH;
    view.line = test->line;
    if (!count_of(scalar_of(test, "match_count"), &view.match_count)) {
        return sonda__case_refuse(error, test->line, "`match_count` is a number");
    }
    view.name = kept(cases, name.len != 0 ? name : sonda__span_text("regression test"));
    view.rule = sonda__case_rule_id(cases, rule);
    view.file = kept(cases, last_part(scalar_of(test, "path")));
    if (view.name.len == 0 || view.rule.len == 0) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (view.file.len == 0) {
        return sonda__case_refuse(error, test->line, "a regression test needs a `path`");
    }
    cases->list[cases->count++].view = view;
    return SONDA_OK;
}

static sonda_status add_test(sonda_cases *cases,
                             const sonda__yaml_node *test,
                             const sonda__yaml_node *rules,
                             sonda_error *error)
{
    for (const sonda__yaml_entry *e = rules->first; e != NULL; e = e->next) {
        sonda__span id = scalar_of(e->value, "id");
        sonda_status status;

        if (id.len == 0) {
            return sonda__case_refuse(error, e->value->line,
                                      "an entry of `rule_metadata` needs an `id`");
        }
        status = add_case(cases, test, id, error);
        if (status != SONDA_OK) {
            return status;
        }
    }
    return SONDA_OK;
}

static bool is_full_list(const sonda__yaml_node *node)
{
    return node != NULL && node->kind == SONDA__YAML_LIST && node->count != 0;
}

sonda_status
sonda__case_regression(sonda_cases *cases, const sonda__yaml_node *root, sonda_error *error)
{
    const sonda__yaml_node *tests = sonda__yaml_find(root, "regression_tests_info");
    const sonda__yaml_node *rules = sonda__yaml_find(root, "rule_metadata");
    sonda_status status = SONDA_OK;

    if (!is_full_list(tests) || !is_full_list(rules)) {
        return sonda__case_refuse(
            error, root->line, "`regression_tests_info` and `rule_metadata` are lists of maps");
    }
    if (tests->count > CASES_MAX / rules->count) {
        return sonda__case_refuse(error, root->line, "more than 100000 cases in one file");
    }
    cases->list =
        sonda__pool_take(&cases->pool, tests->count * rules->count, sizeof *cases->list);
    if (cases->list == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (const sonda__yaml_entry *e = tests->first; status == SONDA_OK && e != NULL;
         e = e->next) {
        status = add_test(cases, e->value, rules, error);
    }
    return status;
}
