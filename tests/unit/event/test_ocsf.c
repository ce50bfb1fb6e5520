/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/event/ocsf.h"

typedef struct fixture {
    sonda_event *event;
    sonda__json_writer json;
    char buffer[4096];
} fixture;

static void begin(fixture *f, uint32_t class_uid, uint32_t activity_id)
{
    sonda_record_header header = {.size = 64, .seq = 8, .wall_ns = 1000000};

    assert_int_equal(sonda_event_open(&f->event, NULL), SONDA_OK);
    sonda__event_begin(f->event, &header, sonda__names_of_table());
    f->event->class_uid = class_uid;
    f->event->activity_id = activity_id;
    f->event->product = SONDA_PRODUCT_LINUX;
    sonda__json_writer_init(&f->json, f->buffer, sizeof f->buffer - 1);
    sonda__json_writer_object_begin(&f->json);
}

static void add(fixture *f, const char *name, const char *text)
{
    assert_int_equal(
        sonda__event_add_named(f->event, sonda__span_text(name), sonda__span_text(text), 0),
        SONDA_OK);
}

static void end(fixture *f, const char *wanted)
{
    sonda__json_writer_object_end(&f->json);
    assert_int_equal(f->json.out.status, SONDA_OK);
    f->buffer[f->json.out.needed] = '\0';
    assert_string_equal(f->buffer, wanted);
    sonda_event_close(f->event);
}

static void test_ocsf_classification__known_class__follows(void **state)
{
    fixture f;

    (void)state;
    begin(&f, 0, 0);
    sonda__ocsf_classification(&f.json, SONDA_CLASS_FINDING, 1, SONDA__OCSF_HIGH,
                               UINT64_C(1700000000999999999));
    end(&f, "{\"activity_id\":1,\"category_uid\":2,\"class_uid\":2004,\"type_uid\":200401,"
            "\"severity_id\":4,\"time\":1700000000999}");
}

static void test_ocsf_classification__unknown_class__is_a_base_event(void **state)
{
    fixture f;

    (void)state;
    begin(&f, 0, 0);
    sonda__ocsf_classification(&f.json, 4242, 99, SONDA__OCSF_LOW, 0);
    end(&f, "{\"activity_id\":99,\"category_uid\":0,\"class_uid\":0,\"type_uid\":99,"
            "\"severity_id\":2,\"time\":0}");
}

static void test_ocsf_device__nothing_known__takes_the_host_of_the_event(void **state)
{
    fixture f;

    (void)state;
    begin(&f, SONDA_CLASS_FILE, SONDA_FILE_CREATE);
    f.event->host = sonda__span_text("box");
    sonda__ocsf_device(&f.json, f.event);
    end(&f, "{\"device\":{\"type_id\":0,\"os\":{\"name\":\"Linux\",\"type_id\":200},"
            "\"hostname\":\"box\"}}");
}

static void test_ocsf_metadata__any_event__names_product_and_schema(void **state)
{
    fixture f;

    (void)state;
    begin(&f, SONDA_CLASS_FILE, SONDA_FILE_CREATE);
    add(&f, "EventID", "11");
    sonda__ocsf_metadata(&f.json, f.event, NULL);
    end(&f, "{\"metadata\":{\"product\":{\"name\":\"Sonda\",\"vendor_name\":\"Sonda\","
            "\"version\":\"" SONDA_VERSION_STRING
            "\"},\"version\":\"1.8.0\",\"sequence\":8,\"profiles\":[\"host\","
            "\"linux/linux_users\"],\"event_code\":\"11\"}}");
}

static void test_ocsf_evidence__file_event__has_actor_and_file_only(void **state)
{
    fixture f;

    (void)state;
    begin(&f, SONDA_CLASS_FILE, SONDA_FILE_CREATE);
    add(&f, "Image", "/bin/sh");
    add(&f, "Computer", "box");
    add(&f, "TargetFilename", "/etc/cron.d/x");
    add(&f, "OpenFlags", "577");
    sonda__ocsf_evidence(&f.json, f.event);
    end(&f, "{\"actor\":{\"process\":{\"name\":\"sh\",\"file\":{\"path\":\"/bin/sh\","
            "\"name\":\"sh\",\"type_id\":1}}},\"file\":{\"path\":\"/etc/cron.d/x\","
            "\"name\":\"x\",\"type_id\":1}}");
}

