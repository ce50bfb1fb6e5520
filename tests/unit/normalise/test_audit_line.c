/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Audit lines of every age and dialect, to fields as in the line.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/normalise/audit_line.h"

static sonda_event *event;
static sonda_error error = SONDA_ERROR_INIT;

static int open_event(void **state)
{
    (void)state;
    return sonda_event_open(&event, NULL) == SONDA_OK ? 0 : -1;
}

static int close_event(void **state)
{
    (void)state;
    sonda_event_close(event);
    return 0;
}

static sonda_status decode_span(sonda__span line)
{
    static const sonda_record_header header = {.source = SONDA_SOURCE_AUDIT};

    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_audit(event, line, &error);
}

static sonda_status decode(const char *line)
{
    return decode_span(sonda__span_text(line));
}

/* The n-th field of that name, NULL when there is none. */
static const sonda__field *field(const char *name, size_t n)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, name) && n-- == 0) {
            return &event->fields[i];
        }
    }
    return NULL;
}

static void assert_field(const char *name, const char *text)
{
    const sonda__field *found = field(name, 0);

    assert_non_null(found);
    assert_int_equal(found->text.len, strlen(text));
    assert_memory_equal(found->text.data, text, found->text.len);
}

static void test_decode_audit__system_call__keeps_every_pair(void **state)
{
    (void)state;

    assert_int_equal(
        decode(
            "type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e syscall=59 success=yes "
            "exit=0 a0=55aa a1=7ffe items=2 ppid=10 pid=11 uid=0 tty=(none) comm=\"sh\" "
            "exe=\"/bin/sh\" key=(null)"),
        SONDA_OK);

    assert_int_equal(event->class_uid, SONDA_CLASS_BASE);
    assert_int_equal(event->product, SONDA_PRODUCT_LINUX);
    assert_true(sonda__span_is(event->channel, "auditd"));
    assert_true(event->time_ns == UINT64_C(1700000000123000000));
    assert_field("type", "SYSCALL");
    assert_field("arch", "c000003e");
    assert_field("a0", "55aa");
    assert_field("tty", "(none)");
    assert_field("comm", "sh");
    assert_field("exe", "/bin/sh");
    assert_field("key", "(null)");
}

static void test_decode_audit__serial__is_hidden_from_rules(void **state)
{
    const sonda__field *serial;

    (void)state;
    assert_int_equal(decode("type=EOE msg=audit(1700000000.123:42): "), SONDA_OK);

    serial = sonda__event_find(event, SONDA_FIELD_AUDIT_SERIAL);

    assert_non_null(serial);
    assert_true(sonda__span_is(serial->text, "42"));
    assert_int_equal(serial->flags, SONDA_VALUE_HIDDEN);
}

