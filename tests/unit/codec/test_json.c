/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The JSON reader: syntax, text, limits, pieces, and both ways of scanning.
 */

#include "core/codec/json.h"
#include "core/codec/json_scan.h"
#include "core/codec/json_unescape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static char arena_block[64 * 1024];

static sonda__arena fresh_arena(void)
{
    sonda__arena arena;

    sonda__arena_init(&arena, arena_block, sizeof arena_block);
    return arena;
}

/* Reads all of `text`, in its own exact allocation so that ASan sees any step too far. */
static sonda_status read_all(sonda__span text, sonda__arena *arena, size_t *offset)
{
    char *copy = malloc(text.len + 1);
    sonda__json json;
    sonda__json_token token;
    sonda_status status;
    sonda_error error = SONDA_ERROR_INIT;

    assert_non_null(copy);
    memcpy(copy + 1, text.data, text.len);
    sonda__json_init(&json, sonda__span_of(copy + 1, text.len), arena);
    do {
        status = sonda__json_next(&json, &token);
    } while (status == SONDA_OK && token.kind != SONDA__JSON_END);
    sonda__json_error(&json, &error);
    *offset = (size_t)error.offset;
    free(copy);
    return status;
}

static void test_json__well_formed__is_read(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        " {} ",
        "\t\r\n[ ]\n",
        "0",
        "-0",
        "12",
        "-1.5e+10",
        "1E5",
        "0.0",
        "1e999",
        "123456789012345678901234567890",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\"",
        "{\"a\":1}",
        "{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }",
        "[[],{},[{}]]",
        "[1,2,3]",
        "{\"a\":{\"b\":{\"c\":null}}}",
        "{\"\":\"\"}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
        "\"\x7f\"",
        "[\"a\",true,false,null,1,{},[]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t offset = 0;
        sonda__arena arena = fresh_arena();

        if (read_all(sonda__span_text(texts[i]), &arena, &offset) != SONDA_OK ||
            read_all(sonda__span_text(texts[i]), NULL, &offset) != SONDA_OK) {
            fail_msg("refused at %zu: %s", offset, texts[i]);
        }
    }
}

typedef struct broken {
    const char *text;
    sonda_status status;
    size_t offset;
} broken;

