/* SPDX-License-Identifier: Apache-2.0 */

/* core/normalise/etl_file.c, etl_event.c, and their way through sonda_input */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/bytes.h"
#include "sonda/input.h"
#include "sonda/spi/etw_record.h"
#include "tests/unit/normalise/etl_build.h"

#define SEEN_MAX 64u

typedef struct seen {
    uint32_t records;
    uint32_t skipped;
    uint32_t damaged;
    uint64_t times[SEEN_MAX];
    uint16_t flags[SEEN_MAX];
    uint16_t ids[SEEN_MAX];
    uint32_t data_len[SEEN_MAX];
    uint8_t last[4096];
    size_t last_len;
    sonda_status status;
    char reason[128];
    uint64_t digest;
} seen;

static etl_build b;
static etw_data data;
static seen saw;

static void mix(uint64_t value)
{
    saw.digest = (saw.digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    saw.digest ^= saw.digest >> 29;
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    const uint8_t *payload = (const uint8_t *)record + SONDA_RECORD_HEADER_SIZE;
    sonda_record_header header;
    uint32_t at = saw.records < SEEN_MAX ? saw.records : SEEN_MAX - 1;

    (void)user;
    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    assert_int_equal(header.source, SONDA_SOURCE_ETW);
    assert_int_equal(header.type, SONDA_ETW_EVENT);
    assert_int_equal(header.version, SONDA_ETW_VERSION);
    assert_int_equal(header.seq, number);
    assert_int_equal(number, saw.records + saw.skipped + 1);
    assert_int_equal(sonda__u32le_at(payload), len - SONDA_RECORD_HEADER_SIZE);
    saw.records++;
    saw.times[at] = header.wall_ns;
    saw.flags[at] = sonda__u16le_at(payload + SONDA_ETW_AT_FLAGS);
    saw.ids[at] = sonda__u16le_at(payload + SONDA_ETW_AT_ID);
    saw.data_len[at] = (uint32_t)(len - SONDA_RECORD_HEADER_SIZE - SONDA_ETW_HEAD_SIZE);
    saw.last_len = len < sizeof saw.last ? len : sizeof saw.last;
    memcpy(saw.last, record, saw.last_len);
    mix(offset);
    for (size_t i = 0; i < len; i++) {
        mix(((const uint8_t *)record)[i]);
    }
    return SONDA_OK;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    (void)user;
    assert_int_equal(number, saw.records + saw.skipped + 1);
    saw.skipped++;
    saw.status = status;
    (void)snprintf(saw.reason, sizeof saw.reason, "%s", reason);
    mix(offset);
    mix((uint64_t)-status);
}

static void on_damage(uint64_t offset, sonda_status status, const char *reason, void *user)
{
    (void)user;
    saw.damaged++;
    saw.status = status;
    (void)snprintf(saw.reason, sizeof saw.reason, "%s", reason);
    mix(offset);
}

/* Returns the format found. */
static uint32_t feed(const uint8_t *bytes, size_t len, size_t piece, uint32_t format)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input *input = NULL;
    uint32_t found;

    memset(&saw, 0, sizeof saw);
    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.on_damage = on_damage;
    options.format = format;
    assert_int_equal(sonda_input_open(&input, &options, NULL), SONDA_OK);
    for (size_t at = 0; at < len; at += piece) {
        size_t now = len - at < piece ? len - at : piece;

        assert_int_equal(sonda_input_feed(input, bytes + at, now, &callbacks), SONDA_OK);
    }
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    found = sonda_input_format(input);
    sonda_input_close(input);
    return found;
}

static uint32_t feed_all(void)
{
    return feed(b.bytes, b.len, b.len, SONDA_FORMAT_AUTO);
}

static void add_event(uint16_t id, uint64_t time)
{
    const etw_head head = {id, 1, 0, 11, 22, time};

    etw_script(&data, b.is_32, "u4=7|w=abc");
    etl_event(&b, etw_guid("unknown"), &head, &data);
}

