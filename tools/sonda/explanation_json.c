/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An explanation as one JSON object on a line. docs/explain.md is its contract.
 *
 * Module tools.
 */

#include "emitter.h"
#include "explanation.h"
#include "explanation_words.h"
#include "text.h"

#include <string.h>

static void key_text(sonda_output *out, const char *name, sonda_text text)
{
    if (text.len > 0) {
        json_key(out, name, 0);
        json_string(out, text.data, text.len);
    }
}

static void key_word(sonda_output *out, const char *name, const char *word, int first)
{
    json_key(out, name, first);
    json_string(out, word, strlen(word));
}

static void key_number(sonda_output *out, const char *name, uint64_t number, int first)
{
    json_key(out, name, first);
    json_number(out, number);
}

static void key_bool(sonda_output *out, const char *name, bool value, int first)
{
    json_key(out, name, first);
    put(out, value ? "true" : "false");
}

/* What a value or a requirement asks, and what was there. */
static void write_leaf(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;

    key_word(out, "asks", words_asks(node), 0);
    json_key(out, "wanted", 0);
    json_string(out, node->wanted.data, node->wanted.len);
    key_text(out, "looked_for", node->part);
    if (node->near_miss != SONDA_EXPLAIN_NEAR_NONE) {
        key_word(out, "near", words_near(node->near_miss), 0);
    }
    key_text(out, "field", node->field);
    if (node->field.len > 0 && node->near_miss != SONDA_EXPLAIN_NEAR_ABSENT) {
        json_key(out, "value", 0);
        json_string(out, node->value.data, node->value.len);
    } else if (node->kind == SONDA_EXPLAIN_REQUIREMENT) {
        key_text(out, "value", node->value);
    }
    if (kept->node.value.len < kept->value_len) {
        key_number(out, "value_from", kept->value_from, 0);
        key_number(out, "value_bytes", kept->value_len, 0);
    }
    if (node->length > 0) {
        key_number(out, "position", node->position, 0);
        key_number(out, "length", node->length, 0);
    }
}

static void write_flags(sonda_output *out, const sonda_explain_node *node)
{
    if (node->kind == SONDA_EXPLAIN_ALTERNATIVE) {
        key_number(out, "number", node->number, 0);
        key_bool(out, "applies", (node->flags & SONDA_EXPLAIN_APPLIES) != 0, 0);
    }
    if (node->kind == SONDA_EXPLAIN_ITEM) {
        key_bool(out, "all", (node->flags & SONDA_EXPLAIN_ALL) != 0, 0);
    }
    if ((node->flags & SONDA_EXPLAIN_KEYWORD) != 0) {
        key_bool(out, "keyword", true, 0);
    }
    if ((node->flags & SONDA_EXPLAIN_CASED) != 0) {
        key_bool(out, "cased", true, 0);
    }
}

static void write_children(const explanation *self, sonda_output *out, size_t i);

/* Nested as deep as the tree, which the pack bounds. */
static void write_node(const explanation *self, sonda_output *out, size_t i)
{
    const sonda_explain_node *node = &self->nodes[i].node;

    put(out, "{");
    key_word(out, "kind", words_kind(node->kind), 1);
    key_bool(out, "holds", node->holds != 0, 0);
    if (node->missing != 0) {
        key_number(out, "missing", node->missing, 0);
    }
    key_text(out, node->title.len > 0 ? "id" : "name", node->name);
    key_text(out, "title", node->title);
    write_flags(out, node);
    if (node->kind == SONDA_EXPLAIN_VALUE || node->kind == SONDA_EXPLAIN_REQUIREMENT) {
        write_leaf(out, &self->nodes[i]);
    } else {
        write_children(self, out, i);
    }
    put(out, "}");
}

static void write_children(const explanation *self, sonda_output *out, size_t i)
{
    size_t end = explanation_end(self, i);
    const char *between = "";

    json_key(out, "nodes", 0);
    put(out, "[");
    for (size_t k = i + 1; k < end; k = explanation_end(self, k)) {
        put(out, between);
        write_node(self, out, k);
        between = ",";
    }
    put(out, "]");
}

static void write_rule(const explanation *self, sonda_output *out)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    (void)sonda_content_rule(self->content, self->rule_index, &rule);
    put(out, "{\"rule\":{");
    json_key(out, "id", 1);
    json_string(out, rule.id.data, rule.id.len);
    json_key(out, "title", 0);
    json_string(out, rule.title.data, rule.title.len);
    key_text(out, "path", rule.path);
    key_number(out, "line", rule.line, 0);
    put(out, "}");
}

void explanation_write_json(const explanation *self,
                            program *to,
                            const explanation_frame *frame)
{
    const sonda_explain_node *root = &self->nodes[0].node;
    sonda_output *out = to->out;

    write_rule(self, out);
    put(out, ",\"record\":{");
    key_word(out, "file", frame->file, 1);
    key_number(out, "number", self->record, 0);
    put(out, "},\"event\":{");
    key_word(out, "class", class_name(self->class_uid), 1);
    key_word(out, "activity", activity_name(self->class_uid, self->activity_id), 0);
    put(out, "},\"searched\":{");
    key_number(out, "events", self->events, 1);
    key_number(out, "applicable", self->applicable, 0);
    key_number(out, "matched", self->matched, 0);
    key_number(out, "found", self->found, 0);
    put(out, "}");
    key_bool(out, "matches", root->holds != 0, 0);
    key_bool(out, "applies", (root->flags & SONDA_EXPLAIN_APPLIES) != 0, 0);
    key_bool(out, "correlation", (root->flags & SONDA_EXPLAIN_CORRELATION) != 0, 0);
    key_bool(out, "filtered", root->holds == 0 && (root->flags & SONDA_EXPLAIN_MATCHES) != 0,
             0);
    key_bool(out, "disabled", frame->disabled, 0);
    key_bool(out, "below_level", frame->below_level, 0);
    key_number(out, "missing", root->missing, 0);
    write_children(self, out, 0);
    put(out, "}\n");
}
