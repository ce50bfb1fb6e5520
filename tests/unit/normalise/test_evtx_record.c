/* SPDX-License-Identifier: Apache-2.0 */

#include "evtx_build.h"
#include "evtx_read.h"

#include "core/base/hash.h"
#include "core/codec/bytes.h"
#include "core/normalise/evtx_format.h"
#include "core/normalise/evtx_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static evtx_build log_file;
static evtx_read seen;

static void read_log(void)
{
    evtx_end(&log_file);
    evtx_read_bytes(&seen, log_file.bytes, log_file.len, log_file.len);
}

/* A record whose elements are written out in one template without values. */
static void begin_elements(void)
{
    evtx_begin(&log_file);
    evtx_begin_record(&log_file);
    evtx_fragment(&log_file);
    (void)evtx_begin_template(&log_file);
    evtx_open(&log_file, "Event", 0);
    evtx_close_start(&log_file);
}

static void end_elements(uint32_t values)
{
    evtx_close(&log_file);
    evtx_end_template(&log_file);
    evtx_begin_values(&log_file, values);
}

static void test_evtx_record__process_start__is_the_event_of_its_json(void **state)
{
    (void)state;
    evtx_begin(&log_file);
    evtx_process_start(&log_file, "cmd.exe /c x ");

    read_log();

    assert_string_equal(seen.text,
                        "Provider_Name=Microsoft-Windows-Sysmon;"
                        "Provider_Guid={5770385f-c22a-43e0-bf4c-06f5698ffbd9};"
                        "EventID=1;TimeCreated_SystemTime=2019-04-17T18:40:00.0000001Z;"
                        "Correlation;Channel=Microsoft-Windows-Sysmon/Operational;"
                        "UtcTime=2019-04-17 10:40:00.123;ProcessId=4711;"
                        "CommandLine=cmd.exe /c x ;\n");
    assert_int_equal(seen.event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(seen.event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_int_equal(seen.event->product, SONDA_PRODUCT_WINDOWS);
    assert_int_equal(seen.event->event_id, 1);
    assert_int_equal(seen.event->time_ns, UINT64_C(1555497600123000000));
    assert_int_equal(seen.event->header.wall_ns, UINT64_C(1555526400000000000));
    assert_int_equal(seen.damaged + seen.skipped, 0);
    evtx_read_close(&seen);
}

static void test_evtx_record__data_of_every_kind__named_as_in_json(void **state)
{
    (void)state;
    begin_elements();
    evtx_open(&log_file, "EventData", 1);
    evtx_attribute(&log_file, "Name");
    evtx_text(&log_file, "HIVE");
    evtx_close_start(&log_file);
    evtx_leaf(&log_file, "Data", 0, SONDA__EVTX_STRING | SONDA__EVTX_ARRAY);
    evtx_data(&log_file, "Nothing", 1, SONDA__EVTX_STRING);
    evtx_data(&log_file, "", 2, SONDA__EVTX_STRING);
    evtx_leaf(&log_file, "Binary", 3, SONDA__EVTX_BINARY);
    evtx_data(&log_file, "Absent", 9, SONDA__EVTX_UINT32);
    evtx_close(&log_file);
    end_elements(4);
    evtx_add(&log_file, SONDA__EVTX_STRING | SONDA__EVTX_ARRAY, "a\0\0\0b\0\0\0", 8);
    evtx_add(&log_file, SONDA__EVTX_NULL, NULL, 0);
    evtx_add_text(&log_file, "");
    evtx_add(&log_file, SONDA__EVTX_BINARY, "\x01\xfe", 2);
    evtx_end_record(&log_file);

    read_log();

    assert_string_equal(
        seen.text, "EventData_Name=HIVE;Data=a;Data=b;Nothing;Data=;Binary=01FE;Absent;\n");
    evtx_read_close(&seen);
}

static void test_evtx_record__data_named_by_a_value__has_that_name(void **state)
{
    (void)state;
    begin_elements();
    evtx_open(&log_file, "EventData", 0);
    evtx_close_start(&log_file);
    evtx_open(&log_file, "Data", 1);
    evtx_attribute(&log_file, "Name");
    evtx_value(&log_file, 0, SONDA__EVTX_STRING);
    evtx_close_start(&log_file);
    evtx_value(&log_file, 1, SONDA__EVTX_STRING);
    evtx_close(&log_file);
    evtx_leaf(&log_file, "Data", 1, SONDA__EVTX_STRING);
    evtx_close(&log_file);
    end_elements(2);
    evtx_add_text(&log_file, "Image");
    evtx_add_text(&log_file, "x");
    evtx_end_record(&log_file);

    read_log();

    assert_string_equal(seen.text, "Image=x;Data=x;\n");
    assert_int_equal(seen.event->fields[0].id, SONDA_FIELD_IMAGE);
    evtx_read_close(&seen);
}

static void test_evtx_record__user_data__its_elements_children_are_fields(void **state)
{
    (void)state;
    begin_elements();
    evtx_open(&log_file, "UserData", 0);
    evtx_close_start(&log_file);
    evtx_open(&log_file, "EventXML", 1);
    evtx_attribute(&log_file, "xmlns");
    evtx_text(&log_file, "urn:x");
    evtx_close_start(&log_file);
    evtx_leaf(&log_file, "User", 0, SONDA__EVTX_STRING);
    evtx_open(&log_file, "Outer", 0);
    evtx_close_start(&log_file);
    evtx_leaf(&log_file, "Inner", 1, SONDA__EVTX_HEX64);
    evtx_close(&log_file);
    evtx_close(&log_file);
    evtx_close(&log_file);
    end_elements(2);
    evtx_add_text(&log_file, "u");
    evtx_add_number(&log_file, SONDA__EVTX_HEX64, 0x3e7, 8);
    evtx_end_record(&log_file);

    read_log();

    assert_string_equal(seen.text, "xmlns=urn:x;User=u;Outer_Inner=0x3e7;\n");
    evtx_read_close(&seen);
}

static void test_evtx_record__text_in_parts__is_joined(void **state)
{
    (void)state;
    begin_elements();
    evtx_open(&log_file, "EventData", 0);
    evtx_close_start(&log_file);
    evtx_open(&log_file, "Mixed", 0);
    evtx_close_start(&log_file);
    evtx_text(&log_file, "<");
    evtx_value(&log_file, 0, SONDA__EVTX_UINT32);
    evtx_bytes(&log_file, "\x08\x26\x00", 3); /* &#38; */
    evtx_bytes(&log_file, "\x07\x02\x00x\0y\0", 7);
    evtx_u8(&log_file, 0x09); /* &gt; */
    evtx_u32(&log_file, (uint32_t)(log_file.len - log_file.chunk) + 4);
    evtx_bytes(&log_file, "\0\0\0\0\0\0\2\0g\0t\0\0", 13);
    evtx_u8(&log_file, 0);
    evtx_value(&log_file, 1, SONDA__EVTX_UINT8 | SONDA__EVTX_ARRAY);
    evtx_close(&log_file);
    evtx_close(&log_file);
    end_elements(2);
    evtx_add_number(&log_file, SONDA__EVTX_UINT32, 7, 4);
    evtx_add(&log_file, SONDA__EVTX_UINT8 | SONDA__EVTX_ARRAY, "\1\2", 2);
    evtx_end_record(&log_file);

    read_log();

    assert_string_equal(seen.text, "Mixed=<7&xy>1, 2;\n");
    evtx_read_close(&seen);
}

static void test_evtx_record__names_with_spaces__are_known_without(void **state)
{
    (void)state;
    begin_elements();
    evtx_open(&log_file, "EventData", 0);
    evtx_close_start(&log_file);
    evtx_data(&log_file, "Command Line", 0, SONDA__EVTX_STRING);
    evtx_close(&log_file);
    end_elements(1);
    evtx_add_text(&log_file, "x");
    evtx_end_record(&log_file);

    read_log();

    assert_string_equal(seen.text, "Command Line=x;\n");
    assert_int_equal(seen.event->fields[0].id, SONDA_FIELD_COMMAND_LINE);
    evtx_read_close(&seen);
}

static void test_evtx_record__elements_without_template__are_read(void **state)
{
    (void)state;
    evtx_begin(&log_file);
    evtx_begin_record(&log_file);
    evtx_fragment(&log_file);
    evtx_open(&log_file, "Event", 0);
    evtx_close_start(&log_file);
    evtx_open(&log_file, "EventData", 0);
    evtx_close_start(&log_file);
    evtx_open(&log_file, "Param", 0);
    evtx_close_start(&log_file);
    evtx_text(&log_file, "written out");
    evtx_close(&log_file);
    evtx_close(&log_file);
    evtx_close(&log_file);
    evtx_end_record(&log_file);

    read_log();

    assert_string_equal(seen.text, "Param=written out;\n");
    evtx_read_close(&seen);
}

/* ---- payloads that did not come from our parser ---- */

static sonda_status decode(const uint8_t *payload, size_t len, uint16_t version)
{
    static sonda_event *event;
    sonda_record_header header = {.source = SONDA_SOURCE_EVTX, .version = version};
    sonda_error error = SONDA_ERROR_INIT;

    if (event == NULL) {
        assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    }
    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_evtx(event, sonda__span_of((const char *)payload, len), &error);
}

static void test_evtx_payload__cut_anywhere__is_refused_or_read(void **state)
{
    const char *payload = seen.record + SONDA_RECORD_HEADER_SIZE;
    sonda_record_header header;

    (void)state;
    evtx_begin(&log_file);
    evtx_process_start(&log_file, "x");
    read_log();
    assert_int_equal(
        sonda_record_header_read(seen.record, sonda__u32le_at((uint8_t *)seen.record), &header),
        SONDA_OK);
    for (size_t len = 0; len < header.size - SONDA_RECORD_HEADER_SIZE; len++) {
        assert_int_equal(decode((const uint8_t *)payload, len, 1), SONDA_ERR_TRUNCATED);
    }
    assert_int_equal(
        decode((const uint8_t *)payload, header.size - SONDA_RECORD_HEADER_SIZE, 2),
        SONDA_ERR_VERSION);
    evtx_read_close(&seen);
}

/* An instance of one op, and one value that is the rest of the payload. */
static size_t put_instance(uint8_t *out, uint32_t op_count, uint32_t kind, uint32_t values_len)
{
    size_t len = SONDA__EVTX_INSTANCE_SIZE + SONDA__EVTX_SHAPE_SIZE;

    memset(out, 0, len + op_count * SONDA__EVTX_OP_SIZE);
    sonda__put_u32le(out, (uint32_t)(SONDA__EVTX_SHAPE_SIZE + op_count * SONDA__EVTX_OP_SIZE));
    sonda__put_u32le(out + 4, values_len);
    sonda__put_u16le(out + 8, values_len == 0 ? 0 : 1);
    sonda__put_u16le(out + SONDA__EVTX_INSTANCE_SIZE, (uint16_t)op_count);
    for (uint32_t i = 0; i < op_count; i++) {
        out[len + i * SONDA__EVTX_OP_SIZE] = (uint8_t)kind;
    }
    return len + op_count * SONDA__EVTX_OP_SIZE;
}

static void test_evtx_payload__one_value_named_often__text_is_bounded(void **state)
{
    static uint8_t payload[256 * 1024];
    size_t at = put_instance(payload, 2000, SONDA__EVTX_OP_VALUE, 8 + 60000);

    (void)state;
    sonda__put_u32le(payload + at, 8);
    sonda__put_u32le(payload + at + 4, 60000u | (uint32_t)SONDA__EVTX_BINARY << 24);

    assert_int_equal(decode(payload, at + 8 + 60000, 1), SONDA_ERR_LIMIT);
}

static void test_evtx_payload__blocks_that_multiply__end(void **state)
{
    static uint8_t payload[64 * 1024];
    size_t starts[8];
    size_t at = 0;

    (void)state;
    /* Each level runs the next one a hundred times: 10^14 steps if they all ran. */
    for (int level = 0; level < 7; level++) {
        starts[level] = at;
        at += put_instance(payload + at, 100, SONDA__EVTX_OP_BLOCK, 8);
        at += 8;
    }
    starts[7] = at;
    at += put_instance(payload + at, 1, SONDA__EVTX_OP_MARK, 0);
    for (int level = 0; level < 7; level++) {
        uint8_t *values = payload + starts[level + 1] - 8;
        size_t len = at - starts[level + 1];

        sonda__put_u32le(values, 8);
        sonda__put_u32le(values + 4, (uint32_t)len | (uint32_t)SONDA__EVTX_BINXML << 24);
        sonda__put_u32le(payload + starts[level] + 4, (uint32_t)len + 8);
    }

    assert_int_equal(decode(payload, at, 1), SONDA_ERR_LIMIT);
}

static void test_evtx_payload__parts_beyond_the_ops__are_refused(void **state)
{
    uint8_t payload[256];
    size_t at = put_instance(payload, 1, SONDA__EVTX_OP_PARTS, 0);

    (void)state;
    sonda__put_u16le(payload + at - SONDA__EVTX_OP_SIZE + 2, 5);

    assert_int_equal(decode(payload, at, 1), SONDA_ERR_MALFORMED);
}

static void test_evtx_payload__op_that_there_is_not__is_refused(void **state)
{
    uint8_t payload[256];
    size_t at = put_instance(payload, 1, 77, 0);

    (void)state;
    assert_int_equal(decode(payload, at, 1), SONDA_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evtx_record__process_start__is_the_event_of_its_json),
        cmocka_unit_test(test_evtx_record__data_of_every_kind__named_as_in_json),
        cmocka_unit_test(test_evtx_record__data_named_by_a_value__has_that_name),
        cmocka_unit_test(test_evtx_record__user_data__its_elements_children_are_fields),
        cmocka_unit_test(test_evtx_record__text_in_parts__is_joined),
        cmocka_unit_test(test_evtx_record__names_with_spaces__are_known_without),
        cmocka_unit_test(test_evtx_record__elements_without_template__are_read),
        cmocka_unit_test(test_evtx_payload__cut_anywhere__is_refused_or_read),
        cmocka_unit_test(test_evtx_payload__one_value_named_often__text_is_bounded),
        cmocka_unit_test(test_evtx_payload__blocks_that_multiply__end),
        cmocka_unit_test(test_evtx_payload__parts_beyond_the_ops__are_refused),
        cmocka_unit_test(test_evtx_payload__op_that_there_is_not__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