static void test_json__broken_syntax__fails_at_its_byte(void **state)
{
    static const broken rows[] = {
        {"", SONDA_ERR_TRUNCATED, 0},
        {"   ", SONDA_ERR_TRUNCATED, 3},
        {"{", SONDA_ERR_TRUNCATED, 1},
        {"{\"a", SONDA_ERR_TRUNCATED, 3},
        {"{\"a\"", SONDA_ERR_TRUNCATED, 4},
        {"{\"a\":", SONDA_ERR_TRUNCATED, 5},
        {"{\"a\":1", SONDA_ERR_TRUNCATED, 6},
        {"{\"a\":1,", SONDA_ERR_TRUNCATED, 7},
        {"[1,", SONDA_ERR_TRUNCATED, 3},
        {"tru", SONDA_ERR_TRUNCATED, 3},
        {"-", SONDA_ERR_TRUNCATED, 1},
        {"1.", SONDA_ERR_TRUNCATED, 2},
        {"1e+", SONDA_ERR_TRUNCATED, 3},
        {"\"\\", SONDA_ERR_TRUNCATED, 2},
        {"\"\\u12", SONDA_ERR_TRUNCATED, 5},
        {"{\"a\":1,}", SONDA_ERR_MALFORMED, 7},
        {"[1,]", SONDA_ERR_MALFORMED, 3},
        {"[,1]", SONDA_ERR_MALFORMED, 1},
        {"[1 2]", SONDA_ERR_MALFORMED, 3},
        {"{\"a\" 1}", SONDA_ERR_MALFORMED, 5},
        {"{\"a\":1 \"b\":2}", SONDA_ERR_MALFORMED, 7},
        {"{a:1}", SONDA_ERR_MALFORMED, 1},
        {"{'a':1}", SONDA_ERR_MALFORMED, 1},
        {"{1:1}", SONDA_ERR_MALFORMED, 1},
        {"{\"a\":}", SONDA_ERR_MALFORMED, 5},
        {"{\"a\"}", SONDA_ERR_MALFORMED, 4},
        {"[1}", SONDA_ERR_MALFORMED, 2},
        {"{\"a\":1]", SONDA_ERR_MALFORMED, 6},
        {"01", SONDA_ERR_MALFORMED, 1},
        {"-01", SONDA_ERR_MALFORMED, 2},
        {"+1", SONDA_ERR_MALFORMED, 0},
        {".5", SONDA_ERR_MALFORMED, 0},
        {"1.e5", SONDA_ERR_MALFORMED, 2},
        {"1ex", SONDA_ERR_MALFORMED, 2},
        {"0x1f", SONDA_ERR_MALFORMED, 1},
        {"NaN", SONDA_ERR_MALFORMED, 0},
        {"truE", SONDA_ERR_MALFORMED, 3},
        {"nul ", SONDA_ERR_MALFORMED, 3},
        {"truex", SONDA_ERR_MALFORMED, 4},
        {"{} {}", SONDA_ERR_MALFORMED, 3},
        {"{},", SONDA_ERR_MALFORMED, 2},
        {"\"a\nb\"", SONDA_ERR_MALFORMED, 2},
        {"\"a\\n\x01\"", SONDA_ERR_MALFORMED, 4},
        {"\"0123456789abcdef\x1f\"", SONDA_ERR_MALFORMED, 17},
        {"\"\\x\"", SONDA_ERR_MALFORMED, 2},
        {"\"\\u12g4\"", SONDA_ERR_MALFORMED, 5},
        {"\"\\ud800\\u12g4\"", SONDA_ERR_MALFORMED, 11},
        {"/**/{}", SONDA_ERR_MALFORMED, 0},
        {"]", SONDA_ERR_MALFORMED, 0},
        {"}", SONDA_ERR_MALFORMED, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int with_arena = 0; with_arena < 2; with_arena++) {
            size_t offset = 0;
            sonda__arena arena = fresh_arena();
            sonda_status status =
                read_all(sonda__span_text(rows[i].text), with_arena ? &arena : NULL, &offset);

            if (status != rows[i].status || offset != rows[i].offset) {
                fail_msg("%s: %d at %zu, not %d at %zu", rows[i].text, (int)status, offset,
                         (int)rows[i].status, rows[i].offset);
            }
        }
    }
}

static void test_json__zero_byte__is_malformed(void **state)
{
    size_t offset = 0;

    (void)state;
    assert_int_equal(read_all(sonda__span_of("\0", 1), NULL, &offset), SONDA_ERR_MALFORMED);
    assert_int_equal(read_all(sonda__span_of("{\0}", 3), NULL, &offset), SONDA_ERR_MALFORMED);
    assert_int_equal(read_all(sonda__span_of("\"\0\"", 3), NULL, &offset), SONDA_ERR_MALFORMED);
    assert_int_equal(offset, 1);
}

static sonda_status read_nested(const char *open, size_t levels, size_t *offset)
{
    static char text[1024];
    size_t used = 0;

    for (size_t i = 0; i < levels; i++) {
        memcpy(text + used, open, strlen(open));
        used += strlen(open);
    }
    if (open[0] == '{') {
        text[used++] = '1';
    }
    for (size_t i = 0; i < levels; i++) {
        text[used++] = open[0] == '{' ? '}' : ']';
    }
    return read_all(sonda__span_of(text, used), NULL, offset);
}

