/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Evaluation goes forward: a program from step to later step; a tree in
 * preorder, into a group's first member, or past a group's end, with a stack of
 * fixed size for the open groups.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/evaluate.h"

#include "core/detect/value_list.h"

static const uint8_t *
listed(const sonda__question *question, sonda__section_kind kind, sonda__list list, uint32_t i)
{
    return sonda__pack_listed(&question->content->pack, kind, list, i);
}

bool sonda__evaluate_number(const sonda__question *question, const uint8_t *at, uint32_t number)
{
    sonda__list list = sonda__pack_list(at);

    for (uint32_t i = 0; i < list.count; i++) {
        const uint8_t *entry = listed(question, SONDA__SECTION_NUMBERS, list, i);

        if (entry == NULL) {
            return false;
        }
        if (sonda__pack_u32(entry) == number) {
            return true;
        }
    }
    return list.count == 0;
}

bool sonda__evaluate_channel(const sonda__question *question, const uint8_t *at)
{
    sonda__list list = sonda__pack_list(at);

    for (uint32_t i = 0; i < list.count; i++) {
        const uint8_t *entry = listed(question, SONDA__SECTION_SPANS, list, i);

        if (entry == NULL) {
            return false;
        }
        if (sonda__span_equal_ascii_case(sonda__pack_text(&question->content->pack, entry),
                                         question->event->channel)) {
            return true;
        }
    }
    return list.count == 0;
}

/* Whether a folded text is one of a condition's values. */
static bool is_listed(const sonda__question *question, sonda__list values, sonda__span text)
{
    for (uint32_t i = 0; i < values.count; i++) {
        const uint8_t *entry = listed(question, SONDA__SECTION_SPANS, values, i);

        if (entry == NULL) {
            return false;
        }
        if (sonda__span_equal(sonda__pack_text(&question->content->pack, entry), text)) {
            return true;
        }
    }
    return false;
}

bool sonda__evaluate_condition(const sonda__question *question, const uint8_t *condition)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t index = sonda__pack_u32(condition + SONDA__AT_CONDITION_FIELD);
    sonda__list values = sonda__pack_list(condition + SONDA__AT_CONDITION_VALUES);
    uint32_t field = sonda__matcher_first(matcher, sonda__question_field(question, index));

    for (; field != SONDA__NO_FIELD; field = sonda__matcher_next(matcher, field)) {
        bool is_null = (question->event->fields[field].flags & SONDA_VALUE_NULL) != 0;

        if (!is_null && is_listed(question, values, sonda__matcher_folded(matcher, field))) {
            return true;
        }
    }
    return false;
}

/* What needs no field: product, class, activity, channel, event id. */
static bool header_fits(const sonda__question *question, const uint8_t *at)
{
    const sonda_event *event = question->event;
    uint32_t product = sonda__pack_u16(at + SONDA__AT_SOURCE_PRODUCT);
    uint32_t flags = sonda__pack_u16(at + SONDA__AT_SOURCE_FLAGS);

    if (product != 0 && product != event->product) {
        return false;
    }
    if ((flags & SONDA__SOURCE_HAS_CLASS) != 0 &&
        sonda__pack_u32(at + SONDA__AT_SOURCE_CLASS) != event->class_uid) {
        return false;
    }
    if ((flags & SONDA__SOURCE_CHANNEL_EMPTY) != 0 && event->channel.len != 0) {
        return false;
    }
    return sonda__evaluate_number(question, at + SONDA__AT_SOURCE_EVENT_IDS, event->event_id) &&
           sonda__evaluate_number(question, at + SONDA__AT_SOURCE_ACTIVITIES,
                                  event->activity_id) &&
           sonda__evaluate_channel(question, at + SONDA__AT_SOURCE_CHANNELS);
}

bool sonda__evaluate_header(const sonda__question *question, uint32_t source)
{
    const uint8_t *at =
        sonda__pack_entry(&question->content->pack, SONDA__SECTION_SOURCES, source);

    return at != NULL && header_fits(question, at);
}

bool sonda__evaluate_conditions(const sonda__question *question, uint32_t source)
{
    const uint8_t *at =
        sonda__pack_entry(&question->content->pack, SONDA__SECTION_SOURCES, source);
    sonda__list conditions;

    if (at == NULL) {
        return false;
    }
    conditions = sonda__pack_list(at + SONDA__AT_SOURCE_CONDITIONS);
    for (uint32_t i = 0; i < conditions.count; i++) {
        const uint8_t *condition = listed(question, SONDA__SECTION_CONDITIONS, conditions, i);

        if (condition == NULL || !sonda__evaluate_condition(question, condition)) {
            return false;
        }
    }
    return true;
}

bool sonda__evaluate_source(const sonda__question *question, uint32_t source)
{
    return sonda__evaluate_header(question, source) &&
           sonda__evaluate_conditions(question, source);
}

/* An item under evaluation. */
typedef struct item_state {
    const sonda__question *question;
    bool keyword;
    sonda_field_id id;
    sonda__list patterns;
    sonda__answer_fn report;
    void *user;
} item_state;

