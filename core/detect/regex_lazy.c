/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Determinisation while reading, after Thompson (1968) and as RE2 does it.
 *
 * A state is the set of instructions that a simulation would have reached, and
 * what stood before: instructions that read, and assertions that need to know
 * what comes next. Those are settled when the next symbol is known, on the way
 * out of the state; what only looks back is settled on the way in. A match may
 * begin anywhere: what a beginning leads to is in every set and kept in none,
 * so that an expression of a thousand branches has small sets.
 *
 * Where a state leads on an ASCII character stands in its row of transitions.
 * Other code points go through one table for all states, in which the newest
 * displaces the one before: they read more slowly, but nothing need know the
 * thousands of them apart.
 *
 * Steps: a place that a new transition leaves costs as many as instructions are
 * kept there, at most one fewer than the automaton has, because the match is
 * never among them; any other place costs one. The byte that the search for a
 * necessary text costs is the one left over. So length + 1 times the size of
 * the automaton bounds a search, built or not, as it does a simulation.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/regex_lazy.h"

#include "core/codec/code_point.h"

/* Words in front of a state's row: next of its hash chain, owner, size of its set. */
#define HEAD_WORDS 3u

typedef struct lazy {
    sonda__regex_cache *cache;
    sonda__regex_machine *machine;
    const sonda__regex_code *code;
    sonda__span text;
    uint64_t *steps;
    uint32_t list_count; /* of the set under construction */
    uint32_t previous;   /* code point that led to it */
    bool matched;
    bool waits; /* an assertion that is not settled was reached */
    bool moves; /* or an instruction that reads */
} lazy;

/* What comes next. `last`: a newline that ends the text. */
typedef struct symbol {
    uint32_t code_point; /* SONDA__REGEX_NOTHING at the end */
    uint32_t class;      /* column of the row; `stride` when it has none */
    size_t len;
    bool last;
} symbol;

typedef enum truth { NEVER, HOLDS, UNKNOWN } truth;

static bool is_word(uint32_t code_point)
{
    return code_point != SONDA__REGEX_NOTHING && sonda__code_point_is_word(code_point);
}

static uint32_t before_of(const sonda__regex_machine *machine, uint32_t previous)
{
    if (previous == SONDA__REGEX_NOTHING) {
        return machine->asks_start ? SONDA__REGEX_AFTER_START : SONDA__REGEX_AFTER_OTHER;
    }
    if (machine->asks_line && previous == '\n') {
        return SONDA__REGEX_AFTER_NEWLINE;
    }
    return machine->asks_word && is_word(previous) ? SONDA__REGEX_AFTER_WORD
                                                   : SONDA__REGEX_AFTER_OTHER;
}

/* `next` is NULL while it is not known. */
static truth holds(uint32_t assertion, uint32_t before, const symbol *next)
{
    bool ends = next != NULL && next->code_point == SONDA__REGEX_NOTHING;
    bool newline = next != NULL && next->code_point == '\n';
    bool edge;

    if (assertion == SONDA__ASSERT_TEXT_START) {
        return before == SONDA__REGEX_AFTER_START ? HOLDS : NEVER;
    }
    if (assertion == SONDA__ASSERT_LINE_START) {
        return before == SONDA__REGEX_AFTER_START || before == SONDA__REGEX_AFTER_NEWLINE
                   ? HOLDS
                   : NEVER;
    }
    if (next == NULL) {
        return UNKNOWN;
    }
    switch (assertion) {
    case SONDA__ASSERT_TEXT_END:
        return ends ? HOLDS : NEVER;
    case SONDA__ASSERT_LAST_LINE_END:
        return ends || (newline && next->last) ? HOLDS : NEVER;
    case SONDA__ASSERT_LINE_END:
        return ends || newline ? HOLDS : NEVER;
    case SONDA__ASSERT_WORD:
    case SONDA__ASSERT_NOT_WORD:
        edge = (before == SONDA__REGEX_AFTER_WORD) != is_word(next->code_point);
        return edge == (assertion == SONDA__ASSERT_WORD) ? HOLDS : NEVER;
    default:
        return NEVER;
    }
}

