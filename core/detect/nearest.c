/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Common runs are found along the diagonals of the table of all pairs, which
 * needs no table.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/nearest.h"

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

/* Takes off halves of code points at both ends. */
static sonda__span whole_code_points(sonda__span text, sonda__span part)
{
    const char *end = text.data + text.len;

    while (part.len > 0 && is_continuation(part.data[0])) {
        part.data++;
        part.len--;
    }
    while (part.len > 0 && part.data + part.len < end && is_continuation(part.data[part.len])) {
        part.len--;
    }
    return part;
}

/* Longest equal run of texts laid side by side, if longer than `best`. */
static sonda__span
run_beside(const char *a, const char *b, size_t len, sonda__span best, bool late)
{
    size_t run = 0;

    for (size_t i = 0; i < len; i++) {
        run = a[i] == b[i] ? run + 1 : 0;
        if (run > best.len || (late && run == best.len && run > 0)) {
            best = sonda__span_of(a + i + 1 - run, run);
        }
    }
    return best;
}

sonda__span sonda__nearest_part(sonda__span text, sonda__span needle, bool late)
{
    sonda__span best = {text.data, 0};
    size_t text_len =
        text.len < SONDA__NEAREST_TEXT_MAX ? text.len : (size_t)SONDA__NEAREST_TEXT_MAX;
    size_t needle_len =
        needle.len < SONDA__NEAREST_NEEDLE_MAX ? needle.len : (size_t)SONDA__NEAREST_NEEDLE_MAX;

    /* The needle's later bytes against the text's first, then the other way. */
    for (size_t i = needle_len; i-- > 1;) {
        size_t len = needle_len - i < text_len ? needle_len - i : text_len;

        best = run_beside(text.data, needle.data + i, len, best, late);
    }
    for (size_t i = 0; i < text_len; i++) {
        size_t len = text_len - i < needle_len ? text_len - i : needle_len;

        best = run_beside(text.data + i, needle.data, len, best, late);
    }
    return whole_code_points(text, best);
}
