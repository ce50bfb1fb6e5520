/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whom correlations name, and the order in which they depend on each other.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LINK_CORRELATIONS_H
#define SONDA_COMPILE_LINK_CORRELATIONS_H

#include "compile/pack_writer.h"
#include "compile/report.h"

/* A rule that is in the pack. */
typedef struct sonda__linkable {
    const sonda__rule *rule;
    uint32_t index; /* of the pack */
    uint32_t reserved;
} sonda__linkable;

/*
 * Resolves and writes the correlations of `entries`; one that names what is
 * not there, or itself by a detour, is refused in the report.
 */
sonda_status sonda__link_correlations(sonda__pool *pool,
                                      sonda__pack_writer *writer,
                                      const sonda__linkable *rules,
                                      size_t rule_count,
                                      sonda__report_entry *const *entries,
                                      size_t count,
                                      sonda_error *error);

#endif
