/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/normalise/es_json.h"
#include "core/normalise/es_kind_table.h"
#include "core/normalise/es_name_table.h"
#include "core/normalise/es_record.h"
#include "core/normalise/json_event.h"
#include "es_build.h"

#define JSON_MAX ((size_t)4 * 1024 * 1024)

/* A record under construction, its event, and that of its JSON. */
struct fixture {
    es_build build;
    sonda_event *event;
    sonda_event *again;
    char *json;
    sonda_error error;
};

static const es_process shell = {58916, 87724, 938, 2424, "/bin/zsh"};
static const es_process old_image = {97391, 149091, 58916, 87724, "/bin/zsh"};
static const es_process new_image = {97391, 149092, 58916, 87724, "/usr/bin/curl"};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->error.struct_size = sizeof f->error;
    f->build.payload = malloc(ES_PAYLOAD_MAX);
    f->json = malloc(JSON_MAX);
    assert_non_null(f->build.payload);
    assert_non_null(f->json);
    *state = f;
    return sonda_event_open(&f->event, NULL) | sonda_event_open(&f->again, NULL);
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;

    sonda_event_close(f->event);
    sonda_event_close(f->again);
    free(f->build.payload);
    free(f->json);
    free(f);
    return 0;
}

static void assert_text(const sonda_event *event, sonda_field_id id, const char *expected)
{
    sonda__span text = sonda__event_text(event, id);

    assert_non_null(sonda__event_find(event, id));
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.data, expected, text.len);
}

static const sonda__field *named(const sonda_event *event, sonda__span name, size_t which)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_equal(event->fields[i].name, name) && which-- == 0) {
            return &event->fields[i];
        }
    }
    return NULL;
}

static void assert_named(const sonda_event *event, const char *name, const char *expected)
{
    const sonda__field *field = named(event, sonda__span_text(name), 0);

    assert_non_null(field);
    assert_int_equal(field->text.len, strlen(expected));
    assert_memory_equal(field->text.data, expected, field->text.len);
}

/* Every field of `a` is one of `b`, the n-th of a name the n-th. */
static void assert_within(const sonda_event *a, const sonda_event *b)
{
    for (size_t i = 0; i < a->field_count; i++) {
        const sonda__field *field = &a->fields[i];
        const sonda__field *other;
        size_t which = 0;

        for (size_t k = 0; k < i; k++) {
            which += sonda__span_equal(a->fields[k].name, field->name);
        }
        other = named(b, field->name, which);
        if (other == NULL || !sonda__span_equal(other->text, field->text)) {
            print_message("field %.*s\n", (int)field->name.len, field->name.data);
        }
        assert_non_null(other);
        assert_true(sonda__span_equal(other->text, field->text));
        assert_int_equal(other->id, field->id);
        assert_int_equal(other->flags, field->flags);
    }
}

static void assert_same_event(const sonda_event *a, const sonda_event *b)
{
    assert_int_equal(a->class_uid, b->class_uid);
    assert_int_equal(a->activity_id, b->activity_id);
    assert_int_equal(a->product, b->product);
    assert_int_equal(a->time_ns, b->time_ns);
    assert_int_equal(a->is_raw, b->is_raw);
    assert_int_equal(a->field_count, b->field_count);
    assert_within(a, b);
    assert_within(b, a);
}

/* Decodes the record, and the JSON written of it: they are one event. */
static void decode(struct fixture *f)
{
    static const sonda_record_header header;
    sonda__json_writer json;

    assert_int_equal(es_decode(f->event, es_end(&f->build), &f->error), SONDA_OK);
    sonda__json_writer_init(&json, f->json, JSON_MAX);
    sonda__es_write_json(f->event, &json);
    assert_int_equal(json.out.status, SONDA_OK);
    sonda__event_begin(f->again, &header, sonda__names_of_table());
    assert_int_equal(
        sonda__decode_json(f->again, sonda__span_of(f->json, json.out.needed), &f->error),
        SONDA_OK);
    assert_same_event(f->event, f->again);
}

static void begin(struct fixture *f, const char *kind, uint32_t version)
{
    const sonda__es_kind *found = sonda__es_kind_by_name(sonda__span_text(kind));

    assert_non_null(found);
    es_begin(&f->build, found->notify, version);
    es_process_block(&f->build, SONDA_ES_BLOCK_PROCESS, &shell);
}

