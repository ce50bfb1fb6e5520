/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules from files to a finished compilation.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_RULESET_H
#define SONDA_TOOLS_RULESET_H

#include "arguments.h"
#include "sonda/compile/compile.h"

typedef struct ruleset {
    sonda_compile *compile;
    const void *pack; /* NULL while there is none */
    size_t pack_len;
    size_t unreadable; /* files that could not be read */
} ruleset;

/*
 * Compiles every path of both lists (`filters` may be NULL), with a placeholder
 * table unless `placeholders` is NULL and a response policy unless `policy` is:
 * files as they are, folders for their *.yml
 * and *.yaml. An exit code; what did not compile is complained about when
 * `tell` is set. EXIT_INPUT when nothing at all is usable, EXIT_INTERRUPTED
 * when a signal came. Close in any case.
 */
int ruleset_open(ruleset *self,
                 program *of,
                 const text_list *rules,
                 const text_list *filters,
                 const char *placeholders,
                 const char *policy,
                 bool tell);

void ruleset_close(ruleset *self);

#endif
