/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/normalise/driver_record.h"
#include "sonda/spi/driver_record.h"
#include "tests/unit/normalise/flat_record.h"

static void begin(struct fixture *f, uint16_t type)
{
    memset(f->payload, 0, sizeof f->payload);
    f->len = SONDA_DRIVER_HEAD_SIZE;
    f->header.type = type;
    f->header.version = SONDA_DRIVER_VERSION;
    put(f, SONDA_DRIVER_AT_TYPE, type, 2);
}

/* ASCII as the driver writes text. */
static void add_text(struct fixture *f, uint16_t kind, const char *text)
{
    char wide[512];
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        wide[2 * i] = text[i] == '|' ? '\0' : text[i];
        wide[2 * i + 1] = '\0';
    }
    add_item(f, kind, 0, wide, 2 * len);
}

#define DRIVE "C:|\\Device\\HarddiskVolume3"

static sonda_status decode(struct fixture *f)
{
    put_u32(f, SONDA_DRIVER_AT_SIZE, (uint32_t)f->len);
    sonda__event_begin(f->event, &f->header, sonda__names_of_table());
    return sonda__decode_driver(f->event, sonda__span_of((const char *)f->payload, f->len),
                                &f->error);
}

static void test_start__whole_record__gives_a_launch(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_DRIVER_PROCESS_START);
    put_u32(f, SONDA_DRIVER_AT_PID, 500);
    put(f, SONDA_DRIVER_AT_TIME, 116444736000000000u + 20000000u, 8);
    put(f, SONDA_DRIVER_AT_START, 116444736000000000u + 10000000u, 8);
    put_u32(f, SONDA_DRIVER_AT_OTHER_PID, 400);
    put_u32(f, SONDA_DRIVER_AT_SESSION, 2);
    add_text(f, SONDA_DRIVER_ITEM_NAME, "\\Device\\HarddiskVolume3\\a\\tool.exe");
    add_text(f, SONDA_DRIVER_ITEM_COMMAND_LINE, "tool.exe /x");
    add_text(f, SONDA_DRIVER_ITEM_DRIVE, DRIVE);
    add_text(f, SONDA_DRIVER_ITEM_USER, "HOST\\alice");

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(f->event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_int_equal(f->event->product, SONDA_PRODUCT_WINDOWS);
    assert_int_equal(f->event->time_ns, 2000000000u);
    assert_text(f, SONDA_FIELD_IMAGE, "C:\\a\\tool.exe");
    assert_text(f, SONDA_FIELD_COMMAND_LINE, "tool.exe /x");
    assert_text(f, SONDA_FIELD_USER, "HOST\\alice");
    assert_text(f, SONDA_FIELD_PROCESS_ID, "500");
    assert_text(f, SONDA_FIELD_PROCESS_START, "1000000000");
    assert_text(f, SONDA_FIELD_PARENT_PROCESS_ID, "400");
    assert_text(f, SONDA_FIELD_TERMINAL_SESSION_ID, "2");
}

static void test_path__forms_of_the_kernel__become_those_of_rules(void **state)
{
    static const struct {
        const char *path;
        const char *expected;
    } rows[] = {
        {"\\Device\\HarddiskVolume3\\x", "C:\\x"},
        {"\\Device\\HarddiskVolume3", "C:"},
        {"\\Device\\HarddiskVolume33\\x", "\\Device\\HarddiskVolume33\\x"},
        {"\\??\\D:\\x", "D:\\x"},
        {"\\??\\", "\\??\\"},
        {"x", "x"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(f, SONDA_DRIVER_FILE_CREATE);
        add_text(f, SONDA_DRIVER_ITEM_DRIVE, DRIVE);
        add_text(f, SONDA_DRIVER_ITEM_NAME, rows[i].path);

        assert_int_equal(decode(f), SONDA_OK);

        assert_text(f, SONDA_FIELD_TARGET_FILENAME, rows[i].expected);
    }
}

static void test_value_set__data_by_type__reads_as_sysmon_writes_it(void **state)
{
    static const struct {
        uint32_t type;
        const char *data;
        size_t len;
        const char *expected;
    } rows[] = {
        {1, "a\0b\0\0\0", 6, "ab"},
        {2, "a\0", 2, "a"},
        {4, "\x34\x12\0\0", 4, "DWORD (0x00001234)"},
        {4, "\x34", 1, "Binary Data"},
        {11, "\2\0\0\0\1\0\0\0", 8, "QWORD (0x00000001-0x00000002)"},
        {3, "\1\2", 2, "Binary Data"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(f, SONDA_DRIVER_VALUE_SET);
        put_u32(f, SONDA_DRIVER_AT_ARGUMENT, rows[i].type);
        add_text(f, SONDA_DRIVER_ITEM_NAME, "\\REGISTRY\\MACHINE\\SOFTWARE\\Run");
        add_text(f, SONDA_DRIVER_ITEM_VALUE_NAME, "v");
        add_item(f, SONDA_DRIVER_ITEM_VALUE_DATA, 0, rows[i].data, rows[i].len);

        assert_int_equal(decode(f), SONDA_OK);

        assert_int_equal(f->event->class_uid, SONDA_CLASS_REGISTRY_VALUE);
        assert_text(f, SONDA_FIELD_EVENT_TYPE, "SetValue");
        assert_text(f, SONDA_FIELD_TARGET_OBJECT, "HKLM\\SOFTWARE\\Run\\v");
        assert_text(f, SONDA_FIELD_DETAILS, rows[i].expected);
    }
}

static void test_value_delete__default_value__is_named_default(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_DRIVER_VALUE_DELETE);
    add_text(f, SONDA_DRIVER_ITEM_NAME, "\\REGISTRY\\USER\\S-1-5-18\\x");
    add_text(f, SONDA_DRIVER_ITEM_VALUE_NAME, "");

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_TARGET_OBJECT, "HKU\\S-1-5-18\\x\\(Default)");
}

