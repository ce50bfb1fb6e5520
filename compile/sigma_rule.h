/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a YAML document to a rule or a filter, checked.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_SIGMA_RULE_H
#define SONDA_COMPILE_SIGMA_RULE_H

#include "compile/log_source.h"
#include "compile/placeholders.h"
#include "compile/pool.h"
#include "compile/rule.h"
#include "compile/yaml_document.h"

/* What kind of document this is, by its keys. */
typedef enum sonda__document_kind {
    SONDA__DOCUMENT_RULE,
    SONDA__DOCUMENT_FILTER,
    SONDA__DOCUMENT_CORRELATION,
    SONDA__DOCUMENT_OTHER
} sonda__document_kind;

sonda__document_kind sonda__document_kind_of(const sonda__yaml_node *root);

/* What a report says of a document, as far as it can be read. */
typedef struct sonda__document_head {
    sonda__span id; /* as written, in lower case when it is a UUID */
    sonda__span title;
    uint32_t level;
} sonda__document_head;

/* Never refuses; texts are copied to `pool`. SONDA_ERR_NO_MEMORY otherwise. */
sonda_status sonda__document_head_read(sonda__pool *pool,
                                       const sonda__yaml_node *root,
                                       sonda__document_head *head);

/*
 * A filter: the rule of its own that says where it applies, and what it aims
 * at. Targets are as written: ids or names of rules.
 */
typedef struct sonda__filter {
    sonda__rule rule;
    bool any; /* `rules: any` */
    size_t target_count;
    const sonda__rule_value *targets;
} sonda__filter;

/*
 * Reads and checks a document. Everything kept is in `pool`. `path` is kept as
 * it is. Log sources are not resolved: `name` gets what to resolve. Without
 * `placeholders` (NULL) a rule with `expand` is refused.
 */
sonda_status sonda__rule_parse(sonda__pool *pool,
                               const sonda__yaml_node *root,
                               const char *path,
                               const sonda__placeholders *placeholders,
                               sonda__rule *rule,
                               sonda_error *error);

/* The attributes around a detection: all but log source and detection. */
sonda_status sonda__rule_head_parse(sonda__pool *pool,
                                    const sonda__yaml_node *root,
                                    const char *path,
                                    sonda__rule *rule,
                                    sonda_error *error);

sonda_status sonda__filter_parse(sonda__pool *pool,
                                 const sonda__yaml_node *root,
                                 const char *path,
                                 const sonda__placeholders *placeholders,
                                 sonda__filter *filter,
                                 sonda_error *error);

#endif
