/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A kept explanation: of the events of an input, the one that came nearest to
 * a rule.
 *
 * Nodes are copied when a nearer event shows up, since the event is gone before
 * it is known to be the nearest. Long texts are cut to what a reader needs.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_EXPLANATION_H
#define SONDA_TOOLS_EXPLANATION_H

#include "program.h"
#include "sonda/explain.h"

/* Bytes kept of a value, and of them before the place of interest. */
#define KEPT_VALUE 512u
#define KEPT_BEFORE 120u
/* Bytes kept of any other text. */
#define KEPT_TEXT 4096u

/* Texts of a node that are kept: name, title, wanted, field, part, value. */
#define KEPT_TEXTS 6u

/* A node with texts of its own. */
typedef struct kept_node {
    sonda_explain_node node; /* `value` is the part that was kept */
    size_t at[KEPT_TEXTS];   /* where its texts stand in the pool */
    size_t value_from;       /* where that part begins in the whole value */
    size_t value_len;        /* of the whole value */
} kept_node;

typedef struct explanation {
    const sonda_content *content;
    uint32_t rule_index;
    kept_node *nodes;
    size_t count;
    size_t capacity;
    char *pool; /* texts; it moves, so nodes point into it only when all are there */
    size_t pool_used;
    size_t pool_size;
    bool no_memory;
    /* The event it is about. */
    uint64_t record;
    uint32_t class_uid;
    uint32_t activity_id;
    /* What was looked at. */
    uint64_t events;
    uint64_t applicable;
    uint64_t matched;
    uint64_t found; /* findings of the rule: how often a correlation was complete */
} explanation;

/* Looks at one event and keeps it when it is nearer than the one before. */
sonda_status
explanation_add(explanation *self, sonda_explainer *explainer, const sonda_event *event);

/* Forgets the event, for the next input. */
void explanation_reset(explanation *self);

void explanation_close(explanation *self);

/* What goes with an explanation when it is written. */
typedef struct explanation_frame {
    const char *file;
    bool disabled;    /* by the operator */
    bool below_level; /* likewise */
} explanation_frame;

void explanation_write_text(const explanation *self,
                            program *to,
                            const explanation_frame *frame);

void explanation_write_json(const explanation *self,
                            program *to,
                            const explanation_frame *frame);

/* Index past the nodes inside node `i`. */
size_t explanation_end(const explanation *self, size_t i);

#endif