static void test_handle__to_lsass__is_process_access(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_DRIVER_PROCESS_HANDLE);
    put_u32(f, SONDA_DRIVER_AT_PID, 400);
    put_u32(f, SONDA_DRIVER_AT_OTHER_PID, 600);
    put_u32(f, SONDA_DRIVER_AT_ARGUMENT2, 0x1010);
    add_text(f, SONDA_DRIVER_ITEM_OTHER_IMAGE, "\\??\\C:\\Windows\\System32\\lsass.exe");

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->activity_id, SONDA_PROCESS_OPEN);
    assert_text(f, SONDA_FIELD_SOURCE_PROCESS_ID, "400");
    assert_text(f, SONDA_FIELD_TARGET_PROCESS_ID, "600");
    assert_text(f, SONDA_FIELD_TARGET_IMAGE, "C:\\Windows\\System32\\lsass.exe");
    assert_text(f, SONDA_FIELD_GRANTED_ACCESS, "0x1010");
}

static void test_image__of_process_zero__is_a_driver(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_DRIVER_IMAGE_LOAD);
    add_text(f, SONDA_DRIVER_ITEM_NAME, "\\SystemRoot\\System32\\drivers\\x.sys");

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->class_uid, SONDA_CLASS_KERNEL_EXTENSION);
    assert_text(f, SONDA_FIELD_IMAGE_LOADED, "\\SystemRoot\\System32\\drivers\\x.sys");
}

static void test_text__cut_or_lone_surrogate__is_flagged(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_DRIVER_FILE_CREATE);
    add_item(f, SONDA_DRIVER_ITEM_NAME, SONDA_DRIVER_ITEM_TRUNCATED, "a\0\0\xd8", 4);

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(flags_of(f, SONDA_FIELD_TARGET_FILENAME),
                     SONDA_VALUE_TRUNCATED | SONDA_VALUE_ILL_FORMED);
}

static void test_decode__contradictions__are_refused(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_DRIVER_FILE_CREATE);
    f->header.version = 2;
    assert_int_equal(decode(f), SONDA_ERR_UNSUPPORTED);

    begin(f, SONDA_DRIVER_TYPE_COUNT);
    assert_int_equal(decode(f), SONDA_ERR_MALFORMED);

    begin(f, SONDA_DRIVER_FILE_CREATE);
    f->header.type = SONDA_DRIVER_FILE_WRITE;
    assert_int_equal(decode(f), SONDA_ERR_MALFORMED);

    begin(f, SONDA_DRIVER_FILE_CREATE);
    add_text(f, SONDA_DRIVER_ITEM_NAME, "x");
    put(f, SONDA_DRIVER_HEAD_SIZE + 4, 100, 4);
    assert_int_equal(decode(f), SONDA_ERR_TRUNCATED);
    assert_int_equal(f->error.offset, SONDA_DRIVER_HEAD_SIZE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_start__whole_record__gives_a_launch),
        TEST(test_path__forms_of_the_kernel__become_those_of_rules),
        TEST(test_value_set__data_by_type__reads_as_sysmon_writes_it),
        TEST(test_value_delete__default_value__is_named_default),
        TEST(test_handle__to_lsass__is_process_access),
        TEST(test_image__of_process_zero__is_a_driver),
        TEST(test_text__cut_or_lone_surrogate__is_flagged),
        TEST(test_decode__contradictions__are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
