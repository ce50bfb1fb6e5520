/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lowering of parsed rules into a content pack.
 *
 * A rule is lowered whole or not at all: one that fails leaves the pack as it
 * was. The same rules in the same order give the same bytes on every machine.
 *
 * Module compile: writes what core/rules/pack_format.h describes.
 */

#ifndef SONDA_COMPILE_PACK_WRITER_H
#define SONDA_COMPILE_PACK_WRITER_H

#include "compile/correlation.h"
#include "compile/policy.h"
#include "compile/rule_cost.h"
#include "sonda/allocator.h"
#include "sonda/status.h"

typedef struct sonda__pack_writer sonda__pack_writer;

/* Opens an empty pack. `allocator` may be NULL for malloc and free. */
sonda_status sonda__pack_writer_open(sonda__pack_writer **writer,
                                     const sonda_allocator *allocator);

/* NULL does nothing. */
void sonda__pack_writer_close(sonda__pack_writer *writer);

/*
 * Lowers one rule and appends it; everything is copied. A value that cannot be
 * lowered gets SONDA_ERR_MALFORMED or SONDA_ERR_UNSUPPORTED (a modifier or a
 * construct that is known and refused), with the reason in error->message and
 * its line in error->line. SONDA_ERR_LIMIT for a rule beyond the format's
 * limits, SONDA_ERR_NO_MEMORY as usual.
 */
sonda_status sonda__pack_writer_add_rule(sonda__pack_writer *writer,
                                         const sonda__rule *rule,
                                         sonda_error *error);

/*
 * Lowers a filter: where it holds for an event, the rules with the ids
 * `targets` do not match. No target: every rule. Its log sources must hold too.
 * Target ids need not be in this pack: it may be laid over another.
 */
sonda_status sonda__pack_writer_add_filter(sonda__pack_writer *writer,
                                           const sonda__rule *filter,
                                           const sonda__span *targets,
                                           size_t target_count,
                                           sonda_error *error);

/* What a correlation hears of one rule; numbers are of the pack. */
typedef struct sonda__pack_input {
    uint32_t from;     /* as in SONDA__AT_INPUT_FROM */
    uint32_t event;    /* the rule that the event matched */
    uint32_t position; /* in the list of rules the correlation names */
    uint32_t field_count;
    /* Candidates for each name, names of records; data is NULL between two names. */
    const sonda__span *fields;
} sonda__pack_input;

/*
 * Appends a correlation, which becomes a rule as well. Those it hears of were
 * added before. `rules` has the number of each rule it names. `index` is its
 * number among the correlations.
 */
sonda_status sonda__pack_writer_add_correlation(sonda__pack_writer *writer,
                                                const sonda__correlation *correlation,
                                                const uint32_t *rules,
                                                const sonda__pack_input *inputs,
                                                size_t input_count,
                                                uint32_t *index,
                                                sonda_error *error);

/* Writes the response policy beside the rules; once. */
sonda_status sonda__pack_writer_set_policy(sonda__pack_writer *writer,
                                           const sonda__policy *policy,
                                           sonda_error *error);

/* Rules added so far. */
uint32_t sonda__pack_writer_rule_count(const sonda__pack_writer *writer);

/*
 * Ends the pack, unsigned. `bytes` belong to the writer and live until close;
 * nothing can be added afterwards.
 */
sonda_status sonda__pack_writer_finish(sonda__pack_writer *writer,
                                       const uint8_t **bytes,
                                       size_t *len,
                                       sonda_error *error);

/*
 * What each rule costs, by its number, once the pack is finished: `costs` has
 * room for as many as were added. Texts live until close.
 */
void sonda__pack_writer_costs(const sonda__pack_writer *writer, sonda__rule_cost *costs);

#endif
