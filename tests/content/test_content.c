/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The default content against its cases: every rule compiles, every rule has a
 * case that must match and one that must not, and every case holds.
 *
 * Each case runs through a tracker and a worker of its own, so that none leans
 * on what another left behind.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sonda/compile/cases.h"
#include "sonda/compile/compile.h"
#include "sonda/sonda.h"

#define RULES_MAX 512
#define MATCHES_MAX 64

/* What the walk over the folders needs: nftw takes no user pointer. */
static sonda_compile *compiling;
static sonda_engine *engine;
static sonda_content *content;
static uint32_t must_match[RULES_MAX];
static uint32_t must_not[RULES_MAX];
static unsigned wrong;

typedef struct found {
    uint32_t rules[MATCHES_MAX];
    size_t count;
} found;

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(SONDA_CASES_MAX);

    assert_non_null(file);
    assert_non_null(bytes);
    *len = fread(bytes, 1, SONDA_CASES_MAX, file);
    (void)fclose(file);
    return bytes;
}

static bool is_yaml(const char *path, int type)
{
    size_t len = strlen(path);

    return type == FTW_F && len > 4 && strcmp(path + len - 4, ".yml") == 0;
}

static int add_rule(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    size_t len;
    char *bytes;

    (void)st;
    (void)ftw;
    if (is_yaml(path, type)) {
        bytes = read_file(path, &len);
        assert_int_equal(sonda_compile_add_yaml(compiling, path, bytes, len), SONDA_OK);
        free(bytes);
    }
    return 0;
}

static void complain(const char *path, const sonda_case_view *view, const char *what)
{
    fprintf(stderr, "%s:%u: %.*s: %s\n", path, view->line, (int)view->name.len, view->name.data,
            what);
    wrong++;
}

static void on_finding(const sonda_finding *finding, void *user)
{
    found *matches = user;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    uint32_t index;

    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    assert_int_equal(sonda_content_find_rule(content, rule.id.data, rule.id.len, &index),
                     SONDA_OK);
    assert_true(matches->count < MATCHES_MAX);
    matches->rules[matches->count++] = index;
}

static bool has(const found *matches, uint32_t index)
{
    for (size_t i = 0; i < matches->count; i++) {
        if (matches->rules[i] == index) {
            return true;
        }
    }
    return false;
}

static void run_records(const sonda_cases *cases, size_t at, uint32_t count, found *matches)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_tracker *tracker;
    sonda_worker *worker;

    options.on_finding = on_finding;
    options.user = matches;
    assert_int_equal(sonda_tracker_open(&tracker, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_open(&worker, engine, tracker, &options, NULL), SONDA_OK);
    for (uint32_t i = 0; i < count; i++) {
        const void *record;
        size_t len;
        assert_int_equal(sonda_cases_record(cases, at, i, &record, &len), SONDA_OK);
        assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    }
    assert_int_equal(sonda_worker_finish(worker, 0), SONDA_OK);
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
}

static void check_exactly(const sonda_cases *cases,
                          size_t at,
                          const char *path,
                          const sonda_case_view *view,
                          const found *matches)
{
    for (uint32_t i = 0; i < view->expected_count; i++) {
        sonda_text id;
        uint32_t index;
        assert_int_equal(sonda_cases_expected(cases, at, i, &id), SONDA_OK);
        if (sonda_content_find_rule(content, id.data, id.len, &index) != SONDA_OK ||
            !has(matches, index)) {
            complain(path, view, "an expected rule did not match");
        }
    }
    if (matches->count != view->expected_count) {
        complain(path, view, "a rule matched that is not expected");
    }
}

