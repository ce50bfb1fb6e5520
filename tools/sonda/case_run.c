/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Running cases: parse, process, judge.
 *
 * Module tools.
 */

#include "case_run.h"
#include "sonda/host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one case collects while its records are processed. */
typedef struct collecting {
    const sonda_content *content;
    case_result *result;
    uint64_t of_rule; /* matches of the case's rule */
    bool no_memory;
} collecting;

static void add_match(collecting *self, uint32_t rule)
{
    case_result *result = self->result;
    uint32_t *more;
    size_t at = result->got_count;

    while (at > 0 && result->got[at - 1] > rule) {
        at--;
    }
    if (at > 0 && result->got[at - 1] == rule) {
        return;
    }
    more = realloc(result->got, (result->got_count + 1) * sizeof *more);
    if (more == NULL) {
        self->no_memory = true;
        return;
    }
    memmove(more + at + 1, more + at, (result->got_count - at) * sizeof *more);
    more[at] = rule;
    result->got = more;
    result->got_count++;
}

static void on_finding(const sonda_finding *finding, void *user)
{
    collecting *self = user;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    uint32_t index;

    if (sonda_finding_rule(finding, &rule) == SONDA_OK &&
        sonda_content_find_rule(self->content, rule.id.data, rule.id.len, &index) == SONDA_OK) {
        self->of_rule += index == self->result->rule;
        add_match(self, index);
    }
}

static bool has(const case_result *result, uint32_t rule)
{
    for (size_t i = 0; i < result->got_count; i++) {
        if (result->got[i] == rule) {
            return true;
        }
    }
    return false;
}

static uint32_t index_of(const sonda_content *content, sonda_text id)
{
    uint32_t index = CASE_NO_RULE;

    (void)sonda_content_find_rule(content, id.data, id.len, &index);
    return index;
}

/* The id at `which` of the case's list. */
static sonda_text expected_at(const case_file *file, const case_result *result, uint32_t which)
{
    sonda_text id = {"", 0};

    (void)sonda_cases_expected(file->cases, (size_t)(result - file->results), which, &id);
    return id;
}

/* Whether a rule is among those that must match. */
static bool is_expected(const case_file *file,
                        const case_result *result,
                        const sonda_content *content,
                        uint32_t rule)
{
    for (uint32_t i = 0; i < result->view.expected_count; i++) {
        if (index_of(content, expected_at(file, result, i)) == rule) {
            return true;
        }
    }
    return result->view.expect == SONDA_EXPECT_MATCH && rule == result->rule;
}

/* Whether a rule that is not expected must not match, either. */
static bool is_unwanted(const case_result *result, uint32_t rule)
{
    return result->view.expect == SONDA_EXPECT_RULES ||
           (result->view.expect == SONDA_EXPECT_NONE && rule == result->rule);
}

static void
tell_rule(const sonda_content *content, char mark, uint32_t rule, case_line_fn line, void *user)
{
    sonda_rule_view view = SONDA_RULE_VIEW_INIT;

    if (sonda_content_rule(content, rule, &view) == SONDA_OK) {
        line(mark, view.id, view.title, user);
    }
}

static void tell_expected(const case_result *result,
                          const sonda_content *content,
                          sonda_text id,
                          case_line_fn line,
                          void *user)
{
    static const sonda_text unknown = {"(no usable rule)", sizeof "(no usable rule)" - 1};
    uint32_t rule = index_of(content, id);

    if (rule == CASE_NO_RULE) {
        line('-', id, unknown, user);
    } else {
        tell_rule(content, has(result, rule) ? ' ' : '-', rule, line, user);
    }
}

void case_diff(const case_file *file,
               const case_result *result,
               const sonda_content *content,
               case_line_fn line,
               void *user)
{
    for (uint32_t i = 0; i < result->view.expected_count; i++) {
        tell_expected(result, content, expected_at(file, result, i), line, user);
    }
    if (result->view.expect == SONDA_EXPECT_MATCH) {
        tell_expected(result, content, result->view.rule, line, user);
    }
    for (size_t i = 0; i < result->got_count; i++) {
        uint32_t rule = result->got[i];

        if (!is_expected(file, result, content, rule)) {
            tell_rule(content, is_unwanted(result, rule) ? '+' : ' ', rule, line, user);
        }
    }
}