static void test_etl__events_of_two_buffers__records_in_order(void **state)
{
    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    add_event(1, ETL_START_TICKS);
    add_event(2, ETL_START_TICKS + 10000000);
    etl_next_buffer(&b);
    add_event(3, ETL_START_TICKS - 10000000);
    etl_end(&b);

    assert_int_equal(feed_all(), SONDA_FORMAT_ETL);
    assert_int_equal(saw.records, 3);
    assert_int_equal(saw.skipped + saw.damaged, 0);
    assert_int_equal(saw.ids[2], 3);
    assert_int_equal(saw.data_len[0], 12);
    assert_int_equal(saw.times[0], ETL_START_NS);
    assert_int_equal(saw.times[1], ETL_START_NS + 1000000000u);
    assert_int_equal(saw.times[2], ETL_START_NS - 1000000000u);
}

static void test_etl__clocks__converted(void **state)
{
    static const struct {
        uint32_t clock;
        uint64_t frequency;
        uint64_t ticks; /* half a second */
    } rows[] = {
        {1, 10000000, 5000000}, {1, 3579545, 1789772}, {2, 1, 5000000}, {3, 3000, 1500000000}};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        uint32_t clock = rows[i / 2].clock;

        etl_begin(&b, (int)(i % 2), clock, rows[i / 2].frequency);
        etl_next_buffer(&b);
        add_event(1, (clock == 2 ? ETL_START_FILETIME : ETL_START_TICKS) + rows[i / 2].ticks);
        etl_end(&b);

        assert_int_equal(feed_all(), SONDA_FORMAT_ETL);
        assert_in_range(saw.times[0], ETL_START_NS + 499999000u, ETL_START_NS + 500001000u);
        assert_int_equal(saw.flags[0] & SONDA_ETW_FLAG_32_BIT, i % 2 != 0 ? 0x20 : 0);
    }
}

static void test_etl__clock_without_frequency__times_not_known(void **state)
{
    (void)state;
    etl_begin(&b, 0, 1, 0);
    etl_next_buffer(&b);
    add_event(1, 99);
    etl_end(&b);

    (void)feed_all();
    assert_int_equal(saw.records, 1);
    assert_int_equal(saw.times[0], 0);
}

static void test_etl__stamps_beyond_all_time__not_known(void **state)
{
    (void)state;
    etl_begin(&b, 0, 3, 1);
    etl_next_buffer(&b);
    add_event(1, UINT64_MAX);
    add_event(2, 0);
    etl_end(&b);

    (void)feed_all();
    assert_int_equal(saw.records, 2);
}

static void test_etl__classic_and_kernel_process__classic_records(void **state)
{
    const etw_head head = {1, 4, 1, 11, 22, ETL_START_TICKS};
    static const uint32_t kinds[] = {1, 3, 16};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        etl_begin(&b, 0, 1, 10000000);
        etl_next_buffer(&b);
        etw_script(&data, 0, "p=1|u4=77");
        etl_kernel(&b, kinds[i], 0x0301, &head, &data);
        etl_event(&b, etw_guid("classic"), &head, &data);
        etl_end(&b);

        (void)feed_all();
        assert_int_equal(saw.records, 2);
        for (size_t k = 0; k < 2; k++) {
            assert_true((saw.flags[k] & SONDA_ETW_FLAG_CLASSIC) != 0);
            assert_int_equal(saw.data_len[k], 12);
            assert_int_equal(saw.times[k], ETL_START_NS);
        }
        assert_int_equal(saw.last[SONDA_RECORD_HEADER_SIZE + SONDA_ETW_AT_OPCODE], 1);
        assert_int_equal(saw.last[SONDA_RECORD_HEADER_SIZE + SONDA_ETW_AT_VERSION], 4);
        assert_memory_equal(saw.last + SONDA_RECORD_HEADER_SIZE + SONDA_ETW_AT_PROVIDER,
                            etw_guid("classic"), 16);
    }
}

