/* SPDX-License-Identifier: Apache-2.0 */

/* Addresses from text: one reading each, or none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/codec/address.h"

static void test_address_parse__valid__gives_bytes(void **state)
{
    static const struct {
        const char *text;
        uint32_t size;
        uint8_t bytes[16];
    } rows[] = {
        {"0.0.0.0", 4, {0}},
        {"10.20.30.255", 4, {10, 20, 30, 255}},
        {"::", 16, {0}},
        {"::1", 16, {[15] = 1}},
        {"1::", 16, {0, 1}},
        {"fe80::1%eth0", 16, {0xfe, 0x80, [15] = 1}},
        {"1:2:3:4:5:6:7:8", 16, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"1:2:3:4:5:6:7::", 16, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0}},
        {"ABcd::ef", 16, {0xab, 0xcd, [15] = 0xef}},
        {"::ffff:1.2.3.4", 16, {[10] = 0xff, 0xff, 1, 2, 3, 4}},
        {"1:2:3:4:5:6:1.2.3.4", 16, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__address address;

        if (!sonda__address_parse(sonda__span_text(rows[i].text), &address)) {
            fail_msg("%s was refused", rows[i].text);
        }
        assert_int_equal(address.size, rows[i].size);
        assert_memory_equal(address.bytes, rows[i].bytes, rows[i].size);
    }
}

static void test_address_parse__anything_else__is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1..2.3",
        "1.2.3.",
        "0x1.2.3.4",
        ":",
        ":::",
        "1:2",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "g::",
        "::1.2.3",
        "::1.2.3.4:5",
        "fe80::1%",
        "1:",
        ":1",
        "1:2:3:4:5:6:7:1.2.3.4",
        "-",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__address address;

        if (sonda__address_parse(sonda__span_text(rows[i]), &address)) {
            fail_msg("%s was taken", rows[i]);
        }
    }
}

static void test_address_prefix_equal__bits__decide(void **state)
{
    const uint8_t a[] = {0xac, 0x10, 0x00, 0x00};
    const uint8_t b[] = {0xac, 0x1f, 0xff, 0xff};

    (void)state;
    assert_true(sonda__address_prefix_equal(a, b, 0));
    assert_true(sonda__address_prefix_equal(a, b, 8));
    assert_true(sonda__address_prefix_equal(a, b, 12));
    assert_false(sonda__address_prefix_equal(a, b, 13));
    assert_true(sonda__address_prefix_equal(a, a, 32));
    assert_false(sonda__address_prefix_equal(a, b, 32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_parse__valid__gives_bytes),
        cmocka_unit_test(test_address_parse__anything_else__is_refused),
        cmocka_unit_test(test_address_prefix_equal__bits__decide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
