/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An explanation for people: the condition tree with true and false, and under
 * each false value what came nearest.
 *
 * What does not decide is left out: the inside of a `not` that holds, the other
 * members of an `or` that does, and of a long list of values all but the
 * nearest.
 *
 * Module tools.
 */

#include "emitter.h"
#include "explanation.h"
#include "explanation_note.h"
#include "explanation_words.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Values of a list that are shown when none holds. */
#define VALUES_SHOWN 5u
/* Bytes of a rule's text on a line. */
#define WANTED_SHOWN 200u

typedef struct writer {
    const explanation *of;
    program *program;
    sonda_output *out;
    uint32_t class_uid; /* of the log source under way, for names of activities */
} writer;

static void colour(const writer *self, const char *code)
{
    if (self->program->out_colour) {
        put(self->out, code);
    }
}

/* "  true   " or "  false  ", and the indentation of the depth. */
static void mark(const writer *self, const sonda_explain_node *node, unsigned depth)
{
    colour(self, node->holds != 0 ? "\033[32m" : "\033[31m");
    put(self->out, node->holds != 0 ? "  true   " : "  false  ");
    colour(self, "\033[0m");
    for (unsigned i = 0; i < depth; i++) {
        put(self->out, "  ");
    }
}

static void quoted(const writer *self, sonda_text text)
{
    put(self->out, "'");
    put_plain(self->out, text.data, text.len, WANTED_SHOWN);
    put(self->out, "'");
}

/* Requirements. */

static uint32_t number_of(sonda_text text)
{
    uint32_t number = 0;

    for (size_t i = 0; i < text.len && text.data[i] >= '0' && text.data[i] <= '9'; i++) {
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    return number;
}

/* Numbers of classes and activities get their names: "launch (1), open (3)". */
static void put_numbers(const writer *self,
                        const sonda_explain_node *node,
                        sonda_text text,
                        uint32_t class_uid)
{
    size_t at = 0;

    while (at < text.len) {
        sonda_text rest = {text.data + at, text.len - at};
        uint32_t number = number_of(rest);
        const char *comma = memchr(rest.data, ',', rest.len);

        put(self->out, node->asks == SONDA_EXPLAIN_CLASS ? class_name(number)
                                                         : activity_name(class_uid, number));
        print(self->program, " (%u)", number);
        at = comma == NULL ? text.len : (size_t)(comma - text.data) + 2;
        put(self->out, at < text.len ? " or " : "");
    }
}

static void
put_asked(const writer *self, const sonda_explain_node *node, sonda_text text, bool wanted)
{
    bool is_class = node->asks == SONDA_EXPLAIN_CLASS;

    if (is_class || node->asks == SONDA_EXPLAIN_ACTIVITY) {
        put_numbers(self, node, text, wanted ? self->class_uid : self->of->class_uid);
    } else if (text.len == 0) {
        put(self->out, "empty");
    } else {
        put_plain(self->out, text.data, text.len, WANTED_SHOWN);
    }
}

static void write_requirement(const writer *self, const kept_node *kept)
{
    static const char *const names[] = {"",         "product", "channel",
                                        "event id", "class",   "activity"};
    const sonda_explain_node *node = &kept->node;

    mark(self, node, 0);
    if (node->asks == SONDA_EXPLAIN_FIELD) {
        put_plain(self->out, node->name.data, node->name.len, WANTED_SHOWN);
    } else {
        put(self->out, node->asks < SONDA_EXPLAIN_FIELD ? names[node->asks] : "");
    }
    put(self->out, " is ");
    put_asked(self, node, node->wanted, true);
    put(self->out, "\n");
    if (node->holds != 0) {
        return;
    }
    note_begin(self->out, 0);
    if (node->near_miss == SONDA_EXPLAIN_NEAR_ABSENT ||
        node->near_miss == SONDA_EXPLAIN_NEAR_HIDDEN) {
        note_absence(self->out, node);
    } else {
        put(self->out, "the event's is ");
        put_asked(self, node, node->value, false);
    }
    put(self->out, "\n");
}

/* Items and values. */

static void put_field(const writer *self, const sonda_explain_node *node)
{
    if ((node->flags & SONDA_EXPLAIN_KEYWORD) != 0) {
        put(self->out, "any field");
    } else {
        put_plain(self->out, node->name.data, node->name.len, WANTED_SHOWN);
    }
    if (node->asks == SONDA_EXPLAIN_TIME_PART) {
        print(self->program, ", its %s,", words_time_part(node->time_part));
    }
}

static void put_question(const writer *self, const sonda_explain_node *node)
{
    bool bare = node->asks == SONDA_EXPLAIN_NULL || node->asks == SONDA_EXPLAIN_EXISTS;

    put(self->out, words_phrase(node));
    if (!bare) {
        put(self->out, " ");
        quoted(self, node->wanted);
    }
    if ((node->flags & SONDA_EXPLAIN_CASED) != 0) {
        put(self->out, ", case counts");
    }
    put(self->out, "\n");
}

/* `with_field`: the item has this value alone and no line of its own. */
static void
write_value(const writer *self, const kept_node *kept, unsigned depth, bool with_field)
{
    const sonda_explain_node *node = &kept->node;
    bool absent = node->near_miss == SONDA_EXPLAIN_NEAR_ABSENT ||
                  node->near_miss == SONDA_EXPLAIN_NEAR_HIDDEN;

    mark(self, node, depth);
    if (with_field) {
        put_field(self, node);
        put(self->out, " ");
    }
    put_question(self, node);
    if (with_field || !absent) {
        note_value(self->out, kept, depth);
    }
}

/* How near a value that does not hold came. */
static uint64_t nearness(const sonda_explain_node *node)
{
    static const uint8_t ranks[] = {0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 0, 1, 0};
    uint64_t rank = node->near_miss < sizeof ranks ? ranks[node->near_miss] : 0;

    return rank << 32 | (node->length & UINT32_MAX);
}

static int descending(const void *a, const void *b)
{
    uint64_t left;
    uint64_t right;

    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return left < right ? 1 : left > right ? -1 : 0;
}

/* What a value must reach to be among the few that are shown. */
static uint64_t threshold(const writer *self, size_t first, size_t end)
{
    size_t count = end - first;
    uint64_t *ranks = count > VALUES_SHOWN ? calloc(count, sizeof *ranks) : NULL;
    uint64_t reached = 0;

    if (ranks == NULL) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        ranks[i] = nearness(&self->of->nodes[first + i].node);
    }
    qsort(ranks, count, sizeof *ranks, descending);
    reached = ranks[VALUES_SHOWN - 1];
    free(ranks);
    return reached;
}