/* Words of a set of instructions. */
static size_t set_words(const lazy *search)
{
    return ((size_t)search->code->count + 63) / 64;
}

static void clear(const lazy *search, uint64_t *bits)
{
    memset(bits, 0, set_words(search) * sizeof *bits);
}

static void push(const lazy *search, uint32_t to, uint32_t *depth)
{
    sonda__regex_cache *cache = search->cache;

    if (to < search->code->count && !sonda__regex_get_bit(cache->seen, to)) {
        sonda__regex_set_bit(cache->seen, to);
        cache->stack[(*depth)++] = (uint16_t)to;
    }
}

static void keep(uint64_t *set, uint32_t at)
{
    if (set != NULL) {
        sonda__regex_set_bit(set, at);
    }
}

/* Adds to `set`, unless NULL, what an instruction leads to without reading. */
static void
reach(lazy *search, uint64_t *set, uint32_t from, uint32_t before, const symbol *next)
{
    const sonda__regex_code *code = search->code;
    uint32_t depth = 0;

    push(search, from, &depth);
    while (depth > 0) {
        uint32_t at = search->cache->stack[--depth];
        uint32_t a = sonda__regex_code_a(code, at);
        truth decided;

        switch (sonda__regex_code_op(code, at)) {
        case SONDA__CODE_SPLIT:
            push(search, sonda__regex_code_b(code, at), &depth);
            push(search, a, &depth);
            break;
        case SONDA__CODE_JUMP:
            push(search, a, &depth);
            break;
        case SONDA__CODE_ASSERT:
            decided = holds(a, before, next);
            if (decided == HOLDS) {
                push(search, at + 1, &depth);
            } else if (decided == UNKNOWN) {
                keep(set, at);
                search->waits = true;
            }
            break;
        case SONDA__CODE_MATCH:
            search->matched = true;
            break;
        default:
            keep(set, at);
            search->moves = true;
            break;
        }
    }
}

static const uint16_t *set_of(const lazy *search, uint32_t state)
{
    return (const uint16_t *)(const void *)(search->cache->words + state +
                                            search->machine->stride);
}

/* Adds to `now` what its assertions lead to. */
static void settle(lazy *search, uint32_t before, const symbol *next)
{
    sonda__regex_cache *cache = search->cache;

    memcpy(cache->seen, cache->now, set_words(search) * sizeof cache->seen[0]);
    for (uint32_t word = 0; word * 64 < search->code->count; word++) {
        uint64_t left = cache->now[word];

        for (uint32_t at = word * 64; left != 0; at++, left >>= 1) {
            if ((left & 1) != 0 &&
                sonda__regex_code_op(search->code, at) == SONDA__CODE_ASSERT &&
                holds(sonda__regex_code_a(search->code, at), before, next) == HOLDS) {
                reach(search, cache->now, at + 1, before, next);
            }
        }
    }
}

/* Puts the state's set into `now`, and what its assertions lead to. */
static void leave(lazy *search, uint32_t state, const symbol *next)
{
    sonda__regex_cache *cache = search->cache;
    const uint16_t *set = set_of(search, state);
    uint32_t count = cache->words[state - 1] >> 1;
    uint32_t before = cache->words[state - 2] & 3u;

    clear(search, cache->now);
    clear(search, cache->seen);
    if (!search->machine->anchored) {
        reach(search, cache->now, 0, before, NULL);
    }
    for (uint32_t i = 0; i < count; i++) {
        sonda__regex_set_bit(cache->now, set[i]);
    }
    if ((cache->words[state - 1] & 1) != 0) {
        settle(search, before, next);
    }
}

