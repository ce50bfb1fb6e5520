/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What sonda_cases holds, for its two parsers: case files and SigmaHQ's info
 * files.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_CASE_LIST_H
#define SONDA_COMPILE_CASE_LIST_H

#include "compile/pool.h"
#include "sonda/compile/cases.h"

typedef struct sonda__case {
    sonda_case_view view;
    sonda__span *records;
    sonda_text *expected;
} sonda__case;

struct sonda_cases {
    sonda__pool pool; /* all that the list points to */
    sonda_allocator allocator;
    sonda__case *list;
    size_t count;
};

/* A rule id in lower case, as content knows it, kept in the pool; empty: no memory. */
sonda_text sonda__case_rule_id(sonda_cases *cases, sonda__span id);

#endif
