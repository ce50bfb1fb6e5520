/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Audit logs as text, decoded and joined: what a category rule gets to see.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/normalise/audit_line.h"
#include "core/track/audit_join.h"

/* Feeds the lines of `text`; the first canonical event is left in `out`. */
static sonda_status first_event(const char *text, sonda_event *out)
{
    sonda_record_header header = {.source = SONDA_SOURCE_AUDIT};
    sonda__audit_join *join = NULL;
    sonda_event *event = NULL;
    sonda_status status;

    assert_int_equal(sonda__audit_join_open(&join, NULL), SONDA_OK);
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    while (*text != '\0') {
        sonda__span line = sonda__span_of(text, strcspn(text, "\n"));
        header.seq++;
        sonda__event_begin(event, &header, sonda__names_of_table());
        assert_int_equal(sonda__decode_audit(event, line, NULL), SONDA_OK);
        sonda__audit_join_add(join, event);
        text += line.len + (text[line.len] == '\n');
    }
    sonda__audit_join_finish(join);
    status = sonda__audit_join_take(join, out);
    sonda_event_close(event);
    sonda__audit_join_close(join);
    return status;
}

static void test_audit_lines__raw_execve__is_a_process_launch(void **state)
{
    sonda_event *out = NULL;

    (void)state;
    assert_int_equal(sonda_event_open(&out, NULL), SONDA_OK);

    assert_int_equal(
        first_event(
            "type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e syscall=59 success=yes "
            "exit=0 a0=55d0 a1=55d1 a2=55d2 a3=8 items=2 ppid=700 pid=701 auid=1000 uid=1000 "
            "gid=1000 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"sh\" "
            "exe=2F746D702F6120736865 key=\"exec\"\n"
            "type=EXECVE msg=audit(1700000000.123:42): argc=3 a0=\"sh\" a1=\"-c\" "
            "a2=6964203E2F746D702F78\n"
            "type=CWD msg=audit(1700000000.123:42): cwd=\"/root\"\n"
            "type=PATH msg=audit(1700000000.123:42): item=0 name=\"/bin/sh\" inode=1 "
            "nametype=NORMAL\n"
            "type=PROCTITLE msg=audit(1700000000.123:42): proctitle=7368002D63\n"
            "type=EOE msg=audit(1700000000.123:42): \n",
            out),
        SONDA_OK);

    assert_int_equal(out->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(out->header.seq, 1);
    assert_true(sonda__span_is(sonda__event_text(out, SONDA_FIELD_IMAGE), "/tmp/a she"));
    assert_true(
        sonda__span_is(sonda__event_text(out, SONDA_FIELD_COMMAND_LINE), "sh -c id >/tmp/x"));
    assert_true(sonda__span_is(sonda__event_text(out, SONDA_FIELD_USER), "1000"));
    assert_true(sonda__span_is(sonda__event_text(out, SONDA_FIELD_EFFECTIVE_UID), "0"));
    assert_true(sonda__span_is(sonda__event_text(out, SONDA_FIELD_TERMINAL), "pts0"));
    sonda_event_close(out);
}

static void test_audit_lines__enriched_unlink__is_a_file_delete(void **state)
{
    sonda_event *out = NULL;

    (void)state;
    assert_int_equal(sonda_event_open(&out, NULL), SONDA_OK);

    assert_int_equal(
        first_event(
            "node=web1 type=AVC msg=audit(1700000000.123:42): avc:  granted  { unlink } "
            "for  pid=701\n"
            "node=web1 type=SYSCALL msg=audit(1700000000.123:42): arch=c00000b7 "
            "syscall=35 success=yes a0=ffffffffffffff9c a1=1 pid=701 uid=33 "
            "exe=\"/usr/bin/rm\" key=(null)\x1d"
            "ARCH=aarch64 SYSCALL=unlinkat UID=\"www-data\"\n"
            "node=web1 type=CWD msg=audit(1700000000.123:42): cwd=\"/var/log\"\n"
            "node=web1 type=PATH msg=audit(1700000000.123:42): item=0 name=\"/var/log\" "
            "nametype=PARENT\n"
            "node=web1 type=PATH msg=audit(1700000000.123:42): item=1 "
            "name=612062 nametype=DELETE\x1dOUID=\"root\"\n",
            out),
        SONDA_OK);

    assert_int_equal(out->class_uid, SONDA_CLASS_FILE);
    assert_int_equal(out->activity_id, SONDA_FILE_DELETE);
    assert_true(
        sonda__span_is(sonda__event_text(out, SONDA_FIELD_TARGET_FILENAME), "/var/log/a b"));
    assert_true(sonda__span_is(sonda__event_text(out, SONDA_FIELD_USER), "www-data"));
    sonda_event_close(out);
}

static void test_audit_lines__failed_login__is_an_authentication(void **state)
{
    sonda_event *out = NULL;

    (void)state;
    assert_int_equal(sonda_event_open(&out, NULL), SONDA_OK);

    assert_int_equal(
        first_event("type=USER_LOGIN msg=audit(1492896301.818:19955): pid=12635 uid=0 "
                    "auid=4294967295 ses=4294967295 msg='op=login "
                    "acct=28696E76616C6964207573657229 exe=\"/usr/sbin/sshd\" hostname=? "
                    "addr=192.0.2.151 terminal=sshd res=failed'\n",
                    out),
        SONDA_OK);

    assert_int_equal(out->class_uid, SONDA_CLASS_AUTHENTICATION);
    assert_true(
        sonda__span_is(sonda__event_text(out, SONDA_FIELD_TARGET_USER_NAME), "(invalid user)"));
    assert_true(sonda__span_is(sonda__event_text(out, SONDA_FIELD_IP_ADDRESS), "192.0.2.151"));
    sonda_event_close(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_lines__raw_execve__is_a_process_launch),
        cmocka_unit_test(test_audit_lines__enriched_unlink__is_a_file_delete),
        cmocka_unit_test(test_audit_lines__failed_login__is_an_authentication),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
