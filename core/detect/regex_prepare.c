/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Before an expression is run for the first time: which ASCII characters it
 * tells apart, how short a match can be, and a text that no match can lack.
 *
 * All of it takes time in proportion to the automaton, with constants that the
 * limits below state: it is done once for each expression between two emptyings
 * of the cache.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/regex_prepare.h"

/* Sets of ASCII characters that one expression may name; more are simulated. */
#define SETS_MAX 64u
/* Instructions visited in search of a necessary text; then the best so far is it. */
#define NEED_VISITS_MAX 16384u
/* Like instructions in a row from which on it pays to keep the foremost only. */
#define TAIL_MIN 8u

typedef struct preparation {
    sonda__regex_cache *cache;
    const sonda__regex_code *code;
    sonda__regex_machine *machine;
    uint32_t set_count; /* named so far */
    uint64_t sets[SETS_MAX][2];
    uint64_t exact[2];  /* ASCII characters that stand alone */
    uint64_t folded[2]; /* or in either case */
    uint32_t visits;
    bool doubts; /* assertions do not hold, rather than all of them */
} preparation;

/* Moves the members of each class that are in the set to a class of their own. */
static void split_classes(sonda__regex_machine *machine, const uint64_t set[2])
{
    uint8_t moved[128];
    uint32_t before = machine->classes;
    uint8_t kept[128] = {0};

    memset(moved, 0xff, sizeof moved);
    for (uint32_t c = 0; c < 128; c++) {
        kept[machine->class_of[c]] |= (uint8_t)!sonda__regex_get_bit(set, c);
    }
    for (uint32_t c = 0; c < 128; c++) {
        uint8_t old = machine->class_of[c];

        if (!sonda__regex_get_bit(set, c) || kept[old] == 0) {
            continue;
        }
        if (moved[old] == 0xff) {
            moved[old] = (uint8_t)machine->classes++;
        }
        machine->class_of[c] = moved[old];
    }
    for (uint32_t c = 0; c < 128 && before < machine->classes; c++) {
        machine->example[machine->class_of[c]] = (uint8_t)c;
    }
}

static void split_at(sonda__regex_machine *machine, uint32_t c)
{
    uint64_t set[2] = {0, 0};

    sonda__regex_set_bit(set, c);
    split_classes(machine, set);
}

static void note_assertion(sonda__regex_machine *machine, uint32_t assertion)
{
    switch (assertion) {
    case SONDA__ASSERT_TEXT_START:
        machine->asks_start = true;
        break;
    case SONDA__ASSERT_LINE_START:
        machine->asks_start = true;
        machine->asks_line = true;
        break;
    case SONDA__ASSERT_WORD:
    case SONDA__ASSERT_NOT_WORD:
        machine->asks_word = true;
        break;
    default:
        break;
    }
}

/* Notes what a class has of ASCII unless it is known; false when that is too much. */
static bool note_class(preparation *prepare, uint32_t class)
{
    const uint8_t *at = sonda__pack_entry(prepare->code->pack, SONDA__SECTION_CLASSES, class);
    uint64_t low = at == NULL ? 0 : sonda__pack_u64(at + SONDA__AT_CLASS_ASCII);
    uint64_t high = at == NULL ? 0 : sonda__pack_u64(at + SONDA__AT_CLASS_ASCII + 8);

    for (uint32_t i = prepare->set_count; i-- > 0;) {
        if (prepare->sets[i][0] == low && prepare->sets[i][1] == high) {
            return true;
        }
    }
    if (prepare->set_count == SETS_MAX) {
        return false;
    }
    prepare->sets[prepare->set_count][0] = low;
    prepare->sets[prepare->set_count++][1] = high;
    return true;
}

/* What the automaton tells apart; false: too much. */
static bool collect(preparation *prepare)
{
    const sonda__regex_code *code = prepare->code;

    for (uint32_t i = 0; i < code->count; i++) {
        uint32_t a = sonda__regex_code_a(code, i);
        uint32_t op = sonda__regex_code_op(code, i);

        if (op == SONDA__CODE_CHAR && a < 128) {
            sonda__regex_set_bit(prepare->exact, a);
        } else if (op == SONDA__CODE_FOLDED && a < 128) {
            sonda__regex_set_bit(prepare->folded, a);
        } else if (op == SONDA__CODE_ANY) {
            sonda__regex_set_bit(prepare->exact, '\n');
        } else if (op == SONDA__CODE_ASSERT) {
            note_assertion(prepare->machine, a);
            sonda__regex_set_bit(prepare->exact, '\n');
        } else if (op == SONDA__CODE_CLASS && !note_class(prepare, a)) {
            return false;
        }
    }
    return true;
}

static void split_words(sonda__regex_machine *machine)
{
    uint64_t set[2] = {0, 0};

    for (uint32_t c = 0; c < 128; c++) {
        if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_') {
            sonda__regex_set_bit(set, c);
        }
    }
    split_classes(machine, set);
}

