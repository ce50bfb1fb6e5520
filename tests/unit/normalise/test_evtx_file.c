/* SPDX-License-Identifier: Apache-2.0 */

#include "evtx_build.h"
#include "evtx_read.h"

#include "core/codec/bytes.h"
#include "core/normalise/evtx_format.h"
#include "sonda/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define CHUNK ((size_t)4096)

static evtx_build log_file;
static evtx_read seen;

/* Where each record of the file begins. */
static size_t places[64];

static void build(int chunks, int records)
{
    char command_line[32];

    evtx_begin(&log_file);
    for (int i = 0; i < chunks * records; i++) {
        if (i > 0 && i % records == 0) {
            evtx_next_chunk(&log_file);
        }
        places[i] = log_file.len;
        snprintf(command_line, sizeof command_line, "run %d", i + 1);
        evtx_process_start(&log_file, command_line);
    }
    places[chunks * records] = log_file.len;
    evtx_end(&log_file);
}

static void expect(uint64_t records, uint64_t skipped, uint64_t damaged)
{
    evtx_read_bytes(&seen, log_file.bytes, log_file.len, log_file.len);
    assert_int_equal(seen.records, records);
    assert_int_equal(seen.skipped, skipped);
    assert_int_equal(seen.damaged, damaged);
    assert_int_equal(seen.undecoded, 0);
    evtx_read_close(&seen);
}

static void expect_reason(const char *part)
{
    print_message("  %s\n", seen.reason);
    assert_non_null(strstr(seen.reason, part));
}

/* ---- sound files ---- */

static void test_evtx_file__two_chunks__all_records_in_order(void **state)
{
    (void)state;
    build(2, 3);

    expect(6, 0, 0);
    assert_non_null(strstr(seen.text, "CommandLine=run 1;\n"));
    assert_non_null(strstr(seen.text, "CommandLine=run 6;\n"));
}

static void test_evtx_file__pieces_of_any_size__same_records(void **state)
{
    static const size_t sizes[] = {1, 7, 4095, 4097, 65536, 70000};
    static char whole[EVTX_TEXT_MAX];

    (void)state;
    build(2, 3);
    log_file.bytes[places[4] + 9] ^= 1; /* with some damage, too */
    expect(6, 0, 1);
    memcpy(whole, seen.text, sizeof whole);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        evtx_read_bytes(&seen, log_file.bytes, log_file.len, sizes[i]);
        assert_string_equal(seen.text, whole);
        assert_int_equal(seen.damaged, 1);
        evtx_read_close(&seen);
    }
}

static sonda_status
take(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    (void)record;
    (void)len;
    (void)offset;
    *(uint64_t *)user = number;
    return SONDA_OK;
}

static void test_evtx_file__content__tells_the_format(void **state)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    uint64_t last = 0;

    (void)state;
    build(1, 2);
    callbacks.on_record = take;
    callbacks.user = &last;
    for (size_t first = 0; first < 5000; first += first < 12 ? 1 : 997) {
        sonda_input *input = NULL;

        log_file.bytes[3] ^= (uint8_t)(first % 2); /* every other time the mark is broken */
        last = 0;
        assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
        assert_int_equal(sonda_input_feed(input, log_file.bytes, first, &callbacks), SONDA_OK);
        assert_int_equal(
            sonda_input_feed(input, log_file.bytes + first, log_file.len - first, &callbacks),
            SONDA_OK);
        assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
        assert_int_equal(sonda_input_format(input), SONDA_FORMAT_EVTX);
        assert_int_equal(sonda_input_count(input), 2);
        assert_int_equal(last, 2);
        sonda_input_close(input);
        log_file.bytes[3] ^= (uint8_t)(first % 2);
    }
}

static void test_evtx_file__empty_log__no_record_and_no_damage(void **state)
{
    (void)state;
    evtx_begin(&log_file);
    evtx_end(&log_file);

    expect(0, 0, 0);
}

static void test_evtx_file__unused_chunk_of_zeros__is_passed_over(void **state)
{
    (void)state;
    build(1, 2);
    memset(log_file.bytes + log_file.len, 0, 65536);
    log_file.len += 65536;

    expect(2, 0, 0);
}

