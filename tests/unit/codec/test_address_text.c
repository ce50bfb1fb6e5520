/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Addresses to text, by the examples and rules of RFC 5952.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/codec/address.h"
#include "core/codec/address_text.h"

static void test_format_ipv4__any_bytes__has_no_leading_zeroes(void **state)
{
    const uint8_t bytes[] = {192, 0, 2, 255};
    char text[SONDA__ADDRESS_TEXT_MAX];

    (void)state;

    assert_int_equal(sonda__format_ipv4(bytes, text), 11);
    assert_memory_equal(text, "192.0.2.255", 11);
}

static void test_format_ipv6__each_rule_of_rfc_5952__is_followed(void **state)
{
    static const char *const texts[] = {
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "2001:db8:0:1:1:1:1:1",
        "2001:0:0:1::1",
        "2001:db8::1:0:0:1",
        "ff02::1:ff00:1234",
        "1:2:3:4:5:6:7:8",
        "::ffff:192.0.2.1",
        "fe80::abcd:ef01:2345:6789",
        "1:2:3:4:5:6::",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sonda__address address;
        char text[SONDA__ADDRESS_TEXT_MAX];
        assert_true(sonda__address_parse(sonda__span_text(texts[i]), &address));
        assert_int_equal(sonda__format_ipv6(address.bytes, text), strlen(texts[i]));
        assert_memory_equal(text, texts[i], strlen(texts[i]));
    }
}

static void test_format_ipv6__longest_text__fits(void **state)
{
    uint8_t bytes[16];
    char text[SONDA__ADDRESS_TEXT_MAX];

    (void)state;
    memset(bytes, 0xff, sizeof bytes);

    assert_int_equal(sonda__format_ipv6(bytes, text), SONDA__ADDRESS_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_ipv4__any_bytes__has_no_leading_zeroes),
        cmocka_unit_test(test_format_ipv6__each_rule_of_rfc_5952__is_followed),
        cmocka_unit_test(test_format_ipv6__longest_text__fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
