/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/reader.h"
#include "sonda/event.h"
#include "sonda/record.h"

static const sonda_record_header sample = {
    .size = 100,
    .source = SONDA_SOURCE_LINUX,
    .type = 0x1234,
    .version = 2,
    .flags = SONDA_RECORD_SNAPSHOT,
    .stream = 9,
    .mono_ns = 11,
    .wall_ns = UINT64_C(0x1122334455667788),
    .seq = 13,
    .ticket = 14,
    .deadline_ns = 15,
};

static void test_record_header__written__stands_at_documented_offsets(void **state)
{
    uint8_t bytes[SONDA_RECORD_HEADER_SIZE];

    (void)state;
    assert_int_equal(sonda_record_header_write(&sample, bytes), SONDA_OK);

    assert_int_equal(bytes[0], 100);
    assert_int_equal(bytes[4], SONDA_SOURCE_LINUX);
    assert_int_equal(bytes[6], 0x34);
    assert_int_equal(bytes[7], 0x12);
    assert_int_equal(bytes[8], 2);
    assert_int_equal(bytes[10], SONDA_RECORD_SNAPSHOT);
    assert_int_equal(bytes[12], 9);
    assert_int_equal(bytes[16], 11);
    assert_int_equal(bytes[24], 0x88);
    assert_int_equal(bytes[31], 0x11);
    assert_int_equal(bytes[32], 13);
    assert_int_equal(bytes[40], 14);
    assert_int_equal(bytes[48], 15);
    assert_int_equal(bytes[56], 0);
}

static void test_record_header__read_back__is_the_same(void **state)
{
    uint8_t bytes[101] = {0};
    sonda_record_header header;

    (void)state;
    assert_int_equal(sonda_record_header_write(&sample, bytes + 1), SONDA_OK);
    assert_int_equal(sonda_record_header_read(bytes + 1, 100, &header), SONDA_OK);
    assert_memory_equal(&header, &sample, sizeof header);
}

static void test_record_header_read__lies__are_told_apart(void **state)
{
    uint8_t bytes[101] = {0};
    sonda_record_header header = {.seq = 77};

    (void)state;
    assert_int_equal(sonda_record_header_write(&sample, bytes), SONDA_OK);
    assert_int_equal(sonda_record_header_read(bytes, 63, &header), SONDA_ERR_TRUNCATED);
    assert_int_equal(sonda_record_header_read(bytes, 99, &header), SONDA_ERR_TRUNCATED);
    assert_int_equal(sonda_record_header_read(bytes, 101, &header), SONDA_ERR_MALFORMED);
    bytes[60] = 1;
    assert_int_equal(sonda_record_header_read(bytes, 100, &header), SONDA_ERR_MALFORMED);
    bytes[60] = 0;
    bytes[3] = 0x40;
    assert_int_equal(sonda_record_header_read(bytes, 100, &header), SONDA_ERR_LIMIT);
    bytes[3] = 0;
    bytes[0] = 10;
    assert_int_equal(sonda_record_header_read(bytes, 100, &header), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_record_header_read(NULL, 100, &header), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(header.seq, 77);
}

static void test_record_header_write__impossible_size__is_refused(void **state)
{
    uint8_t bytes[SONDA_RECORD_HEADER_SIZE];
    sonda_record_header header = sample;

    (void)state;
    header.size = 63;
    assert_int_equal(sonda_record_header_write(&header, bytes), SONDA_ERR_INVALID_ARGUMENT);
    header.size = SONDA_RECORD_MAX + 1;
    assert_int_equal(sonda_record_header_write(&header, bytes), SONDA_ERR_LIMIT);
    assert_int_equal(sonda_record_header_write(NULL, bytes), SONDA_ERR_INVALID_ARGUMENT);
}

static sonda_status start(sonda_record_builder *builder, uint8_t *buffer, size_t size)
{
    sonda_record_header header = {.stream = 4, .seq = 2, .wall_ns = 99};

    return sonda_record_begin(builder, buffer, size, &header, SONDA_CLASS_PROCESS,
                              SONDA_PROCESS_LAUNCH, SONDA_PRODUCT_WINDOWS);
}

static void test_record_builder__fields__are_laid_out_as_documented(void **state)
{
    uint8_t buffer[512];
    sonda_record_builder builder;
    sonda_record_header header;
    sonda__reader r;
    size_t len = 0;

    (void)state;
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_set_log(&builder, "Security", 8, 4688), SONDA_OK);
    assert_int_equal(sonda_record_add(&builder, SONDA_FIELD_IMAGE, "C:\\a", 4), SONDA_OK);
    assert_int_equal(sonda_record_add_named(&builder, "Own", 3, "v", 1), SONDA_OK);
    assert_int_equal(sonda_record_add_named(&builder, "ProcessId", 9, "5", 1), SONDA_OK);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 3, &len), SONDA_OK);

    assert_int_equal(sonda_record_header_read(buffer, len, &header), SONDA_OK);
    assert_int_equal(header.source, SONDA_SOURCE_GENERIC);
    assert_int_equal(header.type, 3);
    assert_int_equal(header.stream, 4);
    assert_int_equal(header.wall_ns, 99);
    sonda__reader_init(&r, buffer + SONDA_RECORD_HEADER_SIZE, len - SONDA_RECORD_HEADER_SIZE);
    assert_int_equal(sonda__reader_u32le(&r), SONDA_CLASS_PROCESS);
    assert_int_equal(sonda__reader_u32le(&r), SONDA_PROCESS_LAUNCH);
    assert_int_equal(sonda__reader_u16le(&r), SONDA_PRODUCT_WINDOWS);
    assert_int_equal(sonda__reader_u16le(&r), 8);
    assert_true(sonda__span_is(sonda__reader_bytes(&r, 8), "Security"));
    assert_int_equal(sonda__reader_u32le(&r), 4688);
    assert_int_equal(sonda__reader_u32le(&r), SONDA_FIELD_IMAGE);
    assert_int_equal(sonda__reader_u16le(&r), SONDA_TYPE_PATH);
    assert_int_equal(sonda__reader_u16le(&r), 0);
    assert_int_equal(sonda__reader_u32le(&r), 4);
    sonda__reader_skip(&r, 4);
    assert_int_equal(sonda__reader_u32le(&r), SONDA_FIELD_UNKNOWN);
    assert_int_equal(sonda__reader_u16le(&r), SONDA_TYPE_STRING);
    assert_int_equal(sonda__reader_u16le(&r), 3);
    assert_int_equal(sonda__reader_u32le(&r), 1);
    assert_true(sonda__span_is(sonda__reader_bytes(&r, 4), "Ownv"));
    assert_int_equal(sonda__reader_u32le(&r), SONDA_FIELD_PROCESS_ID);
    sonda__reader_skip(&r, 9);
    assert_int_equal(r.status, SONDA_OK);
    assert_int_equal(sonda__reader_left(&r), 0);
}