static void test_decode_audit__values__are_read_by_name_and_type(void **state)
{
    static const struct {
        const char *body; /* behind "type=T msg=audit(1.000:1): " */
        const char *type;
        const char *name;
        const char *text;
    } rows[] = {
        {"exe=2F746D702F6120622063", "SYSCALL", "exe", "/tmp/a b c"},
        {"a0=2F62", "SYSCALL", "a0", "2F62"},
        {"argc=1 a0=2F62", "EXECVE", "a0", "/b"},
        {"a1[2]=2F62", "EXECVE", "a1[2]", "/b"},
        {"a1_len=1234", "EXECVE", "a1_len", "1234"},
        {"argc=12", "EXECVE", "argc", "12"},
        {"exe=2f62", "SYSCALL", "exe", "2f62"},
        {"exe=2F6", "SYSCALL", "exe", "2F6"},
        {"exe=\"2F62\"", "SYSCALL", "exe", "2F62"},
        {"saddr=0200005001020304", "SOCKADDR", "saddr", "0200005001020304"},
        {"proctitle=7368002D630069642020300000", "PROCTITLE", "proctitle", "sh -c id  0"},
        {"proctitle=\"bash\"", "PROCTITLE", "proctitle", "bash"},
        {"cmd=6964202D75", "USER_CMD", "cmd", "id -u"},
        {"name=2F746D702F6120", "PATH", "name", "/tmp/a "},
        {"subj==unconfined", "SYSCALL", "subj", "=unconfined"},
        {"msg='op=login acct=\"a b\" res=failed'", "USER_LOGIN", "acct", "a b"},
        {"msg='op=login res=failed'", "USER_LOGIN", "res", "failed"},
        {"msg='op=PAM:x (hostname=?, addr=1.2.3.4, res=success)'", "USER_END", "addr",
         "1.2.3.4"},
        {"msg='op=PAM:x (hostname=?, addr=1.2.3.4, res=success)'", "USER_END", "res",
         "success"},
        {"msg='cwd=\"/x\" cmd=\"it's\" res=1'", "USER_CMD", "cmd", "it's"},
        {"msg='cmd=\"it", "USER_CMD", "cmd", "it"},
        {"uid=0\x1dUID=\"root\" SYSCALL=execve", "SYSCALL", "SYSCALL", "execve"},
        {"uid=0\x1dUID=\"root\" SYSCALL=execve", "SYSCALL", "UID", "root"},
        {"msg='op=x res=success'\x1dUID=\"it's\"", "USER_AUTH", "res", "success"},
        {"saddr=02\x1dSADDR={ saddr_fam=inet lport=80 }", "SOCKADDR", "SADDR",
         " saddr_fam=inet lport=80 "},
        {"user pid=5 uid=0", "USER_ACCT", "pid", "5"},
        {"user pid=5 uid=0", "USER_ACCT", "audit_text", "user"},
        {"login pid=5 old auid=7 new auid=8", "LOGIN", "old_auid", "7"},
        {"login pid=5 old auid=7 new auid=8", "LOGIN", "new_auid", "8"},
        {"config changed, auid=0 res=success", "DAEMON_CONFIG", "audit_text", "config changed"},
        {"avc:  denied  { read } for  pid=13 comm=\"x\"", "AVC", "seresult", "denied"},
        {"avc:  denied  { read } for  pid=13 comm=\"x\"", "AVC", "seperms", "read"},
        {"avc:  denied  { read } for  pid=13 comm=\"x\"", "AVC", "pid", "13"},
        {"msg='avc:  denied  { status } for auid=1 exe=\"/x\"'", "USER_AVC", "seperms",
         "status"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[512] = "type=";
        strcat(line, rows[i].type);
        strcat(line, " msg=audit(1.000:1): ");
        strcat(line, rows[i].body);
        assert_int_equal(decode(line), SONDA_OK);
        assert_field(rows[i].name, rows[i].text);
    }
}

static void test_decode_audit__unclosed_quote__is_flagged_cut(void **state)
{
    (void)state;

    assert_int_equal(decode("type=CWD msg=audit(1.000:1): cwd=\"/home/x"), SONDA_OK);

    assert_field("cwd", "/home/x");
    assert_int_equal(field("cwd", 0)->flags, SONDA_VALUE_TRUNCATED);
}

static void test_decode_audit__hex_with_ill_formed_utf8__is_kept_and_flagged(void **state)
{
    (void)state;

    assert_int_equal(decode("type=PATH msg=audit(1.000:1): name=2FFF"), SONDA_OK);

    assert_field("name", "/\xff");
    assert_int_equal(field("name", 0)->flags, SONDA_VALUE_ILL_FORMED);
}

static void test_decode_audit__several_keys_and_permissions__are_lists(void **state)
{
    (void)state;

    assert_int_equal(decode("type=SYSCALL msg=audit(1.000:1): key=6F6E650174776F"), SONDA_OK);
    assert_field("key", "one");
    assert_true(sonda__span_is(field("key", 1)->text, "two"));
    assert_null(field("key", 2));

    assert_int_equal(
        decode("type=AVC msg=audit(1.000:1): avc:  denied  { read write } for  pid=1"),
        SONDA_OK);
    assert_field("seperms", "read");
    assert_true(sonda__span_is(field("seperms", 1)->text, "write"));
}

static void test_decode_audit__a_name_twice__is_a_list(void **state)
{
    (void)state;

    assert_int_equal(decode("type=USER_TTY msg=audit(1.000:1): uid=0 uid=1000"), SONDA_OK);

    assert_field("uid", "0");
    assert_true(sonda__span_is(field("uid", 1)->text, "1000"));
}

static void test_decode_audit__heads_of_other_writers__are_read(void **state)
{
    static const char *const lines[] = {
        "node=web1 type=CWD msg=audit(1.000:1): cwd=\"/\"",
        "Nov 23 10:00:00 web1 audispd: node=web1 type=CWD msg=audit(1.000:1): cwd=\"/\"",
        "<13>1 2026-11-23T10:00:00Z web1 audispd - - - node=web1 type=CWD msg=audit(1.000:1): "
        "cwd=\"/\"",
        "kernel: [ 1.5] audit: node=web1 type=CWD audit(1.000:1): cwd=\"/\"\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(decode(lines[i]), SONDA_OK);
        assert_field("node", "web1");
        assert_field("type", "CWD");
        assert_field("cwd", "/");
    }
}

static void test_decode_audit__no_stamp_or_type__is_malformed(void **state)
{
    static const char *const lines[] = {
        "",
        "type=UNKNOWN[1329] msg=?",
        "type=SYSCALL msg=audit(): x=1",
        "type=SYSCALL msg=audit(1.000): x=1",
        "type=SYSCALL msg=audit(1:1): x=1",
        "type=SYSCALL msg=audit(1.00:1): x=1",
        "type=SYSCALL msg=audit(1.000:): x=1",
        "type=SYSCALL msg=audit(1.000:1",
        "type=SYSCALL msg=audit(99999999999999.000:1): x=1",
        "type=SYSCALL msg=audit(18446744074.000:1): x=1",
        "msg=audit(1.000:1): x=1",
        "----",
        "\x7f\x45LF(((((",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(decode(lines[i]), SONDA_ERR_MALFORMED);
    }
}

static void test_decode_audit__more_fields_than_an_event_holds__is_a_limit(void **state)
{
    static char line[4 * 5000 + 64];
    size_t used = strlen(strcpy(line, "type=X msg=audit(1.000:1): "));

    (void)state;
    for (size_t i = 0; i < 5000; i++) {
        memcpy(line + used, "a=1 ", 4);
        used += 4;
    }

    assert_int_equal(decode_span(sonda__span_of(line, used)), SONDA_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_audit__system_call__keeps_every_pair),
        cmocka_unit_test(test_decode_audit__serial__is_hidden_from_rules),
        cmocka_unit_test(test_decode_audit__values__are_read_by_name_and_type),
        cmocka_unit_test(test_decode_audit__unclosed_quote__is_flagged_cut),
        cmocka_unit_test(test_decode_audit__hex_with_ill_formed_utf8__is_kept_and_flagged),
        cmocka_unit_test(test_decode_audit__several_keys_and_permissions__are_lists),
        cmocka_unit_test(test_decode_audit__a_name_twice__is_a_list),
        cmocka_unit_test(test_decode_audit__heads_of_other_writers__are_read),
        cmocka_unit_test(test_decode_audit__no_stamp_or_type__is_malformed),
        cmocka_unit_test(test_decode_audit__more_fields_than_an_event_holds__is_a_limit),
    };

    return cmocka_run_group_tests(tests, open_event, close_event);
}
