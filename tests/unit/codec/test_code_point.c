/* SPDX-License-Identifier: Apache-2.0 */

/* Reading ill-formed text, and folding. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/codec/code_point.h"

static void test_code_point_read__each_form__gives_value_and_length(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t code_point;
        size_t len;
    } rows[] = {
        {"A", 'A', 1},
        {"\xc3\xa9", 0xe9, 2},
        {"\xe2\x82\xac", 0x20ac, 3},
        {"\xf0\x9f\x98\x80", 0x1f600, 4},
        {"\xed\xa0\x80", 0xd800, 3},       /* a lone surrogate as WTF-8 */
        {"\x80", 0x110080, 1},             /* no lead byte */
        {"\xc0\x80", 0x1100c0, 1},         /* overlong */
        {"\xe0\x80\x80", 0x1100e0, 1},     /* overlong */
        {"\xf4\x90\x80\x80", 0x1100f4, 1}, /* past Unicode */
        {"\xe2\x82", 0x1100e2, 1},         /* cut */
        {"\xe2\x41\x41", 0x1100e2, 1},     /* not continued */
        {"\xff", 0x1100ff, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t code_point = 0;
        size_t len = strlen(rows[i].bytes);

        assert_int_equal(sonda__code_point_read(rows[i].bytes, len, &code_point), rows[i].len);
        assert_int_equal(code_point, rows[i].code_point);
    }
}

static void test_code_point_read__every_code_point__comes_back_both_ways(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 0x110000; i++) {
        char bytes[4];
        size_t len = sonda__code_point_write(i, bytes);
        uint32_t read = 0;

        assert_int_equal(sonda__code_point_read(bytes, len, &read), len);
        assert_int_equal(read, i);
        assert_int_equal(sonda__code_point_read_back(bytes, bytes + len, &read), len);
        assert_int_equal(read, i);
    }
}

static void test_code_point_read_back__ill_formed__takes_one_byte(void **state)
{
    const char text[] = "a\xe2\x82";
    uint32_t read = 0;

    (void)state;
    assert_int_equal(sonda__code_point_read_back(text, text + 3, &read), 1);
    assert_int_equal(read, 0x110082);
}

static void test_fold__table__is_what_unicode_says(void **state)
{
    static const uint32_t rows[][2] = {
        {'A', 'a'},       {'a', 'a'},           {'[', '['},           {0xc9, 0xe9},
        {0x130, 0x130},   {0x178, 0xff},        {0x3a3, 0x3c3},       {0x3c2, 0x3c2},
        {0x212a, 'k'},    {0x1e9e, 0xdf},       {0x10400, 0x10428},   {0x16e40, 0x16e60},
        {0xd800, 0xd800}, {0x10ffff, 0x10ffff}, {0x1100c9, 0x1100c9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(sonda__code_point_fold(rows[i][0]), rows[i][1]);
    }
}

static void test_fold__twice__is_folding_once_and_never_outgrows_its_room(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 0x110100; i++) {
        uint32_t folded = sonda__code_point_fold(i);
        char before[4];
        char after[4];

        assert_int_equal(sonda__code_point_fold(folded), folded);
        assert_true(sonda__code_point_write(folded, after) <=
                    sonda__fold_room(sonda__code_point_write(i, before)));
    }
}

static void test_fold_text__mixed__keeps_bad_bytes(void **state)
{
    const char text[] = "AB\xc3\x89\xff\xe2\x84\xaa";
    char out[16];

    (void)state;
    assert_int_equal(sonda__fold_text(text, sizeof text - 1, out), 6);
    assert_memory_equal(out, "ab\xc3\xa9\xffk", 6);
    assert_false(sonda__is_folded(text, sizeof text - 1));
    assert_true(sonda__is_folded(out, 6));
}

static void test_is_word__scripts__count(void **state)
{
    (void)state;
    assert_true(sonda__code_point_is_word('_'));
    assert_true(sonda__code_point_is_word('9'));
    assert_true(sonda__code_point_is_word(0x416));
    assert_true(sonda__code_point_is_word(0x4e2d));
    assert_false(sonda__code_point_is_word('-'));
    assert_false(sonda__code_point_is_word(0x2013));
    assert_false(sonda__code_point_is_word(0x1100ff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_point_read__each_form__gives_value_and_length),
        cmocka_unit_test(test_code_point_read__every_code_point__comes_back_both_ways),
        cmocka_unit_test(test_code_point_read_back__ill_formed__takes_one_byte),
        cmocka_unit_test(test_fold__table__is_what_unicode_says),
        cmocka_unit_test(test_fold__twice__is_folding_once_and_never_outgrows_its_room),
        cmocka_unit_test(test_fold_text__mixed__keeps_bad_bytes),
        cmocka_unit_test(test_is_word__scripts__count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
