/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Strings with escapes: unescaped into the arena in one pass over the text.
 *
 * Windows paths and rendered messages have an escape every few dozen bytes, so
 * this path is as hot as the plain one. Unescaping never lengthens text, which
 * lets one check of the arena's room stand for the whole string.
 *
 * Layer 1 (codec): uses core/base only. No allocation but from the arena.
 */

#include "core/codec/json_string.h"

#include "core/codec/json_scan.h"
#include "core/codec/json_unescape.h"
#include "core/codec/number.h"
#include "core/codec/utf8.h"

/* Bytes that copying and unescaping may write past their output. */
#define SLACK SONDA__JSON_UNESCAPE_SLACK

static const char *fail(sonda__json_fault *fault, sonda_status status, const char *at)
{
    fault->status = status;
    fault->at = at;
    fault->reason = status == SONDA_ERR_TRUNCATED ? "the input ends inside a string"
                                                  : "invalid escape in a string";
    return NULL;
}

/* Four hexadecimal digits at `p`; returns the byte after them or NULL. */
static const char *
hex_unit(const char *p, const char *end, uint32_t *unit, sonda__json_fault *fault)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++, p++) {
        int digit = p < end ? sonda__hex_digit(*p) : 0;

        if (p == end) {
            return fail(fault, SONDA_ERR_TRUNCATED, p);
        }
        if (digit < 0) {
            return fail(fault, SONDA_ERR_MALFORMED, p);
        }
        value = value << 4 | (uint32_t)digit;
    }
    *unit = value;
    return p;
}

/*
 * The low half that may follow a high surrogate whose escape ended at `p`:
 * joined into `*code` when it is there, else nothing is taken.
 */
static const char *low_surrogate(const char *p, const char *end, uint32_t *code)
{
    sonda__json_fault ignored;
    uint32_t low = 0;
    const char *after;

    if (end - p < 6 || p[0] != '\\' || p[1] != 'u') {
        return p;
    }
    after = hex_unit(p + 2, end, &low, &ignored);
    if (after == NULL || !sonda__utf16_is_low(low)) {
        return p;
    }
    *code = sonda__utf16_pair(*code, low);
    return after;
}

static bool is_surrogate(uint32_t code)
{
    return sonda__utf16_is_high(code) || sonda__utf16_is_low(code);
}

/* An escape of the \u kind whose digits begin at `p`. */
static const char *unicode_escape(
    const char *p, const char *end, char **out, uint32_t *flags, sonda__json_fault *fault)
{
    uint32_t code = 0;

    p = hex_unit(p, end, &code, fault);
    if (p == NULL) {
        return NULL;
    }
    if (sonda__utf16_is_high(code)) {
        p = low_surrogate(p, end, &code);
    }
    if (is_surrogate(code)) {
        *flags |= SONDA__JSON_ILL_FORMED;
    }
    *out += sonda__utf8_encode(code, *out);
    return p;
}

/* The escape at `p`, a backslash; its character goes to `*out`. */
static inline const char *
escape(const char *p, const char *end, char **out, uint32_t *flags, sonda__json_fault *fault)
{
    char stands_for;

    if (end - p < 2) {
        return fail(fault, SONDA_ERR_TRUNCATED, end);
    }
    stands_for = sonda__json_simple_escapes[(unsigned char)p[1]];
    if (stands_for != 0) {
        *(*out)++ = stands_for;
        return p + 2;
    }
    if (p[1] != 'u') {
        return fail(fault, SONDA_ERR_MALFORMED, p + 1);
    }
    return unicode_escape(p + 2, end, out, flags, fault);
}

/* What a special byte other than a backslash means: the end, or a fault. */
static const char *closing(const char *p, const char *end, sonda__json_fault *fault)
{
    if (p == end) {
        return fail(fault, SONDA_ERR_TRUNCATED, p);
    }
    if (*p == '"') {
        return p + 1;
    }
    fault->status = SONDA_ERR_MALFORMED;
    fault->at = p;
    fault->reason = "control character in a string";
    return NULL;
}

/* Checks the rest of a string and leaves it as written. */
static const char *pass_over(
    const char *p, const char *end, uint64_t *high, uint32_t *flags, sonda__json_fault *fault)
{
    char unused[SONDA__UTF8_MAX];

    while (p < end && *p == '\\') {
        char *out = unused;

        p = escape(p, end, &out, flags, fault);
        if (p == NULL) {
            return NULL;
        }
        p = sonda__json_scan(p, end, high);
    }
    return closing(p, end, fault);
}

/* Unescapes the rest of a string to `*out`. */
static const char *unescape(const char *p,
                            const char *end,
                            char **out,
                            uint64_t *high,
                            uint32_t *flags,
                            sonda__json_fault *fault)
{
    for (;;) {
        p = sonda__json_unescape(p, end, out, high);
        p = sonda__json_copy(p, end, out, high);
        if (p == end || *p != '\\') {
            return closing(p, end, fault);
        }
        p = escape(p, end, out, flags, fault);
        if (p == NULL) {
            return NULL;
        }
    }
}

static const char *unescape_to_arena(sonda__json *json,
                                     const char *start,
                                     const char *special,
                                     uint64_t *high,
                                     sonda__json_token *token,
                                     sonda__json_fault *fault)
{
    size_t plain = (size_t)(special - start);
    size_t room = 0;
    char *text = sonda__arena_rest(json->arena, &room);
    char *out = text;
    const char *after;

    if (room < SLACK || room - SLACK < (size_t)(json->end - start)) {
        fault->status = SONDA_ERR_LIMIT;
        fault->at = start;
        fault->reason = "no room to unescape a string";
        return NULL;
    }
    memcpy(out, start, plain);
    out += plain;
    after = unescape(special, json->end, &out, high, &token->flags, fault);
    if (after != NULL) {
        token->text = sonda__span_of(text, (size_t)(out - text));
        sonda__arena_keep(json->arena, token->text.len);
    }
    return after;
}

const char *sonda__json_string_rest(sonda__json *json,
                                    const char *start,
                                    const char *special,
                                    uint64_t high,
                                    sonda__json_token *token,
                                    sonda__json_fault *fault)
{
    const char *after;

    token->flags = 0;
    if (special == json->end || *special != '\\') {
        after = closing(special, json->end, fault);
        token->text = sonda__span_of(start, (size_t)(special - start));
    } else if (json->arena != NULL) {
        after = unescape_to_arena(json, start, special, &high, token, fault);
    } else {
        after = pass_over(special, json->end, &high, &token->flags, fault);
        token->flags |= SONDA__JSON_ESCAPED;
        token->text = sonda__span_of(start, after == NULL ? 0 : (size_t)(after - start) - 1);
    }
    if (after != NULL && high != 0 && !sonda__utf8_valid(token->text)) {
        token->flags |= SONDA__JSON_ILL_FORMED;
    }
    return after;
}
