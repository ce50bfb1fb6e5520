/* SPDX-License-Identifier: Apache-2.0 */

/* core/track/message_gaps.c, and processes known by pid and pidversion */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/event/event.h"
#include "sonda/tracker.h"

static sonda_tracker *tracker;
static sonda_event *event;

static int open_both(void **state)
{
    (void)state;
    return sonda_tracker_open(&tracker, NULL, NULL) | sonda_event_open(&event, NULL);
}

static int close_both(void **state)
{
    (void)state;
    sonda_event_close(event);
    sonda_tracker_close(tracker);
    return 0;
}

/* One field of an event to make. */
typedef struct pair {
    sonda_field_id id;
    const char *text;
} pair;

/* A message of eslogger's, as its decoder leaves it. */
static void apply(const char *kind, uint32_t activity_id, const pair *pairs)
{
    sonda_record_header header = {0};

    header.source = SONDA_SOURCE_JSON;
    header.wall_ns = 1000;
    sonda__event_begin(event, &header, sonda__names_of_table());
    event->product = SONDA_PRODUCT_MACOS;
    event->class_uid = SONDA_CLASS_PROCESS;
    event->activity_id = activity_id;
    assert_int_equal(sonda__event_add(event, SONDA_FIELD_ES_EVENT, sonda__span_of("", 0),
                                      sonda__span_text(kind), 0),
                     SONDA_OK);
    for (; pairs->text != NULL; pairs++) {
        assert_int_equal(sonda__event_add(event, pairs->id, sonda__span_of("", 0),
                                          sonda__span_text(pairs->text), 0),
                         SONDA_OK);
    }
    assert_int_equal(sonda_tracker_apply(tracker, event), SONDA_OK);
}

static void apply_numbered(const char *number)
{
    const pair pairs[] = {{SONDA_FIELD_GLOBAL_SEQ_NUM, number}, {0, NULL}};

    apply("lw_session_lock", SONDA_ACTIVITY_OTHER, pairs);
}

static sonda_tracker_numbers numbers(void)
{
    sonda_tracker_numbers now = SONDA_TRACKER_NUMBERS_INIT;

    assert_int_equal(sonda_tracker_stats(tracker, &now), SONDA_OK);
    return now;
}

static void assert_filled(sonda_field_id id, const char *expected)
{
    const sonda__field *field = sonda__event_find(event, id);

    assert_non_null(field);
    assert_int_equal(field->text.len, strlen(expected));
    assert_memory_equal(field->text.data, expected, field->text.len);
    assert_int_equal(field->flags, SONDA_VALUE_ENRICHED); /* and not hidden from rules */
}

static void test_numbers__with_gaps__what_is_missing_is_counted(void **state)
{
    (void)state;
    apply_numbered("100"); /* eslogger was there before the recording */
    apply_numbered("101");
    assert_int_equal(numbers().messages_lost, 0);
    apply_numbered("105");
    assert_int_equal(numbers().messages_lost, 3);
    apply_numbered("0"); /* restarted */
    apply_numbered("2");
    assert_int_equal(numbers().messages_lost, 4);
}

/* A shell forks, the child executes, and the shell itself becomes another program. */
static void test_exec__new_pidversion__is_the_same_process(void **state)
{
    const pair shell[] = {
        {SONDA_FIELD_IMAGE, "/bin/zsh"},    {SONDA_FIELD_COMMAND_LINE, "zsh -i"},
        {SONDA_FIELD_PROCESS_ID, "10"},     {SONDA_FIELD_PROCESS_ID_VERSION, "100"},
        {SONDA_FIELD_PROCESS_START, "500"}, {0, NULL}};
    const pair child[] = {{SONDA_FIELD_IMAGE, "/bin/zsh"},
                          {SONDA_FIELD_PROCESS_ID, "11"},
                          {SONDA_FIELD_PROCESS_ID_VERSION, "101"},
                          {SONDA_FIELD_PROCESS_START, "600"},
                          {SONDA_FIELD_PARENT_PROCESS_ID, "10"},
                          {SONDA_FIELD_PARENT_PROCESS_ID_VERSION, "100"},
                          {0, NULL}};
    const pair curl[] = {{SONDA_FIELD_IMAGE, "/usr/bin/curl"},
                         {SONDA_FIELD_COMMAND_LINE, "curl x"},
                         {SONDA_FIELD_PROCESS_ID, "11"},
                         {SONDA_FIELD_PROCESS_ID_VERSION, "102"},
                         {SONDA_FIELD_PROCESS_START, "600"},
                         {SONDA_FIELD_PARENT_PROCESS_ID, "10"},
                         {SONDA_FIELD_PARENT_PROCESS_ID_VERSION, "100"},
                         {0, NULL}};
    const pair close[] = {{SONDA_FIELD_IMAGE, "/usr/bin/curl"},
                          {SONDA_FIELD_PROCESS_ID, "11"},
                          {SONDA_FIELD_PROCESS_ID_VERSION, "102"},
                          {SONDA_FIELD_PROCESS_START, "600"},
                          {0, NULL}};

    (void)state;
    apply("exec", SONDA_PROCESS_LAUNCH, shell);
    apply("fork", SONDA_ACTIVITY_OTHER, child);
    assert_filled(SONDA_FIELD_PARENT_IMAGE, "/bin/zsh");
    apply("exec", SONDA_PROCESS_LAUNCH, curl);
    assert_filled(SONDA_FIELD_PARENT_IMAGE, "/bin/zsh");
    assert_filled(SONDA_FIELD_PARENT_COMMAND_LINE, "zsh -i");
    assert_int_equal(numbers().processes, 2);
    apply("cs_invalidated", SONDA_ACTIVITY_OTHER, close);
    assert_filled(SONDA_FIELD_COMMAND_LINE, "curl x");
    assert_filled(SONDA_FIELD_PARENT_IMAGE, "/bin/zsh");
    apply("exit", SONDA_PROCESS_TERMINATE, close);
    assert_int_equal(numbers().exited, 1);
}

/* The pid came back: another start, another process. */
static void test_pid__back_with_another_start__is_another_process(void **state)
{
    const pair first[] = {
        {SONDA_FIELD_IMAGE, "/bin/a"},      {SONDA_FIELD_COMMAND_LINE, "a"},
        {SONDA_FIELD_PROCESS_ID, "10"},     {SONDA_FIELD_PROCESS_ID_VERSION, "100"},
        {SONDA_FIELD_PROCESS_START, "500"}, {0, NULL}};
    const pair second[] = {{SONDA_FIELD_IMAGE, "/bin/b"},
                           {SONDA_FIELD_PROCESS_ID, "10"},
                           {SONDA_FIELD_PROCESS_ID_VERSION, "200"},
                           {SONDA_FIELD_PROCESS_START, "900"},
                           {0, NULL}};

    (void)state;
    apply("exec", SONDA_PROCESS_LAUNCH, first);
    apply("exec", SONDA_PROCESS_LAUNCH, second);
    assert_int_equal(numbers().processes, 2);
    assert_int_equal(numbers().pids_reused, 1);
    assert_null(sonda__event_find(event, SONDA_FIELD_COMMAND_LINE));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)
    const struct CMUnitTest tests[] = {
        TEST(test_numbers__with_gaps__what_is_missing_is_counted),
        TEST(test_exec__new_pidversion__is_the_same_process),
        TEST(test_pid__back_with_another_start__is_another_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