static void run_case(const sonda_cases *cases, size_t at, const char *path)
{
    sonda_case_view view = {0};
    found matches = {{0}, 0};
    uint32_t rule;

    view.struct_size = sizeof view;
    assert_int_equal(sonda_cases_get(cases, at, &view), SONDA_OK);
    if (sonda_content_find_rule(content, view.rule.data, view.rule.len, &rule) != SONDA_OK) {
        complain(path, &view, "no such rule in the content");
        return;
    }
    run_records(cases, at, view.record_count, &matches);
    if (view.expect == SONDA_EXPECT_RULES) {
        check_exactly(cases, at, path, &view, &matches);
    } else if (view.expect == SONDA_EXPECT_MATCH) {
        must_match[rule]++;
        if (!has(&matches, rule)) {
            complain(path, &view, "did not match");
        }
    } else {
        must_not[rule]++;
        if (has(&matches, rule)) {
            complain(path, &view, "matched, and must not");
        }
    }
}

static int run_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    sonda_error error = SONDA_ERROR_INIT;
    sonda_cases *cases;
    size_t len;
    char *bytes;

    (void)st;
    (void)ftw;
    if (!is_yaml(path, type)) {
        return 0;
    }
    bytes = read_file(path, &len);
    if (sonda_cases_open(&cases, bytes, len, NULL, &error) != SONDA_OK) {
        fail_msg("%s:%u: %s", path, error.line, error.message);
    }
    for (size_t i = 0; i < sonda_cases_count(cases); i++) {
        run_case(cases, i, path);
    }
    sonda_cases_close(cases);
    free(bytes);
    return 0;
}

static void report_refused(void)
{
    for (size_t i = 0; i < sonda_compile_count(compiling, 0); i++) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;
        assert_int_equal(sonda_compile_entry_get(compiling, i, &entry), SONDA_OK);
        if (entry.outcome != SONDA_COMPILE_COMPILED) {
            fprintf(stderr, "%.*s:%u: %.*s\n", (int)entry.path.len, entry.path.data, entry.line,
                    (int)entry.reason.len, entry.reason.data);
            wrong++;
        }
    }
}

static int set_up(void **state)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    const void *pack;
    size_t len;

    (void)state;
    assert_int_equal(sonda_compile_open(&compiling, NULL, NULL), SONDA_OK);
    assert_int_equal(nftw(SONDA_SOURCE_DIR "/content/rules", add_rule, 8, FTW_PHYS), 0);
    assert_int_equal(sonda_compile_finish(compiling, &pack, &len, NULL), SONDA_OK);
    options.require_signature = 0;
    assert_int_equal(sonda_content_load(&content, pack, len, &options, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sonda_engine_close(engine);
    sonda_content_release(content);
    sonda_compile_close(compiling);
    return 0;
}

static void test_content__compiled__refuses_no_rule_and_has_sixty(void **state)
{
    (void)state;
    wrong = 0;

    report_refused();

    assert_int_equal(wrong, 0);
    assert_true(sonda_content_rule_count(content) >= 60);
}

static void test_content__every_case__gives_what_it_expects(void **state)
{
    (void)state;
    wrong = 0;

    assert_int_equal(nftw(SONDA_SOURCE_DIR "/content/cases", run_file, 8, FTW_PHYS), 0);

    assert_int_equal(wrong, 0);
}

/* Runs after the cases, whose counts it reads: cmocka keeps the order given. */
static void test_content__every_rule__has_a_match_and_a_near_miss(void **state)
{
    (void)state;
    wrong = 0;

    for (uint32_t i = 0; i < sonda_content_rule_count(content) && i < RULES_MAX; i++) {
        sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
        assert_int_equal(sonda_content_rule(content, i, &rule), SONDA_OK);
        if (must_match[i] == 0 || must_not[i] == 0 || rule.tag_count == 0) {
            fprintf(stderr, "%.*s: lacks a case or an ATT&CK tag\n", (int)rule.title.len,
                    rule.title.data);
            wrong++;
        }
    }

    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content__compiled__refuses_no_rule_and_has_sixty),
        cmocka_unit_test(test_content__every_case__gives_what_it_expects),
        cmocka_unit_test(test_content__every_rule__has_a_match_and_a_near_miss),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