static void test_evtx_file__remains_behind_the_last_record__are_not_read(void **state)
{
    (void)state;
    build(1, 3);
    sonda__put_u32le(log_file.bytes + CHUNK + 48, (uint32_t)(places[2] - CHUNK));
    evtx_sum_chunk(&log_file, CHUNK);

    expect(2, 0, 0);
}

static void test_evtx_file__not_closed__reads_on_past_what_the_header_knows(void **state)
{
    (void)state;
    build(1, 3);
    sonda__put_u32le(log_file.bytes + CHUNK + 48, (uint32_t)(places[1] - CHUNK));
    evtx_sum_chunk(&log_file, CHUNK);
    log_file.bytes[120] = 1;
    sonda__put_u32le(log_file.bytes + 124, 0);
    expect(1, 0, 1); /* the header's checksum is wrong: not believed to be open */

    build(1, 3);
    log_file.bytes[120] = 1;
    sonda__put_u32le(log_file.bytes + CHUNK + 48, (uint32_t)(places[1] - CHUNK));
    evtx_sum_chunk(&log_file, CHUNK);
    expect(3, 0, 0);
}

/* ---- damage ---- */

static void test_evtx_file__checksum_of_records__is_told_and_costs_none(void **state)
{
    (void)state;
    build(2, 2);
    log_file.bytes[CHUNK + 52] ^= 1;
    log_file.bytes[CHUNK + 124] ^= 1;

    expect(4, 0, 1);
    build(2, 2);
    log_file.bytes[places[1] + 20] ^= 1; /* when it was written */
    expect(4, 0, 1);
    expect_reason("records and their checksum differ");
}

static void test_evtx_file__signature_gone__one_record_is_lost(void **state)
{
    (void)state;
    build(1, 4);
    log_file.bytes[places[1]] = 0;

    expect(3, 1, 1);
    expect_reason("no record where one should be");
    assert_null(strstr(seen.text, "run 2;"));
    assert_non_null(strstr(seen.text, "run 4;"));
}

static void test_evtx_file__sizes_that_lie__one_record_is_lost(void **state)
{
    static const uint32_t sizes[] = {0, 1, 27, 28, 0xffff, 0x10000, 0x7fffffff, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        build(1, 4);
        sonda__put_u32le(log_file.bytes + places[1] + 4, sizes[i]);
        expect(3, 1, 1);
    }
}

static void test_evtx_file__second_size_lies__nothing_is_lost(void **state)
{
    (void)state;
    build(1, 4);
    log_file.bytes[places[2] - 4] ^= 0x40;

    expect(4, 0, 1);
}

static void test_evtx_file__two_records_beside_each_other_gone__count_as_one(void **state)
{
    (void)state;
    build(1, 5);
    memset(log_file.bytes + places[2], 0xff, places[4] - places[2]);

    expect(3, 1, 1);
    assert_non_null(strstr(seen.text, "run 5;"));
}

static void test_evtx_file__chunk_header_gone__its_records_are_found(void **state)
{
    (void)state;
    build(2, 3);
    memset(log_file.bytes + CHUNK, 0, 512);

    expect(6, 0, 1);
}

static void test_evtx_file__file_header_gone__its_chunks_are_read(void **state)
{
    (void)state;
    build(2, 3);
    memset(log_file.bytes, 0x55, 4096);
    expect(6, 0, 1);
    expect_reason("none of an event log");

    build(2, 3);
    memmove(log_file.bytes, log_file.bytes + 4096, log_file.len - 4096);
    log_file.len -= 4096;
    expect(6, 0, 1);
    expect_reason("without the file's header");
}

static void test_evtx_file__bytes_lost_in_a_chunk__the_next_is_read_whole(void **state)
{
    (void)state;
    build(2, 4);
    memmove(log_file.bytes + places[1] + 40, log_file.bytes + places[1] + 140,
            log_file.len - places[1] - 140);
    log_file.len -= 100;

    /* Templates stand before the gap; the chunk ends before its header says so. */
    expect(7, 2, 1);
    assert_non_null(strstr(seen.text, "run 8;"));
}

