/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The `detection` part of a rule, or the body of a filter: selections, their
 * items, and the condition over them.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_DETECTION_H
#define SONDA_COMPILE_DETECTION_H

#include "compile/placeholders.h"
#include "compile/pool.h"
#include "compile/rule.h"
#include "compile/yaml_document.h"

typedef struct sonda__detection {
    size_t selection_count;
    const sonda__rule_selection *selections;
    const sonda__rule_node *condition;
} sonda__detection;

/*
 * Reads a mapping of selections and `condition`. Keys in `others` (NULL ended)
 * are the caller's. `placeholders` is what `expand` needs, NULL: there is none.
 * Everything kept is in `pool`; the tree may go.
 */
sonda_status sonda__detection_parse(sonda__pool *pool,
                                    const sonda__yaml_node *map,
                                    const char *const *others,
                                    const sonda__placeholders *placeholders,
                                    sonda__detection *detection,
                                    sonda_error *error);

#endif