static void test_etl__extended_data__passed_over(void **state)
{
    const etw_head head = {1, 0, 0, 11, 22, ETL_START_TICKS};

    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    etw_script(&data, 0, "u4=77");
    etl_event_with_item(&b, etw_guid("dns"), &head, &data);
    etl_end(&b);

    (void)feed_all();
    assert_int_equal(saw.records, 1);
    assert_int_equal(saw.data_len[0], 4);
}

static void test_etl__headers_of_other_kinds__counted(void **state)
{
    static const struct {
        uint32_t kind;
        uint32_t flags;
    } rows[] = {{0x0b, 0xc0}, {0x15, 0xc0}, {0x0d, 0xc0},
                {0x10, 0xc0}, {0x11, 0xc0}, {0x0f, 0x90}};

    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        etl_marker(&b, rows[i].kind, rows[i].flags, 40);
    }
    add_event(1, ETL_START_TICKS);
    etl_end(&b);

    (void)feed_all();
    assert_int_equal(saw.skipped, 6);
    assert_int_equal(saw.status, SONDA_ERR_UNSUPPORTED);
    assert_int_equal(saw.records, 1);
}

static void test_etl__compressed_buffer__said_and_the_rest_read(void **state)
{
    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    add_event(1, ETL_START_TICKS);
    etl_next_buffer(&b);
    b.bytes[ETL_BUFFER + 52] |= 0x40;
    sonda__put_u32le(b.bytes + ETL_BUFFER + 4, 8 * ETL_BUFFER); /* as it was before */
    add_event(2, ETL_START_TICKS);
    etl_end(&b);

    (void)feed_all();
    assert_int_equal(saw.skipped, 1);
    assert_int_equal(saw.status, SONDA_ERR_UNSUPPORTED);
    assert_non_null(strstr(saw.reason, "compressed"));
    assert_int_equal(saw.records, 1);
    assert_int_equal(saw.ids[0], 2);
}

static void test_etl__events_lost__said_once(void **state)
{
    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    b.bytes[ETL_BUFFER + 52] |= 0x02;
    etl_next_buffer(&b);
    b.bytes[2 * ETL_BUFFER + 52] |= 0x04;
    add_event(1, ETL_START_TICKS);
    etl_end(&b);

    (void)feed_all();
    assert_int_equal(saw.damaged, 1);
    assert_int_equal(saw.records, 1);
}

/* Numbers that lie, each at one place of the second of three buffers. */
static void test_etl__lying_numbers__cost_their_buffer_only(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
        uint32_t bits; /* 32 or 16 */
        uint32_t records;
    } rows[] = {
        {0, 0, 32, 1},   {0, 71, 32, 1},      {0, 0xffffffff, 32, 1},
        {4, 0, 32, 1},   {4, 71, 32, 1},      {4, 0xffffffff, 32, 1},
        {72, 0, 16, 1},  {72, 7, 16, 1},      {72, 0xffff, 16, 1},
        {72, 79, 16, 1}, {74, 0x0000, 16, 1}, {74, 0xc099, 16, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *place = b.bytes + ETL_BUFFER + rows[i].at;

        etl_begin(&b, 0, 1, 10000000);
        etl_next_buffer(&b);
        add_event(1, ETL_START_TICKS);
        etl_next_buffer(&b);
        add_event(2, ETL_START_TICKS);
        etl_end(&b);
        if (rows[i].bits == 32) {
            sonda__put_u32le(place, rows[i].value);
        } else {
            sonda__put_u16le(place, (uint16_t)rows[i].value);
        }

        (void)feed_all();
        assert_int_equal(saw.records, rows[i].records);
        assert_true(saw.skipped >= 1);
        assert_int_equal(saw.status, SONDA_ERR_MALFORMED);
        assert_int_equal(saw.ids[0], 2);
    }
}

