/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The adapter on the kernel this runs on: each test looks for its record in the
 * capture of live_capture.h. Without the privilege or the kernel for it every
 * such test is skipped, with the adapter's own reason.
 */

#define _GNU_SOURCE /* what the worker calls */

#include "tests/unit/linux/live_capture.h"

static void test_exec__copy_of_true__has_path_arguments_parent_and_user(void **state)
{
    char program[128];
    char line[200];

    (void)state;
    need_capture();
    path_in(program, "true-copy");
    snprintf(line, sizeof line, "%s one two words", program);

    assert_true(find(SONDA_LINUX_EXEC, capture.program, 0));

    assert_int_equal(capture.event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(capture.event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_path(SONDA_FIELD_IMAGE, program);
    assert_string_equal(text(SONDA_FIELD_COMMAND_LINE), line);
    assert_path(SONDA_FIELD_CURRENT_DIRECTORY, capture.folder);
    assert_string_equal(text(SONDA_FIELD_EXECUTED_PATH), program);
    assert_int_equal(atoi(text(SONDA_FIELD_PARENT_PROCESS_ID)), getpid());
    assert_int_equal(atoi(text(SONDA_FIELD_UID)), (int)getuid());
    assert_string_equal(text(SONDA_FIELD_ENVIRONMENT_SIZE), "8");
    assert_string_equal(text(SONDA_FIELD_USER), "root");
    assert_int_not_equal(atoi(text(SONDA_FIELD_MOUNT_NAMESPACE)), 0);
    assert_int_not_equal(sonda__event_text(capture.event, SONDA_FIELD_CGROUP).len, 0);
}

static void test_exec__a_megabyte_of_arguments__arrives_whole_or_marked(void **state)
{
    const sonda__field *line;
    size_t whole = strlen("/bin/true") + LONG_ARGUMENTS * (LONG_ARGUMENT + 1u);

    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_EXEC, capture.long_program, 0));

    line = sonda__event_find(capture.event, SONDA_FIELD_COMMAND_LINE);
    assert_non_null(line);
    assert_int_equal(line->text.len, whole < 1048576u ? whole : 1048576u);
    assert_int_equal((line->flags & SONDA_VALUE_TRUNCATED) != 0, whole >= 1048576u);
}

static void test_exec__from_memory__names_the_memfd(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_EXEC, capture.deleted_program, 0));

    assert_string_equal(text(SONDA_FIELD_IMAGE), "/memfd:sonda-live");
    assert_string_equal(text(SONDA_FIELD_LINK_COUNT), "0");
}

static void test_fork_and_exit__of_a_program__surround_its_exec(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_FORK, capture.program, 0));
    assert_int_equal(capture.event->activity_id, SONDA_ACTIVITY_OTHER);
    assert_int_equal(atoi(text(SONDA_FIELD_PARENT_PROCESS_ID)), getpid());
    assert_true(find(SONDA_LINUX_EXIT, capture.program, 0));
    assert_int_equal(capture.event->activity_id, SONDA_PROCESS_TERMINATE);
    assert_string_equal(text(SONDA_FIELD_EXIT_CODE), "0");
    assert_false(find(SONDA_LINUX_EXIT, capture.program, 1));
}

static void test_process__fork_and_exec__agree_on_the_start(void **state)
{
    char start[32];

    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_FORK, capture.program, 0));
    strcpy(start, text(SONDA_FIELD_PROCESS_START));
    assert_true(find(SONDA_LINUX_EXEC, capture.program, 0));

    assert_string_equal(text(SONDA_FIELD_PROCESS_START), start);
}

static void test_open__new_file__is_a_creation_with_its_whole_path(void **state)
{
    char path[128];

    (void)state;
    need_capture();
    path_in(path, "created");

    assert_true(find(SONDA_LINUX_OPEN, capture.worker, 0));

    assert_int_equal(capture.event->activity_id, SONDA_FILE_CREATE);
    assert_path(SONDA_FIELD_TARGET_FILENAME, path);
    assert_string_equal(text(SONDA_FIELD_MODE), "600");
}

static void test_chmod__by_descriptor_and_by_path__give_path_and_mode(void **state)
{
    char path[128];

    (void)state;
    need_capture();
    path_in(path, "created");

    assert_true(find(SONDA_LINUX_CHMOD, capture.worker, 0));
    assert_path(SONDA_FIELD_TARGET_FILENAME, path);
    assert_string_equal(text(SONDA_FIELD_MODE), "640");
    assert_true(find(SONDA_LINUX_CHMOD, capture.worker, 1));
    assert_path(SONDA_FIELD_TARGET_FILENAME, path);
    assert_string_equal(text(SONDA_FIELD_MODE), "4755");
    assert_true((sonda__event_find(capture.event, SONDA_FIELD_TARGET_FILENAME)->flags &
                 SONDA_VALUE_UNTRUSTED) != 0);
}

