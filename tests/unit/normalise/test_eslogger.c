/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/normalise/es_json.h"
#include "core/normalise/json_event.h"

#define TEXT_MAX ((size_t)4 * 1024 * 1024)

#define TOKEN(pid, version)                                                      \
    "{\"auid\":501,\"euid\":0,\"egid\":0,\"ruid\":501,\"rgid\":20,\"pid\":" #pid \
    ",\"asid\":7,\"pidversion\":" #version "}"
#define ARRAY_TOKEN(pid, version) "[501,0,0,501,20," #pid ",7," #version "]"
#define PROCESS(token) \
    "\"process\":{\"audit_token\":" token ",\"executable\":{\"path\":\"/bin/ls\"}}"
#define LINE(process, event) \
    "{\"event_type\":32,\"global_seq_num\":5," process ",\"event\":" event "}"

struct fixture {
    sonda_event *event;
    sonda_event *again;
    char *text;
    sonda_error error;
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->error.struct_size = sizeof f->error;
    f->text = malloc(TEXT_MAX);
    assert_non_null(f->text);
    *state = f;
    return sonda_event_open(&f->event, NULL) | sonda_event_open(&f->again, NULL);
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;

    sonda_event_close(f->event);
    sonda_event_close(f->again);
    free(f->text);
    free(f);
    return 0;
}

static sonda_status decode_span(sonda_event *event, sonda__span line, sonda_error *error)
{
    static const sonda_record_header header = {.source = SONDA_SOURCE_JSON};

    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_json(event, line, error);
}

static void decode(struct fixture *f, const char *line)
{
    assert_int_equal(decode_span(f->event, sonda__span_text(line), &f->error), SONDA_OK);
}

static void assert_text(const sonda_event *event, sonda_field_id id, const char *expected)
{
    sonda__span text = sonda__event_text(event, id);

    assert_non_null(sonda__event_find(event, id));
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.data, expected, text.len);
}

static const sonda__field *named(const sonda_event *event, const char *name)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, name)) {
            return &event->fields[i];
        }
    }
    return NULL;
}

/* The n-th line of the recording; false where there is none. */
static bool read_line(struct fixture *f, size_t number, sonda__span *line)
{
    const char *data = getenv("SONDA_TEST_DATA");
    char path[4096];
    const char *at = f->text;
    const char *end;
    size_t len;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/macos/eslogger.jsonl", data != NULL ? data : ".");
    file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    len = fread(f->text, 1, TEXT_MAX, file);
    (void)fclose(file);
    end = f->text + len;
    for (size_t i = 1; i < number; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        assert_non_null(at);
        at++;
    }
    len = (size_t)(end - at);
    *line = sonda__span_of(at, memchr(at, '\n', len) != NULL
                                   ? (size_t)((const char *)memchr(at, '\n', len) - at)
                                   : len);
    return true;
}

/* Decodes the n-th line of the recording, and what is written of it. */
static void decode_recorded(struct fixture *f, size_t number)
{
    sonda__span line;
    sonda__json_writer json;
    char *written;

    if (!read_line(f, number, &line)) {
        skip();
    }
    assert_int_equal(decode_span(f->event, line, &f->error), SONDA_OK);
    written = malloc(TEXT_MAX);
    assert_non_null(written);
    sonda__json_writer_init(&json, written, TEXT_MAX);
    sonda__es_write_json(f->event, &json);
    assert_int_equal(decode_span(f->again, sonda__span_of(written, json.out.needed), &f->error),
                     SONDA_OK);
    assert_int_equal(f->again->field_count, f->event->field_count);
    assert_int_equal(f->again->time_ns, f->event->time_ns);
    for (sonda_field_id id = 1; id < SONDA_FIELD_COUNT; id++) {
        assert_true(sonda__span_equal(sonda__event_text(f->event, id),
                                      sonda__event_text(f->again, id)));
    }
    free(written);
}

static void test_recorded_exit__actor_parent_time__are_right(void **state)
{
    struct fixture *f = *state;

    decode_recorded(f, 1);
    assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(f->event->activity_id, SONDA_PROCESS_TERMINATE);
    assert_int_equal(f->event->time_ns, UINT64_C(1754579589811587464));
    assert_text(f->event, SONDA_FIELD_IMAGE, "/usr/sbin/ipconfig");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID, "11221");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID_VERSION, "170692");
    assert_text(f->event, SONDA_FIELD_PROCESS_START, "1754579589798115000");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID, "532");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID_VERSION, "1294");
    assert_text(f->event, SONDA_FIELD_EXIT_CODE, "0");
    assert_text(f->event, SONDA_FIELD_IS_PLATFORM_BINARY, "true");
    assert_null(sonda__event_find(f->event, SONDA_FIELD_LOGIN_UID));
}