/* What a match that begins here leads to: taken as seen, it stays out of `then`. */
static void begin_set(lazy *search, uint32_t before)
{
    clear(search, search->cache->then);
    clear(search, search->cache->seen);
    search->waits = false;
    search->moves = false;
    if (!search->machine->anchored) {
        reach(search, NULL, 0, before, NULL);
    }
}

/* Reads the symbol in all instructions of `now`; what that leads to is `then`. */
static void advance(lazy *search, const symbol *next)
{
    sonda__regex_cache *cache = search->cache;
    const sonda__regex_code *code = search->code;
    uint32_t before = before_of(search->machine, next->code_point);

    search->previous = next->code_point;
    begin_set(search, before);
    /* The byte has cost one already. */
    *search->steps -= 1;
    for (uint32_t word = 0; word * 64 < code->count; word++) {
        uint64_t left = cache->now[word];

        for (uint32_t at = word * 64; left != 0; at++, left >>= 1) {
            if ((left & 1) == 0) {
                continue;
            }
            ++*search->steps;
            if (sonda__regex_code_reads(code, at, next->code_point)) {
                reach(search, cache->then, at + 1, before, NULL);
            }
        }
    }
}

/* `then` as a list in order; of like instructions in a row the foremost only. */
static void list_then(lazy *search)
{
    sonda__regex_cache *cache = search->cache;
    uint32_t tail = search->machine->tail;
    uint32_t tail_end = tail + search->machine->tail_len;

    search->list_count = 0;
    for (uint32_t word = 0; word * 64 < search->code->count; word++) {
        uint64_t left = cache->then[word];

        for (uint32_t at = word * 64; left != 0; at++, left >>= 1) {
            uint32_t count = search->list_count;

            if ((left & 1) == 0) {
                continue;
            }
            if (at >= tail && at < tail_end && count > 0 && cache->list[count - 1] >= tail) {
                count--;
            }
            cache->list[count] = (uint16_t)at;
            search->list_count = count + 1;
        }
    }
}