/* A pattern, or any of those it is joined with; `*i` moves to the last of them. */
static bool group_holds(const item_state *item, uint32_t *i)
{
    bool held = false;

    for (;; (*i)++) {
        const uint8_t *pattern =
            listed(item->question, SONDA__SECTION_PATTERNS, item->patterns, *i);
        sonda__answer answer;

        if (pattern == NULL) {
            sonda__matcher_trap(item->question->matcher);
            return held;
        }
        if (!held) {
            sonda__answer *wanted = item->report == NULL ? NULL : &answer;

            held = item->keyword
                       ? sonda__pattern_holds_anywhere(item->question, pattern, wanted)
                       : sonda__pattern_holds(item->question, pattern, item->id, wanted);
            if (held && item->report != NULL) {
                item->report(&answer, pattern, item->user);
            }
        }
        if ((sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS) & SONDA__PATTERN_OR_NEXT) ==
            0) {
            return held;
        }
    }
}

static bool is_ascii(sonda__span text)
{
    uint64_t bits = 0;
    size_t at = 0;

    for (; at + sizeof bits <= text.len; at += sizeof bits) {
        uint64_t word;

        memcpy(&word, text.data + at, sizeof word);
        bits |= word;
    }
    for (; at < text.len; at++) {
        bits |= (uint8_t)text.data[at];
    }
    return (bits & UINT64_C(0x8080808080808080)) == 0;
}

static bool any_beyond_ascii(const item_state *item)
{
    const sonda_event *event = item->question->event;
    const sonda__matcher *matcher = item->question->matcher;

    for (uint32_t field = sonda__matcher_first(matcher, item->id); field != SONDA__NO_FIELD;
         field = sonda__matcher_next(matcher, field)) {
        if (!is_ascii(event->fields[field].text)) {
            return true;
        }
    }
    return false;
}

/* An item with a list: the first pattern that holds is the one to tell of. */
static bool list_holds(const item_state *item, const sonda__value_list *list)
{
    sonda__list_item listed_item = {list, item->patterns, item->id, item->keyword};
    uint32_t first = sonda__value_list_first(item->question, &listed_item);

    if (first == SONDA__VALUE_NONE || sonda__matcher_is_stopped(item->question->matcher)) {
        return false;
    }
    if (item->report != NULL) {
        return group_holds(item, &first);
    }
    return true;
}

bool sonda__evaluate_item(const sonda__question *question,
                          uint32_t predicate,
                          sonda__answer_fn report,
                          void *user)
{
    const uint8_t *at =
        sonda__pack_entry(&question->content->pack, SONDA__SECTION_PREDICATES, predicate);
    item_state item = {.question = question, .report = report, .user = user};
    const sonda__value_list *list;
    uint32_t flags;
    bool all;

    if (at == NULL) {
        sonda__matcher_trap(question->matcher);
        return false;
    }
    flags = sonda__pack_u32(at + SONDA__AT_PREDICATE_FLAGS);
    all = (flags & SONDA__PREDICATE_ALL) != 0;
    item.keyword = (flags & SONDA__PREDICATE_KEYWORD) != 0;
    item.id = sonda__question_field(question, sonda__pack_u32(at + SONDA__AT_PREDICATE_FIELD));
    item.patterns = sonda__pack_list(at + SONDA__AT_PREDICATE_PATTERNS);
    if ((flags & SONDA__PREDICATE_BEYOND_ASCII) != 0 && !item.keyword &&
        !any_beyond_ascii(&item)) {
        return false;
    }
    list = sonda__value_lists_of(&question->content->lists, predicate);
    if (list != NULL) {
        return list_holds(&item, list);
    }
    for (uint32_t i = 0; i < item.patterns.count; i++) {
        if (group_holds(&item, &i) != all) {
            return !all;
        }
        if (sonda__matcher_is_stopped(question->matcher)) {
            return false;
        }
    }
    return all;
}

/* Groups that are open during a walk. */
typedef struct tree_state {
    uint32_t depth;
    uint32_t kinds[SONDA__TREE_DEPTH_MAX];
    uint32_t ends[SONDA__TREE_DEPTH_MAX];
} tree_state;

/*
 * Takes a member's value up through the groups it settles. Returns where to go
 * on; an empty stack afterwards means that `*value` is the result.
 */
static uint32_t settle(tree_state *state, uint32_t at, bool *value)
{
    while (state->depth > 0) {
        uint32_t kind = state->kinds[state->depth - 1];
        uint32_t end = state->ends[state->depth - 1];
        bool open = (kind == SONDA__PACK_AND && *value) || (kind == SONDA__PACK_OR && !*value);

        if (open && at < end) {
            return at;
        }
        *value = kind == SONDA__PACK_NOT ? !*value : *value;
        at = end;
        state->depth--;
    }
    return at;
}