static void test_chown__by_descriptor__gives_the_new_owner(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_CHOWN, capture.worker, 0));

    assert_string_equal(text(SONDA_FIELD_TARGET_UID), "12");
    assert_string_equal(text(SONDA_FIELD_TARGET_GID), "34");
}

static void test_rename__relative_to_a_descriptor__gives_both_names(void **state)
{
    char path[128];

    (void)state;
    need_capture();
    path_in(path, "created");

    assert_true(find(SONDA_LINUX_RENAME, capture.worker, 0));

    assert_path(SONDA_FIELD_SOURCE_FILENAME, path);
    assert_path(SONDA_FIELD_TARGET_FILENAME, "/tmp/sonda-live-renamed");
}

static void test_unlink_and_rmdir__of_the_worker__give_the_path(void **state)
{
    char path[128];

    (void)state;
    need_capture();
    path_in(path, "sub");

    assert_true(find(SONDA_LINUX_DELETE, capture.worker, 0));
    assert_path(SONDA_FIELD_TARGET_FILENAME, "/tmp/sonda-live-renamed");
    assert_true(find(SONDA_LINUX_DELETE, capture.worker, 1));
    assert_path(SONDA_FIELD_TARGET_FILENAME, path);
}

static void test_connect__to_a_listener__is_initiated_with_both_ends(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_CONNECT, capture.worker, 0));

    assert_int_equal(capture.event->activity_id, SONDA_NETWORK_OPEN);
    assert_string_equal(text(SONDA_FIELD_DESTINATION_IP), "127.0.0.1");
    assert_int_equal(atoi(text(SONDA_FIELD_DESTINATION_PORT)), capture.port);
    assert_string_equal(text(SONDA_FIELD_SOURCE_IP), "127.0.0.1");
    assert_int_not_equal(atoi(text(SONDA_FIELD_SOURCE_PORT)), 0);
    assert_string_equal(text(SONDA_FIELD_INITIATED), "true");
    assert_string_equal(text(SONDA_FIELD_PROTOCOL), "tcp");
}

static void test_connect__refused__is_told_as_a_failure(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_CONNECT, capture.worker, 1));

    assert_int_equal(capture.event->activity_id, 4);
    assert_int_equal(atoi(text(SONDA_FIELD_DESTINATION_PORT)), capture.closed_port);
    assert_string_equal(text(SONDA_FIELD_RETURN_CODE), "-111");
}

static void test_connect__datagram__is_told_by_its_call(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_CONNECT, capture.worker, 2));

    assert_string_equal(text(SONDA_FIELD_PROTOCOL), "udp");
    assert_string_equal(text(SONDA_FIELD_DESTINATION_PORT), "4321");
}

static void test_connect__by_the_first_data__is_told_by_its_socket(void **state)
{
    FILE *file = fopen("/proc/sys/net/ipv4/tcp_fastopen", "re");
    int enabled = file != NULL ? fgetc(file) - '0' : 0;

    (void)state;
    if (file != NULL) {
        fclose(file);
    }
    need_capture();
    if ((enabled & 1) == 0) {
        print_message("skipped: net.ipv4.tcp_fastopen is off\n");
        skip();
    }

    assert_true(find(SONDA_LINUX_CONNECT, capture.worker, 3));

    assert_int_equal(capture.event->activity_id, SONDA_NETWORK_OPEN);
    assert_int_equal(atoi(text(SONDA_FIELD_DESTINATION_PORT)), capture.port);
    assert_false(find(SONDA_LINUX_CONNECT, capture.worker, 4));
}

static void test_accept_and_bind__of_the_listener__give_its_port(void **state)
{
    (void)state;
    need_capture();

    assert_true(find(SONDA_LINUX_BIND, capture.worker, 0));
    assert_int_equal(capture.event->activity_id, SONDA_NETWORK_LISTEN);
    assert_int_equal(atoi(text(SONDA_FIELD_SOURCE_PORT)), capture.port);
    assert_true(find(SONDA_LINUX_ACCEPT, capture.worker, 0));
    assert_string_equal(text(SONDA_FIELD_INITIATED), "false");
    assert_int_equal(atoi(text(SONDA_FIELD_DESTINATION_PORT)), capture.port);
}

static void test_source__own_activity__is_filtered_and_counted(void **state)
{
    (void)state;
    need_capture();

    assert_false(find(SONDA_LINUX_OPEN, getpid(), 0));
    assert_true(capture.stats.by_class[SONDA_SOURCE_CLASS_FILE_OPEN].filtered > 0);
}

