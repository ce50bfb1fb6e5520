/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a rule's `logsource` to the alternatives it stands for.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOG_SOURCE_H
#define SONDA_COMPILE_LOG_SOURCE_H

#include "compile/pool.h"
#include "compile/rule.h"
#include "sonda/status.h"

/* What a rule writes; empty where it says nothing. */
typedef struct sonda__log_source_name {
    sonda__span category;
    sonda__span product;
    sonda__span service;
} sonda__log_source_name;

/*
 * Resolves a name by the table. A product alone is every event of it; a
 * category without a product is that category of every product.
 * SONDA_ERR_NOT_FOUND, with the reason: the table has no such source.
 */
sonda_status sonda__log_source_resolve(sonda__pool *pool,
                                       const sonda__log_source_name *name,
                                       const sonda__log_source **sources,
                                       size_t *source_count,
                                       sonda_error *error);

#endif