static void test_ocsf_evidence__nothing_fits__is_data(void **state)
{
    fixture f;

    (void)state;
    begin(&f, SONDA_CLASS_BASE, 0);
    add(&f, "Odd", "a");
    add(&f, "Odd", "b");
    add(&f, "Other", "c");
    sonda__ocsf_evidence(&f.json, f.event);
    end(&f, "{\"data\":{\"Odd\":[\"a\",\"b\"],\"Other\":\"c\"}}");
}

static void test_ocsf_event__list_for_one_place__loses_none(void **state)
{
    char output[2000] = {0};
    size_t len = 0;
    fixture f;

    (void)state;
    begin(&f, SONDA_CLASS_FILE, SONDA_FILE_CREATE);
    add(&f, "TargetFilename", "/first");
    add(&f, "TargetFilename", "/second");
    assert_int_equal(sonda_event_to_ocsf(f.event, output, sizeof output - 1, &len), SONDA_OK);

    assert_non_null(strstr(output, "\"path\":\"/first\""));
    assert_non_null(strstr(output, "\"unmapped\":{\"TargetFilename\":\"/second\"}"));
    sonda_event_close(f.event);
}

static void test_ocsf_event__process_ends__acts_on_itself(void **state)
{
    char output[2000] = {0};
    size_t len = 0;
    fixture f;

    (void)state;
    begin(&f, SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE);
    add(&f, "ProcessId", "7");
    add(&f, "ParentProcessId", "1");
    assert_int_equal(sonda_event_to_ocsf(f.event, output, sizeof output - 1, &len), SONDA_OK);

    assert_non_null(
        strstr(output, "\"actor\":{\"process\":{\"parent_process\":{\"pid\":1},\"pid\":7}}"));
    sonda_event_close(f.event);
}

static void test_ocsf_process__chain__nests_the_parents(void **state)
{
    const sonda__chain_link links[] = {
        {.pid = 3, .image = {"/bin/c", 6}, .command_line = {"c", 1}, .user = {"D\\u", 3}},
        {.pid = 2, .image = {"/bin/b", 6}, .current_directory = {"/", 1}},
        {.pid = 1},
    };
    fixture f;

    (void)state;
    begin(&f, 0, 0);
    sonda__ocsf_process(&f.json, "process", links, 3);
    sonda__ocsf_process(&f.json, "none", links, 0);
    end(&f,
        "{\"process\":{\"pid\":3,\"name\":\"c\",\"file\":{\"path\":\"/bin/c\",\"name\":\"c\","
        "\"type_id\":1},\"cmd_line\":\"c\",\"user\":{\"domain\":\"D\",\"name\":\"u\"},"
        "\"parent_process\":{\"pid\":2,\"name\":\"b\",\"file\":{\"path\":\"/bin/b\","
        "\"name\":\"b\",\"type_id\":1},\"working_directory\":\"/\","
        "\"parent_process\":{\"pid\":1}}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ocsf_classification__known_class__follows),
        cmocka_unit_test(test_ocsf_classification__unknown_class__is_a_base_event),
        cmocka_unit_test(test_ocsf_device__nothing_known__takes_the_host_of_the_event),
        cmocka_unit_test(test_ocsf_metadata__any_event__names_product_and_schema),
        cmocka_unit_test(test_ocsf_evidence__file_event__has_actor_and_file_only),
        cmocka_unit_test(test_ocsf_evidence__nothing_fits__is_data),
        cmocka_unit_test(test_ocsf_event__list_for_one_place__loses_none),
        cmocka_unit_test(test_ocsf_event__process_ends__acts_on_itself),
        cmocka_unit_test(test_ocsf_process__chain__nests_the_parents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