/* A list that holds: the values that do. One that does not: the nearest. */
static void write_values(const writer *self, size_t first, size_t end, unsigned depth)
{
    bool list_holds = self->of->nodes[first - 1].node.holds != 0;
    bool whole = (self->of->nodes[first - 1].node.flags & SONDA_EXPLAIN_ALL) != 0;
    uint64_t least = list_holds || whole ? 0 : threshold(self, first, end);
    size_t shown = 0;

    for (size_t i = first; i < end; i++) {
        const kept_node *kept = &self->of->nodes[i];
        bool few = list_holds || whole || shown < VALUES_SHOWN;

        if ((kept->node.holds != 0 || !list_holds) && few && nearness(&kept->node) >= least) {
            write_value(self, kept, depth, false);
            shown++;
        }
    }
    if (shown < end - first && !list_holds) {
        note_begin(self->out, depth);
        print(self->program, "and %zu more values, which are no nearer\n", end - first - shown);
    }
}

static void write_item(const writer *self, size_t i, unsigned depth)
{
    const sonda_explain_node *node = &self->of->nodes[i].node;
    size_t end = explanation_end(self->of, i);

    if (end - i == 2) {
        write_value(self, &self->of->nodes[i + 1], depth, true);
        return;
    }
    mark(self, node, depth);
    put_field(self, node);
    print(self->program, ", %s of %u values:\n",
          (node->flags & SONDA_EXPLAIN_ALL) != 0 ? "all" : "any", node->number);
    if (node->near_miss != SONDA_EXPLAIN_NEAR_NONE) {
        note_begin(self->out, depth + 1);
        note_absence(self->out, node);
        put(self->out, "\n");
    }
    write_values(self, i + 1, end, depth + 1);
}

/* Conditions. */

static void write_node(const writer *self, size_t i, unsigned depth);

static void write_members(const writer *self, size_t i, unsigned depth)
{
    const sonda_explain_node *group = &self->of->nodes[i].node;
    size_t end = explanation_end(self->of, i);
    bool only_true = group->kind == SONDA_EXPLAIN_OR && group->holds != 0;

    for (size_t k = i + 1; k < end; k = explanation_end(self->of, k)) {
        if (!only_true || self->of->nodes[k].node.holds != 0) {
            write_node(self, k, depth);
        }
    }
}