static void test_evtx_file__cut_anywhere__reads_to_the_last_whole_record(void **state)
{
    (void)state;
    build(1, 3);
    for (size_t len = 1; len < places[3] + 10; len += 13) {
        uint64_t whole = len >= places[3] ? 3 : len >= places[2] ? 2 : len >= places[1] ? 1 : 0;

        evtx_read_bytes(&seen, log_file.bytes, len, len);
        assert_int_equal(seen.records, whole);
        assert_int_equal(seen.skipped, len < 4096 || (len > CHUNK + 512 && len < places[3] &&
                                                      len != places[0] && len != places[1] &&
                                                      len != places[2]));
        evtx_read_close(&seen);
    }
}

/* ---- hostile ---- */

/* One record; the caller writes its binary XML. */
static void begin_hostile(void)
{
    evtx_begin(&log_file);
    evtx_process_start(&log_file, "before");
    evtx_begin_record(&log_file);
    evtx_fragment(&log_file);
}

/* It costs itself alone. */
static void expect_refused(const char *reason)
{
    evtx_end_record(&log_file);
    evtx_process_start(&log_file, "after");
    evtx_end(&log_file);
    expect(2, 1, 0);
    expect_reason(reason);
}

static void test_evtx_hostile__template_within_itself__is_refused(void **state)
{
    size_t definition;

    (void)state;
    begin_hostile();
    definition = evtx_begin_template(&log_file);
    evtx_instance(&log_file, definition);
    evtx_end_template(&log_file);
    evtx_begin_values(&log_file, 0);

    expect_refused("");
}

/* Each instance of the template is the value of the one before. */
static void test_evtx_hostile__value_that_is_its_own_template__ends(void **state)
{
    const size_t level_len = 4 + 10 + 4 + 4;
    const size_t levels = 20;
    size_t definition;

    (void)state;
    begin_hostile();
    definition = evtx_begin_template(&log_file);
    evtx_open(&log_file, "Event", 0);
    evtx_close_start(&log_file);
    evtx_value(&log_file, 0, SONDA__EVTX_BINXML);
    evtx_close(&log_file);
    evtx_end_template(&log_file);
    for (size_t i = levels; i > 0; i--) {
        evtx_begin_values(&log_file, 1);
        sonda__put_u16le(log_file.bytes + log_file.values, (uint16_t)(i * level_len));
        log_file.bytes[log_file.values + 2] = SONDA__EVTX_BINXML;
        evtx_fragment(&log_file);
        evtx_instance(&log_file, definition);
    }
    evtx_begin_values(&log_file, 1);
    evtx_u32(&log_file, 0);

    expect_refused("nested too deep");
}

static void test_evtx_hostile__template_elsewhere__is_refused(void **state)
{
    static const uint32_t offsets[] = {0, 3, 0xfff0, 0x10000, 0xffffffff, 0x7fffffe8};

    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        begin_hostile();
        evtx_instance(&log_file, offsets[i]);
        evtx_begin_values(&log_file, 0);
        expect_refused("");
    }
}

static void test_evtx_hostile__more_values_than_the_record__is_refused(void **state)
{
    static const uint32_t counts[] = {1, 100, 0xffff, 0x40000000, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        begin_hostile();
        (void)evtx_begin_template(&log_file);
        evtx_leaf(&log_file, "Event", 0, SONDA__EVTX_STRING);
        evtx_end_template(&log_file);
        evtx_u32(&log_file, counts[i]);
        expect_refused("more values");
    }
}

static void test_evtx_hostile__value_longer_than_the_record__is_refused(void **state)
{
    (void)state;
    begin_hostile();
    (void)evtx_begin_template(&log_file);
    evtx_leaf(&log_file, "Event", 0, SONDA__EVTX_STRING);
    evtx_end_template(&log_file);
    evtx_begin_values(&log_file, 1);
    evtx_add_text(&log_file, "x");
    sonda__put_u16le(log_file.bytes + log_file.values, 0xffff);

    expect_refused("beyond their record");
}

static void test_evtx_hostile__elements_nested_too_deep__are_refused(void **state)
{
    (void)state;
    begin_hostile();
    (void)evtx_begin_template(&log_file);
    for (int i = 0; i < 200; i++) {
        evtx_open(&log_file, "E", 0);
        evtx_close_start(&log_file);
    }
    evtx_end_template(&log_file);
    evtx_begin_values(&log_file, 0);

    expect_refused("nested too deep");
}

