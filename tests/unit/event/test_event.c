/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/event/event.h"

static int open_event(void **state)
{
    sonda_event *event = NULL;

    if (sonda_event_open(&event, NULL) != SONDA_OK) {
        return -1;
    }
    *state = event;
    return 0;
}

static int close_event(void **state)
{
    sonda_event_close(*state);
    return 0;
}

static void begin(sonda_event *event)
{
    sonda_record_header header = {.size = 64, .wall_ns = 5, .seq = 3};

    sonda__event_begin(event, &header, sonda__names_of_table());
}

static sonda__span text(const char *value)
{
    return sonda__span_text(value);
}

static void test_event_open__fresh__is_an_empty_base_event(void **state)
{
    const sonda_event *event = *state;

    assert_int_equal(sonda_event_class(event), SONDA_CLASS_BASE);
    assert_int_equal(sonda_event_field_count(event), 0);
    assert_int_equal(sonda_event_time_ns(event), 0);
    assert_int_equal(sonda_event_header(event)->size, 0);
}

static void test_event__null__is_harmless(void **state)
{
    sonda_field_view view = SONDA_FIELD_VIEW_INIT;

    (void)state;
    assert_int_equal(sonda_event_open(NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    sonda_event_close(NULL);
    assert_int_equal(sonda_event_class(NULL), SONDA_CLASS_BASE);
    assert_int_equal(sonda_event_activity(NULL), 0);
    assert_int_equal(sonda_event_product(NULL), SONDA_PRODUCT_NONE);
    assert_int_equal(sonda_event_field_count(NULL), 0);
    assert_null(sonda_event_header(NULL));
    assert_int_equal(sonda_event_field(NULL, 0, &view), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_event_find(NULL, 1, &view), SONDA_ERR_INVALID_ARGUMENT);
}

static void test_event_add__by_id_and_name__keeps_order_and_spelling(void **state)
{
    sonda_event *event = *state;
    sonda_field_view view = SONDA_FIELD_VIEW_INIT;

    begin(event);
    assert_int_equal(sonda__event_add(event, SONDA_FIELD_IMAGE, text(""), text("/bin/a"), 0),
                     SONDA_OK);
    assert_int_equal(sonda__event_add_named(event, text("Odd"), text("b"), SONDA_VALUE_NULL),
                     SONDA_OK);
    assert_int_equal(sonda__event_add_number(event, SONDA_FIELD_PROCESS_ID, 42), SONDA_OK);

    assert_int_equal(sonda_event_field_count(event), 3);
    assert_int_equal(sonda_event_field(event, 0, &view), SONDA_OK);
    assert_int_equal(view.type, SONDA_TYPE_PATH);
    assert_memory_equal(view.name, "Image", 5);
    assert_int_equal(sonda_event_field(event, 1, &view), SONDA_OK);
    assert_int_equal(view.id, SONDA_FIELD_UNKNOWN);
    assert_int_equal(view.type, SONDA_TYPE_STRING);
    assert_int_equal(view.flags, SONDA_VALUE_NULL);
    assert_memory_equal(view.name, "Odd", 3);
    assert_int_equal(sonda_event_find(event, SONDA_FIELD_PROCESS_ID, &view), SONDA_OK);
    assert_int_equal(view.text_len, 2);
    assert_memory_equal(view.text, "42", 2);
    assert_int_equal(sonda_event_field(event, 3, &view), SONDA_ERR_NOT_FOUND);
}

static void test_event_begin__used_event__forgets_all_but_the_host(void **state)
{
    sonda_event *event = *state;

    begin(event);
    event->class_uid = SONDA_CLASS_FILE;
    event->channel = text("Security");
    event->host = text("ws1");
    event->chain_count = 2;
    (void)sonda__event_add_number(event, SONDA_FIELD_PROCESS_ID, 42);

    begin(event);

    assert_int_equal(event->class_uid, SONDA_CLASS_BASE);
    assert_int_equal(event->channel.len, 0);
    assert_int_equal(event->chain_count, 0);
    assert_int_equal(event->field_count, 0);
    assert_int_equal(event->arena.used, 0);
    assert_int_equal(event->time_ns, 5);
    assert_true(sonda__span_is(event->host, "ws1"));
}

static void test_event_add_copy__ill_formed__is_flagged(void **state)
{
    sonda_event *event = *state;
    char value[] = "a\xff";

    begin(event);
    assert_int_equal(sonda__event_add_copy(event, SONDA_FIELD_IMAGE, text(value), 0), SONDA_OK);
    value[0] = 'z';

    assert_int_equal(event->fields[0].flags, SONDA_VALUE_ILL_FORMED);
    assert_int_equal(sonda__event_text(event, SONDA_FIELD_IMAGE).data[0], 'a');
}

static void test_event_add__past_the_limit__is_refused(void **state)
{
    sonda_event *event = *state;

    begin(event);
    for (size_t i = 0; i < SONDA__EVENT_FIELDS_MAX; i++) {
        assert_int_equal(sonda__event_add(event, SONDA_FIELD_IMAGE, text(""), text("x"), 0),
                         SONDA_OK);
    }
    assert_int_equal(sonda__event_add(event, SONDA_FIELD_IMAGE, text(""), text("x"), 0),
                     SONDA_ERR_LIMIT);
}

static void test_event_add_copy__largest_record_and_every_number__fit(void **state)
{
    static char large[SONDA_RECORD_MAX];
    sonda_event *event = *state;

    memset(large, 'x', sizeof large);
    begin(event);
    assert_int_equal(sonda__event_add_copy(event, SONDA_FIELD_COMMAND_LINE,
                                           sonda__span_of(large, sizeof large), 0),
                     SONDA_OK);
    for (size_t i = 1; i < SONDA__EVENT_FIELDS_MAX; i++) {
        assert_int_equal(sonda__event_add_number(event, SONDA_FIELD_PROCESS_ID, UINT64_MAX),
                         SONDA_OK);
    }
}

static void test_event_find__list__gives_the_first(void **state)
{
    sonda_event *event = *state;

    begin(event);
    (void)sonda__event_add(event, SONDA_FIELD_IMAGE, text(""), text("one"), 0);
    (void)sonda__event_add(event, SONDA_FIELD_IMAGE, text(""), text("two"), 0);

    assert_true(sonda__span_is(sonda__event_text(event, SONDA_FIELD_IMAGE), "one"));
    assert_null(sonda__event_find(event, SONDA_FIELD_USER));
    assert_int_equal(sonda__event_text(event, SONDA_FIELD_USER).len, 0);
}

static void test_event_field__view_of_unknown_size__is_refused(void **state)
{
    sonda_event *event = *state;
    sonda_field_view view = SONDA_FIELD_VIEW_INIT;

    begin(event);
    (void)sonda__event_add(event, SONDA_FIELD_IMAGE, text(""), text("one"), 0);
    view.struct_size = 0;
    assert_int_equal(sonda_event_field(event, 0, &view), SONDA_ERR_ABI);
}

static void test_event_to_ocsf__too_small__says_what_it_needs(void **state)
{
    sonda_event *event = *state;
    char buffer[2000];
    size_t needed = 0;
    size_t written = 0;

    begin(event);
    event->class_uid = SONDA_CLASS_FILE;
    (void)sonda__event_add(event, SONDA_FIELD_TARGET_FILENAME, text(""), text("/tmp/a"), 0);

    assert_int_equal(sonda_event_to_ocsf(event, NULL, 0, &needed), SONDA_ERR_FULL);
    assert_true(needed > 100 && needed < sizeof buffer);
    assert_int_equal(sonda_event_to_ocsf(event, buffer, needed - 1, &written), SONDA_ERR_FULL);
    assert_int_equal(sonda_event_to_ocsf(event, buffer, needed, &written), SONDA_OK);
    assert_int_equal(written, needed);
    assert_int_equal(buffer[needed - 1], '}');
    assert_int_equal(sonda_event_to_ocsf(NULL, buffer, 1, &written),
                     SONDA_ERR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_event_open__fresh__is_an_empty_base_event,
                                        open_event, close_event),
        cmocka_unit_test_setup_teardown(test_event__null__is_harmless, open_event, close_event),
        cmocka_unit_test_setup_teardown(
            test_event_add__by_id_and_name__keeps_order_and_spelling, open_event, close_event),
        cmocka_unit_test_setup_teardown(test_event_begin__used_event__forgets_all_but_the_host,
                                        open_event, close_event),
        cmocka_unit_test_setup_teardown(test_event_add_copy__ill_formed__is_flagged, open_event,
                                        close_event),
        cmocka_unit_test_setup_teardown(test_event_add__past_the_limit__is_refused, open_event,
                                        close_event),
        cmocka_unit_test_setup_teardown(
            test_event_add_copy__largest_record_and_every_number__fit, open_event, close_event),
        cmocka_unit_test_setup_teardown(test_event_find__list__gives_the_first, open_event,
                                        close_event),
        cmocka_unit_test_setup_teardown(test_event_field__view_of_unknown_size__is_refused,
                                        open_event, close_event),
        cmocka_unit_test_setup_teardown(test_event_to_ocsf__too_small__says_what_it_needs,
                                        open_event, close_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