static void test_record_builder__no_room__latches_until_finish(void **state)
{
    uint8_t buffer[SONDA_RECORD_HEADER_SIZE + 16 + 20];
    sonda_record_builder builder;
    size_t len = 7;

    (void)state;
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_add(&builder, SONDA_FIELD_IMAGE, "123456789", 9),
                     SONDA_ERR_FULL);
    assert_int_equal(sonda_record_add_number(&builder, SONDA_FIELD_PROCESS_ID, 1),
                     SONDA_ERR_FULL);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len),
                     SONDA_ERR_FULL);
    assert_int_equal(len, 7);
}

static void test_record_builder__wrong_calls__are_refused(void **state)
{
    uint8_t buffer[512];
    char long_name[256];
    sonda_record_builder builder;
    size_t len = 0;

    (void)state;
    memset(long_name, 'n', sizeof long_name);
    assert_int_equal(start(&builder, buffer, 63), SONDA_ERR_FULL);
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_add(&builder, SONDA_FIELD_COUNT, "x", 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_add_named(&builder, long_name, 256, "x", 1), SONDA_ERR_LIMIT);
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_add_named(&builder, "", 0, "x", 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_add_number(&builder, SONDA_FIELD_PROCESS_ID, 1), SONDA_OK);
    assert_int_equal(sonda_record_set_log(&builder, "x", 1, 1), SONDA_ERR_BAD_STATE);
    assert_int_equal(start(&builder, buffer, sizeof buffer), SONDA_OK);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_LINUX, 0, &len),
                     SONDA_ERR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_header__written__stands_at_documented_offsets),
        cmocka_unit_test(test_record_header__read_back__is_the_same),
        cmocka_unit_test(test_record_header_read__lies__are_told_apart),
        cmocka_unit_test(test_record_header_write__impossible_size__is_refused),
        cmocka_unit_test(test_record_builder__fields__are_laid_out_as_documented),
        cmocka_unit_test(test_record_builder__no_room__latches_until_finish),
        cmocka_unit_test(test_record_builder__wrong_calls__are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
