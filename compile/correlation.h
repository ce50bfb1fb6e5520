/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a YAML document to a correlation, checked as far as it can be by itself.
 * Whom it names is for link_correlations.h.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_CORRELATION_H
#define SONDA_COMPILE_CORRELATION_H

#include "compile/sigma_rule.h"
#include "core/rules/pack_format.h"

/* `alias: {rule: field}`, one for each rule of an alias. */
typedef struct sonda__correlation_alias {
    sonda__span alias;
    sonda__rule_value rule; /* as written: name or id */
    sonda__span field;
} sonda__correlation_alias;

typedef struct sonda__correlation {
    sonda__rule rule; /* its head: no log source, no detection */
    sonda__correlation_type type;
    uint32_t flags;    /* SONDA__CORRELATION_… */
    uint32_t compares; /* bit n: bounds[n] is set */
    uint32_t percent;  /* hundredths */
    uint32_t group_line;
    uint32_t value_line;
    uint64_t timespan_ns;
    double bounds[SONDA__BOUND_COUNT];
    size_t target_count;
    const sonda__rule_value *targets; /* as written: ids or names */
    size_t group_count;
    const sonda__span *groups;
    size_t value_count;
    const sonda__span *values; /* the condition's fields */
    size_t alias_count;
    const sonda__correlation_alias *aliases;
} sonda__correlation;

/* As sonda__rule_parse(). */
sonda_status sonda__correlation_parse(sonda__pool *pool,
                                      const sonda__yaml_node *root,
                                      const char *path,
                                      sonda__correlation *correlation,
                                      sonda_error *error);

/* "event_count" and so on, as in rules; "" beyond them. */
const char *sonda__correlation_type_name(uint32_t type);

#endif
