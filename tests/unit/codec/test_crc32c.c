/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/crc32c.h"

/* RFC 3720, B.4. */
static void test_crc32c__vectors_of_rfc3720__agree(void **state)
{
    uint8_t bytes[32];

    (void)state;
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(sonda__crc32c(bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(sonda__crc32c(bytes, sizeof bytes), 0x62a8ab43);
    for (unsigned i = 0; i < 32; i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(sonda__crc32c(bytes, sizeof bytes), 0x46dd794e);
    for (unsigned i = 0; i < 32; i++) {
        bytes[i] = (uint8_t)(31 - i);
    }
    assert_int_equal(sonda__crc32c(bytes, sizeof bytes), 0x113fdb5c);
    assert_int_equal(sonda__crc32c("123456789", 9), 0xe3069283);
    assert_int_equal(sonda__crc32c(NULL, 0), 0);
}

static uint32_t bit_by_bit(const uint8_t *p, size_t len)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
        }
    }
    return ~crc;
}

static void test_crc32c__every_length_and_place__is_the_polynomial(void **state)
{
    uint8_t bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + i / 256);
    }
    for (size_t len = 0; len + 3 < sizeof bytes; len++) {
        const uint8_t *from = bytes + len % 4;

        assert_int_equal(sonda__crc32c(from, len), bit_by_bit(from, len));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c__vectors_of_rfc3720__agree),
        cmocka_unit_test(test_crc32c__every_length_and_place__is_the_polynomial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
