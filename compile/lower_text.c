/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Escapes, wildcards and encodings of values.
 *
 * Only \* \? and \\ are escapes: any other backslash is itself, a trailing one
 * too, because that is how Windows paths are written in rules.
 *
 * Module compile.
 */

#include "compile/lower_text.h"

#include "core/codec/code_point.h"

static sonda_status take(sonda__pool *pool, size_t room, sonda__tokens *tokens)
{
    tokens->at = sonda__pool_take(pool, room, sizeof *tokens->at);
    tokens->len = 0;
    return tokens->at == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

static bool is_escapable(char c)
{
    return c == '*' || c == '?' || c == '\\';
}

sonda_status
sonda__tokens_read(sonda__pool *pool, sonda__span text, bool plain, sonda__tokens *tokens)
{
    if (take(pool, text.len, tokens) != SONDA_OK) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint16_t token = (uint8_t)text.data[i];

        if (!plain && token == '\\' && i + 1 < text.len && is_escapable(text.data[i + 1])) {
            token = (uint8_t)text.data[++i];
        } else if (!plain && token == '*') {
            token = SONDA__TOKEN_MANY;
        } else if (!plain && token == '?') {
            token = SONDA__TOKEN_ONE;
        }
        tokens->at[tokens->len++] = token;
    }
    return SONDA_OK;
}

sonda_status
sonda__tokens_open(sonda__pool *pool, bool before, bool after, sonda__tokens *tokens)
{
    sonda__tokens opened;

    if (take(pool, tokens->len + 2, &opened) != SONDA_OK) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (before) {
        opened.at[opened.len++] = SONDA__TOKEN_MANY;
    }
    if (tokens->len > 0) {
        memcpy(opened.at + opened.len, tokens->at, tokens->len * sizeof *tokens->at);
    }
    opened.len += tokens->len;
    if (after) {
        opened.at[opened.len++] = SONDA__TOKEN_MANY;
    }
    *tokens = opened;
    return SONDA_OK;
}

/* The run of bytes from `at` on, up to four, as text. */
static size_t bytes_from(const sonda__tokens *tokens, size_t at, char bytes[4])
{
    size_t count = 0;

    while (count < 4 && at + count < tokens->len && tokens->at[at + count] < 256) {
        bytes[count] = (char)tokens->at[at + count];
        count++;
    }
    return count;
}

static bool word_begins_at(const sonda__tokens *tokens, size_t at)
{
    char bytes[4];
    size_t count = bytes_from(tokens, at, bytes);
    uint32_t code_point;

    if (count == 0) {
        return false;
    }
    (void)sonda__code_point_read(bytes, count, &code_point);
    return sonda__code_point_is_word(code_point);
}

static bool word_ends_before(const sonda__tokens *tokens, size_t at)
{
    char bytes[4];
    size_t count = 0;
    uint32_t code_point;

    while (count < 4 && at > count && tokens->at[at - count - 1] < 256) {
        count++;
        bytes[4 - count] = (char)tokens->at[at - count];
    }
    if (count == 0) {
        return false;
    }
    (void)sonda__code_point_read_back(bytes + 4 - count, bytes + 4, &code_point);
    return sonda__code_point_is_word(code_point);
}

void sonda__tokens_windash(sonda__tokens *tokens)
{
    for (size_t i = 0; i < tokens->len; i++) {
        if ((tokens->at[i] == '-' || tokens->at[i] == '/') && word_begins_at(tokens, i + 1) &&
            !word_ends_before(tokens, i)) {
            tokens->at[i] = SONDA__TOKEN_DASH;
        }
    }
}

bool sonda__tokens_special(const sonda__tokens *tokens)
{
    for (size_t i = 0; i < tokens->len; i++) {
        if (tokens->at[i] >= 256) {
            return true;
        }
    }
    return false;
}

static void put_unit(sonda__tokens *tokens, sonda__wide_form form, uint32_t unit)
{
    bool big = form == SONDA__WIDE_BIG;

    tokens->at[tokens->len++] = (uint16_t)(big ? unit >> 8 & 0xff : unit & 0xff);
    tokens->at[tokens->len++] = (uint16_t)(big ? unit & 0xff : unit >> 8 & 0xff);
}

static void put_wide(sonda__tokens *tokens, sonda__wide_form form, uint32_t code_point)
{
    if (code_point >= 0x10000 && code_point < 0x110000) {
        put_unit(tokens, form, 0xd7c0u + (code_point >> 10));
        put_unit(tokens, form, 0xdc00u | (code_point & 0x3ff));
    } else {
        put_unit(tokens, form, code_point);
    }
}

sonda_status
sonda__tokens_widen(sonda__pool *pool, sonda__wide_form form, sonda__tokens *tokens)
{
    sonda__tokens wide;

    if (take(pool, tokens->len * 2 + 2, &wide) != SONDA_OK) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (form == SONDA__WIDE_MARKED) {
        put_unit(&wide, form, 0xfeff);
    }
    for (size_t i = 0; i < tokens->len;) {
        char bytes[4];
        size_t count = bytes_from(tokens, i, bytes);
        uint32_t code_point;

        if (count == 0) {
            wide.at[wide.len++] = tokens->at[i++];
        } else {
            i += sonda__code_point_read(bytes, count, &code_point);
            put_wide(&wide, form, code_point);
        }
    }
    *tokens = wide;
    return SONDA_OK;
}

