/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/utf8.h"

typedef struct text_row {
    const char *name;
    const char *bytes;
    size_t len;
    bool valid;
} text_row;

static const text_row rows[] = {
    {"empty", "", 0, true},
    {"ascii", "plain", 5, true},
    {"two bytes", "\xc3\xa4", 2, true},
    {"first of three", "\xe0\xa0\x80", 3, true},
    {"last before the surrogates", "\xed\x9f\xbf", 3, true},
    {"first of four", "\xf0\x90\x80\x80", 4, true},
    {"last of all", "\xf4\x8f\xbf\xbf", 4, true},
    {"NUL", "a\0b", 3, true},
    {"lone continuation", "\x80", 1, false},
    {"overlong slash", "\xc0\xaf", 2, false},
    {"overlong of three", "\xe0\x9f\xbf", 3, false},
    {"overlong of four", "\xf0\x8f\xbf\xbf", 4, false},
    {"surrogate", "\xed\xa0\x80", 3, false},
    {"beyond Unicode", "\xf4\x90\x80\x80", 4, false},
    {"cut in two", "\xc3", 1, false},
    {"cut in four", "\xf0\x90\x80", 3, false},
    {"never a byte", "\xff", 1, false},
};

static void test_utf8_valid__named_rows__are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool valid = sonda__utf8_valid(sonda__span_of(rows[i].bytes, rows[i].len));

        if (valid != rows[i].valid) {
            fail_msg("%s: %d", rows[i].name, valid);
        }
    }
}

static void test_utf8_valid__at_every_place_of_a_long_text__is_the_same(void **state)
{
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t at = 0; at + rows[i].len <= sizeof text; at++) {
            memset(text, 'x', sizeof text);
            memcpy(text + at, rows[i].bytes, rows[i].len);
            /* A cut sequence stays cut: 'x' continues nothing. */
            assert_int_equal(sonda__utf8_valid(sonda__span_of(text, sizeof text)),
                             rows[i].valid);
        }
    }
}

static void test_utf8_decode__every_code_point__comes_back(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char bytes[SONDA__UTF8_MAX];
        size_t len = sonda__utf8_encode(code, bytes);
        uint32_t decoded = 0;

        assert_int_equal(sonda__utf8_decode(sonda__span_of(bytes, len), &decoded), len);
        if (code >= 0xd800 && code <= 0xdfff) {
            assert_int_equal(decoded, SONDA__UTF8_ILL_FORMED);
        } else {
            assert_int_equal(decoded, code);
        }
    }
}

static void test_utf8_decode__ill_formed__takes_the_maximal_subpart(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        size_t taken;
    } cases[] = {
        {"\xf0\x90\x80x", 4, 3}, {"\xf0\x80\x80\x80", 4, 1},
        {"\xe2\x82", 2, 2},      {"\x80\x80", 2, 1},
        {"\xc3(", 2, 1},         {"\xed\xbf\xbf", 3, 3},
        {"\xed\xa0", 2, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t code = 0;

        assert_int_equal(
            sonda__utf8_decode(sonda__span_of(cases[i].bytes, cases[i].len), &code),
            cases[i].taken);
        assert_int_equal(code, SONDA__UTF8_ILL_FORMED);
    }
}

static void test_utf16le_to_utf8__pair__is_one_character(void **state)
{
    char out[16];
    size_t len = 0;
    bool ill_formed = false;

    (void)state;
    assert_int_equal(sonda__utf16le_to_utf8(sonda__span_of("a\0\x3d\xd8\x00\xde", 6), out,
                                            sizeof out, &len, &ill_formed),
                     SONDA_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(out, "a\xf0\x9f\x98\x80", 5);
    assert_false(ill_formed);
}

static void test_utf16le_to_utf8__lone_surrogates__are_kept_and_flagged(void **state)
{
    char out[16];
    size_t len = 0;
    bool ill_formed = false;

    (void)state;
    assert_int_equal(sonda__utf16le_to_utf8(sonda__span_of("\x00\xdc\x00\xd8", 4), out,
                                            sizeof out, &len, &ill_formed),
                     SONDA_OK);
    assert_int_equal(len, 6);
    assert_memory_equal(out, "\xed\xb0\x80\xed\xa0\x80", 6);
    assert_true(ill_formed);
}

/* One character that is not ASCII, at each place of texts of each length. */
static void test_utf16le_to_utf8__any_place_and_length__as_one_by_one(void **state)
{
    (void)state;
    for (size_t len = 1; len < 40; len++) {
        for (size_t place = 0; place < len; place++) {
            char utf16[80];
            char expected[80];
            char out[80];
            size_t expected_len = 0;
            size_t out_len = 0;
            bool ill_formed = false;

            for (size_t i = 0; i < len; i++) {
                utf16[2 * i] = i == place ? '\xe4' : (char)('!' + i);
                utf16[2 * i + 1] = 0;
                if (i == place) {
                    expected[expected_len++] = '\xc3';
                }
                expected[expected_len++] = i == place ? '\xa4' : (char)('!' + i);
            }
            assert_int_equal(sonda__utf16le_to_utf8(sonda__span_of(utf16, 2 * len), out,
                                                    expected_len, &out_len, &ill_formed),
                             SONDA_OK);
            assert_int_equal(out_len, expected_len);
            assert_memory_equal(out, expected, out_len);
            assert_false(ill_formed);
            assert_int_equal(sonda__utf16le_to_utf8(sonda__span_of(utf16, 2 * len), out,
                                                    expected_len - 1, &out_len, &ill_formed),
                             SONDA_ERR_FULL);
        }
    }
}

static void test_utf16le_to_utf8__odd_or_no_room__fails(void **state)
{
    char out[2];
    size_t len = 77;
    bool ill_formed = false;

    (void)state;
    assert_int_equal(
        sonda__utf16le_to_utf8(sonda__span_of("a", 1), out, sizeof out, &len, &ill_formed),
        SONDA_ERR_TRUNCATED);
    assert_int_equal(sonda__utf16le_to_utf8(sonda__span_of("a\0b\0c\0", 6), out, sizeof out,
                                            &len, &ill_formed),
                     SONDA_ERR_FULL);
    assert_int_equal(len, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_valid__named_rows__are_told_apart),
        cmocka_unit_test(test_utf8_valid__at_every_place_of_a_long_text__is_the_same),
        cmocka_unit_test(test_utf8_decode__every_code_point__comes_back),
        cmocka_unit_test(test_utf8_decode__ill_formed__takes_the_maximal_subpart),
        cmocka_unit_test(test_utf16le_to_utf8__pair__is_one_character),
        cmocka_unit_test(test_utf16le_to_utf8__lone_surrogates__are_kept_and_flagged),
        cmocka_unit_test(test_utf16le_to_utf8__any_place_and_length__as_one_by_one),
        cmocka_unit_test(test_utf16le_to_utf8__odd_or_no_room__fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