static void test_json__nesting__up_to_64_and_no_deeper(void **state)
{
    size_t offset = 0;

    (void)state;
    assert_int_equal(read_nested("[", 64, &offset), SONDA_OK);
    assert_int_equal(read_nested("{\"a\":", 64, &offset), SONDA_OK);
    assert_int_equal(read_nested("[", 65, &offset), SONDA_ERR_LIMIT);
    assert_int_equal(offset, 64);
    assert_int_equal(read_nested("{\"a\":", 65, &offset), SONDA_ERR_LIMIT);
    assert_int_equal(offset, 64 * 5);
}

/* The text and flags of the one string in `text`. */
static sonda__json_token only_string(sonda__json *json, const char *text, sonda__arena *arena)
{
    sonda__json_token token;
    sonda__json_token end;

    sonda__json_init(json, sonda__span_text(text), arena);
    assert_int_equal(sonda__json_next(json, &token), SONDA_OK);
    assert_int_equal(token.kind, SONDA__JSON_STRING);
    assert_int_equal(sonda__json_next(json, &end), SONDA_OK);
    assert_int_equal(end.kind, SONDA__JSON_END);
    return token;
}

static void test_json_string__without_escapes__is_borrowed(void **state)
{
    const char *text = "\"plain text that is longer than one block of a vector\"";
    sonda__arena arena = fresh_arena();
    sonda__json json;
    sonda__json_token token;

    (void)state;
    token = only_string(&json, text, &arena);

    assert_ptr_equal(token.text.data, text + 1);
    assert_int_equal(token.text.len, strlen(text) - 2);
    assert_int_equal(token.flags, 0);
    assert_int_equal(arena.used, 0);
}

typedef struct unescaped {
    const char *json;
    const char *text;
    uint32_t flags;
} unescaped;

static void test_json_string__escapes_and_bytes__become_text_and_flags(void **state)
{
    static const unescaped rows[] = {
        {"\"C:\\\\Windows\\\\x.exe\"", "C:\\Windows\\x.exe", 0},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 0},
        {"\"0123456789abcdef0123456789abcdef\\tx\"", "0123456789abcdef0123456789abcdef\tx", 0},
        {"\"\\t0123456789abcdef0123456789abcdef\"", "\t0123456789abcdef0123456789abcdef", 0},
        {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 0},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 0},
        {"\"\\uD83D\\uDE00!\"", "\xf0\x9f\x98\x80!", 0},
        {"\"\\ud800\"", "\xed\xa0\x80", SONDA__JSON_ILL_FORMED},
        {"\"\\udc00\"", "\xed\xb0\x80", SONDA__JSON_ILL_FORMED},
        {"\"\\udc00\\ud800\"", "\xed\xb0\x80\xed\xa0\x80", SONDA__JSON_ILL_FORMED},
        {"\"\\ud800\\ud83d\\ude00\"", "\xed\xa0\x80\xf0\x9f\x98\x80", SONDA__JSON_ILL_FORMED},
        {"\"\\ud800\\u0041\"",
         "\xed\xa0\x80"
         "A",
         SONDA__JSON_ILL_FORMED},
        {"\"\\ud800\\n\"", "\xed\xa0\x80\n", SONDA__JSON_ILL_FORMED},
        {"\"\\ud800 long enough to leave the block\"",
         "\xed\xa0\x80 long enough to leave the block", SONDA__JSON_ILL_FORMED},
        {"\"na\xc3\xafve\"", "na\xc3\xafve", 0},
        {"\"\xff\"", "\xff", SONDA__JSON_ILL_FORMED},
        {"\"\xc3\"", "\xc3", SONDA__JSON_ILL_FORMED},
        {"\"\xff\\n\"", "\xff\n", SONDA__JSON_ILL_FORMED},
        {"\"\\n\xff and more than sixteen\"", "\n\xff and more than sixteen",
         SONDA__JSON_ILL_FORMED},
        {"\"\\n\xc3\xa9\"", "\n\xc3\xa9", 0},
        {"\"0123456789abcdef\xc0\xaf"
         "0123456789abcdef\"",
         "0123456789abcdef\xc0\xaf"
         "0123456789abcdef",
         SONDA__JSON_ILL_FORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sonda__arena arena = fresh_arena();
        sonda__json json;
        sonda__json_token token = only_string(&json, rows[i].json, &arena);

        if (!sonda__span_is(token.text, rows[i].text) || token.flags != rows[i].flags) {
            fail_msg("%s: \"%.*s\" flags %u", rows[i].json, (int)token.text.len,
                     token.text.data, token.flags);
        }
    }
}