static void put_name(const writer *self, size_t i, const char *before)
{
    const sonda_explain_node *node = &self->of->nodes[i].node;

    if (node->name.len > 0) {
        put(self->out, before);
        put_plain(self->out, node->name.data, node->name.len, WANTED_SHOWN);
    }
}

/* A `not` that holds: which selections or field it is about is enough. */
static void write_held_not(const writer *self, size_t i)
{
    uint32_t kind = self->of->nodes[i + 1].node.kind;
    size_t end = explanation_end(self->of, i);
    const char *before = " ";

    put(self->out, kind == SONDA_EXPLAIN_OR    ? "not one of"
                   : kind == SONDA_EXPLAIN_AND ? "not all of"
                                               : "not");
    if (kind != SONDA_EXPLAIN_OR && kind != SONDA_EXPLAIN_AND) {
        put_name(self, i + 1, before);
        end = 0;
    }
    for (size_t k = i + 2; k < end; k = explanation_end(self->of, k)) {
        put_name(self, k, before);
        before = ", ";
    }
    put(self->out, "\n");
}

/* Recursion as deep as the tree, which the pack bounds. */
static void write_node(const writer *self, size_t i, unsigned depth)
{
    const sonda_explain_node *node = &self->of->nodes[i].node;

    if (node->kind == SONDA_EXPLAIN_ITEM) {
        write_item(self, i, depth);
        return;
    }
    mark(self, node, depth);
    switch (node->kind) {
    case SONDA_EXPLAIN_NOT:
        if (node->holds != 0 && explanation_end(self->of, i) > i + 1) {
            write_held_not(self, i);
            return;
        }
        put(self->out, "not\n");
        break;
    case SONDA_EXPLAIN_AND:
        put(self->out, "all of\n");
        break;
    case SONDA_EXPLAIN_OR:
        put(self->out, "one of\n");
        break;
    default:
        put_plain(self->out, node->name.data, node->name.len, WANTED_SHOWN);
        put(self->out, "\n");
        break;
    }
    write_members(self, i, depth + 1);
}

/* The parts of the page. */

/* The class that activities of a log source are of. */
static void find_class(writer *self, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        if (self->of->nodes[i].node.asks == SONDA_EXPLAIN_CLASS) {
            self->class_uid = number_of(self->of->nodes[i].node.wanted);
        }
    }
}

static void
write_alternative(writer *self, size_t i, const char *what, uint32_t count, bool requirements)
{
    const sonda_explain_node *node = &self->of->nodes[i].node;
    bool applies = (node->flags & SONDA_EXPLAIN_APPLIES) != 0;
    size_t end = explanation_end(self->of, i);
    bool told = false;

    find_class(self, i + 1, end);
    print(self->program, "\nlog source %u of %u %s\n", node->number, count,
          applies ? "applies" : "does not apply");
    for (size_t k = i + 1; k < end; k = explanation_end(self->of, k)) {
        if (self->of->nodes[k].node.kind == SONDA_EXPLAIN_REQUIREMENT) {
            if (requirements || self->of->nodes[k].node.holds == 0) {
                write_requirement(self, &self->of->nodes[k]);
            }
            continue;
        }
        if (!told) {
            print(self->program, "\n%s%s\n", what,
                  applies ? "" : ", if the log source did apply");
        }
        told = true;
        write_node(self, k, 0);
    }
}

static void write_filter(writer *self, size_t i)
{
    const sonda_explain_node *node = &self->of->nodes[i].node;
    size_t end = explanation_end(self->of, i);

    put(self->out, "\nfilter ");
    put_plain(self->out, node->title.data, node->title.len, WANTED_SHOWN);
    put(self->out, " (");
    put_plain(self->out, node->name.data, node->name.len, WANTED_SHOWN);
    put(self->out, node->holds != 0 ? ") holds\n" : ") does not hold\n");
    for (size_t k = i + 1; k < end; k = explanation_end(self->of, k)) {
        if ((self->of->nodes[k].node.flags & SONDA_EXPLAIN_APPLIES) != 0) {
            write_alternative(self, k, "filter condition", node->number, false);
        }
    }
}

static void label(const writer *self, const char *name)
{
    colour(self, "\033[2m");
    put(self->out, name);
    colour(self, "\033[0m");
}