static void find_classes(preparation *prepare)
{
    sonda__regex_machine *machine = prepare->machine;

    machine->classes = 1;
    for (uint32_t i = 0; i < prepare->set_count; i++) {
        split_classes(machine, prepare->sets[i]);
    }
    for (uint32_t c = 0; c < 128; c++) {
        if (sonda__regex_get_bit(prepare->exact, c)) {
            split_at(machine, c);
        }
        if (sonda__regex_get_bit(prepare->folded, c)) {
            uint64_t set[2] = {0, 0};

            sonda__regex_set_bit(set, c);
            sonda__regex_set_bit(set, c >= 'a' && c <= 'z' ? c - 32 : c);
            split_classes(machine, set);
        }
    }
    if (machine->asks_word) {
        split_words(machine);
    }
    machine->stride = machine->classes + 2;
}

/* Puts an instruction on the stack the first time. */
static void go(preparation *prepare, uint32_t to, uint32_t avoided, uint32_t *depth)
{
    sonda__regex_cache *cache = prepare->cache;

    if (to < prepare->code->count && to != avoided && !sonda__regex_get_bit(cache->seen, to)) {
        sonda__regex_set_bit(cache->seen, to);
        cache->stack[(*depth)++] = (uint16_t)to;
        prepare->visits++;
    }
}

static void forget_seen(preparation *prepare)
{
    memset(prepare->cache->seen, 0,
           ((size_t)prepare->code->count + 63) / 64 * sizeof(uint64_t));
}

/*
 * Goes on from what is on the stack without reading; what reads is put in
 * `list`. Whether a match was reached.
 */
static bool go_empty(preparation *prepare, uint32_t depth, uint32_t avoided, uint32_t *listed)
{
    const sonda__regex_code *code = prepare->code;
    bool matched = false;

    while (depth > 0) {
        uint32_t at = prepare->cache->stack[--depth];
        uint32_t op = sonda__regex_code_op(code, at);

        if (op == SONDA__CODE_MATCH) {
            matched = true;
        } else if (op == SONDA__CODE_SPLIT || op == SONDA__CODE_JUMP) {
            go(prepare, sonda__regex_code_a(code, at), avoided, &depth);
            if (op == SONDA__CODE_SPLIT) {
                go(prepare, sonda__regex_code_b(code, at), avoided, &depth);
            }
        } else if (op == SONDA__CODE_ASSERT) {
            go(prepare, prepare->doubts ? avoided : at + 1, avoided, &depth);
        } else {
            prepare->cache->list[(*listed)++] = (uint16_t)at;
        }
    }
    return matched;
}

/*
 * Code points of the shortest way to a match that does not pass `avoided`;
 * UINT32_MAX when there is none.
 */
static uint32_t shortest(preparation *prepare, uint32_t avoided)
{
    uint32_t first = 0;
    uint32_t listed = 0;
    uint32_t depth = 0;
    uint32_t length = 0;

    forget_seen(prepare);
    go(prepare, 0, avoided, &depth);
    if (go_empty(prepare, depth, avoided, &listed)) {
        return 0;
    }
    while (first < listed) {
        uint32_t end = listed;

        length++;
        depth = 0;
        while (first < end) {
            go(prepare, prepare->cache->list[first++] + 1u, avoided, &depth);
        }
        if (go_empty(prepare, depth, avoided, &listed)) {
            return length;
        }
    }
    return UINT32_MAX;
}

/* A class of a letter in both cases, and nothing else: the lower one, or 0. */
static uint8_t letter_of_class(const sonda__regex_code *code, uint32_t index)
{
    const uint8_t *at =
        sonda__pack_entry(code->pack, SONDA__SECTION_CLASSES, sonda__regex_code_a(code, index));
    sonda__list list;
    uint8_t upper = 0;

    if (at == NULL || sonda__regex_code_b(code, index) != 0) {
        return 0;
    }
    list = sonda__pack_list(at + SONDA__AT_CLASS_RANGES);
    for (uint32_t i = 0; i < 2 && list.count == 2; i++) {
        const uint8_t *range = sonda__pack_listed(code->pack, SONDA__SECTION_RANGES, list, i);
        uint32_t c = range == NULL ? 0 : sonda__pack_u32(range + SONDA__AT_RANGE_FIRST);

        if (range == NULL || c != sonda__pack_u32(range + SONDA__AT_RANGE_LAST)) {
            return 0;
        }
        if (i == 0) {
            upper = (uint8_t)(c >= 'A' && c <= 'Z' ? c : 0);
        } else if (upper != 0 && c == upper + 32u) {
            return (uint8_t)c;
        }
    }
    return 0;
}

/* Letters that code points beyond ASCII fold to: the Kelvin sign, dotted I. */
static bool has_wide_partner(uint32_t lower)
{
    return lower == 'i' || lower == 'k';
}

