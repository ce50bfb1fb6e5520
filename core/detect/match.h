/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Matching: which rules of a content hold for one event, and why.
 *
 * The semantics of Sigma live behind these four functions and nowhere else.
 * Tables of the pack tell which rules an event may concern; only their
 * conditions are evaluated. Evaluating all of them would answer the same, which
 * tests/unit/detect/test_differential.c demands.
 *
 * Layer 4 (detect): uses base, codec, event and rules. Allocates at open only.
 */

#ifndef SONDA_CORE_DETECT_MATCH_H
#define SONDA_CORE_DETECT_MATCH_H

#include "core/event/event.h"
#include "sonda/content.h"

/* Scratch of one worker: one caller at a time. */
typedef struct sonda__matcher sonda__matcher;

/* Called once for each rule that matches, in ascending order. */
typedef void (*sonda__match_fn)(uint32_t rule_index, void *user);

/* Why a rule matched: one field value and what it met. */
typedef struct sonda__evidence {
    sonda__span selection; /* name in the rule; lives in the content */
    sonda__span field;     /* name in the event */
    sonda__span value;     /* the event's text, whole */
    sonda__span pattern;   /* the rule's text, as written */
    uint32_t field_index;  /* position in the event's fields */
    uint32_t reserved;
    size_t position; /* first byte in `value`, or SONDA__EVIDENCE_WHOLE */
    size_t length;   /* bytes from there */
} sonda__evidence;

/* The value as a whole met the pattern: a number, an address, exists, null. */
#define SONDA__EVIDENCE_WHOLE SIZE_MAX

/*
 * Opens scratch large enough for any event and any content. Most of it is
 * address space that only long values touch.
 */
sonda_status sonda__matcher_open(sonda__matcher **matcher, const sonda_allocator *allocator);

/* NULL does nothing. */
void sonda__matcher_close(sonda__matcher *matcher);

/* Whether instructions are used that only some processors have; they are at first. */
void sonda__matcher_use_simd(sonda__matcher *matcher, bool simd);

/* What matching cost and left out: since the scratch was opened, and last. */
typedef struct sonda__match_counts {
    uint64_t evaluated; /* conditions of candidates */
    uint64_t filtered;  /* matches that a filter took away */
    uint64_t filters;   /* filters that were asked */
    uint64_t trapped;   /* programs that trapped and were switched off */
    uint64_t budget;    /* steps that the last event was allowed */
    uint64_t steps;     /* and those it took */
} sonda__match_counts;

const sonda__match_counts *sonda__matcher_counts(const sonda__matcher *matcher);

/*
 * Whose programs may be switched off, and are; NULL (as opened): nobody's. They
 * are those of the content that sonda__match() is called with.
 */
struct sonda__programs;
void sonda__matcher_use(sonda__matcher *matcher, struct sonda__programs *programs);

/* Programs that the last sonda__match() switched off, in `traps`; at most 16. */
struct sonda__trap;
size_t sonda__matcher_traps(const sonda__matcher *matcher, const struct sonda__trap **traps);

/*
 * Evaluates `event` against `content` (and its base). The event may have been
 * decoded with the names of another content: then names are resolved again.
 * SONDA_ERR_LIMIT when the search for candidates used up the event's budget:
 * rules that were not found by then are not told of. A program that leaves its
 * pack or its share of steps costs its own result only.
 */
sonda_status sonda__match(const sonda_content *content,
                          const sonda_event *event,
                          sonda__matcher *matcher,
                          sonda__match_fn on_match,
                          void *user);

/*
 * Why `rule_index` matches `event`: at most `capacity` entries, one for each
 * field value that made a selection true (negated parts have none). Returns
 * how many were written; 0 when the rule does not match. May be called from
 * the match callback.
 */
size_t sonda__match_evidence(const sonda_content *content,
                             uint32_t rule_index,
                             const sonda_event *event,
                             sonda__matcher *matcher,
                             sonda__evidence *out,
                             size_t capacity);

#endif