static void test_etl__cut_anywhere__what_was_there_is_read(void **state)
{
    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    add_event(1, ETL_START_TICKS);
    add_event(2, ETL_START_TICKS);
    etl_end(&b);
    for (size_t len = 80; len < b.len; len += 3) {
        size_t first_end = ETL_BUFFER + 72 + 92; /* without its padding */

        (void)feed(b.bytes, len, len, SONDA_FORMAT_AUTO);
        assert_int_equal(saw.records, len >= first_end + 96 ? 2 : len >= first_end ? 1 : 0);
        assert_in_range(saw.skipped, 0, 1);
    }
}

static void test_etl__pieces_of_any_size__same_records(void **state)
{
    uint64_t digest;

    (void)state;
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    add_event(1, ETL_START_TICKS);
    etl_marker(&b, 0x10, 0xc0, 40);
    add_event(2, ETL_START_TICKS);
    etl_next_buffer(&b);
    add_event(3, ETL_START_TICKS);
    etl_end(&b);
    (void)feed_all();
    digest = saw.digest;
    for (size_t piece = 1; piece < 300; piece += piece < 20 ? 1 : 37) {
        assert_int_equal(feed(b.bytes, b.len, piece, SONDA_FORMAT_AUTO), SONDA_FORMAT_ETL);
        assert_int_equal(saw.digest, digest);
    }
}

static void test_etl__not_a_trace__not_taken_for_one(void **state)
{
    static const uint8_t zeroes[200];

    (void)state;
    assert_int_not_equal(feed(zeroes, sizeof zeroes, 7, SONDA_FORMAT_AUTO), SONDA_FORMAT_ETL);
    etl_begin(&b, 0, 1, 10000000);
    etl_end(&b);
    b.bytes[54] = 0; /* not the first buffer's type */
    assert_int_not_equal(feed(b.bytes, b.len, b.len, SONDA_FORMAT_AUTO), SONDA_FORMAT_ETL);
    assert_int_equal(feed(b.bytes, b.len, b.len, SONDA_FORMAT_ETL), SONDA_FORMAT_ETL);
    assert_int_equal(saw.skipped, 0);
}

/* The data is not part of the project: SONDA_TEST_DATA says where it is. */
static void test_etl__trace_of_a_real_windows__every_event(void **state)
{
    static uint8_t bytes[256u * 1024u];
    const char *folder = getenv("SONDA_TEST_DATA");
    char path[1024];
    size_t len;
    FILE *file;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/windows/etl/powershell.etl",
                   folder != NULL ? folder : SONDA_SOURCE_DIR "/../shared/data");
    file = fopen(path, "rb");
    if (file == NULL) {
        print_message("skipped: no %s\n", path);
        skip();
        return;
    }
    len = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);

    assert_int_equal(feed(bytes, len, 1000, SONDA_FORMAT_AUTO), SONDA_FORMAT_ETL);
    assert_int_equal(saw.records, 112);
    assert_int_equal(saw.skipped + saw.damaged, 0);
    assert_int_equal(saw.ids[0], 7937);
    assert_int_equal(saw.times[0] / 1000000000u, 1680102758);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_etl__events_of_two_buffers__records_in_order),
        cmocka_unit_test(test_etl__clocks__converted),
        cmocka_unit_test(test_etl__clock_without_frequency__times_not_known),
        cmocka_unit_test(test_etl__stamps_beyond_all_time__not_known),
        cmocka_unit_test(test_etl__classic_and_kernel_process__classic_records),
        cmocka_unit_test(test_etl__extended_data__passed_over),
        cmocka_unit_test(test_etl__headers_of_other_kinds__counted),
        cmocka_unit_test(test_etl__compressed_buffer__said_and_the_rest_read),
        cmocka_unit_test(test_etl__events_lost__said_once),
        cmocka_unit_test(test_etl__lying_numbers__cost_their_buffer_only),
        cmocka_unit_test(test_etl__cut_anywhere__what_was_there_is_read),
        cmocka_unit_test(test_etl__pieces_of_any_size__same_records),
        cmocka_unit_test(test_etl__not_a_trace__not_taken_for_one),
        cmocka_unit_test(test_etl__trace_of_a_real_windows__every_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
