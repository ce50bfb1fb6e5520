/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/normalise/linux_path.h"
#include "core/normalise/linux_record.h"
#include "sonda/spi/linux_record.h"
#include "tests/unit/normalise/flat_record.h"

static void begin(struct fixture *f, uint16_t type)
{
    memset(f->payload, 0, sizeof f->payload);
    f->len = SONDA_LINUX_HEAD_SIZE;
    f->header.type = type;
    put(f, SONDA_LINUX_AT_TYPE, type, 2);
}

#define ADD_ITEM(f, kind, flags, bytes) add_item(f, kind, flags, bytes, sizeof bytes - 1)

static sonda_status decode(struct fixture *f)
{
    put_u32(f, SONDA_LINUX_AT_SIZE, (uint32_t)f->len);
    sonda__event_begin(f->event, &f->header, sonda__names_of_table());
    return sonda__decode_linux(f->event, sonda__span_of((const char *)f->payload, f->len),
                               &f->error);
}

static void test_exec__whole_record__gives_a_launch(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_EXEC);
    put_u32(f, SONDA_LINUX_AT_PID, 4242);
    put_u32(f, SONDA_LINUX_AT_UID, 1000);
    put_u32(f, SONDA_LINUX_AT_PARENT_PID, 17);
    put(f, SONDA_LINUX_AT_START, 123456789012345u, 8);
    put(f, SONDA_LINUX_AT_ARGUMENTS_SIZE, 14, 8);
    put_u32(f, SONDA_LINUX_AT_ARGUMENTS_COPIED, 14);
    ADD_ITEM(f, SONDA_LINUX_ITEM_IMAGE, 0, "nc.openbsd\0bin\0usr\0");
    ADD_ITEM(f, SONDA_LINUX_ITEM_DIRECTORY, 0, "");
    ADD_ITEM(f, SONDA_LINUX_ITEM_ARGUMENTS, 0, "nc\0-e\0/bin/sh\0");
    ADD_ITEM(f, SONDA_LINUX_ITEM_USER, 0, "alice");

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(f->event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_int_equal(f->event->product, SONDA_PRODUCT_LINUX);
    assert_text(f, SONDA_FIELD_IMAGE, "/usr/bin/nc.openbsd");
    assert_text(f, SONDA_FIELD_COMMAND_LINE, "nc -e /bin/sh");
    assert_text(f, SONDA_FIELD_CURRENT_DIRECTORY, "/");
    assert_text(f, SONDA_FIELD_USER, "alice");
    assert_text(f, SONDA_FIELD_PROCESS_ID, "4242");
    assert_text(f, SONDA_FIELD_PARENT_PROCESS_ID, "17");
    assert_text(f, SONDA_FIELD_PROCESS_START, "123456789012345");
    assert_int_equal(flags_of(f, SONDA_FIELD_COMMAND_LINE), 0);
}

static void test_exec__fewer_arguments_than_there_were__is_marked_truncated(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_EXEC);
    put(f, SONDA_LINUX_AT_ARGUMENTS_SIZE, 5000, 8);
    put_u32(f, SONDA_LINUX_AT_ARGUMENTS_COPIED, 4);
    ADD_ITEM(f, SONDA_LINUX_ITEM_ARGUMENTS, 0, "sh\0-c\0junk");

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_COMMAND_LINE, "sh -");
    assert_int_equal(flags_of(f, SONDA_FIELD_COMMAND_LINE), SONDA_VALUE_TRUNCATED);
}

static void test_exec__ill_formed_argument__is_kept_and_flagged(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_EXEC);
    put_u32(f, SONDA_LINUX_AT_ARGUMENTS_COPIED, 4);
    ADD_ITEM(f, SONDA_LINUX_ITEM_ARGUMENTS, 0, "a\0\xff\0");

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_COMMAND_LINE, "a \xff");
    assert_int_equal(flags_of(f, SONDA_FIELD_COMMAND_LINE), SONDA_VALUE_ILL_FORMED);
}

