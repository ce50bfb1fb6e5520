/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What became of each document, in the order they came.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_REPORT_H
#define SONDA_COMPILE_REPORT_H

#include "compile/pool.h"
#include "compile/correlation.h"
#include "compile/rule_cost.h"
#include "sonda/compile/compile.h"

/* Something to look at in a rule that compiles all the same. */
typedef struct sonda__report_warning {
    uint32_t line;
    sonda__span text;
    struct sonda__report_warning *next;
} sonda__report_warning;

/* One document. Texts and what is parsed live in the compilation's pool. */
typedef struct sonda__report_entry {
    uint32_t outcome; /* SONDA_COMPILE_… */
    uint32_t kind;
    uint32_t level;
    uint32_t line;      /* of the reason */
    uint32_t pack_rule; /* number among the pack's rules, while it may go into it */
    uint32_t cost_class;
    sonda__rule_cost cost;
    const char *path;
    sonda__span id;
    sonda__span title;
    sonda__span reason;
    const sonda__rule *rule; /* set while it may go into the pack */
    const sonda__filter *filter;
    const sonda__correlation *correlation;
    sonda__report_warning *warnings; /* in the order found */
} sonda__report_entry;

typedef struct sonda__report {
    sonda_allocator allocator;
    sonda__report_entry *entries;
    size_t count;
    size_t capacity;
} sonda__report;

void sonda__report_init(sonda__report *report, const sonda_allocator *allocator);

void sonda__report_reset(sonda__report *report);

/* A zeroed entry at the end, good until the next one; NULL: no memory. */
sonda__report_entry *sonda__report_add(sonda__report *report);

/* Adds a warning; texts are copied to `pool`. */
sonda_status sonda__report_warn(sonda__report_entry *entry,
                                sonda__pool *pool,
                                uint32_t line,
                                const char *text);

/*
 * Sets an outcome and the reason for it, copied to `pool`; the error's line
 * replaces the entry's where it has one. What was parsed is let go, and what it
 * was warned of.
 */
sonda_status sonda__report_refuse(sonda__report_entry *entry,
                                  sonda__pool *pool,
                                  uint32_t outcome,
                                  const sonda_error *error);

#endif
