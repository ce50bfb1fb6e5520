/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Shared by the files that verify a pack.
 *
 * Each check takes the entries of its sections once, in order, so that the
 * whole is linear in the size of the pack: runs that could overlap must follow
 * one another instead, and costs of shared runs come from running sums.
 *
 * Layer 3 (rules). No allocation.
 */

#ifndef SONDA_CORE_RULES_VERIFY_H
#define SONDA_CORE_RULES_VERIFY_H

#include "core/rules/pack.h"

typedef struct sonda__verifier {
    const sonda__pack *pack;
    sonda_error *error;
    uint64_t max_cost_per_byte;
    uint64_t *pattern_cost; /* [i]: cost of the patterns before i */
} sonda__verifier;

/* Refuses the pack for what stands at `at`. */
sonda_status
sonda__verify_refuse(const sonda__verifier *verifier, const uint8_t *at, const char *reason);

/* Refuses it for what it costs: `at` is where that is known. */
sonda_status sonda__verify_refuse_cost(const sonda__verifier *verifier,
                                       const uint8_t *at,
                                       uint64_t cost_per_byte);

/* A text reference, or a list of `kind`, is in range. */
sonda_status sonda__verify_text(const sonda__verifier *verifier, const uint8_t *at);
sonda_status sonda__verify_list(const sonda__verifier *verifier,
                                const uint8_t *at,
                                sonda__section_kind kind);

/* FIELDS, SPANS, CONDITIONS, SOURCES, RULES, RULE_INDEX, FILTERS, ALTERNATIVES. */
sonda_status sonda__verify_rules(const sonda__verifier *verifier);

/* CORRELATIONS and INPUTS. */
sonda_status sonda__verify_correlations(const sonda__verifier *verifier);

/* PREDICATES and PATTERNS; fills pattern_cost. */
sonda_status sonda__verify_patterns(const sonda__verifier *verifier);

/* NODES, tree by tree, and the cost summary of the header. */
sonda_status sonda__verify_trees(const sonda__verifier *verifier);

/* SOURCE_SCANS, ALWAYS, SCANS, LITERALS, POSTINGS. */
sonda_status sonda__verify_scans(const sonda__verifier *verifier);

/* POLICY. */
sonda_status sonda__verify_policy(const sonda__verifier *verifier);

/* REGEXES, INSTRUCTIONS, CLASSES, RANGES. */
sonda_status sonda__verify_regexes(const sonda__verifier *verifier);

#endif
