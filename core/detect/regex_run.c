/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Simulation of the automaton, after Thompson and Pike.
 *
 * A jump out of the automaton, which verification excludes, ends its thread.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/regex_run.h"

#include "core/codec/code_point.h"

/* Before the first code point and after the last one. */
#define NOTHING UINT32_MAX

/* The automaton, and the place in the value. */
typedef struct simulation {
    sonda__regex_run *run;
    const sonda__pack *pack;
    const uint8_t *code;
    uint32_t count;
    sonda__span text;
    size_t at;         /* of `next` */
    uint32_t previous; /* code point before, or NOTHING */
    uint32_t next;     /* code point here, or NOTHING */
    size_t next_len;
    bool matched;
    size_t match_start;
    bool any_case; /* of explanations: either case of a letter will do */
} simulation;

static const uint8_t *code_at(const simulation *sim, uint32_t index)
{
    return sim->code + (size_t)index * SONDA__CODE_SIZE;
}

static bool is_word(uint32_t code_point)
{
    return code_point != NOTHING && sonda__code_point_is_word(code_point);
}

static bool holds(const simulation *sim, uint32_t assertion)
{
    bool ends = sim->next == NOTHING;

    switch (assertion) {
    case SONDA__ASSERT_TEXT_START:
        return sim->at == 0;
    case SONDA__ASSERT_TEXT_END:
        return ends;
    case SONDA__ASSERT_LAST_LINE_END:
        return ends || (sim->next == '\n' && sim->at + 1 == sim->text.len);
    case SONDA__ASSERT_LINE_START:
        return sim->at == 0 || sim->previous == '\n';
    case SONDA__ASSERT_LINE_END:
        return ends || sim->next == '\n';
    case SONDA__ASSERT_WORD:
        return is_word(sim->previous) != is_word(sim->next);
    case SONDA__ASSERT_NOT_WORD:
        return is_word(sim->previous) == is_word(sim->next);
    default:
        return false;
    }
}

static bool has(const sonda__regex_states *states, uint32_t state)
{
    uint16_t place = states->sparse[state];

    return place < states->count && states->dense[place] == state;
}

/* Puts a state among `states` and on the stack, unless it is there. */
static void push(const simulation *sim,
                 sonda__regex_states *states,
                 uint32_t state,
                 size_t start,
                 uint32_t *depth)
{
    if (state >= sim->count || has(states, state)) {
        return;
    }
    states->sparse[state] = (uint16_t)states->count;
    states->dense[states->count] = (uint16_t)state;
    states->start[states->count] = start;
    states->count++;
    sim->run->stack[(*depth)++] = (uint16_t)state;
}

/* Adds a state and all that it leads to without reading anything. */
static void add(simulation *sim, sonda__regex_states *states, uint32_t state, size_t start)
{
    uint32_t depth = 0;

    push(sim, states, state, start, &depth);
    while (depth > 0) {
        uint32_t index = sim->run->stack[--depth];
        const uint8_t *code = code_at(sim, index);
        uint32_t a = sonda__pack_u32(code + SONDA__AT_CODE_A);

        switch (sonda__pack_u32(code + SONDA__AT_CODE_OP)) {
        case SONDA__CODE_JUMP:
            push(sim, states, a, start, &depth);
            break;
        case SONDA__CODE_SPLIT:
            push(sim, states, sonda__pack_u32(code + SONDA__AT_CODE_B), start, &depth);
            push(sim, states, a, start, &depth);
            break;
        case SONDA__CODE_ASSERT:
            if (holds(sim, a)) {
                push(sim, states, index + 1, start, &depth);
            }
            break;
        case SONDA__CODE_MATCH:
            if (!sim->matched || start < sim->match_start) {
                sim->match_start = start;
            }
            sim->matched = true;
            break;
        default:
            break;
        }
    }
}

static bool in_ranges(const sonda__pack *pack, sonda__list ranges, uint32_t code_point)
{
    uint32_t low = 0;
    uint32_t high = ranges.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *range = sonda__pack_listed(pack, SONDA__SECTION_RANGES, ranges, middle);

        if (range == NULL) {
            return false;
        }
        if (code_point < sonda__pack_u32(range + SONDA__AT_RANGE_FIRST)) {
            high = middle;
        } else if (code_point > sonda__pack_u32(range + SONDA__AT_RANGE_LAST)) {
            low = middle + 1;
        } else {
            return true;
        }
    }
    return false;
}

static bool in_class(const sonda__pack *pack, uint32_t index, uint32_t code_point)
{
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_CLASSES, index);

    if (at == NULL) {
        return false;
    }
    if (code_point < 128) {
        return (at[SONDA__AT_CLASS_ASCII + code_point / 8] >> code_point % 8 & 1) != 0;
    }
    return in_ranges(pack, sonda__pack_list(at + SONDA__AT_CLASS_RANGES), code_point);
}

/* Whether the instruction reads this code point. */
static bool reads(const simulation *sim, const uint8_t *code, uint32_t code_point)
{
    uint32_t a = sonda__pack_u32(code + SONDA__AT_CODE_A);

    switch (sonda__pack_u32(code + SONDA__AT_CODE_OP)) {
    case SONDA__CODE_CHAR:
        return code_point == a;
    case SONDA__CODE_FOLDED:
        return sonda__code_point_fold(code_point) == a;
    case SONDA__CODE_ANY:
        return code_point != '\n';
    case SONDA__CODE_ANY_NEWLINE:
        return true;
    case SONDA__CODE_CLASS:
        return in_class(sim->pack, a, code_point) !=
               (sonda__pack_u32(code + SONDA__AT_CODE_B) != 0);
    default:
        return false;
    }
}