/* The one byte that the instruction reads, and its other case; false: others too. */
static bool byte_of(const sonda__regex_code *code, uint32_t index, uint8_t out[2])
{
    uint32_t op = sonda__regex_code_op(code, index);
    uint32_t a = sonda__regex_code_a(code, index);
    uint32_t lower = 0;

    if (op == SONDA__CODE_CHAR && a < 128) {
        out[0] = out[1] = (uint8_t)a;
        return true;
    }
    if (op == SONDA__CODE_FOLDED && a < 128 && !has_wide_partner(a)) {
        lower = a;
    } else if (op == SONDA__CODE_CLASS) {
        lower = letter_of_class(code, index);
    }
    if (lower == 0) {
        return false;
    }
    out[0] = (uint8_t)lower;
    out[1] = (uint8_t)(lower >= 'a' && lower <= 'z' ? lower - 32 : lower);
    return true;
}

/* How common a byte is in paths, command lines and scripts: 1 to 9. */
static uint32_t commonness(const uint8_t pair[2])
{
    uint8_t c = pair[0];

    if (pair[0] != pair[1]) {
        return 9;
    }
    if (c >= 'a' && c <= 'z') {
        return memchr("jqxz", c, 4) != NULL ? 5 : 8;
    }
    if (c >= '0' && c <= '9') {
        return 6;
    }
    if (c >= 'A' && c <= 'Z') {
        return 4;
    }
    if (c == ' ' || c == '\\') {
        return 7;
    }
    return memchr(".-:/_\"", c, 6) != NULL ? 5 : 2;
}

/* A run of bytes that stand one behind the other. */
typedef struct needed_run {
    uint8_t bytes[SONDA__REGEX_NEED_MAX][2];
    uint32_t len;
    uint32_t anchor;
} needed_run;

static void read_run(const sonda__regex_code *code, uint32_t at, needed_run *run)
{
    run->len = 0;
    run->anchor = 0;
    for (; at < code->count && run->len < SONDA__REGEX_NEED_MAX; at++) {
        if (byte_of(code, at, run->bytes[run->len])) {
            if (commonness(run->bytes[run->len]) < commonness(run->bytes[run->anchor])) {
                run->anchor = run->len;
            }
            run->len++;
        } else if (sonda__regex_code_op(code, at) != SONDA__CODE_ASSERT) {
            break;
        }
    }
}

static uint32_t worth(const needed_run *run)
{
    uint32_t bytes = run->len < 8 ? run->len : 8;

    return bytes + 2 * (10 - commonness(run->bytes[run->anchor]));
}

static void keep_run(sonda__regex_machine *machine, const needed_run *run)
{
    machine->need_len = (uint8_t)run->len;
    machine->need_anchor = (uint8_t)run->anchor;
    for (uint32_t i = 0; i < run->len; i++) {
        machine->need[i] = run->bytes[i][0];
        machine->need_other[i] = run->bytes[i][1];
    }
}

/* The best text that no way through the automaton avoids. */
static void find_need(preparation *prepare)
{
    const sonda__regex_code *code = prepare->code;
    uint32_t best = 0;
    needed_run run;

    for (uint32_t at = 0; at < code->count && prepare->visits < NEED_VISITS_MAX; at++) {
        read_run(code, at, &run);
        if (run.len == 0 || worth(&run) <= best || shortest(prepare, at) != UINT32_MAX) {
            continue;
        }
        best = worth(&run);
        keep_run(prepare->machine, &run);
    }
}

static bool is_like(const sonda__regex_code *code, uint32_t one, uint32_t other)
{
    return memcmp(sonda__regex_code_at(code, one), sonda__regex_code_at(code, other),
                  SONDA__CODE_SIZE) == 0;
}

/*
 * Like instructions in a row behind which there is a match, as of .{1000,}:
 * what begins further behind among them needs the same and more, so of a set
 * the foremost is enough to tell whether there is a match.
 */
static void find_tail(preparation *prepare)
{
    const sonda__regex_code *code = prepare->code;
    uint32_t first = 0;
    uint32_t listed = 0;
    uint32_t depth = 0;
    uint32_t at;

    for (at = 1; at < code->count; at++) {
        uint32_t op = sonda__regex_code_op(code, at);

        if (sonda__regex_op_is_empty(op) || !is_like(code, first, at)) {
            if (at - first > prepare->machine->tail_len) {
                prepare->machine->tail = first;
                prepare->machine->tail_len = at - first;
            }
            first = at;
        }
    }
    if (prepare->machine->tail_len < TAIL_MIN) {
        prepare->machine->tail_len = 0;
        return;
    }
    forget_seen(prepare);
    prepare->doubts = true;
    go(prepare, prepare->machine->tail + prepare->machine->tail_len, UINT32_MAX, &depth);
    if (!go_empty(prepare, depth, UINT32_MAX, &listed)) {
        prepare->machine->tail_len = 0;
    }
}

void sonda__regex_prepare(sonda__regex_cache *cache,
                          const sonda__regex_code *code,
                          sonda__regex_machine *machine)
{
    preparation prepare = {.cache = cache, .code = code, .machine = machine};

    machine->least = shortest(&prepare, UINT32_MAX);
    prepare.visits = 0;
    if (!collect(&prepare)) {
        return;
    }
    machine->anchored = sonda__regex_code_begins_at_start(code);
    find_classes(&prepare);
    find_need(&prepare);
    find_tail(&prepare);
}
