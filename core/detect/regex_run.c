/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Simulation of the automaton, after Thompson and Pike: where a match is, and
 * whether there is one where the deterministic automaton found no room.
 *
 * A jump out of the automaton, which verification excludes, ends its thread.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/regex_run.h"

#include "core/codec/code_point.h"
#include "core/detect/regex_lazy.h"

#define NOTHING SONDA__REGEX_NOTHING

/* The automaton, and the place in the value. */
typedef struct simulation {
    sonda__regex_run *run;
    sonda__regex_code code;
    sonda__span text;
    size_t at;         /* of `next` */
    uint32_t previous; /* code point before, or NOTHING */
    uint32_t next;     /* code point here, or NOTHING */
    size_t next_len;
    bool matched;
    size_t match_start;
    bool any_case; /* of explanations: either case of a letter will do */
} simulation;

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
    if (state >= sim->code.count || has(states, state)) {
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
        uint32_t a = sonda__regex_code_a(&sim->code, index);

        switch (sonda__regex_code_op(&sim->code, index)) {
        case SONDA__CODE_JUMP:
            push(sim, states, a, start, &depth);
            break;
        case SONDA__CODE_SPLIT:
            push(sim, states, sonda__regex_code_b(&sim->code, index), start, &depth);
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

/* Whether it reads the code point in another case. */
static bool reads_in_other_case(const simulation *sim, uint32_t index, uint32_t code_point)
{
    const sonda__regex_code *code = &sim->code;
    uint32_t lower = sonda__code_point_fold(code_point);

    if (sonda__regex_code_op(code, index) == SONDA__CODE_CHAR) {
        return lower == sonda__code_point_fold(sonda__regex_code_a(code, index));
    }
    return sonda__regex_code_reads(code, index, lower) ||
           (lower >= 'a' && lower <= 'z' &&
            sonda__regex_code_reads(code, index, lower - 'a' + 'A'));
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

        if (sonda__regex_code_reads(&sim->code, state, code_point) ||
            (sim->any_case && reads_in_other_case(sim, state, code_point))) {
            add(sim, then, state + 1, now->start[i]);
        }
    }
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

/*
 * Runs on from the states in `now` to the first match or the end; `longest`,
 * unless NULL, is kept up.
 */
static void simulate(simulation *sim, sonda__span *longest, uint64_t *steps)
{
    sonda__regex_states *now = &sim->run->now;
    sonda__regex_states *then = &sim->run->then;
    bool anchored = sonda__regex_code_begins_at_start(&sim->code);

    for (;;) {
        sonda__regex_states *swap = now;

        if (sim->at == 0 || !anchored) {
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

static void begin(simulation *sim)
{
    sim->run->now.count = 0;
    look_ahead(sim);
}

/* Whether there is a match; what was determined so far is not simulated again. */
static bool determine(simulation *sim, uint32_t regex, uint64_t *steps)
{
    sonda__regex_cache *cache = sim->run->cache;
    sonda__regex_machine *machine = sonda__regex_cache_machine(cache, &sim->code, regex);
    sonda__regex_stop stop = {0, NOTHING, 0};
    sonda__regex_answer answer = SONDA__REGEX_GIVEN_UP;

    if (machine != NULL && !sonda__regex_lazy_may_match(machine, sim->text, steps)) {
        return false;
    }
    if (machine != NULL && machine->classes > 0) {
        answer = sonda__regex_lazy_search(cache, machine, &sim->code, sim->text, &stop, steps);
    }
    if (answer != SONDA__REGEX_GIVEN_UP) {
        return answer == SONDA__REGEX_YES;
    }
    sim->at = stop.at;
    sim->previous = stop.previous;
    begin(sim);
    for (uint32_t i = 0; i < stop.count; i++) {
        add(sim, &sim->run->now, cache->list[i], 0);
    }
    simulate(sim, NULL, steps);
    cache->read += sim->at - stop.at;
    return sim->matched;
}

bool sonda__regex_search(sonda__regex_run *run,
                         const sonda__pack *pack,
                         uint32_t regex,
                         sonda__span text,
                         sonda__span *found,
                         uint64_t *steps)
{
    simulation sim = {.run = run, .text = text, .previous = NOTHING};

    if (!sonda__regex_code_open(&sim.code, pack, regex)) {
        return false;
    }
    if (found == NULL && run->cache != NULL) {
        return determine(&sim, regex, steps);
    }
    begin(&sim);
    simulate(&sim, NULL, steps);
    if (sim.matched && found != NULL) {
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
    simulation any = {.run = run, .text = text, .previous = NOTHING, .any_case = true};
    simulation exact = {.run = run, .text = text, .previous = NOTHING};
    uint64_t steps = 0;

    *part = sonda__span_of(text.data, 0);
    if (!sonda__regex_code_open(&any.code, pack, regex)) {
        return false;
    }
    exact.code = any.code;
    begin(&any);
    simulate(&any, NULL, &steps);
    if (any.matched) {
        *part = sonda__span_of(text.data + any.match_start, any.at - any.match_start);
        return true;
    }
    begin(&exact);
    simulate(&exact, part, &steps);
    return false;
}