static void test_exec__cgroup_of_a_container__names_the_container(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_EXEC);
    ADD_ITEM(f, SONDA_LINUX_ITEM_CGROUP, 0,
             "docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope\0"
             "system.slice\0");

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_CONTAINER_ID,
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void test_exec__user_without_a_name__is_the_number(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_EXEC);
    put_u32(f, SONDA_LINUX_AT_UID, 70000);

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_USER, "70000");
}

static void test_fork__record__is_no_launch(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_FORK);

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(f->event->activity_id, SONDA_ACTIVITY_OTHER);
}

static void test_exit__by_a_signal__tells_the_signal(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_EXIT);
    put_u32(f, SONDA_LINUX_AT_RESULT, 0x80u | 11u);

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->activity_id, SONDA_PROCESS_TERMINATE);
    assert_text(f, SONDA_FIELD_EXIT_SIGNAL, "11");
}

static void test_open__created_or_not__is_create_or_update(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_OPEN);
    put_u32(f, SONDA_LINUX_AT_MODE, 0100640);
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET, 0, "passwd\0etc\0");

    assert_int_equal(decode(f), SONDA_OK);
    assert_int_equal(f->event->activity_id, SONDA_FILE_UPDATE);
    assert_text(f, SONDA_FIELD_TARGET_FILENAME, "/etc/passwd");
    assert_text(f, SONDA_FIELD_MODE, "640");
    put_u32(f, SONDA_LINUX_AT_ARGUMENT2, 1);
    assert_int_equal(decode(f), SONDA_OK);
    assert_int_equal(f->event->activity_id, SONDA_FILE_CREATE);
}

static void test_rename__relative_paths__are_resolved_and_untrusted(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_RENAME);
    put(f, SONDA_LINUX_AT_FLAGS, SONDA_LINUX_HEAD_BY_PATH, 2);
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET_TEXT, SONDA_LINUX_ITEM_UNTRUSTED, "/etc//./cron.d/x");
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET_BASE, 0, "");
    ADD_ITEM(f, SONDA_LINUX_ITEM_SOURCE_TEXT, SONDA_LINUX_ITEM_UNTRUSTED, "../b");
    ADD_ITEM(f, SONDA_LINUX_ITEM_SOURCE_BASE, 0, "alice\0home\0");

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->activity_id, SONDA_FILE_RENAME);
    assert_text(f, SONDA_FIELD_TARGET_FILENAME, "/etc/cron.d/x");
    assert_text(f, SONDA_FIELD_SOURCE_FILENAME, "/home/b");
    assert_int_equal(flags_of(f, SONDA_FIELD_SOURCE_FILENAME), SONDA_VALUE_UNTRUSTED);
}

static void test_unlink__unreadable_path__has_no_file_name(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_DELETE);
    put(f, SONDA_LINUX_AT_FLAGS, SONDA_LINUX_HEAD_BY_PATH, 2);
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET_TEXT, SONDA_LINUX_ITEM_UNREADABLE, "");
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET_BASE, 0, "tmp\0");

    assert_int_equal(decode(f), SONDA_OK);

    assert_null(sonda__event_find(f->event, SONDA_FIELD_TARGET_FILENAME));
}

static void test_chmod__setuid__gives_the_mode_in_octal(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_CHMOD);
    put_u32(f, SONDA_LINUX_AT_ARGUMENT, 04755);
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET, 0, "x\0tmp\0");

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->activity_id, SONDA_FILE_SET_ATTRIBUTES);
    assert_text(f, SONDA_FIELD_MODE, "4755");
}

static void put_ipv4(struct fixture *f, size_t offset, const char bytes[4])
{
    memcpy(f->payload + offset, bytes, 4);
}

static void begin_connection(struct fixture *f, uint16_t type)
{
    begin(f, type);
    put_ipv4(f, SONDA_LINUX_AT_LOCAL_ADDRESS, "\x0a\0\0\1");
    put_ipv4(f, SONDA_LINUX_AT_REMOTE_ADDRESS, "\xc0\0\2\7");
    put(f, SONDA_LINUX_AT_LOCAL_PORT, 40000, 2);
    put(f, SONDA_LINUX_AT_REMOTE_PORT, 443, 2);
    put(f, SONDA_LINUX_AT_FAMILY, 2, 2);
    put(f, SONDA_LINUX_AT_PROTOCOL, 6, 2);
}