static void write_rule(const writer *self)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    (void)sonda_content_rule(self->of->content, self->of->rule_index, &rule);
    label(self, "rule    ");
    put_plain(self->out, rule.title.data, rule.title.len, WANTED_SHOWN);
    put(self->out, " (");
    put_plain(self->out, rule.id.data, rule.id.len, WANTED_SHOWN);
    put(self->out, ")\n");
}

static void write_event(const writer *self, const char *file)
{
    const explanation *of = self->of;

    if (of->events > 1) {
        label(self, "looked  ");
        print(self->program,
              "at %llu events: %llu of the rule's log source, %llu matched; %s\n",
              (unsigned long long)of->events, (unsigned long long)of->applicable,
              (unsigned long long)of->matched,
              of->matched != 0 ? "the first match is" : "the nearest is");
    }
    label(self, "event   ");
    print(self->program, "%s, record %llu: %s %s\n", file, (unsigned long long)of->record,
          class_name(of->class_uid), activity_name(of->class_uid, of->activity_id));
}

static void put_result(const writer *self, const sonda_explain_node *rule)
{
    if ((rule->flags & SONDA_EXPLAIN_CORRELATION) != 0) {
        put(self->out, rule->holds != 0 ? "a correlation, which counts this event"
                                        : "a correlation, which does not count this event");
    } else if (rule->holds != 0) {
        put(self->out, "matches");
    } else if ((rule->flags & SONDA_EXPLAIN_MATCHES) != 0) {
        put(self->out, "matches, but a filter takes it away");
    } else if ((rule->flags & SONDA_EXPLAIN_APPLIES) == 0) {
        put(self->out, "does not match: the event is of another log source");
    } else {
        print(self->program, "does not match: %u %s would have to be otherwise", rule->missing,
              rule->missing == 1 ? "value" : "values");
    }
}

static void write_result(const writer *self, const explanation_frame *frame)
{
    const sonda_explain_node *root = &self->of->nodes[0].node;

    label(self, "result  ");
    put_result(self, root);
    if ((root->flags & SONDA_EXPLAIN_CORRELATION) != 0) {
        print(self->program, "; it was complete in this input: %llu times",
              (unsigned long long)self->of->found);
    }
    put(self->out, "\n");
    if (frame->disabled || frame->below_level) {
        label(self, "but     ");
        put(self->out, frame->disabled
                           ? "the rule is disabled, so that a match is counted, not shown\n"
                           : "its level is below --min-level, so that a match is not shown\n");
    }
}

/* Log sources and filters of a rule. */
static void write_parts(writer *self, size_t rule)
{
    size_t end = explanation_end(self->of, rule);
    uint32_t count = self->of->nodes[rule].node.number;

    for (size_t i = rule + 1; i < end; i = explanation_end(self->of, i)) {
        const sonda_explain_node *node = &self->of->nodes[i].node;

        if (node->kind == SONDA_EXPLAIN_FILTER) {
            write_filter(self, i);
        } else if (node->kind == SONDA_EXPLAIN_ALTERNATIVE) {
            write_alternative(self, i, "condition", count,
                              node->number == 1 || (node->flags & SONDA_EXPLAIN_APPLIES) != 0);
        }
    }
}

/* One of the rules that a correlation names. */
static void write_named(writer *self, size_t i)
{
    const sonda_explain_node *node = &self->of->nodes[i].node;

    put(self->out, "\nof      ");
    put_plain(self->out, node->title.data, node->title.len, WANTED_SHOWN);
    put(self->out, " (");
    put_plain(self->out, node->name.data, node->name.len, WANTED_SHOWN);
    put(self->out, ")\nresult  ");
    if ((node->flags & SONDA_EXPLAIN_CORRELATION) != 0) {
        put(self->out, "a correlation itself: explain it by its id");
    } else {
        put_result(self, node);
    }
    put(self->out, "\n");
    write_parts(self, i);
}

void explanation_write_text(const explanation *self,
                            program *to,
                            const explanation_frame *frame)
{
    writer writing = {self, to, to->out, 0};
    size_t end = explanation_end(self, 0);

    write_rule(&writing);
    write_event(&writing, frame->file);
    write_result(&writing, frame);
    write_parts(&writing, 0);
    for (size_t i = 1; i < end; i = explanation_end(self, i)) {
        if (self->nodes[i].node.kind == SONDA_EXPLAIN_RULE) {
            write_named(&writing, i);
        }
    }
}