static void test_recorded_exec__actor_target_parent_time__are_right(void **state)
{
    struct fixture *f = *state;

    decode_recorded(f, 2);
    assert_int_equal(f->event->activity_id, SONDA_PROCESS_LAUNCH);
    assert_int_equal(f->event->time_ns, UINT64_C(1754572895880814738));
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/connection-checker");
    assert_text(f->event, SONDA_FIELD_COMMAND_LINE, "/bin/connection-checker");
    assert_text(f->event, SONDA_FIELD_CURRENT_DIRECTORY, "/bin/mullvadvpn-app");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID, "97391");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID_VERSION, "149092");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID, "58916");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID_VERSION, "87724");
    assert_text(f->event, SONDA_FIELD_UID, "501");
    assert_text(f->event, SONDA_FIELD_TERMINAL, "ttys003");
    assert_true(sonda__span_is(named(f->event, "process.executable.path")->text, "/bin/nu"));
}

static void test_recorded_fork__array_tokens__child_and_parent_are_right(void **state)
{
    struct fixture *f = *state;

    decode_recorded(f, 3);
    assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
    assert_int_equal(f->event->activity_id, SONDA_ACTIVITY_OTHER);
    assert_int_equal(f->event->time_ns, UINT64_C(1753196941084030274));
    assert_text(f->event, SONDA_FIELD_PROCESS_ID, "21497");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID_VERSION, "38282");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID, "19745");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID_VERSION, "35165");
    assert_text(f->event, SONDA_FIELD_PARENT_IMAGE,
                "/Applications/Mullvad VPN.app/Contents/MacOS/Mullvad VPN");
    assert_text(f->event, SONDA_FIELD_TEAM_ID, "CKG9MXH72F");
}

static void test_token__array_or_object__gives_the_same_names(void **state)
{
    struct fixture *f = *state;
    const char *const lines[] = {
        LINE(PROCESS(TOKEN(12, 34)), "{\"unlink\":{\"target\":{\"path\":\"/tmp/x\"}}}"),
        LINE(PROCESS(ARRAY_TOKEN(12, 34)), "{\"unlink\":{\"target\":{\"path\":\"/tmp/x\"}}}"),
    };

    for (size_t i = 0; i < 2; i++) {
        decode(f, lines[i]);
        assert_int_equal(f->event->product, SONDA_PRODUCT_MACOS);
        assert_int_equal(f->event->activity_id, SONDA_FILE_DELETE);
        assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/tmp/x");
        assert_text(f->event, SONDA_FIELD_PROCESS_ID, "12");
        assert_text(f->event, SONDA_FIELD_PROCESS_ID_VERSION, "34");
        assert_text(f->event, SONDA_FIELD_EFFECTIVE_UID, "0");
        assert_text(f->event, SONDA_FIELD_UID, "501");
        assert_true(sonda__span_is(named(f->event, "process.audit_token.rgid")->text, "20"));
    }
}

static void test_jamf__other_spellings__are_understood(void **state)
{
    struct fixture *f = *state;

    decode(f, "{\"glob_seq_num\":9,\"event\":{\"cs_invalidate\":{}}," PROCESS(
                  TOKEN(1, 2)) ","
                               "\"event_type\":94}");
    assert_text(f->event, SONDA_FIELD_GLOBAL_SEQ_NUM, "9");
    assert_text(f->event, SONDA_FIELD_ES_EVENT, "cs_invalidated");
    assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
    assert_non_null(named(f->event, "global_seq_num"));
}

