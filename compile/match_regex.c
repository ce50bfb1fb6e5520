/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A character that no way through the automaton avoids is in every match, and
 * so is what stands behind it as far as there is but one way on.
 *
 * Module compile.
 */

#include "compile/match_regex.h"

#include "core/base/allocate.h"
#include "core/codec/code_point.h"

typedef struct automaton {
    const uint8_t *code;
    const uint8_t *classes;
    const uint8_t *ranges;
    uint32_t count;
    uint8_t *seen;   /* by instruction */
    uint32_t *stack; /* instructions to go on from; each is put there once */
} automaton;

static uint32_t op_at(const automaton *regex, uint32_t at)
{
    return sonda__pack_u32(regex->code + (size_t)at * SONDA__CODE_SIZE + SONDA__AT_CODE_OP);
}

static uint32_t a_at(const automaton *regex, uint32_t at)
{
    return sonda__pack_u32(regex->code + (size_t)at * SONDA__CODE_SIZE + SONDA__AT_CODE_A);
}

static uint32_t b_at(const automaton *regex, uint32_t at)
{
    return sonda__pack_u32(regex->code + (size_t)at * SONDA__CODE_SIZE + SONDA__AT_CODE_B);
}

static void go(automaton *regex, uint32_t to, uint32_t avoided, uint32_t *depth)
{
    if (to < regex->count && to != avoided && regex->seen[to] == 0) {
        regex->seen[to] = 1;
        regex->stack[(*depth)++] = to;
    }
}

/* Whether a match can be reached without the instruction. */
static bool is_avoidable(automaton *regex, uint32_t avoided)
{
    uint32_t depth = 0;

    memset(regex->seen, 0, regex->count);
    go(regex, 0, avoided, &depth);
    while (depth > 0) {
        uint32_t at = regex->stack[--depth];
        uint32_t op = op_at(regex, at);

        if (op == SONDA__CODE_MATCH) {
            return true;
        }
        if (op == SONDA__CODE_SPLIT || op == SONDA__CODE_JUMP) {
            go(regex, a_at(regex, at), avoided, &depth);
            go(regex, op == SONDA__CODE_SPLIT ? b_at(regex, at) : avoided, avoided, &depth);
        } else {
            go(regex, at + 1, avoided, &depth);
        }
    }
    return false;
}

/* The first code point of range `i` of a class, which has no other; or 0. */
static uint32_t single(const automaton *regex, uint32_t first, uint32_t i)
{
    const uint8_t *at = regex->ranges + (size_t)(first + i) * SONDA__RANGE_SIZE;
    uint32_t c = sonda__pack_u32(at + SONDA__AT_RANGE_FIRST);

    return c == sonda__pack_u32(at + SONDA__AT_RANGE_LAST) ? c : 0;
}

/* A class of one ASCII letter in both cases, as of [Pp]: the lower one, or 0. */
static uint32_t letter_of_class(const automaton *regex, uint32_t at)
{
    const uint8_t *class = regex->classes + (size_t)a_at(regex, at) * SONDA__CLASS_SIZE;
    uint32_t first = sonda__pack_u32(class + SONDA__AT_CLASS_RANGES);
    uint32_t upper;

    if (b_at(regex, at) != 0 || sonda__pack_u32(class + SONDA__AT_CLASS_RANGES + 4) != 2) {
        return 0;
    }
    upper = single(regex, first, 0);
    return upper >= 'A' && upper <= 'Z' && single(regex, first, 1) == upper + ('a' - 'A')
               ? upper + ('a' - 'A')
               : 0;
}

/*
 * The character that an instruction reads, in either case, folded; or 0. Not
 * an ill-formed byte: those fold with their neighbours.
 */
static uint32_t character_at(const automaton *regex, uint32_t at)
{
    uint32_t op = op_at(regex, at);

    if (op == SONDA__CODE_CLASS) {
        return letter_of_class(regex, at);
    }
    return (op == SONDA__CODE_CHAR || op == SONDA__CODE_FOLDED) &&
                   a_at(regex, at) < SONDA__CODE_POINT_ILL_FORMED
               ? sonda__code_point_fold(a_at(regex, at))
               : 0;
}

/* The characters from `at` on, folded. */
static size_t read_run(const automaton *regex, uint32_t at, uint8_t *out)
{
    size_t len = 0;

    for (; at < regex->count; at++) {
        uint32_t folded = character_at(regex, at);

        if (folded != 0 && len + 4 <= SONDA__REGEX_LITERAL_MAX) {
            len += sonda__code_point_write(folded, (char *)out + len);
        } else if (op_at(regex, at) != SONDA__CODE_ASSERT) {
            break;
        }
    }
    return len;
}

/*
 * A way may lead into the middle of a run, as behind the s of https?://: so
 * each place of it is a beginning. The longest is looked at first of those that
 * end alike, and is mostly the one.
 */
static size_t find_literal(automaton *regex, uint8_t *out)
{
    uint8_t run[SONDA__REGEX_LITERAL_MAX];
    size_t best = 0;

    for (uint32_t at = 0; at < regex->count; at++) {
        size_t len = character_at(regex, at) == 0 ? 0 : read_run(regex, at, run);

        if (len > best && len >= SONDA__LITERAL_INNER_MIN && !is_avoidable(regex, at)) {
            memcpy(out, run, len);
            best = len;
        }
    }
    return best;
}

size_t sonda__match_regex_literal(const sonda__pack_sections *sections,
                                  uint32_t regex,
                                  const sonda_allocator *allocator,
                                  uint8_t out[SONDA__REGEX_LITERAL_MAX])
{
    const uint8_t *entry =
        sections->section[SONDA__SECTION_REGEXES].bytes + (size_t)regex * SONDA__REGEX_SIZE;
    uint32_t first = sonda__pack_u32(entry + SONDA__AT_REGEX_CODE);
    automaton read = {sections->section[SONDA__SECTION_INSTRUCTIONS].bytes +
                          (size_t)first * SONDA__CODE_SIZE,
                      sections->section[SONDA__SECTION_CLASSES].bytes,
                      sections->section[SONDA__SECTION_RANGES].bytes,
                      sonda__pack_u32(entry + SONDA__AT_REGEX_CODE + 4),
                      NULL,
                      NULL};
    size_t len = 0;

    read.seen = sonda__allocate(allocator, (size_t)read.count + 1, sizeof *read.seen);
    read.stack = sonda__allocate(allocator, (size_t)read.count + 1, sizeof *read.stack);
    if (read.seen != NULL && read.stack != NULL) {
        len = find_literal(&read, out);
    }
    sonda__release(allocator, read.seen);
    sonda__release(allocator, read.stack);
    return len;
}
