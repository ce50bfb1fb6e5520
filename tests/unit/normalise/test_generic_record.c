/* SPDX-License-Identifier: Apache-2.0 */

/* core/normalise/generic_record.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/normalise/generic_record.h"

static uint8_t buffer[4096];
static sonda_event *event;

static int open_event(void **state)
{
    (void)state;
    return sonda_event_open(&event, NULL);
}

static int close_event(void **state)
{
    (void)state;
    sonda_event_close(event);
    return 0;
}

static sonda_status decode(size_t record_len, sonda_error *error)
{
    static const sonda_record_header header;

    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_generic(event,
                                 sonda__span_of((const char *)buffer + SONDA_RECORD_HEADER_SIZE,
                                                record_len - SONDA_RECORD_HEADER_SIZE),
                                 error);
}

static size_t build(void)
{
    const sonda_record_header header = {0};
    sonda_record_builder builder;
    size_t len = 0;

    assert_int_equal(sonda_record_begin(&builder, buffer, sizeof buffer, &header,
                                        SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH,
                                        SONDA_PRODUCT_LINUX),
                     SONDA_OK);
    assert_int_equal(sonda_record_add(&builder, SONDA_FIELD_IMAGE, "/bin/sh", 7), SONDA_OK);
    assert_int_equal(sonda_record_add_named(&builder, "Colour", 6, "red", 3), SONDA_OK);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len), SONDA_OK);
    return len;
}

static void test_decode_generic__what_the_builder_wrote__comes_back(void **state)
{
    size_t len = build();

    (void)state;
    assert_int_equal(decode(len, NULL), SONDA_OK);

    assert_int_equal(event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_int_equal(event->product, SONDA_PRODUCT_LINUX);
    assert_int_equal(event->field_count, 2);
    assert_true(sonda__span_is(sonda__event_text(event, SONDA_FIELD_IMAGE), "/bin/sh"));
    assert_int_equal(event->fields[1].id, SONDA_FIELD_UNKNOWN);
    assert_true(sonda__span_is(event->fields[1].name, "Colour"));
    assert_true(sonda__span_is(event->fields[1].text, "red"));
}

static void test_decode_generic__every_cut__is_refused_or_whole_fields(void **state)
{
    size_t len = build();
    size_t first_field = SONDA_RECORD_HEADER_SIZE + 16;
    size_t second_field = first_field + 12 + 7;

    (void)state;
    for (size_t cut = SONDA_RECORD_HEADER_SIZE; cut < len; cut++) {
        sonda_status expected =
            cut == first_field || cut == second_field ? SONDA_OK : SONDA_ERR_TRUNCATED;

        assert_int_equal(decode(cut, NULL), expected);
    }
}

static void test_decode_generic__table_id_with_a_name__is_malformed_at_the_field(void **state)
{
    size_t len = build();
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    buffer[SONDA_RECORD_HEADER_SIZE + 16 + 12 + 7] = SONDA_FIELD_USER; /* id of "Colour" */
    buffer[SONDA_RECORD_HEADER_SIZE + 16 + 12 + 8] = 0;
    buffer[SONDA_RECORD_HEADER_SIZE + 16 + 12 + 9] = 0;
    buffer[SONDA_RECORD_HEADER_SIZE + 16 + 12 + 10] = 0;

    assert_int_equal(decode(len, &error), SONDA_ERR_MALFORMED);
    assert_int_equal(error.offset, 16 + 12 + 7);
}

static void test_decode_generic__ill_formed_text__is_kept_and_flagged(void **state)
{
    size_t len = build();

    (void)state;
    buffer[SONDA_RECORD_HEADER_SIZE + 16 + 12] = 0xff;

    assert_int_equal(decode(len, NULL), SONDA_OK);
    assert_int_equal(event->fields[0].flags, SONDA_VALUE_ILL_FORMED);
    assert_int_equal(event->fields[0].text.len, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_generic__what_the_builder_wrote__comes_back),
        cmocka_unit_test(test_decode_generic__every_cut__is_refused_or_whole_fields),
        cmocka_unit_test(test_decode_generic__table_id_with_a_name__is_malformed_at_the_field),
        cmocka_unit_test(test_decode_generic__ill_formed_text__is_kept_and_flagged),
    };

    return cmocka_run_group_tests(tests, open_event, close_event);
}
