/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/sonda/wide.h"

typedef struct row {
    const char *name;
    uint16_t units[4];
    size_t len;
    const char *expected;
} row;

static void test_wide__each_width_and_broken_pairs__as_wtf8(void **state)
{
    static const row rows[] = {
        {"nothing", {0}, 0, ""},
        {"ascii", {'a', '\\', 'z'}, 3, "a\\z"},
        {"two bytes", {0x7f, 0x80, 0x7ff}, 3, "\x7f\xc2\x80\xdf\xbf"},
        {"three bytes", {0x800, 0xffff}, 2, "\xe0\xa0\x80\xef\xbf\xbf"},
        {"pair", {0xd83d, 0xde00}, 2, "\xf0\x9f\x98\x80"},
        {"first half at the end", {'a', 0xd83d}, 2, "a\xed\xa0\xbd"},
        {"second half alone",
         {0xde00, 'a'},
         2,
         "\xed\xb8\x80"
         "a"},
        {"halves exchanged", {0xde00, 0xd83d}, 2, "\xed\xb8\x80\xed\xa0\xbd"},
        {"first half twice", {0xd83d, 0xd83d, 0xde00}, 3, "\xed\xa0\xbd\xf0\x9f\x98\x80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[4 * WIDE_BYTES_MAX + 1] = {0};
        size_t len = wide_to_utf8(rows[i].units, rows[i].len, out);

        print_message("%s\n", rows[i].name);
        assert_string_equal(out, rows[i].expected);
        assert_int_equal(out[len], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide__each_width_and_broken_pairs__as_wtf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
