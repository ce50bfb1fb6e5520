/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/writer.h"

static void test_writer_integers__in_a_row__are_little_endian(void **state)
{
    static const uint8_t wanted[] = {1, 3, 2, 7, 6, 5, 4, 8, 0, 0, 0, 0, 0, 0, 0x80, 'h', 'i'};
    uint8_t buffer[sizeof wanted];
    sonda__writer w;

    (void)state;
    sonda__writer_init(&w, buffer, sizeof buffer);
    sonda__writer_u8(&w, 1);
    sonda__writer_u16le(&w, 0x0203);
    sonda__writer_u32le(&w, 0x04050607);
    sonda__writer_u64le(&w, UINT64_C(0x8000000000000008));
    sonda__writer_text(&w, "hi");

    assert_int_equal(w.status, SONDA_OK);
    assert_int_equal(w.needed, sizeof wanted);
    assert_memory_equal(buffer, wanted, sizeof wanted);
}

static void test_writer_bytes__no_room__counts_on_and_writes_nothing_more(void **state)
{
    uint8_t buffer[4] = {9, 9, 9, 9};
    sonda__writer w;

    (void)state;
    sonda__writer_init(&w, buffer, 3);
    sonda__writer_u16le(&w, 0);
    sonda__writer_u16le(&w, 0);
    sonda__writer_u8(&w, 0);

    assert_int_equal(w.status, SONDA_ERR_FULL);
    assert_int_equal(w.needed, 5);
    assert_int_equal(buffer[2], 9);
    assert_int_equal(buffer[3], 9);
}

static void test_writer_init__no_buffer__only_counts(void **state)
{
    sonda__writer w;

    (void)state;
    sonda__writer_init(&w, NULL, 0);
    sonda__writer_text(&w, "four");
    assert_int_equal(w.needed, 4);
    assert_int_equal(w.status, SONDA_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_integers__in_a_row__are_little_endian),
        cmocka_unit_test(test_writer_bytes__no_room__counts_on_and_writes_nothing_more),
        cmocka_unit_test(test_writer_init__no_buffer__only_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
