/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Why a rule matched: the tree is walked again, into what is true only.
 *
 * A negated part gives no evidence: that something is absent has no place.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/evaluate.h"
#include "core/detect/match.h"

typedef struct evidence_sink {
    const sonda__question *question;
    sonda__span selection;
    sonda__span field; /* spelling in the pack, for fields that are absent */
    sonda__evidence *out;
    size_t capacity;
    size_t count;
} evidence_sink;

static void take_answer(const sonda__answer *answer, const uint8_t *pattern, void *user)
{
    evidence_sink *sink = user;
    const sonda_event *event = sink->question->event;
    sonda__evidence *out;

    if (sink->count == sink->capacity) {
        return;
    }
    out = &sink->out[sink->count++];
    out->selection = sink->selection;
    out->pattern =
        sonda__pack_text(&sink->question->content->pack, pattern + SONDA__AT_PATTERN_TEXT);
    out->field_index = answer->field;
    out->reserved = 0;
    out->position = answer->position;
    out->length = answer->length;
    out->field = sink->field;
    out->value = sonda__span_of("", 0);
    if (answer->field != SONDA__NO_FIELD) {
        out->field = event->fields[answer->field].name;
        out->value = event->fields[answer->field].text;
    }
}

/* How the pack spells the field of an item. */
static sonda__span field_name(const sonda__question *question, uint32_t predicate)
{
    const sonda__pack *pack = &question->content->pack;
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_PREDICATES, predicate);
    uint32_t index = at == NULL ? UINT32_MAX : sonda__pack_u32(at + SONDA__AT_PREDICATE_FIELD);

    return sonda__names_spelling(question->content->names,
                                 sonda__question_field(question, index));
}

/* An item is evaluated once to know, and once more to tell. */
static void take_item(evidence_sink *sink, uint32_t predicate)
{
    if (sonda__evaluate_item(sink->question, predicate, NULL, NULL)) {
        sink->field = field_name(sink->question, predicate);
        (void)sonda__evaluate_item(sink->question, predicate, take_answer, sink);
    }
}

/* Into groups that hold, past those that do not or are negated. */
static void walk(evidence_sink *sink, sonda__list nodes)
{
    const sonda__pack *pack = &sink->question->content->pack;
    uint32_t at = 0;

    while (at < nodes.count && sink->count < sink->capacity) {
        const uint8_t *node = sonda__pack_listed(pack, SONDA__SECTION_NODES, nodes, at);
        uint32_t kind = node == NULL ? 0 : sonda__pack_u32(node + SONDA__AT_NODE_KIND);

        if (node == NULL) {
            return;
        }
        if (kind == SONDA__PACK_TEST) {
            take_item(sink, sonda__pack_u32(node + SONDA__AT_NODE_ARGUMENT));
            at++;
        } else if (kind == SONDA__PACK_NOT ||
                   !sonda__evaluate_tree(sink->question, nodes, at)) {
            uint32_t end = sonda__pack_u32(node + SONDA__AT_NODE_END);

            at = end > at ? end : nodes.count;
        } else {
            if (kind == SONDA__PACK_NAMED) {
                sink->selection = sonda__pack_text(pack, node + SONDA__AT_NODE_ARGUMENT);
            }
            at++;
        }
    }
}

size_t sonda__match_evidence(const sonda_content *content,
                             uint32_t rule_index,
                             const sonda_event *event,
                             sonda__matcher *matcher,
                             sonda__evidence *out,
                             size_t capacity)
{
    uint32_t own = rule_index;
    const sonda_content *owner = sonda__content_of_rule(content, &own);
    sonda__question question = {owner, event, matcher};
    evidence_sink sink = {&question, {"", 0}, {"", 0}, out, capacity, 0};
    const uint8_t *rule;
    const uint8_t *alternative;

    if (owner == NULL) {
        return 0;
    }
    sonda__matcher_index(matcher, content, event);
    /* The walk evaluates what is inside a group once for each group around it. */
    matcher->steps_left = UINT64_MAX;
    rule = sonda__pack_entry(&owner->pack, SONDA__SECTION_RULES, own);
    if (sonda__evaluate_alternatives(
            &question, sonda__pack_list(rule + SONDA__AT_RULE_ALTERNATIVES), &alternative)) {
        walk(&sink, sonda__pack_list(alternative + SONDA__AT_ALTERNATIVE_NODES));
    }
    return sink.count;
}
