/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/crc32.h"

static void test_crc32__check_value__agrees(void **state)
{
    (void)state;
    assert_int_equal(sonda__crc32(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(sonda__crc32(0, NULL, 0), 0);
}

static uint32_t bit_by_bit(const uint8_t *p, size_t len)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

static void test_crc32__every_length_and_place__is_the_polynomial(void **state)
{
    uint8_t bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + i / 256);
    }
    for (size_t len = 0; len + 3 < sizeof bytes; len++) {
        const uint8_t *from = bytes + len % 4;

        assert_int_equal(sonda__crc32(0, from, len), bit_by_bit(from, len));
        assert_int_equal(sonda__crc32_by_table(0, from, len), bit_by_bit(from, len));
        assert_int_equal(
            sonda__crc32(sonda__crc32(0, from, len / 3), from + len / 3, len - len / 3),
            bit_by_bit(from, len));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32__check_value__agrees),
        cmocka_unit_test(test_crc32__every_length_and_place__is_the_polynomial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
