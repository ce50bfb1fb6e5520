/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counting and reckoning over the entries of one window.
 *
 * Numbers are IEEE doubles, added in the order of time: the same sum on every
 * machine.
 *
 * Layer 3 (track). No allocation.
 */

#include <string.h>

#include "core/track/windows_state.h"

/* The entry behind `at` up to `last`, or SONDA__WINDOW_NONE. */
static uint32_t step(const sonda__windows *w, uint32_t at, uint32_t last)
{
    return at == last ? SONDA__WINDOW_NONE : w->entries[at].next;
}

static double number_of(const sonda__window_entry *entry)
{
    double number;

    memcpy(&number, &entry->event.value, sizeof number);
    return number;
}

uint32_t sonda__window_count(const sonda__windows *windows, uint32_t first, uint32_t last)
{
    uint32_t count = 0;

    for (uint32_t at = first; at != SONDA__WINDOW_NONE; at = step(windows, at, last)) {
        count++;
    }
    return count;
}

/* Whether a value is new in this round; remembers it. */
static bool is_new(sonda__windows *w, uint64_t value)
{
    uint32_t at = (uint32_t)(value & (SONDA__WINDOW_SEEN_COUNT - 1));

    while (w->seen[at].round == w->round) {
        if (w->seen[at].value == value) {
            return false;
        }
        at = (at + 1) & (SONDA__WINDOW_SEEN_COUNT - 1);
    }
    w->seen[at].round = w->round;
    w->seen[at].value = value;
    return true;
}

uint32_t sonda__window_distinct(sonda__windows *windows, uint32_t first, uint32_t last)
{
    uint32_t count = 0;

    if (windows->round++ == 0) {
        memset(windows->seen, 0, SONDA__WINDOW_SEEN_COUNT * sizeof *windows->seen);
    }
    for (uint32_t at = first; at != SONDA__WINDOW_NONE; at = step(windows, at, last)) {
        count += is_new(windows, windows->entries[at].event.value);
    }
    return count;
}

uint32_t sonda__window_rules(const sonda__windows *windows, uint32_t first, uint32_t last)
{
    uint64_t mask = 0;
    uint32_t count = 0;

    for (uint32_t at = first; at != SONDA__WINDOW_NONE; at = step(windows, at, last)) {
        mask |= windows->entries[at].event.mask;
    }
    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

uint32_t sonda__window_ordered(const sonda__windows *windows, uint32_t first, uint32_t last)
{
    /* Longest order that ends with rule n or before: never falls with n. */
    uint8_t longest[65] = {0};

    for (uint32_t at = first; at != SONDA__WINDOW_NONE; at = step(windows, at, last)) {
        uint64_t mask = windows->entries[at].event.mask;

        /* From the last rule down: an event does not follow itself. */
        for (uint32_t n = 64; mask != 0 && n-- > 0;) {
            if ((mask >> n & 1) != 0) {
                uint8_t grown = (uint8_t)(longest[n] + 1);

                for (uint32_t i = n + 1; i <= 64 && longest[i] < grown; i++) {
                    longest[i] = grown;
                }
                mask &= ~(UINT64_C(1) << n);
            }
        }
    }
    return longest[64];
}

double sonda__window_sum(const sonda__windows *windows, uint32_t first, uint32_t last)
{
    double sum = 0;

    for (uint32_t at = first; at != SONDA__WINDOW_NONE; at = step(windows, at, last)) {
        sum += number_of(&windows->entries[at]);
    }
    return sum;
}

/* Lets the number at `at` sink to its place in a heap with the largest on top. */
static void sift(double *heap, uint32_t at, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        double number = heap[at];

        if (child >= count) {
            return;
        }
        child += child + 1 < count && heap[child + 1] > heap[child];
        if (heap[child] <= number) {
            return;
        }
        heap[at] = heap[child];
        heap[child] = number;
        at = child;
    }
}

double sonda__window_percentile(sonda__windows *windows,
                                uint32_t first,
                                uint32_t last,
                                uint32_t percent)
{
    double *heap = windows->numbers;
    uint32_t count = 0;
    uint64_t rank;

    for (uint32_t at = first;
         at != SONDA__WINDOW_NONE && count < SONDA__WINDOW_GROUP_EVENTS_MAX;
         at = step(windows, at, last)) {
        heap[count++] = number_of(&windows->entries[at]);
    }
    for (uint32_t at = count / 2; at-- > 0;) {
        sift(heap, at, count);
    }
    /* Nearest rank, from 1; the largest go until it is on top. */
    rank = ((uint64_t)percent * count + 9999) / 10000;
    rank = rank == 0 ? 1 : rank;
    while (count > rank) {
        heap[0] = heap[--count];
        sift(heap, 0, count);
    }
    return heap[0];
}