/* Whether it reads the code point in another case. */
static bool reads_in_other_case(const simulation *sim, const uint8_t *code, uint32_t code_point)
{
    uint32_t lower = sonda__code_point_fold(code_point);

    if (sonda__pack_u32(code + SONDA__AT_CODE_OP) == SONDA__CODE_CHAR) {
        return lower == sonda__code_point_fold(sonda__pack_u32(code + SONDA__AT_CODE_A));
    }
    return reads(sim, code, lower) ||
           (lower >= 'a' && lower <= 'z' && reads(sim, code, lower - 'a' + 'A'));
}

static void look_ahead(simulation *sim)
{
    sim->next = NOTHING;
    sim->next_len = 0;
    if (sim->at < sim->text.len) {
        sim->next_len = sonda__code_point_read(sim->text.data + sim->at,
                                               sim->text.len - sim->at, &sim->next);
    }
}

/* Reads one code point in all states of `now`; the rest goes to `then`. */
static void advance(simulation *sim, sonda__regex_states *now, sonda__regex_states *then)
{
    uint32_t code_point = sim->next;

    then->count = 0;
    sim->previous = code_point;
    sim->at += sim->next_len;
    look_ahead(sim);
    for (uint32_t i = 0; i < now->count; i++) {
        uint32_t state = now->dense[i];
        const uint8_t *code = code_at(sim, state);

        if (reads(sim, code, code_point) ||
            (sim->any_case && reads_in_other_case(sim, code, code_point))) {
            add(sim, then, state + 1, now->start[i]);
        }
    }
}

/* An expression that begins with \A or ^ cannot begin later. */
static bool begins_at_start(const simulation *sim)
{
    return sonda__pack_u32(sim->code + SONDA__AT_CODE_OP) == SONDA__CODE_ASSERT &&
           sonda__pack_u32(sim->code + SONDA__AT_CODE_A) == SONDA__ASSERT_TEXT_START;
}

static bool open_simulation(simulation *sim, uint32_t regex)
{
    const uint8_t *entry = sonda__pack_entry(sim->pack, SONDA__SECTION_REGEXES, regex);
    sonda__list list;

    if (entry == NULL) {
        return false;
    }
    list = sonda__pack_list(entry + SONDA__AT_REGEX_CODE);
    sim->code = sonda__pack_entry(sim->pack, SONDA__SECTION_INSTRUCTIONS, list.first);
    sim->count = list.count;
    return sim->code != NULL && list.count <= SONDA__REGEX_CODE_MAX &&
           list.count <= sim->pack->count[SONDA__SECTION_INSTRUCTIONS] - list.first;
}

/* Longest part that a state has read so far, where it is longer than `*part`. */
static void
keep_longest(const simulation *sim, const sonda__regex_states *states, sonda__span *part)
{
    for (uint32_t i = 0; i < states->count; i++) {
        if (sim->at - states->start[i] > part->len) {
            *part =
                sonda__span_of(sim->text.data + states->start[i], sim->at - states->start[i]);
        }
    }
}

/* Runs to the first match or the end; `longest`, unless NULL, is kept up. */
static void simulate(simulation *sim, sonda__span *longest, uint64_t *steps)
{
    sonda__regex_states *now = &sim->run->now;
    sonda__regex_states *then = &sim->run->then;

    now->count = 0;
    look_ahead(sim);
    for (;;) {
        sonda__regex_states *swap = now;

        if (sim->at == 0 || !begins_at_start(sim)) {
            add(sim, now, 0, sim->at);
        }
        *steps += now->count;
        if (longest != NULL) {
            keep_longest(sim, now, longest);
        }
        if (sim->matched || now->count == 0 || sim->next == NOTHING) {
            return;
        }
        advance(sim, now, then);
        now = then;
        then = swap;
    }
}

bool sonda__regex_search(sonda__regex_run *run,
                         const sonda__pack *pack,
                         uint32_t regex,
                         sonda__span text,
                         sonda__span *found,
                         uint64_t *steps)
{
    simulation sim = {.run = run, .pack = pack, .text = text, .previous = NOTHING};

    if (!open_simulation(&sim, regex)) {
        return false;
    }
    simulate(&sim, NULL, steps);
    if (sim.matched) {
        *found = sonda__span_of(text.data + sim.match_start, sim.at - sim.match_start);
    }
    return sim.matched;
}

bool sonda__regex_nearest(sonda__regex_run *run,
                          const sonda__pack *pack,
                          uint32_t regex,
                          sonda__span text,
                          sonda__span *part)
{
    simulation any = {
        .run = run, .pack = pack, .text = text, .previous = NOTHING, .any_case = true};
    simulation exact = {.run = run, .pack = pack, .text = text, .previous = NOTHING};
    uint64_t steps = 0;

    *part = sonda__span_of(text.data, 0);
    if (!open_simulation(&any, regex) || !open_simulation(&exact, regex)) {
        return false;
    }
    simulate(&any, NULL, &steps);
    if (any.matched) {
        *part = sonda__span_of(text.data + any.match_start, any.at - any.match_start);
        return true;
    }
    simulate(&exact, part, &steps);
    return false;
}