/* Three bytes, absent ones zero, as four characters. */
static void put_quartet(uint16_t out[4], uint32_t bytes)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)digits[bytes >> (18 - 6 * i) & 0x3f];
    }
}

sonda_status sonda__tokens_base64(sonda__pool *pool,
                                  const sonda__tokens *plain,
                                  unsigned offset,
                                  bool whole,
                                  sonda__tokens *encoded)
{
    /* Characters at the front that bytes before the value share. */
    static const size_t shared_front[3] = {0, 2, 3};
    /* And at the back, by how many bytes the last group holds: 0 means three. */
    static const size_t shared_back[3] = {0, 3, 2};
    size_t total = plain->len + offset;
    size_t characters = (total + 2) / 3 * 4;
    size_t back = shared_back[total % 3];
    size_t front = shared_front[offset];

    if (take(pool, characters + 4, encoded) != SONDA_OK) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t group = 0; group * 3 < total; group++) {
        uint32_t bytes = 0;

        for (size_t i = group * 3; i < group * 3 + 3; i++) {
            uint32_t byte = i >= offset && i < total ? plain->at[i - offset] : 0;

            bytes = bytes << 8 | byte;
        }
        put_quartet(encoded->at + group * 4, bytes);
    }
    encoded->len = characters;
    if (whole) {
        for (size_t i = 0; back > 0 && i < back - 1; i++) {
            encoded->at[characters - 1 - i] = '=';
        }
        return SONDA_OK;
    }
    encoded->len = characters > back + front ? characters - back - front : 0;
    encoded->at += front;
    return SONDA_OK;
}

/* Appends the folded run of bytes that begins at `at`; returns where it ends. */
static size_t
put_run(const sonda__tokens *tokens, size_t at, bool cased, bool escape, char **out)
{
    while (at < tokens->len && tokens->at[at] < 256) {
        char bytes[4];
        size_t count = bytes_from(tokens, at, bytes);
        uint32_t code_point;

        at += sonda__code_point_read(bytes, count, &code_point);
        if (!cased) {
            code_point = sonda__code_point_fold(code_point);
        }
        count = sonda__code_point_write(code_point, bytes);
        if (escape && (uint8_t)bytes[0] == SONDA__GLOB_ESCAPE) {
            *(*out)++ = (char)SONDA__GLOB_ESCAPE;
        }
        memcpy(*out, bytes, count);
        *out += count;
    }
    return at;
}

static char special_byte(uint16_t token)
{
    if (token == SONDA__TOKEN_MANY) {
        return SONDA__GLOB_MANY;
    }
    return token == SONDA__TOKEN_ONE ? SONDA__GLOB_ONE : SONDA__GLOB_DASH;
}

/* Drops the stars at both ends; what is left is anchored where none stood. */
static uint16_t trim_stars(sonda__tokens *tokens)
{
    uint16_t flags = SONDA__PATTERN_AT_START | SONDA__PATTERN_AT_END;

    while (tokens->len > 0 && tokens->at[0] == SONDA__TOKEN_MANY) {
        flags &= (uint16_t)~SONDA__PATTERN_AT_START;
        /* Stars alone: nothing is left that could end anything. */
        flags &= (uint16_t)(tokens->len == 1 ? ~SONDA__PATTERN_AT_END : 0xffff);
        tokens->at++;
        tokens->len--;
    }
    while (tokens->len > 0 && tokens->at[tokens->len - 1] == SONDA__TOKEN_MANY) {
        flags &= (uint16_t)~SONDA__PATTERN_AT_END;
        tokens->len--;
    }
    return flags;
}

sonda_status sonda__tokens_finish(sonda__pool *pool,
                                  const sonda__tokens *tokens,
                                  bool cased,
                                  sonda__lowered_pattern *pattern)
{
    sonda__tokens rest = *tokens;
    uint16_t flags = trim_stars(&rest);
    bool glob = sonda__tokens_special(&rest);
    char *bytes = sonda__pool_take(pool, rest.len * 2 + 4, 1);
    char *out = bytes;

    if (bytes == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < rest.len;) {
        if (rest.at[i] < 256) {
            i = put_run(&rest, i, cased, glob, &out);
        } else {
            *out++ = (char)SONDA__GLOB_ESCAPE;
            *out++ = special_byte(rest.at[i++]);
        }
    }
    pattern->op = glob ? SONDA__OP_GLOB : SONDA__OP_LITERAL;
    pattern->flags = (uint16_t)(flags | (cased ? SONDA__PATTERN_CASED : 0));
    pattern->bytes = sonda__span_of(bytes, (size_t)(out - bytes));
    return SONDA_OK;
}