static void assert_kind(const struct fixture *f, uint32_t class_uid, uint32_t activity_id)
{
    assert_int_equal(f->event->product, SONDA_PRODUCT_MACOS);
    assert_int_equal(f->event->class_uid, class_uid);
    assert_int_equal(f->event->activity_id, activity_id);
}

static void test_exec__old_image_acts__event_is_about_the_target(void **state)
{
    struct fixture *f = *state;

    es_begin(&f->build, 9, 9);
    es_process_block(&f->build, SONDA_ES_BLOCK_PROCESS, &old_image);
    es_process_block(&f->build, SONDA_ES_BLOCK_TARGET, &new_image);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "curl");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "-o");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "/tmp/x");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ENV, "A=b");
    es_put(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_FDS, 0, "\1\0\0\0\2\0\0\0", 8);
    es_put(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_FDS, 0, "\5\0\0\0\1\0\0\0", 8);
    es_text(&f->build, SONDA_ES_BLOCK_CWD, SONDA_ES_FILE_PATH, "/Users/alice");
    es_stat(&f->build, SONDA_ES_BLOCK_CWD, SONDA_ES_FILE_STAT);
    es_null(&f->build, SONDA_ES_BLOCK_SCRIPT, 0);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_DYLD_EXEC_PATH, "/usr/bin/curl");
    decode(f);

    assert_kind(f, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH);
    assert_text(f->event, SONDA_FIELD_IMAGE, "/usr/bin/curl");
    assert_text(f->event, SONDA_FIELD_COMMAND_LINE, "curl -o /tmp/x");
    assert_text(f->event, SONDA_FIELD_CURRENT_DIRECTORY, "/Users/alice");
    assert_text(f->event, SONDA_FIELD_EXECUTED_PATH, "/usr/bin/curl");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID, "97391");
    assert_text(f->event, SONDA_FIELD_PROCESS_ID_VERSION, "149092");
    assert_text(f->event, SONDA_FIELD_PROCESS_START, "1754572895877422000");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID, "58916");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID_VERSION, "87724");
    assert_text(f->event, SONDA_FIELD_RESPONSIBLE_PROCESS_ID, "938");
    assert_text(f->event, SONDA_FIELD_TERMINAL, "ttys003");
    assert_text(f->event, SONDA_FIELD_CD_HASH, "28CD2C7591000000000000000000000000000000");
    assert_text(f->event, SONDA_FIELD_USER, "501");
    assert_null(sonda__event_find(f->event, SONDA_FIELD_PARENT_IMAGE));
    assert_null(sonda__event_find(f->event, SONDA_FIELD_TEAM_ID));
    assert_named(f->event, "process.executable.path", "/bin/zsh");
    assert_named(f->event, "event.exec.fds.fd", "1");
    assert_named(f->event, "event.exec.target.start_time", "2025-08-07T13:21:35.877422Z");
    assert_int_equal(f->event->time_ns, UINT64_C(1754579589811587464));
}

static void test_exec__of_a_script__names_the_script(void **state)
{
    struct fixture *f = *state;

    es_begin(&f->build, 9, 10);
    es_process_block(&f->build, SONDA_ES_BLOCK_PROCESS, &old_image);
    es_process_block(&f->build, SONDA_ES_BLOCK_TARGET, &new_image);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_DYLD_EXEC_PATH, "/bin/sh");
    es_text(&f->build, SONDA_ES_BLOCK_SCRIPT, SONDA_ES_FILE_PATH, "/tmp/run.sh");
    decode(f);

    assert_text(f->event, SONDA_FIELD_EXECUTED_PATH, "/tmp/run.sh");
}

static void test_fork__child__is_the_process_and_process_its_parent(void **state)
{
    struct fixture *f = *state;
    const es_process child = {97391, 149090, 58916, 87724, "/bin/zsh"};

    begin(f, "fork", 10);
    es_process_block(&f->build, SONDA_ES_BLOCK_CHILD, &child);
    decode(f);

    assert_kind(f, SONDA_CLASS_PROCESS, SONDA_ACTIVITY_OTHER);
    assert_text(f->event, SONDA_FIELD_PROCESS_ID, "97391");
    assert_text(f->event, SONDA_FIELD_PARENT_PROCESS_ID, "58916");
    assert_text(f->event, SONDA_FIELD_PARENT_IMAGE, "/bin/zsh");
}