/* A line of the difference that is one. */
static void count_line(char mark, sonda_text id, sonda_text title, void *user)
{
    (void)id;
    (void)title;
    *(bool *)user = *(bool *)user || mark != ' ';
}

static void fail(case_result *result, const char *reason)
{
    result->failed = true;
    (void)snprintf(result->reason, sizeof result->reason, "%s", reason);
}

static void judge(const case_file *file, case_result *result, const collecting *seen)
{
    uint32_t wanted = result->view.match_count;

    case_diff(file, result, seen->content, count_line, &result->failed);
    if (!result->failed && seen->of_rule < wanted) {
        result->failed = true;
        (void)snprintf(result->reason, sizeof result->reason,
                       "the rule must match %u times or more and matched %llu times",
                       (unsigned)wanted, (unsigned long long)seen->of_rule);
    }
}

static void
process(case_file *file, case_result *result, sonda_engine *engine, collecting *seen)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_tracker *tracker = NULL;
    case_events events = {.path = file->path,
                          .cases = file->cases,
                          .index = (size_t)(result - file->results),
                          .view = &result->view};

    options.on_finding = on_finding;
    options.user = seen;
    if (sonda_tracker_open(&tracker, NULL, NULL) != SONDA_OK ||
        sonda_worker_open(&events.worker, engine, tracker, &options, NULL) != SONDA_OK) {
        fail(result, "out of memory");
    } else if (!case_events_run(&events)) {
        fail(result, events.reason);
    } else if (seen->no_memory) {
        fail(result, "out of memory");
    } else {
        judge(file, result, seen);
    }
    sonda_worker_close(events.worker);
    sonda_tracker_close(tracker);
}

static void run_case(case_file *file,
                     case_result *result,
                     sonda_engine *engine,
                     const sonda_content *content)
{
    collecting seen = {.content = content, .result = result};

    result->rule = index_of(content, result->view.rule);
    if (result->rule == CASE_NO_RULE) {
        result->failed = true;
        (void)snprintf(result->reason, sizeof result->reason, "no usable rule has the id %.*s",
                       (int)result->view.rule.len, result->view.rule.data);
    } else {
        process(file, result, engine, &seen);
    }
    file->failed += result->failed;
}

static void trouble(case_file *self, uint32_t line, const char *reason)
{
    self->line = line;
    (void)snprintf(self->trouble, sizeof self->trouble, "%s", reason);
}

static bool open_cases(case_file *self)
{
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;
    sonda_status status =
        sonda_file_read(self->path, SONDA_CASES_MAX, NULL, &bytes, &len, &error);

    if (status == SONDA_OK) {
        status = sonda_cases_open(&self->cases, bytes, len, NULL, &error);
    }
    free(bytes);
    if (status != SONDA_OK) {
        trouble(self, error.line,
                error.message[0] != '\0' ? error.message : sonda_status_text(status));
        return false;
    }
    self->count = sonda_cases_count(self->cases);
    self->results = calloc(self->count, sizeof *self->results);
    if (self->results == NULL) {
        self->count = 0;
        trouble(self, 0, "out of memory");
    }
    return self->results != NULL;
}

void case_file_run(case_file *self, sonda_engine *engine, const sonda_content *content)
{
    const sonda_case_view empty = SONDA_CASE_VIEW_INIT;

    if (!open_cases(self)) {
        return;
    }
    for (size_t i = 0; i < self->count; i++) {
        self->results[i].view = empty;
        (void)sonda_cases_get(self->cases, i, &self->results[i].view);
        run_case(self, &self->results[i], engine, content);
    }
}

void case_file_reset(case_file *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->results[i].got);
    }
    free(self->results);
    sonda_cases_close(self->cases);
    self->results = NULL;
    self->cases = NULL;
    self->count = 0;
}
