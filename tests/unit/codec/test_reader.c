/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/reader.h"

static void test_reader_integers__in_a_row__are_little_endian(void **state)
{
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};
    sonda__reader r;

    (void)state;
    sonda__reader_init(&r, bytes, sizeof bytes);

    assert_int_equal(sonda__reader_u8(&r), 1);
    assert_int_equal(sonda__reader_u16le(&r), 0x0302);
    assert_int_equal(sonda__reader_u32le(&r), 0x07060504);
    assert_int_equal(sonda__reader_u64le(&r), UINT64_C(0xff0e0d0c0b0a0908));
    assert_int_equal(sonda__reader_left(&r), 0);
    assert_int_equal(r.status, SONDA_OK);
}

static void test_reader_u32le__one_byte_short__latches_and_stays_put(void **state)
{
    const uint8_t bytes[] = {0xaa, 0xbb, 0xcc};
    sonda__reader r;

    (void)state;
    sonda__reader_init(&r, bytes, sizeof bytes);

    assert_int_equal(sonda__reader_u32le(&r), 0);
    assert_int_equal(sonda__reader_u32le(&r), 0);
    assert_int_equal(sonda__reader_u8(&r), 0);
    assert_ptr_equal(r.next, bytes);
    assert_int_equal(r.status, SONDA_ERR_TRUNCATED);
}

static void test_reader_bytes__more_than_left__is_empty_and_latches(void **state)
{
    const uint8_t bytes[] = {1, 2, 3};
    sonda__reader r;

    (void)state;
    sonda__reader_init(&r, bytes, sizeof bytes);

    assert_int_equal(sonda__reader_bytes(&r, 2).len, 2);
    assert_int_equal(sonda__reader_bytes(&r, SIZE_MAX).len, 0);
    assert_int_equal(r.status, SONDA_ERR_TRUNCATED);
}

static void test_reader_skip__past_the_end__latches(void **state)
{
    const uint8_t bytes[] = {1, 2, 3};
    sonda__reader r;

    (void)state;
    sonda__reader_init(&r, bytes, sizeof bytes);
    sonda__reader_skip(&r, 3);
    assert_int_equal(r.status, SONDA_OK);
    sonda__reader_skip(&r, 1);
    assert_int_equal(r.status, SONDA_ERR_TRUNCATED);
}

static void test_reader_init__nothing__reads_nothing(void **state)
{
    sonda__reader r;

    (void)state;
    sonda__reader_init(&r, NULL, 0);

    assert_int_equal(sonda__reader_left(&r), 0);
    assert_int_equal(sonda__reader_bytes(&r, 0).len, 0);
    assert_int_equal(r.status, SONDA_OK);
    assert_int_equal(sonda__reader_u8(&r), 0);
    assert_int_equal(r.status, SONDA_ERR_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_integers__in_a_row__are_little_endian),
        cmocka_unit_test(test_reader_u32le__one_byte_short__latches_and_stays_put),
        cmocka_unit_test(test_reader_bytes__more_than_left__is_empty_and_latches),
        cmocka_unit_test(test_reader_skip__past_the_end__latches),
        cmocka_unit_test(test_reader_init__nothing__reads_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
