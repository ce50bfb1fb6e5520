/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Searching without surprises: nothing here is worse than linear in the text
 * for a needle of bounded length, and long needles take the two-way algorithm
 * (Crochemore and Perrin, 1991), which is linear for all.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/search.h"

#include "core/codec/code_point.h"
#include "core/rules/pack_format.h"

/* Up to here comparing anew at each place is as good. */
#define SHORT_NEEDLE 32u

/* How common bytes are in paths, command lines and scripts: orders, not figures. */
static const uint8_t commonness[256] = {
    [' '] = 99, ['e'] = 98,  ['s'] = 96, ['t'] = 94,  ['i'] = 92, ['n'] = 91,  ['o'] = 90,
    ['r'] = 89, ['a'] = 88,  ['c'] = 86, ['\\'] = 85, ['d'] = 82, ['l'] = 80,  ['m'] = 78,
    ['p'] = 74, ['w'] = 72,  ['u'] = 70, ['.'] = 68,  ['h'] = 62, ['f'] = 60,  ['0'] = 60,
    ['g'] = 56, ['1'] = 55,  ['2'] = 54, ['v'] = 52,  ['3'] = 52, ['b'] = 50,  ['y'] = 50,
    ['-'] = 50, ['/'] = 48,  ['4'] = 48, ['x'] = 46,  ['5'] = 45, ['6'] = 45,  ['k'] = 44,
    ['8'] = 44, ['7'] = 42,  ['9'] = 42, [':'] = 40,  ['='] = 38, ['_'] = 36,  ['"'] = 36,
    [','] = 34, ['('] = 30,  [')'] = 30, ['{'] = 28,  ['}'] = 28, ['|'] = 28,  ['+'] = 28,
    ['$'] = 26, ['\n'] = 26, ['j'] = 20, ['q'] = 18,  ['z'] = 16, ['\''] = 16, [';'] = 14,
    ['S'] = 12, ['E'] = 12,  ['C'] = 12, ['I'] = 12,  ['A'] = 12, ['T'] = 12,  ['P'] = 12,
    ['M'] = 12, ['D'] = 12,  ['W'] = 12, ['N'] = 11,  ['R'] = 11, ['O'] = 11,  ['F'] = 10,
};

/* Where the needle's byte stands that the fewest places of a text have. */
static size_t rarest_byte(sonda__span needle)
{
    size_t best = 0;

    for (size_t i = 1; i < needle.len; i++) {
        if (commonness[(uint8_t)needle.data[i]] < commonness[(uint8_t)needle.data[best]]) {
            best = i;
        }
    }
    return best;
}

static size_t search_short(sonda__span text, sonda__span needle)
{
    size_t rare = rarest_byte(needle);
    const char *at = text.data + rare;
    const char *last = at + (text.len - needle.len);

    while (at <= last) {
        at = memchr(at, needle.data[rare], (size_t)(last - at) + 1);
        if (at == NULL) {
            break;
        }
        if (memcmp(at - rare, needle.data, needle.len) == 0) {
            return (size_t)(at - text.data) - rare;
        }
        at++;
    }
    return SONDA__NOT_FOUND;
}

/*
 * Where the maximal suffix of the needle begins, less one, for one order of
 * bytes; `period` is that suffix's.
 */