static uint32_t hash_list(const lazy *search, uint32_t owner)
{
    uint64_t hash = owner;

    for (uint32_t i = 0; i < search->list_count; i++) {
        hash = (hash ^ search->cache->list[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return (uint32_t)hash & (SONDA__REGEX_HEADS - 1);
}

/* A new state of the set in `list`, with no transitions; UNBUILT: no room. */
static uint32_t add_state(const lazy *search, uint32_t owner, uint32_t size, uint32_t *head)
{
    sonda__regex_cache *cache = search->cache;
    size_t row = search->machine->stride;
    size_t need = HEAD_WORDS + row + (search->list_count + 1) / 2;
    uint32_t state = (uint32_t)cache->used + HEAD_WORDS;

    if (need > cache->capacity - cache->used) {
        return SONDA__REGEX_UNBUILT;
    }
    cache->words[state - 3] = *head;
    cache->words[state - 2] = owner;
    cache->words[state - 1] = size;
    memset(cache->words + state, 0, row * sizeof cache->words[0]);
    memcpy(cache->words + state + row, cache->list, search->list_count * sizeof cache->list[0]);
    cache->used += need;
    *head = state;
    return state;
}

/* The state of the set in `list`: one that is there, or a new one. */
static uint32_t find_state(const lazy *search)
{
    sonda__regex_cache *cache = search->cache;
    uint32_t before = before_of(search->machine, search->previous);
    uint32_t owner = (uint32_t)(search->machine - cache->machines) << 2 | before;
    uint32_t size = search->list_count << 1 | (search->waits ? 1 : 0);
    uint32_t *head = &cache->heads[hash_list(search, owner)];

    for (uint32_t state = *head; state != 0; state = cache->words[state - 3]) {
        if (cache->words[state - 2] == owner && cache->words[state - 1] == size &&
            memcmp(set_of(search, state), cache->list,
                   search->list_count * sizeof cache->list[0]) == 0) {
            return state;
        }
    }
    return add_state(search, owner, size, head);
}

/*
 * The state of the set in `then`; UNBUILT when it has no room, which the list
 * and `previous` survive. Empties a full cache when its time has come.
 */
static uint32_t enter(lazy *search)
{
    uint32_t state;

    if (search->matched) {
        return SONDA__REGEX_HIT;
    }
    list_then(search);
    /* Nothing left, and nothing can begin later: that could differ behind a newline. */
    if (!search->waits && !search->moves &&
        (search->machine->anchored || !search->machine->asks_line)) {
        return SONDA__REGEX_DEAD;
    }
    state = find_state(search);
    if (state == SONDA__REGEX_UNBUILT && sonda__regex_cache_may_empty(search->cache)) {
        sonda__regex_cache_empty(search->cache, false);
        state = find_state(search);
    }
    return state;
}

static uint32_t build_start(lazy *search)
{
    uint32_t before = before_of(search->machine, SONDA__REGEX_NOTHING);

    search->previous = SONDA__REGEX_NOTHING;
    search->matched = false;
    begin_set(search, before);
    if (search->machine->anchored) {
        reach(search, search->cache->then, 0, before, NULL);
    }
    return enter(search);
}

/* Where the state leads on the symbol; UNBUILT as enter(). */
static uint32_t build(lazy *search, uint32_t state, const symbol *next)
{
    sonda__regex_cache *cache = search->cache;
    uint64_t emptied = cache->emptied;
    uint32_t to = SONDA__REGEX_DEAD;

    search->matched = false;
    leave(search, state, next);
    if (search->matched) {
        to = SONDA__REGEX_HIT;
    } else if (next->code_point != SONDA__REGEX_NOTHING) {
        advance(search, next);
        to = enter(search);
    }
    if (emptied == cache->emptied && next->class < search->machine->stride) {
        cache->words[state + next->class] = to;
    }
    return to;
}

/* The same for a code point past ASCII. */
static uint32_t go_wide(lazy *search, uint32_t state, const symbol *next)
{
    uint32_t hash = (state * 0x9e3779b1u ^ next->code_point * 0x85ebca6bu) >> 16;
    sonda__regex_wide *wide = &search->cache->wide[hash & (SONDA__REGEX_WIDE - 1)];
    uint64_t emptied = search->cache->emptied;
    uint32_t to;

    if (wide->state == state && wide->code_point == next->code_point) {
        return wide->to;
    }
    to = build(search, state, next);
    if (to != SONDA__REGEX_UNBUILT && emptied == search->cache->emptied) {
        wide->state = state;
        wide->code_point = next->code_point;
        wide->to = to;
    }
    return to;
}

static symbol symbol_at(const lazy *search, size_t at)
{
    const sonda__regex_machine *machine = search->machine;
    symbol next = {SONDA__REGEX_NOTHING, machine->classes, 0, false};
    uint8_t byte;

    if (at == search->text.len) {
        return next;
    }
    byte = (uint8_t)search->text.data[at];
    if (byte >= 0x80) {
        next.len = sonda__code_point_read(search->text.data + at, search->text.len - at,
                                          &next.code_point);
        next.class = machine->stride;
        return next;
    }
    next.len = 1;
    next.last = byte == '\n' && at + 1 == search->text.len;
    next.class = next.last ? machine->classes + 1 : machine->class_of[byte];
    next.code_point = machine->example[machine->class_of[byte]];
    return next;
}

/* Through ASCII as far as transitions are there; `end` leaves out a last newline. */
static size_t
run_ascii(const lazy *search, uint32_t *state, const uint8_t *text, size_t at, size_t end)
{
    const uint32_t *words = search->cache->words;
    const uint8_t *class_of = search->machine->class_of;
    uint32_t now = *state;

    while (at < end && text[at] < 0x80) {
        uint32_t to = words[now + class_of[text[at]]];

        if (to <= SONDA__REGEX_LAST_SPECIAL) {
            break;
        }
        now = to;
        at++;
    }
    *state = now;
    return at;
}

static sonda__regex_answer run(lazy *search, uint32_t state, size_t *at)
{
    const uint8_t *text = (const uint8_t *)search->text.data;
    size_t len = search->text.len;
    size_t end = len > 0 && text[len - 1] == '\n' ? len - 1 : len;

    while (state > SONDA__REGEX_LAST_SPECIAL) {
        symbol next;

        *at = run_ascii(search, &state, text, *at, end);
        next = symbol_at(search, *at);
        if (next.class == search->machine->stride) {
            state = go_wide(search, state, &next);
        } else {
            uint32_t to = search->cache->words[state + next.class];

            state = to == SONDA__REGEX_UNBUILT ? build(search, state, &next) : to;
        }
        *at += next.len;
    }
    return state == SONDA__REGEX_HIT    ? SONDA__REGEX_YES
           : state == SONDA__REGEX_DEAD ? SONDA__REGEX_NO
                                        : SONDA__REGEX_GIVEN_UP;
}

sonda__regex_answer sonda__regex_lazy_search(sonda__regex_cache *cache,
                                             sonda__regex_machine *machine,
                                             const sonda__regex_code *code,
                                             sonda__span text,
                                             sonda__regex_stop *stop,
                                             uint64_t *steps)
{
    lazy search = {.cache = cache,
                   .machine = machine,
                   .code = code,
                   .text = text,
                   .steps = steps,
                   .previous = SONDA__REGEX_NOTHING};
    size_t at = 0;
    sonda__regex_answer answer;

    if (machine->start == SONDA__REGEX_UNBUILT) {
        machine->start = build_start(&search);
    }
    answer = run(&search, machine->start, &at);
    cache->read += at;
    *steps += at + (answer == SONDA__REGEX_GIVEN_UP ? 0 : 1);
    stop->at = at;
    stop->previous = search.previous;
    stop->count = search.list_count;
    return answer;
}

/* Whether the needed text stands at `at`, which its anchor does. */
static bool needed_at(const sonda__regex_machine *machine, const uint8_t *at)
{
    for (uint32_t i = 0; i < machine->need_len; i++) {
        if (at[i] != machine->need[i] && at[i] != machine->need_other[i]) {
            return false;
        }
    }
    return true;
}

/* Where `wanted` stands from `at` on, or `end`. */
static const uint8_t *next_byte(const uint8_t *at, const uint8_t *end, uint8_t wanted)
{
    const uint8_t *found = at < end ? memchr(at, wanted, (size_t)(end - at)) : NULL;

    return found == NULL ? end : found;
}

static bool has_needed(const sonda__regex_machine *machine, sonda__span text)
{
    uint32_t anchor = machine->need_anchor;
    /* Where the anchor can stand so that all of the text fits. */
    const uint8_t *at = (const uint8_t *)text.data + anchor;
    const uint8_t *end =
        (const uint8_t *)text.data + text.len - (machine->need_len - 1u - anchor);
    uint8_t one = machine->need[anchor];
    uint8_t other = machine->need_other[anchor];
    const uint8_t *first = next_byte(at, end, one);
    const uint8_t *second = one == other ? end : next_byte(at, end, other);

    while (first < end || second < end) {
        at = first < second ? first : second;
        if (needed_at(machine, at - anchor)) {
            return true;
        }
        if (at == first) {
            first = next_byte(at + 1, end, one);
        } else {
            second = next_byte(at + 1, end, other);
        }
    }
    return false;
}

bool sonda__regex_lazy_may_match(const sonda__regex_machine *machine,
                                 sonda__span text,
                                 uint64_t *steps)
{
    if (text.len < machine->least) {
        return false;
    }
    if (machine->need_len == 0) {
        return true;
    }
    *steps += text.len;
    return text.len >= machine->need_len && has_needed(machine, text);
}