/* Text of `text`'s string with `before` plain bytes, `escapes`, and 200 more. */
static void expect_unescaped_at(size_t before, const char *escapes, const char *become)
{
    char json_text[512];
    char expected[512];
    size_t len = strlen(become);
    sonda__arena arena = fresh_arena();
    sonda__json json;
    sonda__json_token token;

    memset(expected, 'p', sizeof expected);
    memcpy(expected + before, become, len);
    json_text[0] = '"';
    memset(json_text + 1, 'p', before);
    memcpy(json_text + 1 + before, escapes, strlen(escapes));
    memset(json_text + 1 + before + strlen(escapes), 'p', 200);
    strcpy(json_text + 1 + before + strlen(escapes) + 200, "\"");
    token = only_string(&json, json_text, &arena);
    assert_int_equal(token.text.len, before + len + 200);
    assert_memory_equal(token.text.data, expected, token.text.len);
}

static void test_json_string__escapes_at_every_place__same_text(void **state)
{
    static const char *const rows[][2] = {
        {"\\n", "\n"},
        {"\\\\", "\\"},
        {"\\\\\\\\", "\\\\"},
        {"\\\"", "\""},
        {"\\r\\n\\t", "\r\n\t"},
        {"\\\\x\\\\", "\\x\\"},
        {"\\u00e9", "\xc3\xa9"},
        {"\\n\\ud83d\\ude00\\n", "\n\xf0\x9f\x98\x80\n"},
        {"\\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\\\\",
         "\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\\"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t before = 0; before < 150; before++) {
            expect_unescaped_at(before, rows[i][0], rows[i][1]);
        }
    }
}

static void test_json_string__ill_formed_byte_among_escapes__flagged_wherever(void **state)
{
    (void)state;
    for (size_t at = 0; at < 200; at++) {
        char text[256] = "\"\\n";
        sonda__arena arena = fresh_arena();
        sonda__json json;

        memset(text + 3, 'p', 200);
        text[3 + at] = '\xff';
        strcpy(text + 203, "\"");
        assert_int_equal(only_string(&json, text, &arena).flags, SONDA__JSON_ILL_FORMED);
    }
}

static void test_json_string__ill_formed_byte_behind_it__is_not_its_own(void **state)
{
    const char *text =
        "[\"\\n0123456789\",\"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "\xff 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\"]";
    sonda__arena arena = fresh_arena();
    sonda__json json;
    sonda__json_token token;

    (void)state;
    sonda__json_init(&json, sonda__span_text(text), &arena);
    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_int_equal(token.flags, 0);
    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_int_equal(token.flags, SONDA__JSON_ILL_FORMED);
}

static void test_json_string__control_character_in_a_block__fails_there(void **state)
{
    (void)state;
    for (size_t at = 0; at < 150; at++) {
        char text[256] = "\"\\n";
        size_t offset = 0;
        sonda__arena arena = fresh_arena();

        memset(text + 3, 'p', 240);
        text[3 + at] = '\x01';
        text[243] = '"';
        assert_int_equal(read_all(sonda__span_of(text, 244), &arena, &offset),
                         SONDA_ERR_MALFORMED);
        assert_int_equal(offset, 3 + at);
    }
}