static void test_exit__status__gives_code_and_signal(void **state)
{
    struct fixture *f = *state;

    begin(f, "exit", 6);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_STAT, 3 << 8, 4);
    decode(f);
    assert_kind(f, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE);
    assert_text(f->event, SONDA_FIELD_EXIT_CODE, "3");
    assert_null(sonda__event_find(f->event, SONDA_FIELD_EXIT_SIGNAL));

    begin(f, "exit", 6);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_STAT, 9, 4);
    decode(f);
    assert_text(f->event, SONDA_FIELD_EXIT_SIGNAL, "9");
}

static void test_rename__to_a_new_path__joins_directory_and_name(void **state)
{
    struct fixture *f = *state;

    begin(f, "rename", 8);
    es_text(&f->build, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_PATH, "/tmp/a");
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_DESTINATION_TYPE, 1, 4);
    es_text(&f->build, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_DIR, "/Library/LaunchAgents");
    es_text(&f->build, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_FILENAME, "x.plist");
    decode(f);

    assert_kind(f, SONDA_CLASS_FILE, SONDA_FILE_RENAME);
    assert_text(f->event, SONDA_FIELD_SOURCE_FILENAME, "/tmp/a");
    assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/Library/LaunchAgents/x.plist");
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/zsh");
    assert_text(f->event, SONDA_FIELD_THREAD_ID, "505819");
}

static void test_create__over_an_existing_file__is_that_file(void **state)
{
    struct fixture *f = *state;

    begin(f, "create", 1);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_DESTINATION_TYPE, 0, 4);
    es_text(&f->build, SONDA_ES_BLOCK_EXISTING_FILE, SONDA_ES_FILE_PATH, "/etc/hosts");
    decode(f);

    assert_kind(f, SONDA_CLASS_FILE, SONDA_FILE_CREATE);
    assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/etc/hosts");
    assert_null(sonda__event_find(f->event, SONDA_FIELD_GLOBAL_SEQ_NUM));
}

static void test_create__in_the_root__has_one_slash(void **state)
{
    struct fixture *f = *state;

    begin(f, "create", 8);
    es_text(&f->build, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_DIR, "/");
    es_text(&f->build, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_FILENAME, "x");
    es_number(&f->build, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_MODE, 0100644, 2);
    decode(f);

    assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/x");
    assert_text(f->event, SONDA_FIELD_MODE, "644");
}

static void test_close__unmodified__is_no_update(void **state)
{
    struct fixture *f = *state;

    for (uint64_t modified = 0; modified < 2; modified++) {
        begin(f, "close", 8);
        es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_MODIFIED, modified, 1);
        es_text(&f->build, SONDA_ES_BLOCK_TARGET_FILE, SONDA_ES_FILE_PATH, "/tmp/x");
        decode(f);
        assert_kind(f, SONDA_CLASS_FILE,
                    modified != 0 ? SONDA_FILE_UPDATE : SONDA_ACTIVITY_OTHER);
        assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/tmp/x");
    }
}

static void test_open__fflag__is_hexadecimal(void **state)
{
    struct fixture *f = *state;

    begin(f, "open", 8);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_FFLAG, 0x403, 4);
    es_text(&f->build, SONDA_ES_BLOCK_FILE, SONDA_ES_FILE_PATH, "/tmp/x");
    decode(f);

    assert_kind(f, SONDA_CLASS_FILE, SONDA_FILE_OPEN);
    assert_text(f->event, SONDA_FIELD_OPEN_FLAGS, "0x403");
}

static void test_copyfile__to_an_existing_file__does_not_add_the_name(void **state)
{
    struct fixture *f = *state;

    begin(f, "copyfile", 8);
    es_text(&f->build, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_PATH, "/tmp/a");
    es_text(&f->build, SONDA_ES_BLOCK_TARGET_EXISTING, SONDA_ES_FILE_PATH, "/tmp/d/b");
    es_text(&f->build, SONDA_ES_BLOCK_TARGET_DIR, SONDA_ES_FILE_PATH, "/tmp/d");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_TARGET_NAME, "b");
    decode(f);

    assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/tmp/d/b");
    assert_int_equal(f->event->class_uid, SONDA_CLASS_FILE);
}

