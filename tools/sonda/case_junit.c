/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A test run as JUnit XML, the form that build servers read.
 *
 * It holds no times and no host: the same run gives the same bytes.
 *
 * Module tools.
 */

#include "case_report.h"
#include "text.h"

#include <string.h>

static void attribute(sonda_output *out, const char *name, const char *text, size_t len)
{
    put(out, " ");
    put(out, name);
    put(out, "=\"");
    xml_text(out, text, len);
    put(out, "\"");
}

static void number(sonda_output *out, const char *name, uint64_t value)
{
    put(out, " ");
    put(out, name);
    put(out, "=\"");
    json_number(out, value);
    put(out, "\"");
}

static void diff_line(char mark, sonda_text id, sonda_text title, void *user)
{
    sonda_output *out = user;
    char start[] = {mark, ' ', '\0'};

    put(out, start);
    xml_text(out, id.data, id.len);
    put(out, "  ");
    xml_text(out, title.data, title.len);
    put(out, "\n");
}

static void one_case(sonda_output *out,
                     const case_run *self,
                     const case_file *file,
                     const case_result *result)
{
    put(out, "    <testcase");
    attribute(out, "classname", result->view.rule.data, result->view.rule.len);
    attribute(out, "name", result->view.name.data, result->view.name.len);
    attribute(out, "file", file->path, strlen(file->path));
    number(out, "line", result->view.line);
    if (!result->failed) {
        put(out, "/>\n");
        return;
    }
    put(out, ">\n      <failure");
    if (result->reason[0] != '\0') {
        attribute(out, "message", result->reason, strlen(result->reason));
        put(out, "/>\n");
    } else {
        put(out, " message=\"other rules match than expected\">");
        case_diff(file, result, self->content, diff_line, out);
        put(out, "</failure>\n");
    }
    put(out, "    </testcase>\n");
}

static void one_file(sonda_output *out, const case_run *self, const case_file *file)
{
    bool unusable = file->trouble[0] != '\0';

    put(out, "  <testsuite");
    attribute(out, "name", file->path, strlen(file->path));
    number(out, "tests", unusable ? 1 : file->count);
    number(out, "failures", file->failed);
    number(out, "errors", unusable);
    put(out, ">\n");
    for (size_t at = 0; at < file->count; at++) {
        one_case(out, self, file, &file->results[at]);
    }
    if (unusable) {
        put(out, "    <testcase classname=\"cases\" name=\"the file can be read\"");
        attribute(out, "file", file->path, strlen(file->path));
        number(out, "line", file->line);
        put(out, ">\n      <error");
        attribute(out, "message", file->trouble, strlen(file->trouble));
        put(out, "/>\n    </testcase>\n");
    }
    put(out, "  </testsuite>\n");
}

static void lacking(sonda_output *out, const case_run *self, size_t count)
{
    put(out, "  <testsuite name=\"rules without cases\"");
    number(out, "tests", count);
    number(out, "failures", count);
    put(out, " errors=\"0\">\n");
    for (uint32_t i = 0; i < sonda_content_rule_count(self->content); i++) {
        const char *lack = case_run_lack(self, i);
        sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

        if (lack != NULL && sonda_content_rule(self->content, i, &rule) == SONDA_OK) {
            put(out, "    <testcase");
            attribute(out, "classname", rule.id.data, rule.id.len);
            attribute(out, "name", rule.title.data, rule.title.len);
            put(out, ">\n      <failure");
            attribute(out, "message", lack, strlen(lack));
            put(out, "/>\n    </testcase>\n");
        }
    }
    put(out, "  </testsuite>\n");
}

void case_report_junit(sonda_output *out,
                       const case_run *self,
                       const case_totals *totals,
                       bool lacks)
{
    size_t more = lacks ? totals->lacking : 0;

    put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sonda test\"");
    number(out, "tests", totals->cases + totals->unusable + more);
    number(out, "failures", totals->failed + more);
    number(out, "errors", totals->unusable);
    put(out, ">\n");
    for (size_t i = 0; i < self->file_count; i++) {
        one_file(out, self, &self->files[i]);
    }
    if (more != 0) {
        lacking(out, self, more);
    }
    put(out, "</testsuites>\n");
}
