/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON text into a bounded buffer.
 *
 * Strings are copied in runs of bytes that need no escape; only controls,
 * quotes, backslashes and non-ASCII bytes are looked at one by one.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/json_writer.h"

#include <assert.h>

#include "core/codec/number.h"
#include "core/codec/utf8.h"

/* Bits in `filled`. Our own output nests below ten. */
#define DEPTH_MAX 63u

void sonda__json_writer_init(sonda__json_writer *json, void *buffer, size_t capacity)
{
    sonda__writer_init(&json->out, buffer, capacity);
    json->filled = 0;
    json->depth = 0;
    json->after_key = false;
}

/* What stands between the last value and the next. */
static void separate(sonda__json_writer *json)
{
    uint64_t bit = UINT64_C(1) << json->depth;

    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if ((json->filled & bit) != 0) {
        sonda__writer_u8(&json->out, ',');
    }
    json->filled |= bit;
}

static void begin(sonda__json_writer *json, char bracket)
{
    assert(json->depth < DEPTH_MAX);
    separate(json);
    sonda__writer_u8(&json->out, (uint8_t)bracket);
    json->depth++;
    json->filled &= ~(UINT64_C(1) << json->depth);
}

static void end(sonda__json_writer *json, char bracket)
{
    assert(json->depth > 0 && !json->after_key);
    json->depth--;
    sonda__writer_u8(&json->out, (uint8_t)bracket);
}

void sonda__json_writer_object_begin(sonda__json_writer *json)
{
    begin(json, '{');
}

void sonda__json_writer_object_end(sonda__json_writer *json)
{
    end(json, '}');
}

void sonda__json_writer_array_begin(sonda__json_writer *json)
{
    begin(json, '[');
}

void sonda__json_writer_array_end(sonda__json_writer *json)
{
    end(json, ']');
}

/* True for bytes that stand for themselves in a JSON string. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escape_ascii(sonda__writer *out, unsigned char c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *place = c == 0 ? NULL : strchr(from, c);
    char text[6] = {
        '\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};

    if (place != NULL) {
        text[1] = to[place - from];
        sonda__writer_bytes(out, text, 2);
    } else {
        sonda__writer_bytes(out, text, sizeof text);
    }
}

/* Writes the one character at the start of `text`; returns its bytes. */
static size_t put_special(sonda__writer *out, sonda__span text)
{
    uint32_t code = 0;
    size_t len = sonda__utf8_decode(text, &code);

    if (code == SONDA__UTF8_ILL_FORMED) {
        sonda__writer_bytes(out, "\xef\xbf\xbd", 3);
    } else if (code < 0x80) {
        escape_ascii(out, (unsigned char)code);
    } else {
        sonda__writer_bytes(out, text.data, len);
    }
    return len;
}

static void put_quoted(sonda__writer *out, sonda__span text)
{
    size_t at = 0;

    sonda__writer_u8(out, '"');
    while (at < text.len) {
        size_t run = at;

        while (run < text.len && is_plain((unsigned char)text.data[run])) {
            run++;
        }
        sonda__writer_bytes(out, text.data + at, run - at);
        at = run;
        if (at < text.len) {
            at += put_special(out, sonda__span_of(text.data + at, text.len - at));
        }
    }
    sonda__writer_u8(out, '"');
}

void sonda__json_writer_key(sonda__json_writer *json, sonda__span name)
{
    assert(!json->after_key);
    separate(json);
    put_quoted(&json->out, name);
    sonda__writer_u8(&json->out, ':');
    json->after_key = true;
}

void sonda__json_writer_string(sonda__json_writer *json, sonda__span text)
{
    separate(json);
    put_quoted(&json->out, text);
}

void sonda__json_writer_unsigned(sonda__json_writer *json, uint64_t number)
{
    char digits[SONDA__DECIMAL_MAX];

    separate(json);
    sonda__writer_bytes(&json->out, digits, sonda__format_decimal(number, digits));
}

void sonda__json_writer_signed(sonda__json_writer *json, int64_t number)
{
    char digits[SONDA__DECIMAL_MAX];

    separate(json);
    sonda__writer_bytes(&json->out, digits, sonda__format_signed(number, digits));
}

void sonda__json_writer_boolean(sonda__json_writer *json, bool value)
{
    separate(json);
    sonda__writer_text(&json->out, value ? "true" : "false");
}

void sonda__json_writer_null(sonda__json_writer *json)
{
    separate(json);
    sonda__writer_text(&json->out, "null");
}

void sonda__json_writer_raw(sonda__json_writer *json, const char *value)
{
    separate(json);
    sonda__writer_text(&json->out, value);
}

void sonda__json_put_string(sonda__json_writer *json, const char *name, sonda__span text)
{
    sonda__json_writer_key(json, sonda__span_text(name));
    sonda__json_writer_string(json, text);
}

void sonda__json_put_text(sonda__json_writer *json, const char *name, const char *text)
{
    sonda__json_put_string(json, name, sonda__span_text(text));
}

void sonda__json_put_unsigned(sonda__json_writer *json, const char *name, uint64_t number)
{
    sonda__json_writer_key(json, sonda__span_text(name));
    sonda__json_writer_unsigned(json, number);
}

void sonda__json_put_signed(sonda__json_writer *json, const char *name, int64_t number)
{
    sonda__json_writer_key(json, sonda__span_text(name));
    sonda__json_writer_signed(json, number);
}

void sonda__json_put_boolean(sonda__json_writer *json, const char *name, bool value)
{
    sonda__json_writer_key(json, sonda__span_text(name));
    sonda__json_writer_boolean(json, value);
}

void sonda__json_put_object(sonda__json_writer *json, const char *name)
{
    sonda__json_writer_key(json, sonda__span_text(name));
    sonda__json_writer_object_begin(json);
}

void sonda__json_put_array(sonda__json_writer *json, const char *name)
{
    sonda__json_writer_key(json, sonda__span_text(name));
    sonda__json_writer_array_begin(json);
}