static void test_get_task__two_processes__are_source_and_target(void **state)
{
    static const char *const kinds[] = {"get_task", "get_task_read", "trace",
                                        "remote_thread_create", "signal"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        begin(f, kinds[i], 8);
        es_process_block(&f->build, SONDA_ES_BLOCK_TARGET, &new_image);
        decode(f);
        assert_int_equal(f->event->class_uid, SONDA_CLASS_PROCESS);
        assert_text(f->event, SONDA_FIELD_SOURCE_IMAGE, "/bin/zsh");
        assert_text(f->event, SONDA_FIELD_SOURCE_PROCESS_ID, "58916");
        assert_text(f->event, SONDA_FIELD_TARGET_IMAGE, "/usr/bin/curl");
        assert_text(f->event, SONDA_FIELD_TARGET_PROCESS_ID, "97391");
        assert_null(sonda__event_find(f->event, SONDA_FIELD_IMAGE));
    }
}

static void test_mmap__executable__is_an_image_load(void **state)
{
    struct fixture *f = *state;

    begin(f, "mmap", 8);
    es_text(&f->build, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_PATH, "/tmp/evil.dylib");
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_PROTECTION, 5, 4);
    decode(f);
    assert_kind(f, SONDA_CLASS_MODULE, SONDA_MODULE_LOAD);
    assert_text(f->event, SONDA_FIELD_IMAGE_LOADED, "/tmp/evil.dylib");

    begin(f, "mmap", 8);
    es_text(&f->build, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_PATH, "/tmp/data");
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_PROTECTION, 3, 4);
    decode(f);
    assert_int_equal(f->event->class_uid, SONDA_CLASS_MEMORY);
    assert_null(sonda__event_find(f->event, SONDA_FIELD_IMAGE_LOADED));
}

static void test_launch_item__with_instigator__that_one_acts(void **state)
{
    struct fixture *f = *state;

    begin(f, "btm_launch_item_add", 8);
    es_process_block(&f->build, SONDA_ES_BLOCK_INSTIGATOR, &new_image);
    es_null(&f->build, SONDA_ES_BLOCK_APP, 0);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ITEM_ITEM_TYPE, 3, 4);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ITEM_ITEM_URL, "file:///x.plist");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_EXECUTABLE_PATH, "/tmp/implant");
    decode(f);
    assert_int_equal(f->event->class_uid, SONDA_CLASS_SCHEDULED_JOB);
    assert_text(f->event, SONDA_FIELD_IMAGE, "/usr/bin/curl");
    assert_text(f->event, SONDA_FIELD_TASK_NAME, "file:///x.plist");
    assert_text(f->event, SONDA_FIELD_LAUNCH_EXECUTABLE, "/tmp/implant");

    begin(f, "btm_launch_item_add", 8);
    es_null(&f->build, SONDA_ES_BLOCK_INSTIGATOR, 0);
    decode(f);
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/zsh");
}

static void test_authentication__failed__says_whose(void **state)
{
    struct fixture *f = *state;

    begin(f, "authentication", 8);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_SUCCESS, 0, 1);
    es_process_block(&f->build, SONDA_ES_BLOCK_OD_INSTIGATOR, &new_image);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_DATA_OD_RECORD_NAME, "alice");
    decode(f);
    assert_int_equal(f->event->class_uid, SONDA_CLASS_AUTHENTICATION);
    assert_text(f->event, SONDA_FIELD_STATUS, "failed");
    assert_text(f->event, SONDA_FIELD_TARGET_USER_NAME, "alice");
    assert_text(f->event, SONDA_FIELD_IMAGE, "/usr/bin/curl");
}

/* Whatever comes first in the message: the same one acts. */
static void test_authentication__two_instigators__first_of_the_table_acts(void **state)
{
    struct fixture *f = *state;

    begin(f, "authentication", 8);
    es_process_block(&f->build, SONDA_ES_BLOCK_TOKEN_INSTIGATOR, &shell);
    es_process_block(&f->build, SONDA_ES_BLOCK_OD_INSTIGATOR, &new_image);
    es_process_block(&f->build, SONDA_ES_BLOCK_TOUCHID_INSTIGATOR, &shell);
    decode(f);
    assert_text(f->event, SONDA_FIELD_IMAGE, "/usr/bin/curl");
}

static void test_login_over_ssh__address__is_where_from(void **state)
{
    struct fixture *f = *state;

    begin(f, "openssh_login", 8);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_SUCCESS, 1, 1);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_USERNAME, "root");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_SOURCE_ADDRESS, "192.0.2.7");
    decode(f);
    assert_text(f->event, SONDA_FIELD_STATUS, "success");
    assert_text(f->event, SONDA_FIELD_TARGET_USER_NAME, "root");
    assert_text(f->event, SONDA_FIELD_IP_ADDRESS, "192.0.2.7");
}

