/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The response policy: which findings shall be denied, kill or stay unsaid.
 * docs/policy.md is the contract of the file.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_POLICY_H
#define SONDA_COMPILE_POLICY_H

#include "compile/pack_sections.h"
#include "compile/report.h"

typedef struct sonda__policy_entry {
    uint32_t kind;   /* sonda__policy_kind */
    uint32_t action; /* SONDA_ACTION_… */
    uint32_t level;
    uint32_t line;
    sonda__span name;
    sonda__span feature;
    bool known; /* a rule of the pack has this id */
} sonda__policy_entry;

/* In the order of the pack: by kind, level and name. */
typedef struct sonda__policy {
    size_t count;
    sonda__policy_entry *list;
} sonda__policy;

/*
 * Reads a policy file into `pool`. `allocator` is for the reading alone. On
 * failure `error` names the line and what to do.
 */
sonda_status sonda__policy_read(sonda__pool *pool,
                                const void *bytes,
                                size_t len,
                                const sonda_allocator *allocator,
                                sonda__policy *policy,
                                sonda_error *error);

/*
 * Whether every rule it names is among those of the report that compiled;
 * SONDA_ERR_NOT_FOUND with the line of one that is not. A report without any
 * rule is for a pack that is laid over others: their rules are not known here.
 */
sonda_status
sonda__policy_check(sonda__policy *policy, const sonda__report *report, sonda_error *error);

/* Writes it into its section. */
void sonda__policy_put(sonda__pack_sections *sections, const sonda__policy *policy);

#endif
