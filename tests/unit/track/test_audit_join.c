/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Audit lines in, canonical events out: what is joined, when, and what is not.
 *
 * Events are built here field by field, as the decoder leaves them: track and
 * normalise do not know each other. Whole lines are read in test_audit_lines.c.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/track/audit_join.h"

#define SECOND UINT64_C(1000000000)

static sonda__audit_join *join;
static sonda_event *line;
static sonda_event *out;
static uint64_t seq;

static int open_all(void **state)
{
    (void)state;
    seq = 0;
    return sonda__audit_join_open(&join, NULL) == SONDA_OK &&
                   sonda_event_open(&line, NULL) == SONDA_OK &&
                   sonda_event_open(&out, NULL) == SONDA_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    sonda__audit_join_close(join);
    sonda_event_close(line);
    sonda_event_close(out);
    return 0;
}

static void add_field(const char *name, sonda__span value)
{
    assert_int_equal(sonda__event_add_named(line, sonda__span_text(name), value, 0), SONDA_OK);
}

static void begin_line(const char *node, const char *type, uint64_t serial, uint64_t time_ns)
{
    sonda_record_header header = {.source = SONDA_SOURCE_AUDIT, .seq = ++seq};

    sonda__event_begin(line, &header, sonda__names_of_table());
    line->channel = sonda__span_text("auditd");
    line->time_ns = time_ns;
    if (node != NULL) {
        add_field("node", sonda__span_text(node));
    }
    add_field("type", sonda__span_text(type));
    assert_int_equal(sonda__event_add_number(line, SONDA_FIELD_AUDIT_SERIAL, serial), SONDA_OK);
}

/* Adds one line; `fields` is "name value name value …", ended by NULL. */
static void
add_line_at(const char *type, uint64_t serial, uint64_t time_ns, const char *const *fields)
{
    begin_line(NULL, type, serial, time_ns);
    for (; fields != NULL && fields[0] != NULL; fields += 2) {
        add_field(fields[0], sonda__span_text(fields[1]));
    }
    sonda__audit_join_add(join, line);
}

static void add_line(const char *type, uint64_t serial, const char *const *fields)
{
    add_line_at(type, serial, SECOND, fields);
}

#define FIELDS(...) ((const char *const[]){__VA_ARGS__, (const char *)NULL})

static void add_call(uint64_t serial, const char *arch, const char *number)
{
    add_line("SYSCALL", serial,
             FIELDS("arch", arch, "syscall", number, "success", "yes", "exit", "0", "a0",
                    "ffffff9c", "a1", "1", "a2", "ffffff9c", "ppid", "10", "pid", "11", "auid",
                    "1000", "uid", "0", "gid", "0", "euid", "0", "tty", "(none)", "ses",
                    "4294967295", "exe", "/bin/tool"));
}

static void add_path(uint64_t serial, const char *name, const char *type)
{
    add_line("PATH", serial, FIELDS("item", "0", "name", name, "nametype", type));
}

static sonda_status take(void)
{
    return sonda__audit_join_take(join, out);
}

static void assert_text(sonda_field_id id, const char *text)
{
    sonda__span found = sonda__event_text(out, id);

    assert_int_equal(found.len, strlen(text));
    assert_memory_equal(found.data, text, found.len);
}

static void assert_event(uint32_t class_uid, uint32_t activity)
{
    assert_int_equal(take(), SONDA_OK);
    assert_int_equal(out->class_uid, class_uid);
    assert_int_equal(out->activity_id, activity);
}