static void test_json_string__escaped_zero__is_a_byte_of_the_text(void **state)
{
    sonda__arena arena = fresh_arena();
    sonda__json json;
    sonda__json_token token;

    (void)state;
    token = only_string(&json, "\"a\\u0000b\"", &arena);

    assert_int_equal(token.text.len, 3);
    assert_memory_equal(token.text.data, "a\0b", 3);
}

static void test_json_string__no_arena__stays_as_written(void **state)
{
    sonda__json json;
    sonda__json_token token;

    (void)state;
    token = only_string(&json, "\"a\\n\\u00e9\"", NULL);

    assert_true(sonda__span_is(token.text, "a\\n\\u00e9"));
    assert_int_equal(token.flags, SONDA__JSON_ESCAPED);
}

static void test_json_string__arena_too_small__is_a_limit(void **state)
{
    sonda__arena arena;
    sonda__json json;
    sonda__json_token token;

    (void)state;
    sonda__arena_init(&arena, arena_block, 34);
    sonda__json_init(&json, sonda__span_text("\"ab\\n\""), &arena);

    assert_int_equal(sonda__json_next(&json, &token), SONDA_ERR_LIMIT);
}

static void test_json__tokens__in_order_with_their_text(void **state)
{
    static const struct {
        sonda__json_kind kind;
        const char *text;
    } expected[] = {
        {SONDA__JSON_OBJECT, ""},     {SONDA__JSON_KEY, "a"},
        {SONDA__JSON_ARRAY, ""},      {SONDA__JSON_NUMBER, "-1.50e3"},
        {SONDA__JSON_TRUE, "true"},   {SONDA__JSON_NULL, "null"},
        {SONDA__JSON_ARRAY_END, ""},  {SONDA__JSON_KEY, "b\n"},
        {SONDA__JSON_OBJECT, ""},     {SONDA__JSON_OBJECT_END, ""},
        {SONDA__JSON_KEY, "c"},       {SONDA__JSON_STRING, "d"},
        {SONDA__JSON_KEY, "e"},       {SONDA__JSON_FALSE, "false"},
        {SONDA__JSON_OBJECT_END, ""}, {SONDA__JSON_END, ""},
    };
    sonda__arena arena = fresh_arena();
    sonda__json json;

    (void)state;
    sonda__json_init(
        &json,
        sonda__span_text("{\"a\":[-1.50e3,true,null],\"b\\n\":{},\"c\":\"d\",\"e\":false}"),
        &arena);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        sonda__json_token token;

        assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
        assert_int_equal(token.kind, expected[i].kind);
        if (expected[i].text[0] != '\0') {
            assert_true(sonda__span_is(token.text, expected[i].text));
        }
    }
}

static void test_json__failure__latches(void **state)
{
    sonda__json json;
    sonda__json_token token;
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    sonda__json_init(&json, sonda__span_text("[1 2]"), NULL);
    while (sonda__json_next(&json, &token) == SONDA_OK) {
    }

    assert_int_equal(sonda__json_next(&json, &token), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda__json_error(&json, &error), SONDA_ERR_MALFORMED);
    assert_int_equal(error.offset, 3);
    assert_true(strlen(error.message) > 0);
}

static void test_json_skip__container__stands_behind_it(void **state)
{
    sonda__json json;
    sonda__json_token token;

    (void)state;
    sonda__json_init(&json, sonda__span_text("[{\"a\":[1,{\"b\":2}]},7]"), NULL);
    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_int_equal(sonda__json_skip(&json), SONDA_OK);

    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_int_equal(token.kind, SONDA__JSON_NUMBER);
    assert_true(sonda__span_is(token.text, "7"));
}

