/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Case files run, and what came of each case.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_CASE_RUN_H
#define SONDA_TOOLS_CASE_RUN_H

#include "case_events.h"
#include "sonda/content.h"
#include "sonda/engine.h"

/* No rule of the content. */
#define CASE_NO_RULE UINT32_MAX

/* One case after it ran. */
typedef struct case_result {
    sonda_case_view view;
    uint32_t rule; /* index of the case's rule, or CASE_NO_RULE */
    uint32_t *got; /* rules that matched, by index, ascending, each once */
    size_t got_count;
    bool failed;
    char reason[CASE_REASON_ROOM]; /* of failing, unless the rules that matched say all */
} case_result;

/* One case file after it ran. */
typedef struct case_file {
    char *path;
    sonda_cases *cases;
    case_result *results;
    size_t count;
    size_t failed;
    uint32_t line;                  /* of `trouble`; 0: of none */
    char trouble[CASE_REASON_ROOM]; /* why this is no case file; else empty */
} case_file;

/*
 * Runs the file at `self->path`; everything else is output. Each case begins
 * with a tracker and a worker of its own. Runs on any thread.
 */
void case_file_run(case_file *self, sonda_engine *engine, const sonda_content *content);

/* Gives back all but the path. */
void case_file_reset(case_file *self);

/*
 * One line of the difference between expected and got: `mark` is '-' for a rule
 * that was expected and did not match, '+' for one that matched and must not,
 * ' ' for one that may.
 */
typedef void (*case_line_fn)(char mark, sonda_text id, sonda_text title, void *user);

/* The lines of one case that ran: what was expected first, then what else matched. */
void case_diff(const case_file *file,
               const case_result *result,
               const sonda_content *content,
               case_line_fn line,
               void *user);

#endif