bool sonda__evaluate_tree(const sonda__question *question, sonda__list nodes, uint32_t root)
{
    tree_state state = {.depth = 0};
    uint32_t at = root;

    for (;;) {
        const uint8_t *node = listed(question, SONDA__SECTION_NODES, nodes, at);
        bool value;

        if (node == NULL) {
            sonda__matcher_trap(question->matcher);
            return false;
        }
        if (!sonda__matcher_step(question->matcher, 1)) {
            return false;
        }
        if (sonda__pack_u32(node + SONDA__AT_NODE_KIND) != SONDA__PACK_TEST) {
            /* Forward only: so a walk ends whatever the pack says. */
            if (state.depth == SONDA__TREE_DEPTH_MAX ||
                sonda__pack_u32(node + SONDA__AT_NODE_END) <= at) {
                sonda__matcher_trap(question->matcher);
                return false;
            }
            state.kinds[state.depth] = sonda__pack_u32(node + SONDA__AT_NODE_KIND);
            state.ends[state.depth++] = sonda__pack_u32(node + SONDA__AT_NODE_END);
            at++;
            continue;
        }
        value = sonda__evaluate_item(question, sonda__pack_u32(node + SONDA__AT_NODE_ARGUMENT),
                                     NULL, NULL);
        at = settle(&state, at + 1, &value);
        if (state.depth == 0) {
            return value;
        }
    }
}

/* Step after step; each leads on to a later one or to the result. */
static bool run(const sonda__question *question, sonda__list steps)
{
    uint32_t at = 0;

    for (;;) {
        const uint8_t *step = listed(question, SONDA__SECTION_STEPS, steps, at);
        uint32_t next;

        if (step == NULL) {
            sonda__matcher_trap(question->matcher);
            return false;
        }
        if (!sonda__matcher_step(question->matcher, 1)) {
            return false;
        }
        next = sonda__pack_u32(
            sonda__evaluate_item(question, sonda__pack_u32(step + SONDA__AT_STEP_PREDICATE),
                                 NULL, NULL)
                ? step + SONDA__AT_STEP_THEN
                : step + SONDA__AT_STEP_ELSE);
        if (next >= SONDA__STEP_FAILS) {
            return next == SONDA__STEP_HOLDS;
        }
        if (next <= at) {
            sonda__matcher_trap(question->matcher);
            return false;
        }
        at = next;
    }
}

static uint64_t share_of(const sonda__question *question, uint32_t index)
{
    const sonda__program_share *share = &question->content->shares[index];

    /* Both factors are below 2^32: an event is a few megabytes. */
    return 1 + share->event + (uint64_t)share->byte * question->matcher->event_bytes;
}

static void switch_off(const sonda__question *question, uint32_t index)
{
    sonda__matcher *matcher = question->matcher;
    sonda__trap trap = {question->content->first_program + index, matcher->trapped};

    trap.reason = trap.reason == SONDA__TRAP_NONE ? SONDA__TRAP_STEPS : trap.reason;
    matcher->trapped = SONDA__TRAP_NONE;
    if (matcher->programs == NULL ||
        !sonda__programs_switch_off(matcher->programs, trap.program, trap.reason)) {
        return;
    }
    matcher->counts.trapped++;
    if (matcher->trap_count < SONDA__TRAPS_KEPT) {
        matcher->traps[matcher->trap_count++] = trap;
    }
}

static bool is_off(const sonda__question *question, uint32_t index)
{
    const sonda__programs *programs = question->matcher->programs;

    return programs != NULL && sonda__programs_off(programs) != 0 &&
           sonda__programs_reason(programs, question->content->first_program + index) !=
               SONDA__TRAP_NONE;
}

bool sonda__evaluate_program(const sonda__question *question, uint32_t index)
{
    sonda__matcher *matcher = question->matcher;
    const uint8_t *at =
        sonda__pack_entry(&question->content->pack, SONDA__SECTION_ALTERNATIVES, index);
    uint64_t kept = matcher->steps_left;
    uint64_t share;
    bool held;

    if (at == NULL || is_off(question, index)) {
        return false;
    }
    share = share_of(question, index);
    matcher->steps_left = share;
    matcher->trapped = SONDA__TRAP_NONE;
    held = run(question, sonda__pack_list(at + SONDA__AT_ALTERNATIVE_STEPS));
    if (sonda__matcher_is_stopped(matcher)) {
        held = false;
        switch_off(question, index);
    }
    share -= matcher->steps_left;
    matcher->steps_left = share < kept ? kept - share : 0;
    return held;
}

bool sonda__evaluate_alternatives(const sonda__question *question,
                                  sonda__list alternatives,
                                  const uint8_t **alternative)
{
    for (uint32_t i = 0; i < alternatives.count; i++) {
        const uint8_t *at = listed(question, SONDA__SECTION_ALTERNATIVES, alternatives, i);

        if (at == NULL) {
            return false;
        }
        if (sonda__evaluate_source(question,
                                   sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE)) &&
            sonda__evaluate_program(question, alternatives.first + i)) {
            if (alternative != NULL) {
                *alternative = at;
            }
            return true;
        }
    }
    return false;
}