static size_t maximal_suffix(sonda__span needle, bool reversed, size_t *period)
{
    size_t start = SIZE_MAX; /* one before the suffix: wraps to 0 when added to */
    size_t candidate = 0;
    size_t k = 1;

    *period = 1;
    while (candidate + k < needle.len) {
        uint8_t a = (uint8_t)needle.data[start + k];
        uint8_t b = (uint8_t)needle.data[candidate + k];

        if (a == b) {
            bool whole = k == *period;

            candidate += whole ? *period : 0;
            k = whole ? 1 : k + 1;
        } else if ((a > b) != reversed) {
            candidate += k;
            k = 1;
            *period = candidate - start;
        } else {
            start = candidate++;
            k = 1;
            *period = 1;
        }
    }
    return start;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t search_long(sonda__span text, sonda__span needle)
{
    size_t period;
    size_t other_period;
    size_t split = maximal_suffix(needle, false, &period) + 1;
    size_t other = maximal_suffix(needle, true, &other_period) + 1;
    size_t keep = 0; /* bytes known to fit after a shift by the period */
    size_t known = 0;

    if (other > split) {
        split = other;
        period = other_period;
    }
    if (memcmp(needle.data, needle.data + period, split) == 0) {
        keep = needle.len - period;
    } else {
        period = larger(split - 1, needle.len - split) + 1;
    }
    for (size_t at = 0; text.len - at >= needle.len && at <= text.len;) {
        size_t k = larger(split, known);

        while (k < needle.len && needle.data[k] == text.data[at + k]) {
            k++;
        }
        if (k < needle.len) {
            at += k - split + 1;
            known = 0;
            continue;
        }
        for (k = split; k > known && needle.data[k - 1] == text.data[at + k - 1];) {
            k--;
        }
        if (k <= known) {
            return at;
        }
        at += period;
        known = keep;
    }
    return SONDA__NOT_FOUND;
}

size_t sonda__search(sonda__span text, sonda__span needle)
{
    if (needle.len == 0) {
        return 0;
    }
    if (needle.len > text.len) {
        return SONDA__NOT_FOUND;
    }
    return needle.len <= SHORT_NEEDLE ? search_short(text, needle) : search_long(text, needle);
}

size_t sonda__search_anchored(sonda__span text, sonda__span needle, bool at_start, bool at_end)
{
    size_t at = at_end && text.len >= needle.len ? text.len - needle.len : 0;

    if (!at_start && !at_end) {
        return sonda__search(text, needle);
    }
    if (needle.len > text.len || (at_start && at_end && needle.len != text.len)) {
        return SONDA__NOT_FOUND;
    }
    return needle.len == 0 || memcmp(text.data + at, needle.data, needle.len) == 0
               ? at
               : SONDA__NOT_FOUND;
}

/* What stands at one place of a glob. */
typedef struct glob_token {
    size_t len;      /* bytes of the glob; 0: malformed */
    uint8_t special; /* SONDA__GLOB_MANY, _ONE, _DASH, or 0 for a byte */
    char byte;
} glob_token;

static glob_token token_at(sonda__span glob, size_t at)
{
    glob_token token = {1, 0, glob.data[at]};

    if ((uint8_t)glob.data[at] != SONDA__GLOB_ESCAPE) {
        return token;
    }
    token.len = at + 1 < glob.len ? 2 : 0;
    if (token.len == 2 && (uint8_t)glob.data[at + 1] != SONDA__GLOB_ESCAPE) {
        token.special = (uint8_t)glob.data[at + 1];
        token.len =
            token.special >= SONDA__GLOB_MANY && token.special <= SONDA__GLOB_DASH ? 2 : 0;
    }
    return token;
}

static bool is_dash(uint32_t code_point)
{
    return code_point == '-' || code_point == '/' ||
           (code_point >= 0x2013 && code_point <= 0x2015);
}

/* Bytes of text that the token takes here, 0 for none. Not for MANY. */
static size_t take(glob_token token, const char *text, size_t len)
{
    uint32_t code_point;
    size_t taken;

    if (len == 0) {
        return 0;
    }
    if (token.special == 0) {
        return *text == token.byte ? 1 : 0;
    }
    taken = sonda__code_point_read(text, len, &code_point);
    return token.special == SONDA__GLOB_ONE || is_dash(code_point) ? taken : 0;
}

/* The state to go back to: the last MANY, which then takes one more. */
typedef struct glob_retry {
    size_t glob;
    size_t text;
    bool set;
    bool first;      /* it is the open start: the found part moves along */
    sonda__span run; /* bytes that must come next, as far as they are looked for */
} glob_retry;

/*
 * The plain bytes from `at` on. They are looked for at any byte, where reading
 * would go by code points: so they must not begin inside of one.
 */
static sonda__span plain_run(sonda__span glob, size_t at)
{
    size_t len = 0;

    while (at + len < glob.len && len < SHORT_NEEDLE &&
           (uint8_t)glob.data[at + len] != SONDA__GLOB_ESCAPE) {
        len++;
    }
    if (len > 0 && ((uint8_t)glob.data[at] & 0xc0) == 0x80) {
        len = 0;
    }
    return sonda__span_of(glob.data + at, len);
}

/* Moves to the next place where the glob may go on; false: there is none. */
static bool retry_seek(glob_retry *retry, sonda__span text)
{
    size_t found = sonda__search(
        sonda__span_of(text.data + retry->text, text.len - retry->text), retry->run);

    retry->text += found == SONDA__NOT_FOUND ? 0 : found;
    return found != SONDA__NOT_FOUND;
}

/* Moves on by one code point; false at the end of the text. */
static bool retry_next(glob_retry *retry, sonda__span text)
{
    uint32_t code_point;

    if (!retry->set || retry->text >= text.len) {
        return false;
    }
    retry->text +=
        sonda__code_point_read(text.data + retry->text, text.len - retry->text, &code_point);
    return retry_seek(retry, text);
}

/*
 * Only the last MANY is gone back to, and then only forward: of those before, a
 * shorter match would do as well. So there are at most as many attempts as the
 * text has code points, and none costs more than the glob's length: text times
 * glob at worst, which is what the pack's cost charges.
 */
bool sonda__search_glob(
    sonda__span text, sonda__span glob, bool at_start, bool at_end, sonda__span *found)
{
    glob_retry retry = {0, 0, !at_start, true, plain_run(glob, 0)};
    size_t begin;
    size_t at;
    size_t in_glob = 0;

    if (!at_start && !retry_seek(&retry, text)) {
        return false;
    }
    begin = retry.text;
    at = begin;
    for (;;) {
        size_t taken = 0;

        if (in_glob == glob.len && (!at_end || at == text.len)) {
            *found = sonda__span_of(text.data + begin, at - begin);
            return true;
        }
        if (in_glob < glob.len) {
            glob_token token = token_at(glob, in_glob);

            if (token.len == 0) {
                return false;
            }
            in_glob += token.len;
            if (token.special == SONDA__GLOB_MANY) {
                glob_retry here = {in_glob, at, true, false, plain_run(glob, in_glob)};

                retry = here;
                if (!retry_seek(&retry, text)) {
                    return false;
                }
                at = retry.text;
                continue;
            }
            taken = take(token, text.data + at, text.len - at);
            at += taken;
        }
        if (taken == 0) {
            if (!retry_next(&retry, text)) {
                return false;
            }
            begin = retry.first ? retry.text : begin;
            at = retry.text;
            in_glob = retry.glob;
        }
    }
}