static void test_unknown_event__own_names__and_counted_as_raw(void **state)
{
    struct fixture *f = *state;

    decode(f, LINE(PROCESS(TOKEN(1, 2)), "{\"teleport\":{\"where\":{\"to\":\"moon\"}}}"));
    assert_true(f->event->is_raw);
    assert_int_equal(f->event->class_uid, SONDA_CLASS_BASE);
    assert_int_equal(f->event->product, SONDA_PRODUCT_MACOS);
    assert_text(f->event, SONDA_FIELD_ES_EVENT, "teleport");
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/ls");
    assert_true(sonda__span_is(named(f->event, "event.teleport.where.to")->text, "moon"));

    decode(f, LINE(PROCESS(TOKEN(1, 2)), "{\"unlink\":{}}"));
    assert_false(f->event->is_raw);
}

static void test_nulls__everywhere__leave_fields_out(void **state)
{
    struct fixture *f = *state;

    decode(f, LINE(PROCESS(TOKEN(1, 2)),
                   "{\"btm_launch_item_add\":{\"instigator\":null,\"app\":null,"
                   "\"item\":{\"item_url\":null},\"executable_path\":null}}"));
    assert_int_equal(f->event->class_uid, SONDA_CLASS_SCHEDULED_JOB);
    assert_null(sonda__event_find(f->event, SONDA_FIELD_TASK_NAME));
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/ls");
}

static void test_duplicate_key__the_last__counts(void **state)
{
    struct fixture *f = *state;

    decode(f, LINE(PROCESS(TOKEN(1, 2)), "{\"unlink\":{\"target\":{\"path\":\"/a\","
                                         "\"path\":\"/b\"}}}"));
    assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/b");
}

static void test_other_json__with_some_of_the_keys__stays_what_it_is(void **state)
{
    static const char *const lines[] = {
        "{\"process\":{\"executable\":{\"path\":\"/bin/ls\"}},\"host\":{\"name\":\"x\"}}",
        "{\"process\":{\"executable\":\"/bin/"
        "ls\"},\"event\":{\"kind\":\"event\"},\"seq_num\":1}",
        "{\"event_type\":9,\"event\":{\"exec\":{\"args\":[\"x\"]}}}",
        "{\"process.executable.path\":1}",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        decode(f, lines[i]);
        assert_int_equal(f->event->product, SONDA_PRODUCT_NONE);
        assert_null(sonda__event_find(f->event, SONDA_FIELD_ES_EVENT));
    }
}

static void put(struct fixture *f, size_t *len, const char *text)
{
    memcpy(f->text + *len, text, strlen(text));
    *len += strlen(text);
}

/* More arguments, variables and descriptors than an event has fields. */
static void test_exec__of_ten_thousand_arguments__is_not_lost(void **state)
{
    struct fixture *f = *state;
    sonda__span line;
    size_t len = 0;

    put(f, &len,
        "{\"event_type\":9,\"mach_time\":1," PROCESS(TOKEN(1, 2)) ",\"event\":{\"exec\":{");
    put(f, &len, "\"fds\":[{\"fd\":0,\"fdtype\":1}");
    for (size_t i = 0; i < 10000; i++) {
        put(f, &len, ",{\"fd\":1,\"fdtype\":2}");
    }
    put(f, &len, "],\"args\":[\"first\"");
    for (size_t i = 0; i < 10000; i++) {
        put(f, &len, ",\"a\\tb\"");
    }
    put(f, &len,
        ",\"last\"],\"target\":{\"executable\":{\"path\":\"/bin/x\"},\"audit_token\":" TOKEN(
            1, 3) "}}}}");
    assert_int_equal(decode_span(f->event, sonda__span_of(f->text, len), &f->error), SONDA_OK);
    line = sonda__event_text(f->event, SONDA_FIELD_COMMAND_LINE);
    assert_int_equal(line.len, 5 + 10000 * 4 + 5);
    assert_memory_equal(line.data, "first a\tb a\tb", 13);
    assert_memory_equal(line.data + line.len - 9, " a\tb last", 9);
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/x");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        TEST(test_recorded_exit__actor_parent_time__are_right),
        TEST(test_recorded_exec__actor_target_parent_time__are_right),
        TEST(test_recorded_fork__array_tokens__child_and_parent_are_right),
        TEST(test_token__array_or_object__gives_the_same_names),
        TEST(test_jamf__other_spellings__are_understood),
        TEST(test_unknown_event__own_names__and_counted_as_raw),
        TEST(test_nulls__everywhere__leave_fields_out),
        TEST(test_duplicate_key__the_last__counts),
        TEST(test_other_json__with_some_of_the_keys__stays_what_it_is),
        TEST(test_exec__of_ten_thousand_arguments__is_not_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
