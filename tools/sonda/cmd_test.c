/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda test`: rules against events with expected results.
 *
 * Files run side by side, each into its own place; everything is told when all
 * are done, in the order of their names, so that the output does not depend on
 * the number of threads.
 *
 * Module tools.
 */

#include "case_report.h"
#include "commands.h"
#include "complaints.h"
#include "contents.h"
#include "sonda/host/file.h"
#include "sonda/host/parallel.h"
#include "text.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct testing {
    program *program;
    const arguments *given;
    sonda_content *content;
    sonda_engine *engine;
    case_run all;
    const char *root; /* of the walk under way */
    atomic_size_t done;
} testing;

static bool is_yaml(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

static sonda_status add_file(const char *path, void *user)
{
    testing *self = user;
    size_t bytes = (self->all.file_count + 1) * sizeof *self->all.files;
    case_file *more;
    char *copy;

    if (strcmp(path, self->root) != 0 && !is_yaml(path)) {
        return SONDA_OK;
    }
    more = realloc(self->all.files, bytes);
    self->all.files = more != NULL ? more : self->all.files;
    copy = malloc(strlen(path) + 1);
    if (more == NULL || copy == NULL) {
        free(copy);
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(copy, path, strlen(path) + 1);
    memset(&more[self->all.file_count], 0, sizeof *more);
    more[self->all.file_count++].path = copy;
    return SONDA_OK;
}

static int gather(testing *self)
{
    const text_list *paths = &self->given->operands;

    for (size_t i = 0; i < paths->count; i++) {
        sonda_error error = SONDA_ERROR_INIT;
        size_t before = self->all.file_count;
        sonda_status status;

        self->root = paths->items[i];
        status = sonda_file_walk(self->root, add_file, self, &error);
        if (status != SONDA_OK) {
            complain(self->program, "%s: %s", self->root,
                     error.message[0] != '\0' ? error.message : sonda_status_text(status));
            return EXIT_INPUT;
        }
        if (self->all.file_count == before) {
            complain(self->program, "%s: no case files (*.yml) in this folder", self->root);
            return EXIT_INPUT;
        }
    }
    return EXIT_DONE;
}

static void progress(testing *self)
{
    size_t done = atomic_load(&self->done);
    char line[96];

    (void)snprintf(line, sizeof line, "[%-20.*s] %zu of %zu files",
                   (int)(done * 20 / self->all.file_count), "====================", done,
                   self->all.file_count);
    show_progress(self->program, line);
}

/* Only the first thread is the program's: the loop and the terminal are its own. */
static sonda_status run_piece(size_t piece, uint32_t thread, void *user)
{
    testing *self = user;

    if (thread == 0 && sonda_host_check(self->program->host) != SONDA_OK) {
        return SONDA_ERR_CANCELLED;
    }
    case_file_run(&self->all.files[piece], self->engine, self->content);
    (void)atomic_fetch_add(&self->done, 1);
    if (thread == 0) {
        progress(self);
    }
    return SONDA_OK;
}

static void tell_files(testing *self)
{
    complaints unusable = {self->program, 0};

    for (size_t i = 0; i < self->all.file_count; i++) {
        const case_file *file = &self->all.files[i];

        if (file->trouble[0] != '\0' && complaints_admit(&unusable)) {
            if (file->line != 0) {
                complain(self->program, "%s:%u: %s", file->path, file->line, file->trouble);
            } else {
                complain(self->program, "%s: %s", file->path, file->trouble);
            }
        }
    }
    complaints_close(&unusable, "case files could not be used");
}

static int write_junit(testing *self, const case_totals *totals)
{
    const char *path = self->given->junit;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_output *out = NULL;
    sonda_status status;

    if (path == NULL) {
        return EXIT_DONE;
    }
    if (sonda_output_create(&out, path, NULL, &error) != SONDA_OK) {
        complain(self->program, "%s: %s", path, error.message);
        return EXIT_OUTPUT;
    }
    case_report_junit(out, &self->all, totals, self->given->require_cases);
    status = sonda_output_flush(out);
    if (status != SONDA_OK) {
        complain(self->program, "%s: %s", path, sonda_output_reason(out));
    }
    (void)sonda_output_close(out);
    return status == SONDA_OK ? EXIT_DONE : EXIT_OUTPUT;
}

static int tell(testing *self)
{
    bool lacks = self->given->require_cases;
    case_totals totals = {0};
    int code;

    self->all.covered = calloc(sonda_content_rule_count(self->content), 1);
    if (self->all.covered == NULL) {
        complain(self->program, "out of memory");
        return EXIT_REFUSED;
    }
    case_run_count(&self->all, &totals);
    show_progress(self->program, NULL);
    tell_files(self);
    case_report_text(self->program, &self->all, &totals, lacks);
    code = write_junit(self, &totals);
    if (code != EXIT_DONE) {
        return code;
    }
    if (totals.failed != 0 || (lacks && totals.lacking != 0)) {
        return EXIT_DIFFERENCE;
    }
    return totals.unusable != 0 ? EXIT_INPUT : EXIT_DONE;
}

static int run_all(testing *self)
{
    sonda_status status = sonda_engine_open(&self->engine, NULL, NULL);

    if (status == SONDA_OK) {
        status = sonda_engine_publish(self->engine, self->content);
    }
    if (status != SONDA_OK) {
        complain(self->program, "%s", sonda_status_text(status));
        return EXIT_REFUSED;
    }
    self->all.content = self->content;
    if (sonda_parallel_run(self->given->jobs, self->all.file_count, run_piece, self) !=
        SONDA_OK) {
        return EXIT_INTERRUPTED;
    }
    return tell(self);
}

static void close_all(testing *self)
{
    for (size_t i = 0; i < self->all.file_count; i++) {
        case_file_reset(&self->all.files[i]);
        free(self->all.files[i].path);
    }
    free(self->all.files);
    free(self->all.covered);
    sonda_engine_close(self->engine);
    sonda_content_release(self->content);
}

static int run(program *self, arguments *given)
{
    testing job = {.program = self, .given = given};
    int code = gather(&job);

    if (code == EXIT_DONE) {
        code = contents_open(self, given, false, &job.content);
    }
    if (code == EXIT_DONE) {
        code = run_all(&job);
    }
    close_all(&job);
    return code;
}

const command command_test = {
    "test",
    COMMAND_TEST,
    "CASES...",
    "run rules against events with expected results",
    "Runs case files, or folders of *.yml, and shows each difference between the rules\n"
    "that must match and those that do; SigmaHQ's regression folders are taken as they\n"
    "are. Without --rules or --pack the default rules are tested. Exits with 1 on any\n"
    "difference. docs/cases.md describes the form.",
    1,
    (size_t)-1,
    run,
};
