/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Shared by the files that explain: the walk, log sources, and values.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_EXPLAIN_H
#define SONDA_CORE_DETECT_EXPLAIN_H

#include "core/detect/evaluate.h"
#include "sonda/explain.h"

/* Room for the values a log source accepts; real ones take a few dozen bytes. */
#define SONDA__EXPLAIN_LIST_BYTES 512u

/* A walk under way. */
typedef struct sonda__explanation {
    sonda__question question; /* of the pack whose rule or filter is walked */
    sonda_explain_fn on_node;
    void *user;
    uint32_t depth; /* of the next node */
    size_t wanted_len;
    char wanted[SONDA__EXPLAIN_LIST_BYTES];
    char number[24];
} sonda__explanation;

/* An empty node of a kind at the walk's depth. */
sonda_explain_node sonda__explain_node(const sonda__explanation *walk, uint32_t kind);

sonda_status sonda__explain_tell(const sonda__explanation *walk,
                                 const sonda_explain_node *node);

static inline sonda_text sonda__explain_text(sonda__span span)
{
    sonda_text text = {span.data, span.len};

    return text;
}

/* How many requirements of a log source do not hold. */
uint32_t sonda__explain_source_missing(const sonda__explanation *walk, uint32_t source);

/* A node for each requirement of a log source. */
sonda_status sonda__explain_source(sonda__explanation *walk, uint32_t source);

/*
 * How many values of an item hold; `*total` of them there are. Forms of one
 * value count as one.
 */
uint32_t
sonda__explain_item_count(const sonda__explanation *walk, uint32_t predicate, uint32_t *total);

/* The node of an item and those of its values. */
sonda_status sonda__explain_item(sonda__explanation *walk, uint32_t predicate);

/*
 * Fills what came nearest to a value of an item that does not hold, unless the
 * node, from another form of the value, has something nearer.
 */
void sonda__explain_near(const sonda__explanation *walk,
                         const uint8_t *pattern,
                         sonda_field_id id,
                         sonda_explain_node *node);

/* For a field that rules do not see: ABSENT, with a name like it, or HIDDEN. */
void sonda__explain_absence(const sonda__explanation *walk,
                            sonda__span name,
                            sonda_explain_node *node);

#endif