static void test_flow__inbound__begins_at_the_remote_end(void **state)
{
    struct fixture *f = *state;

    begin(f, "network_flow", 1);
    es_put(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_LOCAL_ADDRESS, 0, "\x0a\0\0\1", 4);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_LOCAL_PORT, 22, 2);
    es_put(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_REMOTE_ADDRESS, 0, "\xc0\0\2\7", 4);
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_REMOTE_PORT, 40000, 2);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_PROTOCOL, "tcp");
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_OUTBOUND, 0, 1);
    decode(f);
    assert_kind(f, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN);
    assert_text(f->event, SONDA_FIELD_SOURCE_IP, "192.0.2.7");
    assert_text(f->event, SONDA_FIELD_SOURCE_PORT, "40000");
    assert_text(f->event, SONDA_FIELD_DESTINATION_IP, "10.0.0.1");
    assert_text(f->event, SONDA_FIELD_DESTINATION_PORT, "22");
    assert_text(f->event, SONDA_FIELD_INITIATED, "false");
}

static void test_lookup__answers__are_one_text(void **state)
{
    struct fixture *f = *state;

    begin(f, "dns_query", 1);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_DNS_QUERY_NAME, "example.com");
    es_number(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_DNS_STATUS, 0, 2);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_DNS_ANSWERS, "192.0.2.1");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_DNS_ANSWERS, "192.0.2.2");
    decode(f);
    assert_kind(f, SONDA_CLASS_DNS, SONDA_DNS_QUERY);
    assert_text(f->event, SONDA_FIELD_QUERY_NAME, "example.com");
    assert_text(f->event, SONDA_FIELD_QUERY_RESULTS, "192.0.2.1;192.0.2.2");
}

/* Every kind, with every member there is: one event, in all versions. */
static void test_every_kind__all_members__comes_back_from_json(void **state)
{
    struct fixture *f = *state;

    for (size_t k = 0; k < sonda__es_kind_count; k++) {
        es_begin(&f->build, sonda__es_kinds[k].notify, 1 + (uint32_t)k % 11);
        es_process_block(&f->build, SONDA_ES_BLOCK_PROCESS, &shell);
        for (uint16_t field = SONDA_ES_EVENT_NAMED + 1; field < SONDA_ES_FIELD_COUNT; field++) {
            const sonda__es_field *row = &sonda__es_fields[field];

            if (row->form == SONDA__ES_TEXT) {
                es_text(&f->build, SONDA_ES_BLOCK_EVENT, field, "text \"with\" \n 1");
            } else if (row->form != SONDA__ES_NONE && row->form != SONDA__ES_ADDRESS) {
                es_number(&f->build, SONDA_ES_BLOCK_EVENT, field, field, 4);
            }
        }
        decode(f);
        assert_text(f->event, SONDA_FIELD_ES_EVENT, sonda__es_kinds[k].name);
        assert_false(f->event->is_raw);
    }
}

static void test_kinds__by_number_and_name__are_all_there(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < 148; type++) {
        const sonda__es_kind *kind = sonda__es_kind_by_type(type);

        assert_non_null(kind);
        assert_ptr_equal(sonda__es_kind_by_name(sonda__span_text(kind->name)), kind);
    }
    assert_null(sonda__es_kind_by_type(148));
    assert_null(sonda__es_kind_by_type(0xffff));
    assert_ptr_equal(sonda__es_kind_by_name(sonda__span_text("cs_invalidate")),
                     sonda__es_kind_by_type(94));
}

static void test_unknown_type__members_named__is_raw(void **state)
{
    struct fixture *f = *state;

    es_begin(&f->build, 152, 11);
    es_process_block(&f->build, SONDA_ES_BLOCK_PROCESS, &shell);
    es_put(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_NAMED, 0, "new.member\0value", 16);
    decode(f);

    assert_kind(f, SONDA_CLASS_BASE, SONDA_ACTIVITY_UNKNOWN);
    assert_true(f->event->is_raw);
    assert_named(f->event, "event.type_152.new.member", "value");
    assert_text(f->event, SONDA_FIELD_IMAGE, "/bin/zsh");
}