static void test_connect__ipv4__goes_from_here_to_there(void **state)
{
    struct fixture *f = *state;

    begin_connection(f, SONDA_LINUX_CONNECT);

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->class_uid, SONDA_CLASS_NETWORK);
    assert_int_equal(f->event->activity_id, SONDA_NETWORK_OPEN);
    assert_text(f, SONDA_FIELD_SOURCE_IP, "10.0.0.1");
    assert_text(f, SONDA_FIELD_DESTINATION_IP, "192.0.2.7");
    assert_text(f, SONDA_FIELD_DESTINATION_PORT, "443");
    assert_text(f, SONDA_FIELD_INITIATED, "true");
    assert_text(f, SONDA_FIELD_PROTOCOL, "tcp");
    assert_text(f, SONDA_FIELD_DESTINATION_IS_IPV6, "false");
}

static void test_connect__result__tells_open_from_failed(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int32_t result;
        uint32_t activity;
    } rows[] = {{0, SONDA_NETWORK_OPEN}, {-115, SONDA_NETWORK_OPEN}, {-111, 4}, {-13, 4}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_connection(f, SONDA_LINUX_CONNECT);
        put_u32(f, SONDA_LINUX_AT_RESULT, (uint32_t)rows[i].result);
        assert_int_equal(decode(f), SONDA_OK);
        assert_int_equal(f->event->activity_id, rows[i].activity);
    }
}

static void test_accept__ipv4__comes_from_there(void **state)
{
    struct fixture *f = *state;

    begin_connection(f, SONDA_LINUX_ACCEPT);

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_SOURCE_IP, "192.0.2.7");
    assert_text(f, SONDA_FIELD_DESTINATION_PORT, "40000");
    assert_text(f, SONDA_FIELD_INITIATED, "false");
}

static void test_connect__ipv4_in_ipv6__is_written_as_ipv4(void **state)
{
    struct fixture *f = *state;

    begin_connection(f, SONDA_LINUX_CONNECT);
    put(f, SONDA_LINUX_AT_FAMILY, 10, 2);
    memcpy(f->payload + SONDA_LINUX_AT_REMOTE_ADDRESS, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1",
           16);

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_DESTINATION_IP, "127.0.0.1");
    assert_text(f, SONDA_FIELD_DESTINATION_IS_IPV6, "false");
}

static void test_bind__port__is_a_listener(void **state)
{
    struct fixture *f = *state;

    begin_connection(f, SONDA_LINUX_BIND);

    assert_int_equal(decode(f), SONDA_OK);

    assert_int_equal(f->event->activity_id, SONDA_NETWORK_LISTEN);
    assert_text(f, SONDA_FIELD_SOURCE_PORT, "40000");
    assert_null(sonda__event_find(f->event, SONDA_FIELD_DESTINATION_IP));
}

static void test_decode__item_of_unknown_kind__is_passed_over(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_OPEN);
    ADD_ITEM(f, 60000, 0, "later");
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET, 0, "x\0");

    assert_int_equal(decode(f), SONDA_OK);

    assert_text(f, SONDA_FIELD_TARGET_FILENAME, "/x");
}

static void test_decode__item_longer_than_the_record__names_its_place(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_OPEN);
    ADD_ITEM(f, SONDA_LINUX_ITEM_TARGET, 0, "x\0");
    put_u32(f, SONDA_LINUX_HEAD_SIZE + 4, 0xfffffff0u);

    assert_int_equal(decode(f), SONDA_ERR_TRUNCATED);
    assert_int_equal(f->error.offset, SONDA_LINUX_HEAD_SIZE);
}

static void test_decode__head_cut_short__is_truncated(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_OPEN);
    f->len = SONDA_LINUX_HEAD_SIZE - 1;

    assert_int_equal(decode(f), SONDA_ERR_TRUNCATED);
}

