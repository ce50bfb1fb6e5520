/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One sentence for each kind of near miss.
 *
 * Module tools.
 */

#include "explanation_note.h"
#include "text.h"

/* Bytes of a value on a line, and of them before the place of interest. */
#define SHOWN 120u
#define SHOWN_BEFORE 40u

void note_begin(sonda_output *out, unsigned depth)
{
    put(out, "           ");
    for (unsigned i = 0; i < depth; i++) {
        put(out, "  ");
    }
}

static void quoted(sonda_output *out, const char *text, size_t len)
{
    put(out, "'");
    put_plain(out, text, len, SHOWN);
    put(out, "'");
}

static void put_text(sonda_output *out, sonda_text text)
{
    put_plain(out, text.data, text.len, SHOWN);
}

/* The value, from a little before the place of interest on. */
static void put_value(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;
    size_t at = (size_t)node->position - kept->value_from;
    size_t from = node->position > kept->value_from && at > SHOWN_BEFORE &&
                          node->value.len > SHOWN && at < node->value.len
                      ? at - SHOWN_BEFORE
                      : 0;

    while (from > 0 && ((unsigned char)node->value.data[from] & 0xc0u) == 0x80u) {
        from--;
    }
    if (from > 0 || kept->value_from > 0) {
        put(out, "...");
    }
    quoted(out, node->value.data + from, node->value.len - from);
}

/* "'evil.exe' at byte 5 of 'C:\x\evil.exe'". */
static void put_place(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;
    size_t at = (size_t)node->position - kept->value_from;
    size_t room = at < node->value.len ? node->value.len - at : 0;

    quoted(out, node->value.data + (room > 0 ? at : 0),
           node->length < room ? (size_t)node->length : room);
    put(out, " at byte ");
    json_number(out, node->position);
    put(out, " of ");
    put_value(out, kept);
}

static bool is_whole(const kept_node *kept)
{
    return kept->node.length == 0 ||
           (kept->node.position == 0 && kept->node.length == kept->value_len);
}

static void note_held(sonda_output *out, const kept_node *kept)
{
    if (is_whole(kept)) {
        put(out, "the event has ");
        put_value(out, kept);
    } else {
        put(out, "found ");
        put_place(out, kept);
    }
}

void note_absence(sonda_output *out, const sonda_explain_node *node)
{
    if (node->near_miss == SONDA_EXPLAIN_NEAR_HIDDEN) {
        put(out, "the record does not say ");
        put_text(out, node->name);
        put(out, "; what the sensor added, rules do not see");
        return;
    }
    put(out, "the event has no field ");
    put_text(out, node->name);
    if (node->field.len > 0) {
        put(out, "; the name most like it is ");
        put_text(out, node->field);
    }
}

/* It is there, but does not touch the end it must. */
static void note_place(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;
    uint64_t after = kept->value_len - node->position - node->length;
    bool before_wrong = (node->flags & SONDA_EXPLAIN_AT_START) != 0 && node->position > 0;
    bool after_wrong = (node->flags & SONDA_EXPLAIN_AT_END) != 0 && after > 0;

    put(out, "it is there, ");
    put_place(out, kept);
    put(out, ", but ");
    if (before_wrong) {
        json_number(out, node->position);
        put(out, node->position == 1 ? " byte stands before it" : " bytes stand before it");
    }
    put(out, before_wrong && after_wrong ? " and " : "");
    if (after_wrong) {
        json_number(out, after);
        put(out, after == 1 ? " byte follows" : " bytes follow");
    }
}

static void note_part(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;

    if (node->asks == SONDA_EXPLAIN_REGEX) {
        put(out, "it begins to fit with ");
    } else if (node->part.len > 0) {
        put(out, "looked for ");
        quoted(out, node->part.data, node->part.len);
        put(out, ", of which there is ");
    } else {
        put(out, "of it there is ");
    }
    put_place(out, kept);
}

static void note_other(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;

    if (node->asks == SONDA_EXPLAIN_FIELDREF) {
        put(out, "the event has ");
        put_value(out, kept);
        put(out, ", and in ");
        put_text(out, node->wanted);
        put(out, " ");
        quoted(out, node->part.data, node->part.len);
        return;
    }
    if (node->part.len > 0) {
        put(out, "looked for ");
        quoted(out, node->part.data, node->part.len);
        put(out, "; ");
    }
    put(out, "the event has ");
    put_value(out, kept);
}

static void note_kind(sonda_output *out, const kept_node *kept)
{
    uint32_t asks = kept->node.asks;

    put_value(out, kept);
    put(out, asks == SONDA_EXPLAIN_CIDR        ? " is no address"
             : asks == SONDA_EXPLAIN_TIME_PART ? " is no time"
                                               : " is no number");
}

static void note_outside(sonda_output *out, const kept_node *kept)
{
    put_value(out, kept);
    put(out, " is outside: the first ");
    json_number(out, kept->node.length);
    put(out, kept->node.length == 1 ? " bit is equal" : " bits are equal");
}

static void note_miss(sonda_output *out, const kept_node *kept)
{
    const sonda_explain_node *node = &kept->node;

    switch (node->near_miss) {
    case SONDA_EXPLAIN_NEAR_ABSENT:
    case SONDA_EXPLAIN_NEAR_HIDDEN:
        note_absence(out, node);
        break;
    case SONDA_EXPLAIN_NEAR_NULL:
        put(out, "the field is there and null");
        break;
    case SONDA_EXPLAIN_NEAR_EMPTY:
        put(out, "the field is there and empty");
        break;
    case SONDA_EXPLAIN_NEAR_CASE:
        put(out, "in another case: ");
        put_place(out, kept);
        break;
    case SONDA_EXPLAIN_NEAR_PLACE:
        note_place(out, kept);
        break;
    case SONDA_EXPLAIN_NEAR_ORDER:
        put(out, "each part is there, but not in this order or place, in ");
        put_value(out, kept);
        break;
    case SONDA_EXPLAIN_NEAR_PART:
        note_part(out, kept);
        break;
    case SONDA_EXPLAIN_NEAR_KIND:
        note_kind(out, kept);
        break;
    case SONDA_EXPLAIN_NEAR_FAMILY:
        put_value(out, kept);
        put(out, " is an address of the other family");
        break;
    case SONDA_EXPLAIN_NEAR_OUTSIDE:
        note_outside(out, kept);
        break;
    case SONDA_EXPLAIN_NEAR_NO_OTHER:
        put(out, "the event has no field ");
        put_text(out, node->wanted);
        put(out, " to compare with");
        break;
    default:
        note_other(out, kept);
        break;
    }
}

void note_value(sonda_output *out, const kept_node *kept, unsigned depth)
{
    const sonda_explain_node *node = &kept->node;
    bool has_text = node->field.len > 0;

    if (node->holds != 0 && !has_text) {
        return;
    }
    if (node->holds == 0 && node->near_miss == SONDA_EXPLAIN_NEAR_NONE) {
        return;
    }
    note_begin(out, depth);
    if ((node->flags & SONDA_EXPLAIN_KEYWORD) != 0) {
        put(out, "in ");
        put_text(out, node->field);
        put(out, ": ");
    }
    if (node->holds != 0) {
        note_held(out, kept);
    } else {
        note_miss(out, kept);
    }
    put(out, "\n");
}
