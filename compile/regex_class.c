/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Range lists: add, order, complement, close under folding.
 *
 * Module compile.
 */

#include "compile/regex_class.h"

#include <stdlib.h>

#include "core/codec/code_point.h"

void sonda__class_init(sonda__class_builder *set, sonda__pool *pool)
{
    memset(set, 0, sizeof *set);
    set->pool = pool;
}

static void make_room(sonda__class_builder *set)
{
    size_t room = set->room == 0 ? 16 : set->room * 2;
    uint32_t(*ranges)[2] = sonda__pool_take(set->pool, room, sizeof *ranges);

    if (ranges == NULL) {
        set->failed = true;
        return;
    }
    if (set->count > 0) {
        memcpy(ranges, set->ranges, set->count * sizeof *ranges);
    }
    set->ranges = ranges;
    set->room = room;
}

void sonda__class_add(sonda__class_builder *set, uint32_t first, uint32_t last)
{
    if (set->count == set->room) {
        make_room(set);
    }
    if (!set->failed) {
        set->ranges[set->count][0] = first;
        set->ranges[set->count][1] = last;
        set->count++;
    }
}

static int by_first(const void *a, const void *b)
{
    const uint32_t *one = a;
    const uint32_t *other = b;

    if (one[0] != other[0]) {
        return one[0] < other[0] ? -1 : 1;
    }
    return one[1] < other[1] ? -1 : one[1] > other[1];
}

void sonda__class_order(sonda__class_builder *set)
{
    size_t kept = 0;

    if (set->count == 0) {
        return;
    }
    qsort(set->ranges, set->count, sizeof *set->ranges, by_first);
    for (size_t i = 1; i < set->count; i++) {
        uint32_t *last = &set->ranges[kept][1];

        if (set->ranges[i][0] <= *last + 1) {
            *last = set->ranges[i][1] > *last ? set->ranges[i][1] : *last;
        } else {
            kept++;
            set->ranges[kept][0] = set->ranges[i][0];
            set->ranges[kept][1] = set->ranges[i][1];
        }
    }
    set->count = kept + 1;
}

static void
add_table(sonda__class_builder *set, const sonda__code_point_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sonda__class_add(set, pairs[i].first, pairs[i].second);
    }
}

/* Horizontal space as PCRE has it. */
static void add_blanks(sonda__class_builder *set)
{
    static const sonda__code_point_pair blanks[] = {
        {0x09, 0x09},     {0x20, 0x20},     {0xa0, 0xa0},
        {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200a},
        {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
    };

    add_table(set, blanks, sizeof blanks / sizeof blanks[0]);
}

static bool add_named(sonda__class_builder *set, char letter)
{
    switch (letter) {
    case 'd':
        add_table(set, sonda__digit_ranges, sonda__digit_ranges_count);
        return true;
    case 'w':
        add_table(set, sonda__word_ranges, sonda__word_ranges_count);
        return true;
    case 's':
        add_table(set, sonda__space_ranges, sonda__space_ranges_count);
        return true;
    case 'h':
        add_blanks(set);
        return true;
    default:
        return false;
    }
}

static void add_complement(sonda__class_builder *set, sonda__class_builder *other)
{
    uint32_t next = 0;

    sonda__class_order(other);
    for (size_t i = 0; i < other->count; i++) {
        if (other->ranges[i][0] > next) {
            sonda__class_add(set, next, other->ranges[i][0] - 1);
        }
        next = other->ranges[i][1] + 1;
    }
    if (next <= SONDA__CODE_POINT_LAST) {
        sonda__class_add(set, next, SONDA__CODE_POINT_LAST);
    }
    set->failed |= other->failed;
}

bool sonda__class_add_escape(sonda__class_builder *set, char letter)
{
    sonda__class_builder inside;

    if (letter >= 'a') {
        return add_named(set, letter);
    }
    sonda__class_init(&inside, set->pool);
    if (letter < 'A' || letter > 'Z' || !add_named(&inside, (char)(letter + 32))) {
        return false;
    }
    add_complement(set, &inside);
    return true;
}

bool sonda__class_add_posix(sonda__class_builder *set, sonda__span name)
{
    static const struct {
        const char *name;
        const char *pairs; /* first, last, first, last, … */
    } rows[] = {
        {"alpha", "azAZ"},    {"digit", "09"},      {"alnum", "azAZ09"}, {"upper", "AZ"},
        {"lower", "az"},      {"space", "\t\r  "},  {"blank", "\t\t  "}, {"punct", "!/:@[`{~"},
        {"xdigit", "09afAF"}, {"word", "azAZ09__"}, {"print", " ~"},     {"graph", "!~"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sonda__span_is(name, rows[i].name)) {
            for (const char *pair = rows[i].pairs; *pair != '\0'; pair += 2) {
                sonda__class_add(set, (uint8_t)pair[0], (uint8_t)pair[1]);
            }
            return true;
        }
    }
    return false;
}

static bool holds(const sonda__class_builder *set, size_t count, uint32_t code_point)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->ranges[middle][1] < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && set->ranges[low][0] <= code_point;
}

static void add_partner(sonda__class_builder *set, size_t count, uint32_t one, uint32_t other)
{
    bool has_one = holds(set, count, one);
    bool has_other = holds(set, count, other);

    if (has_one != has_other) {
        uint32_t missing = has_one ? other : one;

        sonda__class_add(set, missing, missing);
    }
}

void sonda__class_fold(sonda__class_builder *set)
{
    /* Twice: the second round reaches what shares a lower case with a partner. */
    for (int round = 0; round < 2; round++) {
        size_t count;

        sonda__class_order(set);
        count = set->count;
        for (uint32_t c = 'A'; c <= 'Z'; c++) {
            add_partner(set, count, c, c + 32);
        }
        for (size_t i = 0; i < sonda__fold_pairs_count; i++) {
            add_partner(set, count, sonda__fold_pairs[i].first, sonda__fold_pairs[i].second);
        }
    }
    sonda__class_order(set);
}