static void test_audit_join__execve__gives_one_process_event(void **state)
{
    (void)state;
    add_call(42, "c000003e", "59");
    add_line("EXECVE", 42, FIELDS("argc", "3", "a0", "curl", "a1", "-o", "a2", "a b"));
    add_line("CWD", 42, FIELDS("cwd", "/root"));
    add_path(42, "/bin/tool", "NORMAL");
    add_line("PROCTITLE", 42, FIELDS("proctitle", "curl -o"));
    assert_int_equal(take(), SONDA_ERR_END);
    add_line("EOE", 42, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_int_equal(out->product, SONDA_PRODUCT_LINUX);
    assert_int_equal(out->channel.len, 0);
    assert_int_equal(out->header.seq, 1);
    assert_int_equal(out->header.source, SONDA_SOURCE_AUDIT);
    assert_true(out->time_ns == SECOND);
    assert_text(SONDA_FIELD_IMAGE, "/bin/tool");
    assert_text(SONDA_FIELD_COMMAND_LINE, "curl -o a b");
    assert_text(SONDA_FIELD_CURRENT_DIRECTORY, "/root");
    assert_text(SONDA_FIELD_PROCESS_ID, "11");
    assert_text(SONDA_FIELD_PARENT_PROCESS_ID, "10");
    assert_text(SONDA_FIELD_USER, "root");
    assert_text(SONDA_FIELD_LOGIN_UID, "1000");
    assert_null(sonda__event_find(out, SONDA_FIELD_SESSION_ID));
    assert_null(sonda__event_find(out, SONDA_FIELD_TERMINAL));
    assert_int_equal(take(), SONDA_ERR_END);
}

static void test_audit_join__arguments_in_pieces_and_lines__are_joined(void **state)
{
    (void)state;
    add_call(42, "c000003e", "59");
    add_line("EXECVE", 42,
             FIELDS("argc", "3", "a0", "sh", "a1_len", "6", "a1[0]", "abc", "a1[1]", "def"));
    add_line("EXECVE", 42, FIELDS("a1[2]", "ghi", "a2", "", "a3", "end"));
    add_line("EOE", 42, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_text(SONDA_FIELD_COMMAND_LINE, "sh abcdefghi  end");
}

static void test_audit_join__first_argument_empty__keeps_its_blank(void **state)
{
    (void)state;
    add_call(42, "c000003e", "59");
    add_line("EXECVE", 42, FIELDS("argc", "2", "a0", "", "a1", "x"));
    add_line("EOE", 42, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_text(SONDA_FIELD_COMMAND_LINE, " x");
}

static void test_audit_join__no_execve_line__takes_the_title(void **state)
{
    (void)state;
    add_call(42, "c00000b7", "221");
    add_line("PROCTITLE", 42, FIELDS("proctitle", "sh -c id"));
    add_line("EOE", 42, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_text(SONDA_FIELD_COMMAND_LINE, "sh -c id");
}

static void test_audit_join__names_of_enriched_logs__are_used(void **state)
{
    (void)state;
    add_line("SYSCALL", 42,
             FIELDS("arch", "c0000015", "syscall", "11", "success", "yes", "uid", "1000", "exe",
                    "/bin/sh", "SYSCALL", "execve", "UID", "anna"));
    add_line("EOE", 42, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_text(SONDA_FIELD_USER, "anna");
    assert_text(SONDA_FIELD_UID, "1000");
    assert_text(SONDA_FIELD_SYSTEM_CALL, "execve");
}

static void test_audit_join__interleaved_serials__do_not_mix(void **state)
{
    (void)state;
    add_call(1, "c000003e", "59");
    add_call(2, "c000003e", "59");
    add_line("EXECVE", 2, FIELDS("a0", "two"));
    add_line("EXECVE", 1, FIELDS("a0", "one"));
    add_line("EOE", 2, NULL);
    add_line("EOE", 1, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
    assert_text(SONDA_FIELD_COMMAND_LINE, "one");
    assert_int_equal(out->header.seq, 1);
    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
    assert_text(SONDA_FIELD_COMMAND_LINE, "two");
    assert_int_equal(out->header.seq, 2);
}

static void test_audit_join__same_serial_of_another_node_or_time__is_another(void **state)
{
    (void)state;
    add_call(1, "c000003e", "59");
    begin_line("other", "EXECVE", 1, SECOND);
    add_field("a0", sonda__span_text("foreign"));
    sonda__audit_join_add(join, line);
    add_line_at("EXECVE", 1, SECOND + 1000000, FIELDS("a0", "later"));
    sonda__audit_join_finish(join);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_null(sonda__event_find(out, SONDA_FIELD_COMMAND_LINE));
    assert_int_equal(take(), SONDA_ERR_END);
}

static void test_audit_join__a_line_two_seconds_on__completes(void **state)
{
    (void)state;
    add_call(1, "c000003e", "59");
    add_line_at("CWD", 2, SECOND + 2 * SECOND - 1, FIELDS("cwd", "/"));
    assert_int_equal(take(), SONDA_ERR_END);

    add_line_at("CWD", 3, SECOND + 2 * SECOND, FIELDS("cwd", "/"));

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
}

static void test_audit_join__end_of_input__completes(void **state)
{
    (void)state;
    add_call(1, "c000003e", "59");
    assert_int_equal(take(), SONDA_ERR_END);

    sonda__audit_join_finish(join);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
    assert_int_equal(take(), SONDA_ERR_END);
}

static void test_audit_join__first_line_of_no_use__still_numbers_the_event(void **state)
{
    (void)state;
    add_line("AVC", 7, FIELDS("seresult", "granted"));
    add_call(7, "c000003e", "59");
    sonda__audit_join_finish(join);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);

    assert_int_equal(out->header.seq, 1);
}

static void test_audit_join__file_calls__give_class_activity_and_name(void **state)
{
    static const struct {
        const char *arch;
        const char *call;
        const char *flags; /* a1 of open */
        const char *types[3];
        uint32_t activity;
        const char *target; /* "0", "1", "2" are the paths' names */
    } rows[] = {
        {"c000003e", "2", "0", {"NORMAL"}, SONDA_FILE_OPEN, "/d/0"},
        {"c000003e", "2", "1", {"NORMAL"}, SONDA_FILE_UPDATE, "/d/0"},
        {"c000003e", "2", "241", {"PARENT", "CREATE"}, SONDA_FILE_CREATE, "/d/1"},
        {"c000003e", "85", "0", {"PARENT", "NORMAL"}, SONDA_FILE_UPDATE, "/d/1"},
        {"40000003", "5", "2", {"NORMAL"}, SONDA_FILE_UPDATE, "/d/0"},
        {"c00000b7", "56", "0", {"PARENT", "CREATE"}, SONDA_FILE_CREATE, "/d/1"},
        {"c000003e", "83", "0", {"PARENT", "CREATE"}, SONDA_FILE_CREATE, "/d/1"},
        {"c000003e", "87", "0", {"PARENT", "DELETE"}, SONDA_FILE_DELETE, "/d/1"},
        {"c000003e", "263", "0", {"PARENT", "DELETE"}, SONDA_FILE_DELETE, "/d/1"},
        {"c000003e", "90", "0", {"NORMAL"}, SONDA_FILE_SET_ATTRIBUTES, "/d/0"},
        {"c000003e", "92", "0", {"NORMAL"}, SONDA_FILE_SET_SECURITY, "/d/0"},
        {"c000003e", "76", "0", {"NORMAL"}, SONDA_FILE_UPDATE, "/d/0"},
        {"c000003e", "280", "0", {"NORMAL"}, SONDA_FILE_SET_ATTRIBUTES, "/d/0"},
        {"c000003e", "82", "0", {"PARENT", "DELETE", "CREATE"}, SONDA_FILE_RENAME, "/d/2"},
        {"c000003e", "2", "0", {""}, SONDA_FILE_OPEN, "/d/0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static const char *const names[] = {"0", "1", "2"};
        add_line("SYSCALL", i,
                 FIELDS("arch", rows[i].arch, "syscall", rows[i].call, "success", "yes", "a0",
                        "ffffff9c", "a1", rows[i].flags, "pid", "11", "uid", "0", "exe", "/x"));
        add_line("CWD", i, FIELDS("cwd", "/d"));
        for (size_t j = 0; j < 3 && rows[i].types[j] != NULL; j++) {
            add_path(i, names[j], rows[i].types[j]);
        }
        add_line("EOE", i, NULL);
        assert_event(SONDA_CLASS_FILE, rows[i].activity);
        assert_text(SONDA_FIELD_TARGET_FILENAME, rows[i].target);
        assert_text(SONDA_FIELD_IMAGE, "/x");
    }
    assert_int_equal(take(), SONDA_ERR_END);
}

static void test_audit_join__rename_over_a_file__tells_old_and_new_name(void **state)
{
    (void)state;
    add_call(1, "c000003e", "82");
    add_line("CWD", 1, FIELDS("cwd", "/tmp"));
    add_path(1, "/tmp", "PARENT");
    add_path(1, "/etc", "PARENT");
    add_path(1, "a", "DELETE");
    add_path(1, "/etc/b", "DELETE");
    add_path(1, "/etc/b", "CREATE");
    add_line("EOE", 1, NULL);

    assert_event(SONDA_CLASS_FILE, SONDA_FILE_RENAME);

    assert_text(SONDA_FIELD_SOURCE_FILENAME, "/tmp/a");
    assert_text(SONDA_FIELD_TARGET_FILENAME, "/etc/b");
}

static void test_audit_join__chmod__tells_the_mode_in_octal(void **state)
{
    (void)state;
    add_line("SYSCALL", 1,
             FIELDS("arch", "c000003e", "syscall", "90", "success", "yes", "a1", "89ed"));
    add_path(1, "/bin/x", "NORMAL");
    add_line("SYSCALL", 2,
             FIELDS("arch", "c00000b7", "syscall", "53", "success", "yes", "a2", "0"));
    add_path(2, "/bin/x", "NORMAL");
    sonda__audit_join_finish(join);

    assert_event(SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES);
    assert_text(SONDA_FIELD_MODE, "4755");
    assert_event(SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES);
    assert_text(SONDA_FIELD_MODE, "0");
}

static void test_audit_join__renameat__resolves_each_name_by_its_own_directory(void **state)
{
    (void)state;
    add_line("SYSCALL", 1,
             FIELDS("arch", "c000003e", "syscall", "316", "success", "yes", "a0", "3", "a1",
                    "1", "a2", "ffffff9c"));
    add_line("CWD", 1, FIELDS("cwd", "/tmp"));
    add_path(1, "a", "DELETE");
    add_path(1, "b", "CREATE");
    add_line("EOE", 1, NULL);

    assert_event(SONDA_CLASS_FILE, SONDA_FILE_RENAME);

    assert_text(SONDA_FIELD_SOURCE_FILENAME, "a");
    assert_text(SONDA_FIELD_TARGET_FILENAME, "/tmp/b");
}

static void test_audit_join__names__are_resolved_and_cleaned(void **state)
{
    static const struct {
        const char *cwd;
        const char *directory; /* a0 of unlinkat */
        const char *name;
        const char *target;
    } rows[] = {
        {"/tmp", "ffffff9c", "a", "/tmp/a"},
        {"/tmp", "ffffffffffffff9c", "a", "/tmp/a"},
        {"/tmp", "3", "a", "a"},
        {"/tmp", "3", "/b/c", "/b/c"},
        {"/tmp", "ffffff9c", "../etc/./passwd", "/etc/passwd"},
        {"/tmp", "ffffff9c", "/a//b/../../..//c", "/c"},
        {"/tmp", "ffffff9c", "/..", "/"},
        {"/", "ffffff9c", "a", "/a"},
        {"", "ffffff9c", "a", "a"},
        {"/tmp", "ffffff9c", "..x/...", "/tmp/..x/..."},
        {"(unreachable)/x", "ffffff9c", "a", "(unreachable)/x/a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add_line("SYSCALL", i,
                 FIELDS("arch", "c000003e", "syscall", "263", "success", "yes", "a0",
                        rows[i].directory));
        add_line("CWD", i, FIELDS("cwd", rows[i].cwd));
        add_path(i, rows[i].name, "DELETE");
        add_line("EOE", i, NULL);
        assert_event(SONDA_CLASS_FILE, SONDA_FILE_DELETE);
        assert_text(SONDA_FIELD_TARGET_FILENAME, rows[i].target);
    }
}

static void test_audit_join__connect__tells_where_to(void **state)
{
    static const struct {
        const char *arch;
        const char *call;
        const char *saddr;
        const char *ip;
        const char *port;
    } rows[] = {
        {"c000003e", "42", "02000050A9FEA9FE0000000000000000", "169.254.169.254", "80"},
        {"c00000b7", "203", "020001BBC0000201", "192.0.2.1", "443"},
        {"40000003", "362", "0A0000160000000020010DB800000000000000000000000100000000",
         "2001:db8::1", "22"},
        {"80000016", "0", "00020050C0000201", "192.0.2.1", "80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add_line("SYSCALL", i,
                 FIELDS("arch", rows[i].arch, "syscall", rows[i].call, "success", "no", "exit",
                        "-115", "pid", "11", "exe", "/x", "SYSCALL", "connect"));
        add_line("SOCKADDR", i, FIELDS("saddr", rows[i].saddr));
        add_line("EOE", i, NULL);
        assert_event(SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN);
        assert_text(SONDA_FIELD_DESTINATION_IP, rows[i].ip);
        assert_text(SONDA_FIELD_DESTINATION_PORT, rows[i].port);
        assert_text(SONDA_FIELD_INITIATED, "true");
    }
}

static void test_audit_join__accept_and_bind__tell_the_source(void **state)
{
    (void)state;
    add_call(1, "c000003e", "288");
    add_line("SOCKADDR", 1, FIELDS("saddr", "0200C001C0000201"));
    add_line("EOE", 1, NULL);
    assert_event(SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN);
    assert_text(SONDA_FIELD_SOURCE_IP, "192.0.2.1");
    assert_text(SONDA_FIELD_INITIATED, "false");

    add_line("SYSCALL", 2,
             FIELDS("arch", "40000003", "syscall", "102", "success", "yes", "a0", "2"));
    add_line("SOCKADDR", 2, FIELDS("saddr", "02001F9000000000"));
    add_line("EOE", 2, NULL);
    assert_event(SONDA_CLASS_NETWORK, SONDA_NETWORK_LISTEN);
    assert_text(SONDA_FIELD_SOURCE_PORT, "8080");
    assert_text(SONDA_FIELD_SYSTEM_CALL, "bind");
}

static void test_audit_join__module__is_a_kernel_extension(void **state)
{
    (void)state;
    add_call(1, "c000003e", "313");
    add_line("KERN_MODULE", 1, FIELDS("name", "rootkit"));
    add_line("EOE", 1, NULL);

    assert_event(SONDA_CLASS_KERNEL_EXTENSION, 1);

    assert_text(SONDA_FIELD_MODULE, "rootkit");
}

static void test_audit_join__login__is_complete_alone(void **state)
{
    (void)state;
    add_line("USER_LOGIN", 1,
             FIELDS("pid", "5", "uid", "0", "auid", "4294967295", "op", "login", "acct", "anna",
                    "exe", "/usr/sbin/sshd", "hostname", "?", "addr", "192.0.2.7", "terminal",
                    "sshd", "res", "failed"));

    assert_event(SONDA_CLASS_AUTHENTICATION, 1);

    assert_text(SONDA_FIELD_TARGET_USER_NAME, "anna");
    assert_text(SONDA_FIELD_IP_ADDRESS, "192.0.2.7");
    assert_text(SONDA_FIELD_STATUS, "failed");
    assert_null(sonda__event_find(out, SONDA_FIELD_WORKSTATION_NAME));
    assert_null(sonda__event_find(out, SONDA_FIELD_LOGIN_UID));
}

static void test_audit_join__what_means_nothing__gives_no_event(void **state)
{
    (void)state;
    add_line("SYSCALL", 1, FIELDS("arch", "c000003e", "syscall", "59", "success", "no"));
    add_line("SYSCALL", 2, FIELDS("arch", "c000003e", "syscall", "62", "success", "yes"));
    add_line("SYSCALL", 3, FIELDS("arch", "c0000015", "syscall", "11", "success", "yes"));
    add_call(4, "c000003e", "42");
    add_line("SOCKADDR", 4, FIELDS("saddr", "01002F72756E"));
    add_call(5, "c000003e", "87");
    add_line("SERVICE_STOP", 6, FIELDS("unit", "firewalld"));
    add_line("EOE", 7, NULL);
    add_call(8, "c000003e", "42");
    add_line("SOCKADDR", 8, FIELDS("saddr", "0200zz"));
    sonda__audit_join_finish(join);

    assert_int_equal(take(), SONDA_ERR_END);
}

static void test_audit_join__events_of_other_sources__are_passed_over(void **state)
{
    sonda__audit_join_stats stats;

    (void)state;
    begin_line(NULL, "SYSCALL", 1, SECOND);
    line->channel = sonda__span_text("Security");
    sonda__audit_join_add(join, line);
    sonda__audit_join_finish(join);

    assert_int_equal(take(), SONDA_ERR_END);
    sonda__audit_join_get_stats(join, &stats);
    assert_int_equal(stats.serials, 0);
}

static void test_audit_join__too_many_serials__completes_the_oldest(void **state)
{
    sonda__audit_join_stats stats;

    (void)state;
    for (uint64_t i = 1; i < SONDA__AUDIT_PENDING_MAX; i++) {
        add_call(i, "c000003e", "59");
        assert_int_equal(take(), SONDA_ERR_END);
    }

    add_call(1000, "c000003e", "59");

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
    assert_int_equal(out->header.seq, 1);
    assert_int_equal(take(), SONDA_ERR_END);
    sonda__audit_join_get_stats(join, &stats);
    assert_int_equal(stats.evicted, 1);
}

static void test_audit_join__serials_of_no_use__give_way_uncounted(void **state)
{
    sonda__audit_join_stats stats;

    (void)state;
    add_call(0, "c000003e", "59");
    for (uint64_t i = 1; i < 10 * SONDA__AUDIT_PENDING_MAX; i++) {
        add_line("SERVICE_START", i, FIELDS("unit", "x"));
    }
    add_line("EOE", 0, NULL);

    assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
    sonda__audit_join_get_stats(join, &stats);
    assert_int_equal(stats.evicted, 0);
}

static void test_audit_join__nobody_takes__stays_bounded_and_counts(void **state)
{
    sonda__audit_join_stats stats;
    size_t taken = 0;

    (void)state;
    for (uint64_t i = 0; i < 3 * SONDA__AUDIT_PENDING_MAX; i++) {
        add_call(i, "c000003e", "59");
        add_line("EOE", i, NULL);
    }
    while (take() == SONDA_OK) {
        taken++;
    }

    sonda__audit_join_get_stats(join, &stats);
    assert_int_equal(taken, SONDA__AUDIT_PENDING_MAX);
    assert_int_equal(taken + stats.evicted, 3 * SONDA__AUDIT_PENDING_MAX);
}

static void test_audit_join__long_arguments__are_cut_flagged_and_counted(void **state)
{
    static char text[100000];
    sonda__audit_join_stats stats;
    const sonda__field *found;

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t round = 0; round < 20; round++) {
        add_call(round, "c000003e", "59");
        for (size_t i = 0; i < 10; i++) {
            begin_line(NULL, "EXECVE", round, SECOND);
            add_field("a1", sonda__span_of(text, sizeof text));
            sonda__audit_join_add(join, line);
        }
        add_line("EOE", round, NULL);

        /* Round after round: the blocks come back. */
        assert_event(SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
        found = sonda__event_find(out, SONDA_FIELD_COMMAND_LINE);
        assert_non_null(found);
        assert_int_equal(found->flags, SONDA_VALUE_TRUNCATED);
        assert_in_range(found->text.len, 500000,
                        SONDA__AUDIT_SERIAL_BLOCKS_MAX * SONDA__AUDIT_BLOCK_BYTES);
    }
    sonda__audit_join_get_stats(join, &stats);
    assert_true(stats.cut >= 20);
}

#define JOIN_TEST(function) cmocka_unit_test_setup_teardown(function, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOIN_TEST(test_audit_join__execve__gives_one_process_event),
        JOIN_TEST(test_audit_join__arguments_in_pieces_and_lines__are_joined),
        JOIN_TEST(test_audit_join__first_argument_empty__keeps_its_blank),
        JOIN_TEST(test_audit_join__no_execve_line__takes_the_title),
        JOIN_TEST(test_audit_join__names_of_enriched_logs__are_used),
        JOIN_TEST(test_audit_join__interleaved_serials__do_not_mix),
        JOIN_TEST(test_audit_join__same_serial_of_another_node_or_time__is_another),
        JOIN_TEST(test_audit_join__a_line_two_seconds_on__completes),
        JOIN_TEST(test_audit_join__end_of_input__completes),
        JOIN_TEST(test_audit_join__first_line_of_no_use__still_numbers_the_event),
        JOIN_TEST(test_audit_join__file_calls__give_class_activity_and_name),
        JOIN_TEST(test_audit_join__rename_over_a_file__tells_old_and_new_name),
        JOIN_TEST(test_audit_join__chmod__tells_the_mode_in_octal),
        JOIN_TEST(test_audit_join__renameat__resolves_each_name_by_its_own_directory),
        JOIN_TEST(test_audit_join__names__are_resolved_and_cleaned),
        JOIN_TEST(test_audit_join__connect__tells_where_to),
        JOIN_TEST(test_audit_join__accept_and_bind__tell_the_source),
        JOIN_TEST(test_audit_join__module__is_a_kernel_extension),
        JOIN_TEST(test_audit_join__login__is_complete_alone),
        JOIN_TEST(test_audit_join__what_means_nothing__gives_no_event),
        JOIN_TEST(test_audit_join__events_of_other_sources__are_passed_over),
        JOIN_TEST(test_audit_join__too_many_serials__completes_the_oldest),
        JOIN_TEST(test_audit_join__serials_of_no_use__give_way_uncounted),
        JOIN_TEST(test_audit_join__nobody_takes__stays_bounded_and_counts),
        JOIN_TEST(test_audit_join__long_arguments__are_cut_flagged_and_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