/* Tokens as one line of text, read in pieces that end at every multiple of `step`. */
static size_t tokens_in_pieces(const char *text, size_t step, char *out, size_t room)
{
    sonda__json json;
    sonda__json_token token = {SONDA__JSON_NULL, 0, {"", 0}};
    sonda_status status;
    size_t len = strlen(text);
    size_t given = 0;
    size_t used = 0;

    sonda__json_init(&json, sonda__span_of(text, 0), NULL);
    json.partial = true;
    do {
        status = sonda__json_next(&json, &token);
        if (status == SONDA_ERR_TRUNCATED && given < len) {
            given = given + step < len ? given + step : len;
            sonda__json_extend(&json, sonda__span_of(text, given), given == len);
            status = SONDA_OK;
            continue;
        }
        used += (size_t)snprintf(out + used, room - used, "%d:%.*s ", (int)token.kind,
                                 (int)token.text.len, token.text.data);
    } while (status == SONDA_OK && token.kind != SONDA__JSON_END);
    assert_int_equal(status, SONDA_OK);
    return used;
}

static void test_json_extend__any_pieces__same_tokens(void **state)
{
    const char *text = "{\"key\\n\" : [12, -3.5e+2,true ,false,null, \"a\\ud83d\\ude00\" ] ,"
                       "\"b\":{}, \"c\":[ ], \"d\":{\"e\":\"\"}}";
    char whole[512];
    char pieces[512];

    (void)state;
    tokens_in_pieces(text, strlen(text), whole, sizeof whole);
    for (size_t step = 1; step < strlen(text); step++) {
        tokens_in_pieces(text, step, pieces, sizeof pieces);
        assert_string_equal(pieces, whole);
    }
}

static void test_json_extend__no_more_comes__is_truncated(void **state)
{
    sonda__json json;
    sonda__json_token token;

    (void)state;
    sonda__json_init(&json, sonda__span_text("12"), NULL);
    json.partial = true;

    assert_int_equal(sonda__json_next(&json, &token), SONDA_ERR_TRUNCATED);
    sonda__json_extend(&json, sonda__span_text("12"), true);
    assert_int_equal(sonda__json_next(&json, &token), SONDA_OK);
    assert_true(sonda__span_is(token.text, "12"));
    assert_true(sonda__json_complete(&json));
}

static void test_json_scan__every_byte_at_every_place__both_ways_agree(void **state)
{
    char text[70];

    (void)state;
    for (size_t at = 0; at < sizeof text; at++) {
        for (int byte = 0; byte < 256; byte++) {
            uint64_t fast_high = 0;
            uint64_t high = 0;
            const char *fast;
            const char *portable;
            bool special = byte == '"' || byte == '\\' || byte < 0x20;

            memset(text, 'x', sizeof text);
            text[at] = (char)byte;
            fast = sonda__json_scan(text, text + sizeof text, &fast_high);
            portable = sonda__json_scan_portable(text, text + sizeof text, &high);
            assert_ptr_equal(portable, special ? text + at : text + sizeof text);
            assert_ptr_equal(fast, portable);
            assert_int_equal(high != 0, byte >= 0x80);
            assert_int_equal(fast_high != 0, high != 0);
        }
    }
}

static void test_json_scan__non_ascii_after_the_special_byte__is_not_told(void **state)
{
    const char text[] = "ab\"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    uint64_t high = 0;

    (void)state;
    assert_ptr_equal(sonda__json_scan(text, text + sizeof text - 1, &high), text + 2);
    assert_int_equal(high, 0);
}

/* Takes nothing: the driver below then goes byte by byte. */
static const char *unescape_nothing(const char *p, const char *end, char **out, uint64_t *high)
{
    (void)end;
    (void)out;
    (void)high;
    return p;
}

typedef const char *unescaper(const char *p, const char *end, char **out, uint64_t *high);

/* The unescaped text up to what is no simple escape; returns where that is. */
static const char *drive(unescaper *way, const char *p, const char *end, char **out, bool *high)
{
    uint64_t bits = 0;

    for (;;) {
        char meant = 0;

        p = way(p, end, out, &bits);
        if (end - p >= 2 && *p == '\\') {
            meant = sonda__json_simple_escapes[(unsigned char)p[1]];
        }
        if (p == end || (sonda__json_is_special((unsigned char)*p) && meant == 0)) {
            *high = bits != 0;
            return p;
        }
        bits |= meant == 0 ? (unsigned char)*p & 0x80u : 0;
        *(*out)++ = meant != 0 ? meant : *p;
        p += meant != 0 ? 2 : 1;
    }
}