static void test_source__stopped__counters_agree_exactly(void **state)
{
    (void)state;
    need_capture();

    for (unsigned i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        const sonda_source_class_stats *stats = &capture.stats.by_class[i];

        assert_int_equal(stats->produced, stats->delivered + stats->lost + stats->filtered);
        assert_int_equal(stats->lost, 0);
    }
}

static void test_source__opened__has_proven_each_class(void **state)
{
    (void)state;
    need_capture();

    for (unsigned i = 0; i <= SONDA_SOURCE_CLASS_NETWORK; i++) {
        const sonda_source_capability *capability = &capture.capabilities.by_class[i];

        if (capability->level != SONDA_CAPABILITY_OBSERVE) {
            print_message("class %u: %s\n", i, capability->remedy);
        }
        assert_int_equal(capability->level, SONDA_CAPABILITY_OBSERVE);
    }
}

static void test_snapshot__first_records__have_this_process(void **state)
{
    char line[256] = "";
    FILE *file = fopen("/proc/self/cmdline", "re");
    bool seen = false;

    (void)state;
    assert_non_null(file);
    assert_true(fread(line, 1, sizeof line - 1, file) > 0);
    fclose(file);
    need_capture();

    for (size_t i = 0; i < capture.count; i++) {
        sonda_record_header header;

        sonda_record_header_read(capture.records[i].bytes, capture.records[i].len, &header);
        if ((header.flags & SONDA_RECORD_SNAPSHOT) == 0) {
            break;
        }
        assert_true(decode(i));
        if (atoi(text(SONDA_FIELD_PROCESS_ID)) == getpid()) {
            assert_memory_equal(text(SONDA_FIELD_COMMAND_LINE), line, strlen(line));
            assert_int_equal(atoi(text(SONDA_FIELD_PARENT_PROCESS_ID)), getppid());
            seen = true;
        }
    }

    assert_true(seen);
}

static void test_records__of_each_stream__are_numbered_without_gap(void **state)
{
    uint64_t last[8] = {0};

    (void)state;
    need_capture();

    for (size_t i = 0; i < capture.count; i++) {
        sonda_record_header header;

        sonda_record_header_read(capture.records[i].bytes, capture.records[i].len, &header);
        assert_in_range(header.stream, 1, 7);
        assert_int_equal(header.seq, ++last[header.stream]);
        assert_int_not_equal(header.wall_ns, 0);
    }
}

#if defined(__x86_64__)
static void test_unlink__by_a_32_bit_call__is_seen(void **state)
{
    char path[128];

    (void)state;
    need_capture();
    if (capture.compat_worker == 0) {
        print_message("skipped: this kernel has no 32-bit calls\n");
        skip();
    }
    path_in(path, "by-int-80");

    assert_true(find(SONDA_LINUX_DELETE, capture.compat_worker, 0));

    assert_path(SONDA_FIELD_TARGET_FILENAME, path);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec__copy_of_true__has_path_arguments_parent_and_user),
        cmocka_unit_test(test_exec__a_megabyte_of_arguments__arrives_whole_or_marked),
        cmocka_unit_test(test_exec__from_memory__names_the_memfd),
        cmocka_unit_test(test_fork_and_exit__of_a_program__surround_its_exec),
        cmocka_unit_test(test_process__fork_and_exec__agree_on_the_start),
        cmocka_unit_test(test_open__new_file__is_a_creation_with_its_whole_path),
        cmocka_unit_test(test_chmod__by_descriptor_and_by_path__give_path_and_mode),
        cmocka_unit_test(test_chown__by_descriptor__gives_the_new_owner),
        cmocka_unit_test(test_rename__relative_to_a_descriptor__gives_both_names),
        cmocka_unit_test(test_unlink_and_rmdir__of_the_worker__give_the_path),
        cmocka_unit_test(test_connect__to_a_listener__is_initiated_with_both_ends),
        cmocka_unit_test(test_connect__refused__is_told_as_a_failure),
        cmocka_unit_test(test_connect__datagram__is_told_by_its_call),
        cmocka_unit_test(test_connect__by_the_first_data__is_told_by_its_socket),
        cmocka_unit_test(test_accept_and_bind__of_the_listener__give_its_port),
        cmocka_unit_test(test_source__own_activity__is_filtered_and_counted),
        cmocka_unit_test(test_source__stopped__counters_agree_exactly),
        cmocka_unit_test(test_source__opened__has_proven_each_class),
        cmocka_unit_test(test_snapshot__first_records__have_this_process),
        cmocka_unit_test(test_records__of_each_stream__are_numbered_without_gap),
#if defined(__x86_64__)
        cmocka_unit_test(test_unlink__by_a_32_bit_call__is_seen),
#endif
    };

    return cmocka_run_group_tests(tests, make_capture, drop_capture);
}