static void test_evtx_hostile__name_outside_the_chunk__is_refused(void **state)
{
    static const uint32_t offsets[] = {0xfff8, 0xffff, 0x10000, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        begin_hostile();
        (void)evtx_begin_template(&log_file);
        evtx_bytes(&log_file, "\x01\xff\xff\0\0\0\0", 7);
        evtx_u32(&log_file, offsets[i]);
        evtx_close_empty(&log_file);
        evtx_end_template(&log_file);
        evtx_begin_values(&log_file, 0);
        expect_refused("name outside");
    }
}

static void test_evtx_hostile__template_never_closed__is_refused(void **state)
{
    (void)state;
    begin_hostile();
    (void)evtx_begin_template(&log_file);
    evtx_open(&log_file, "Event", 1);
    evtx_end_template(&log_file);
    evtx_begin_values(&log_file, 0);

    expect_refused("");
}

static void test_evtx_hostile__many_large_records_of_one_template__are_bounded(void **state)
{
    size_t definition;

    (void)state;
    evtx_begin(&log_file);
    evtx_begin_record(&log_file);
    evtx_fragment(&log_file);
    definition = evtx_begin_template(&log_file);
    evtx_open(&log_file, "Event", 0);
    evtx_close_start(&log_file);
    for (int i = 0; i < 1000; i++) {
        evtx_leaf(&log_file, "E", 0, SONDA__EVTX_NULL);
    }
    evtx_close(&log_file);
    evtx_end_template(&log_file);
    evtx_begin_values(&log_file, 0);
    evtx_end_record(&log_file);
    while (log_file.len + 64 < log_file.chunk + 65536) {
        evtx_begin_record(&log_file);
        evtx_fragment(&log_file);
        evtx_instance(&log_file, definition);
        evtx_begin_values(&log_file, 0);
        evtx_end_record(&log_file);
    }
    evtx_end(&log_file);
    evtx_read_bytes(&seen, log_file.bytes, log_file.len, log_file.len);

    assert_true(seen.records + seen.skipped == log_file.next_id - 1);
    assert_true(seen.records * 24000 <= SONDA__EVTX_CHUNK_PAYLOAD_MAX + 65536);
    evtx_read_close(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evtx_file__two_chunks__all_records_in_order),
        cmocka_unit_test(test_evtx_file__pieces_of_any_size__same_records),
        cmocka_unit_test(test_evtx_file__content__tells_the_format),
        cmocka_unit_test(test_evtx_file__empty_log__no_record_and_no_damage),
        cmocka_unit_test(test_evtx_file__unused_chunk_of_zeros__is_passed_over),
        cmocka_unit_test(test_evtx_file__remains_behind_the_last_record__are_not_read),
        cmocka_unit_test(test_evtx_file__not_closed__reads_on_past_what_the_header_knows),
        cmocka_unit_test(test_evtx_file__checksum_of_records__is_told_and_costs_none),
        cmocka_unit_test(test_evtx_file__signature_gone__one_record_is_lost),
        cmocka_unit_test(test_evtx_file__sizes_that_lie__one_record_is_lost),
        cmocka_unit_test(test_evtx_file__second_size_lies__nothing_is_lost),
        cmocka_unit_test(test_evtx_file__two_records_beside_each_other_gone__count_as_one),
        cmocka_unit_test(test_evtx_file__chunk_header_gone__its_records_are_found),
        cmocka_unit_test(test_evtx_file__file_header_gone__its_chunks_are_read),
        cmocka_unit_test(test_evtx_file__bytes_lost_in_a_chunk__the_next_is_read_whole),
        cmocka_unit_test(test_evtx_file__cut_anywhere__reads_to_the_last_whole_record),
        cmocka_unit_test(test_evtx_hostile__template_within_itself__is_refused),
        cmocka_unit_test(test_evtx_hostile__value_that_is_its_own_template__ends),
        cmocka_unit_test(test_evtx_hostile__template_elsewhere__is_refused),
        cmocka_unit_test(test_evtx_hostile__more_values_than_the_record__is_refused),
        cmocka_unit_test(test_evtx_hostile__value_longer_than_the_record__is_refused),
        cmocka_unit_test(test_evtx_hostile__elements_nested_too_deep__are_refused),
        cmocka_unit_test(test_evtx_hostile__name_outside_the_chunk__is_refused),
        cmocka_unit_test(test_evtx_hostile__template_never_closed__is_refused),
        cmocka_unit_test(test_evtx_hostile__many_large_records_of_one_template__are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
