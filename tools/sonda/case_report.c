/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counting a test run, and telling of it as text.
 *
 * Module tools.
 */

#include "case_report.h"
#include "text.h"

#include <string.h>

static void cover(const case_run *self, uint32_t rule, uint8_t how)
{
    if (rule != CASE_NO_RULE) {
        self->covered[rule] |= how;
    }
}

/* A list that does not name the file's rule says that it must not match. */
static void cover_list(const case_run *self, const case_file *file, size_t at)
{
    const case_result *result = &file->results[at];
    bool own = false;

    for (uint32_t i = 0; i < result->view.expected_count; i++) {
        uint32_t rule = CASE_NO_RULE;
        sonda_text id;

        if (sonda_cases_expected(file->cases, at, i, &id) == SONDA_OK) {
            (void)sonda_content_find_rule(self->content, id.data, id.len, &rule);
        }
        cover(self, rule, COVERED_MATCH);
        own = own || rule == result->rule;
    }
    if (!own) {
        cover(self, result->rule, COVERED_NONE);
    }
}

static void cover_case(const case_run *self, const case_file *file, size_t at)
{
    switch (file->results[at].view.expect) {
    case SONDA_EXPECT_RULES:
        cover_list(self, file, at);
        break;
    case SONDA_EXPECT_NONE:
        cover(self, file->results[at].rule, COVERED_NONE);
        break;
    default:
        cover(self, file->results[at].rule, COVERED_MATCH);
        break;
    }
}

void case_run_count(const case_run *self, case_totals *totals)
{
    for (size_t i = 0; i < self->file_count; i++) {
        const case_file *file = &self->files[i];

        totals->cases += file->count;
        totals->failed += file->failed;
        totals->unusable += file->trouble[0] != '\0';
        for (size_t at = 0; at < file->count; at++) {
            cover_case(self, file, at);
        }
    }
    for (uint32_t i = 0; i < sonda_content_rule_count(self->content); i++) {
        totals->bare += self->covered[i] == 0;
        totals->lacking += self->covered[i] != COVERED_BOTH;
    }
}

const char *case_run_lack(const case_run *self, uint32_t rule)
{
    static const char *const lacks[] = {"no case", "no case in which it must not match",
                                        "no case in which it must match", NULL};

    return lacks[self->covered[rule] & COVERED_BOTH];
}

static void diff_line(char mark, sonda_text id, sonda_text title, void *user)
{
    const program *to = user;
    const char *colour = mark == '-' ? "\033[31m" : mark == '+' ? "\033[32m" : "";
    bool coloured = to->out_colour && mark != ' ';
    char start[] = {' ', ' ', mark, ' ', '\0'};

    put(to->out, coloured ? colour : "");
    put(to->out, start);
    put_plain(to->out, id.data, id.len, id.len);
    put(to->out, "  ");
    put_plain(to->out, title.data, title.len, title.len);
    put(to->out, coloured ? "\033[0m\n" : "\n");
}

static void
tell_case(program *to, const case_run *self, const case_file *file, const case_result *result)
{
    static const char *const expectations[] = {"the rule matches", "the rule does not match",
                                               "exactly these rules match"};
    const char *expected = expectations[result->view.expect % 3];

    put_plain(to->out, file->path, strlen(file->path), strlen(file->path));
    print(to, ":%u: ", result->view.line);
    put_plain(to->out, result->view.name.data, result->view.name.len, result->view.name.len);
    if (result->reason[0] != '\0') {
        put(to->out, "\n  ! ");
        put_plain(to->out, result->reason, strlen(result->reason), strlen(result->reason));
        put(to->out, "\n");
    } else {
        print(to, "\n  --- expected: %s\n  +++ got\n", expected);
        case_diff(file, result, self->content, diff_line, to);
    }
}

static void tell_lacks(program *to, const case_run *self)
{
    for (uint32_t i = 0; i < sonda_content_rule_count(self->content); i++) {
        const char *lack = case_run_lack(self, i);
        sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

        if (lack != NULL && sonda_content_rule(self->content, i, &rule) == SONDA_OK) {
            put_plain(to->out, rule.path.data, rule.path.len, rule.path.len);
            print(to, ":%u: %s: ", rule.line, lack);
            put_plain(to->out, rule.title.data, rule.title.len, rule.title.len);
            put(to->out, "\n");
        }
    }
}

void case_report_text(program *to, const case_run *self, const case_totals *totals, bool lacks)
{
    for (size_t i = 0; i < self->file_count; i++) {
        const case_file *file = &self->files[i];

        for (size_t at = 0; at < file->count; at++) {
            if (file->results[at].failed) {
                tell_case(to, self, file, &file->results[at]);
            }
        }
    }
    if (lacks) {
        tell_lacks(to, self);
    }
    print(to, "%zu cases in %zu files: %zu passed, %zu failed; %u rules, %zu without a case\n",
          totals->cases, self->file_count, totals->cases - totals->failed, totals->failed,
          sonda_content_rule_count(self->content), totals->bare);
}
