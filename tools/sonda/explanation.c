/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keeping the nearest event of an input.
 *
 * Nearer is: a match, then one that a filter took away, then an event of the
 * rule's log source, then fewer values that would have to be otherwise. Of
 * equals the first stays.
 *
 * Module tools.
 */

#include "explanation.h"

#include <stdlib.h>
#include <string.h>

/* Where the copy stands in the pool. */
static size_t keep_bytes(explanation *self, const char *text, size_t len)
{
    size_t at = self->pool_used;

    if (len > self->pool_size - self->pool_used) {
        size_t size = self->pool_size * 2 + len + 4096;
        char *pool = realloc(self->pool, size);

        if (pool == NULL) {
            self->no_memory = true;
            return 0;
        }
        self->pool = pool;
        self->pool_size = size;
    }
    if (len > 0) {
        memcpy(self->pool + at, text, len);
    }
    self->pool_used += len;
    return at;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

/* The part of a value around the place of interest, whole code points. */
static void window(const sonda_explain_node *node, size_t *from, size_t *len)
{
    size_t whole = node->value.len;
    size_t at = node->position < whole ? (size_t)node->position : whole;

    *from = at > KEPT_BEFORE && whole > KEPT_VALUE ? at - KEPT_BEFORE : 0;
    while (*from<whole && * from> 0 && is_continuation(node->value.data[*from])) {
        (*from)++;
    }
    *len = whole - *from < KEPT_VALUE ? whole - *from : KEPT_VALUE;
    while (*len > 0 && *from + *len < whole &&
           is_continuation(node->value.data[*from + *len])) {
        (*len)--;
    }
}

/* The texts of a node in one order. */
static void texts_of(sonda_explain_node *node, sonda_text *texts[KEPT_TEXTS])
{
    texts[0] = &node->name;
    texts[1] = &node->title;
    texts[2] = &node->wanted;
    texts[3] = &node->field;
    texts[4] = &node->part;
    texts[5] = &node->value;
}

static bool make_room(explanation *self)
{
    size_t capacity = self->capacity * 2 + 64;
    kept_node *nodes;

    if (self->count < self->capacity) {
        return true;
    }
    nodes = realloc(self->nodes, capacity * sizeof *nodes);
    if (nodes == NULL) {
        self->no_memory = true;
        return false;
    }
    self->nodes = nodes;
    self->capacity = capacity;
    return true;
}

static sonda_status keep(explanation *self, const sonda_explain_node *node)
{
    sonda_text *texts[KEPT_TEXTS];
    kept_node *kept;

    if (!make_room(self)) {
        return SONDA_ERR_NO_MEMORY;
    }
    kept = &self->nodes[self->count++];
    kept->node = *node;
    kept->value_len = node->value.len;
    window(node, &kept->value_from, &kept->node.value.len);
    kept->node.value.data += kept->value_from;
    texts_of(&kept->node, texts);
    for (size_t i = 0; i < KEPT_TEXTS; i++) {
        texts[i]->len = texts[i]->len < KEPT_TEXT ? texts[i]->len : (size_t)KEPT_TEXT;
        kept->at[i] = keep_bytes(self, texts[i]->data, texts[i]->len);
    }
    return self->no_memory ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

/* All texts are there: the pool stays where it is. */
static void seal(explanation *self)
{
    for (size_t i = 0; i < self->count; i++) {
        sonda_text *texts[KEPT_TEXTS];

        texts_of(&self->nodes[i].node, texts);
        for (size_t k = 0; k < KEPT_TEXTS; k++) {
            texts[k]->data = texts[k]->len == 0 ? "" : self->pool + self->nodes[i].at[k];
        }
    }
}

/* How near an event came, as one number. */
static uint64_t nearness(const sonda_explain_node *rule)
{
    uint64_t rank = rule->holds != 0                             ? 3
                    : (rule->flags & SONDA_EXPLAIN_MATCHES) != 0 ? 2
                    : (rule->flags & SONDA_EXPLAIN_APPLIES) != 0 ? 1
                                                                 : 0;

    return rank << 32 | (UINT32_MAX - rule->missing);
}

static sonda_status on_node(const sonda_explain_node *node, void *user)
{
    explanation *self = user;

    if (node->kind == SONDA_EXPLAIN_RULE && node->depth == 0) {
        self->events++;
        self->applicable += (node->flags & SONDA_EXPLAIN_APPLIES) != 0;
        self->matched += node->holds;
        if (self->count > 0 && nearness(node) <= nearness(&self->nodes[0].node)) {
            return SONDA_ERR_END;
        }
        self->count = 0;
        self->pool_used = 0;
    }
    return keep(self, node);
}

sonda_status
explanation_add(explanation *self, sonda_explainer *explainer, const sonda_event *event)
{
    sonda_status status =
        sonda_explain_rule(explainer, self->content, self->rule_index, event, on_node, self);

    if (status == SONDA_ERR_END) {
        return SONDA_OK;
    }
    if (status == SONDA_OK) {
        seal(self);
        self->record = sonda_event_header(event)->seq;
        self->class_uid = sonda_event_class(event);
        self->activity_id = sonda_event_activity(event);
    } else {
        self->count = 0;
    }
    return status;
}

void explanation_reset(explanation *self)
{
    self->count = 0;
    self->pool_used = 0;
    self->events = 0;
    self->applicable = 0;
    self->matched = 0;
    self->found = 0;
}

void explanation_close(explanation *self)
{
    free(self->nodes);
    free(self->pool);
    memset(self, 0, sizeof *self);
}

size_t explanation_end(const explanation *self, size_t i)
{
    size_t end = i + 1;

    while (end < self->count && self->nodes[end].node.depth > self->nodes[i].node.depth) {
        end++;
    }
    return end;
}
