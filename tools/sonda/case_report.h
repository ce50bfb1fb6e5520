/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a test run found, for people and for machines; and which rules have no
 * case.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_CASE_REPORT_H
#define SONDA_TOOLS_CASE_REPORT_H

#include "case_run.h"
#include "program.h"

/* A whole run; files in the order they were found. */
typedef struct case_run {
    const sonda_content *content;
    case_file *files;
    size_t file_count;
    uint8_t *covered; /* by rule: COVERED_… */
} case_run;

/* What a rule's cases try. */
#define COVERED_MATCH 1u /* one must match */
#define COVERED_NONE 2u  /* one must not */
#define COVERED_BOTH 3u

typedef struct case_totals {
    size_t cases;
    size_t failed;
    size_t unusable; /* files */
    size_t bare;     /* rules without any case */
    size_t lacking;  /* rules without a match or without a near-miss */
} case_totals;

/* Fills `covered`, which has a zero for each rule, and counts. */
void case_run_count(const case_run *self, case_totals *totals);

/* What a rule's cases lack, such as "no case"; NULL: nothing. */
const char *case_run_lack(const case_run *self, uint32_t rule);

/* Failed cases as differences, lacking rules if wanted, and the last line. */
void case_report_text(program *to, const case_run *self, const case_totals *totals, bool lacks);

/* The run as JUnit XML; with `lacks`, rules that lack cases are failures of it. */
void case_report_junit(sonda_output *out,
                       const case_run *self,
                       const case_totals *totals,
                       bool lacks);

#endif