static void assert_same_unescaped(unescaper *way, const char *text, size_t len)
{
    char expected[512 + SONDA__JSON_UNESCAPE_SLACK];
    char given[512 + SONDA__JSON_UNESCAPE_SLACK];
    char *expected_end = expected;
    char *given_end = given;
    bool expected_high;
    bool high;

    assert_ptr_equal(drive(way, text, text + len, &given_end, &high),
                     drive(unescape_nothing, text, text + len, &expected_end, &expected_high));
    assert_int_equal(given_end - given, expected_end - expected);
    assert_memory_equal(given, expected, (size_t)(given_end - given));
    assert_int_equal(high, expected_high);
}

static void test_json_unescape__drawn_texts__all_ways_agree(void **state)
{
    /* Mostly what goes on, so that most texts are longer than a block. */
    static const char alphabet[] =
        "\\\\\\\\\\\\\\\\abcdefghijklmnopqrstuvwxyzbbfnrt///\"\xee\x1f";
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 60000; round++) {
        char *text;
        char made[512];
        size_t len = 0;

        seed = seed * 1664525u + 1013904223u;
        for (size_t wanted = (seed >> 8) % sizeof made; len < wanted; len++) {
            bool plain;

            seed = seed * 1664525u + 1013904223u;
            plain = (seed >> 8 & 3u) != 0 && round % 3 != 0;
            made[len] = plain ? "n\\"[len & 1] : alphabet[(seed >> 12) % (sizeof alphabet - 1)];
        }
        text = malloc(len == 0 ? 1 : len); /* exactly as long, for the sanitizers */
        memcpy(text, made, len);
        assert_same_unescaped(sonda__json_unescape_sse2, text, len);
        if (sonda__json_has_vbmi2()) {
            assert_same_unescaped(sonda__json_unescape_vbmi2, text, len);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__well_formed__is_read),
        cmocka_unit_test(test_json__broken_syntax__fails_at_its_byte),
        cmocka_unit_test(test_json__zero_byte__is_malformed),
        cmocka_unit_test(test_json__nesting__up_to_64_and_no_deeper),
        cmocka_unit_test(test_json_string__without_escapes__is_borrowed),
        cmocka_unit_test(test_json_string__escapes_and_bytes__become_text_and_flags),
        cmocka_unit_test(test_json_string__escapes_at_every_place__same_text),
        cmocka_unit_test(test_json_string__ill_formed_byte_among_escapes__flagged_wherever),
        cmocka_unit_test(test_json_string__ill_formed_byte_behind_it__is_not_its_own),
        cmocka_unit_test(test_json_string__control_character_in_a_block__fails_there),
        cmocka_unit_test(test_json_string__escaped_zero__is_a_byte_of_the_text),
        cmocka_unit_test(test_json_string__no_arena__stays_as_written),
        cmocka_unit_test(test_json_string__arena_too_small__is_a_limit),
        cmocka_unit_test(test_json__tokens__in_order_with_their_text),
        cmocka_unit_test(test_json__failure__latches),
        cmocka_unit_test(test_json_skip__container__stands_behind_it),
        cmocka_unit_test(test_json_extend__any_pieces__same_tokens),
        cmocka_unit_test(test_json_extend__no_more_comes__is_truncated),
        cmocka_unit_test(test_json_scan__every_byte_at_every_place__both_ways_agree),
        cmocka_unit_test(test_json_scan__non_ascii_after_the_special_byte__is_not_told),
        cmocka_unit_test(test_json_unescape__drawn_texts__all_ways_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