static void test_decode__type_unlike_the_headers__is_malformed(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_OPEN);
    f->header.type = SONDA_LINUX_EXEC;

    assert_int_equal(decode(f), SONDA_ERR_MALFORMED);
}

static void test_decode__size_unlike_the_payloads__is_malformed(void **state)
{
    struct fixture *f = *state;

    begin(f, SONDA_LINUX_FORK);
    assert_int_equal(decode(f), SONDA_OK);
    f->payload[0]++;

    assert_int_equal(sonda__decode_linux(
                         f->event, sonda__span_of((const char *)f->payload, f->len), &f->error),
                     SONDA_ERR_MALFORMED);
}

static void test_resolve__dots_and_slashes__by_row(void **state)
{
    static const struct {
        const char *base;
        size_t base_len;
        const char *text;
        const char *expected;
    } rows[] = {
        {"", 0, "/a/b", "/a/b"},
        {"", 0, "", "/"},
        {"b\0a\0", 4, "c", "/a/b/c"},
        {"b\0a\0", 4, "", "/a/b"},
        {"b\0a\0", 4, "..", "/a"},
        {"b\0a\0", 4, "../../../..", "/"},
        {"b\0a\0", 4, "./c//d/", "/a/b/c/d"},
        {"b\0a", 3, "..x", "/a/b/..x"},
    };
    char block[256];
    sonda__arena arena;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__span path;

        sonda__arena_init(&arena, block, sizeof block);
        path = sonda__linux_resolve(&arena, sonda__span_of(rows[i].base, rows[i].base_len),
                                    sonda__span_text(rows[i].text));
        assert_int_equal(path.len, strlen(rows[i].expected));
        assert_memory_equal(path.data, rows[i].expected, path.len);
    }
}

static void test_resolve__arena_too_small__gives_nothing(void **state)
{
    char block[4];
    sonda__arena arena;

    (void)state;
    sonda__arena_init(&arena, block, sizeof block);

    assert_null(
        sonda__linux_resolve(&arena, sonda__span_of("b\0a\0", 4), sonda__span_text("c")).data);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(test_exec__whole_record__gives_a_launch),
        WITH_FIXTURE(test_exec__fewer_arguments_than_there_were__is_marked_truncated),
        WITH_FIXTURE(test_exec__ill_formed_argument__is_kept_and_flagged),
        WITH_FIXTURE(test_exec__cgroup_of_a_container__names_the_container),
        WITH_FIXTURE(test_exec__user_without_a_name__is_the_number),
        WITH_FIXTURE(test_fork__record__is_no_launch),
        WITH_FIXTURE(test_exit__by_a_signal__tells_the_signal),
        WITH_FIXTURE(test_open__created_or_not__is_create_or_update),
        WITH_FIXTURE(test_rename__relative_paths__are_resolved_and_untrusted),
        WITH_FIXTURE(test_unlink__unreadable_path__has_no_file_name),
        WITH_FIXTURE(test_chmod__setuid__gives_the_mode_in_octal),
        WITH_FIXTURE(test_connect__ipv4__goes_from_here_to_there),
        WITH_FIXTURE(test_connect__result__tells_open_from_failed),
        WITH_FIXTURE(test_accept__ipv4__comes_from_there),
        WITH_FIXTURE(test_connect__ipv4_in_ipv6__is_written_as_ipv4),
        WITH_FIXTURE(test_bind__port__is_a_listener),
        WITH_FIXTURE(test_decode__item_of_unknown_kind__is_passed_over),
        WITH_FIXTURE(test_decode__item_longer_than_the_record__names_its_place),
        WITH_FIXTURE(test_decode__head_cut_short__is_truncated),
        WITH_FIXTURE(test_decode__type_unlike_the_headers__is_malformed),
        WITH_FIXTURE(test_decode__size_unlike_the_payloads__is_malformed),
        cmocka_unit_test(test_resolve__dots_and_slashes__by_row),
        cmocka_unit_test(test_resolve__arena_too_small__gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