static void test_argv_of_a_megabyte__is_one_command_line(void **state)
{
    struct fixture *f = *state;
    sonda__span line;

    es_begin(&f->build, 9, 9);
    es_process_block(&f->build, SONDA_ES_BLOCK_TARGET, &new_image);
    for (size_t i = 0; i < 60000; i++) {
        es_text(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "argument--argument");
    }
    assert_int_equal(es_decode(f->event, es_end(&f->build), &f->error), SONDA_OK);
    line = sonda__event_text(f->event, SONDA_FIELD_COMMAND_LINE);
    assert_int_equal(line.len, 60000 * 19 - 1);
    assert_memory_equal(line.data + line.len - 19, " argument--argument", 19);
    assert_true(f->event->field_count < 1024);
}

static void test_ill_formed_and_cut__are_flagged(void **state)
{
    struct fixture *f = *state;
    const sonda__field *field;

    begin(f, "unlink", 8);
    es_put(&f->build, SONDA_ES_BLOCK_TARGET_FILE, SONDA_ES_FILE_PATH, SONDA_ES_ITEM_TRUNCATED,
           "/tmp/\xff", 6);
    assert_int_equal(es_decode(f->event, es_end(&f->build), &f->error), SONDA_OK);
    field = sonda__event_find(f->event, SONDA_FIELD_TARGET_FILENAME);
    assert_non_null(field);
    assert_int_equal(field->flags, SONDA_VALUE_ILL_FORMED | SONDA_VALUE_TRUNCATED);
    assert_int_equal(f->event->activity_id, SONDA_FILE_DELETE);
}

static void test_damage__is_refused_with_a_place(void **state)
{
    struct fixture *f = *state;
    sonda__span payload;

    begin(f, "unlink", 8);
    payload = es_end(&f->build);
    assert_int_equal(es_decode(f->event, sonda__span_of(payload.data, 71), &f->error),
                     SONDA_ERR_TRUNCATED);
    assert_int_equal(
        es_decode(f->event, sonda__span_of(payload.data, payload.len - 8), &f->error),
        SONDA_ERR_MALFORMED);
    f->build.payload[SONDA_ES_HEAD_SIZE + 7] = 0x7f; /* an item of two gigabytes */
    assert_int_equal(es_decode(f->event, payload, &f->error), SONDA_ERR_TRUNCATED);
    assert_int_equal(f->error.offset, SONDA_ES_HEAD_SIZE);
}

static void test_unknown_items__are_passed_over(void **state)
{
    struct fixture *f = *state;

    begin(f, "unlink", 8);
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, 60000, "new");
    es_text(&f->build, 200, SONDA_ES_FILE_PATH, "new");
    es_text(&f->build, SONDA_ES_BLOCK_EVENT, 0, "no field");
    es_put(&f->build, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_NAMED, 0, "without a zero", 14);
    es_text(&f->build, SONDA_ES_BLOCK_TARGET_FILE, SONDA_ES_FILE_PATH, "/tmp/x");
    decode(f);
    assert_text(f->event, SONDA_FIELD_TARGET_FILENAME, "/tmp/x");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        TEST(test_exec__old_image_acts__event_is_about_the_target),
        TEST(test_exec__of_a_script__names_the_script),
        TEST(test_fork__child__is_the_process_and_process_its_parent),
        TEST(test_exit__status__gives_code_and_signal),
        TEST(test_rename__to_a_new_path__joins_directory_and_name),
        TEST(test_create__over_an_existing_file__is_that_file),
        TEST(test_create__in_the_root__has_one_slash),
        TEST(test_close__unmodified__is_no_update),
        TEST(test_open__fflag__is_hexadecimal),
        TEST(test_copyfile__to_an_existing_file__does_not_add_the_name),
        TEST(test_get_task__two_processes__are_source_and_target),
        TEST(test_mmap__executable__is_an_image_load),
        TEST(test_launch_item__with_instigator__that_one_acts),
        TEST(test_authentication__failed__says_whose),
        TEST(test_authentication__two_instigators__first_of_the_table_acts),
        TEST(test_login_over_ssh__address__is_where_from),
        TEST(test_flow__inbound__begins_at_the_remote_end),
        TEST(test_lookup__answers__are_one_text),
        TEST(test_every_kind__all_members__comes_back_from_json),
        TEST(test_kinds__by_number_and_name__are_all_there),
        TEST(test_unknown_type__members_named__is_raw),
        TEST(test_argv_of_a_megabyte__is_one_command_line),
        TEST(test_ill_formed_and_cut__are_flagged),
        TEST(test_damage__is_refused_with_a_place),
        TEST(test_unknown_items__are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
