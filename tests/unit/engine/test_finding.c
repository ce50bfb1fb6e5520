/* SPDX-License-Identifier: Apache-2.0 */

/* core/engine/finding.c and finding_ocsf.c; the schema is checked in tests/ocsf */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/engine/pipeline.h"

static const char rule_text[] = "title: Netcat\n"
                                "id: ffffffff-2222-3333-4444-555555555555\n"
                                "level: high\n"
                                "tags:\n"
                                "    - attack.execution\n"
                                "logsource:\n"
                                "    product: linux\n"
                                "    category: process_creation\n"
                                "detection:\n"
                                "    what:\n"
                                "        CommandLine|contains: ' -E '\n"
                                "    condition: what\n";

static uint32_t findings;
static void (*look)(const sonda_finding *finding);
static uint8_t record[4096];

static void on_finding(const sonda_finding *finding, void *user)
{
    (void)user;
    findings++;
    look(finding);
}

/* A shell, then its child netcat, which is found; `looker` asserts. */
static void find(void (*looker)(const sonda_finding *finding))
{
    static const sonda_record_header header = {.seq = 42, .stream = 3};
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_content *content = content_of(rule_text);
    sonda_engine *engine = NULL;
    sonda_tracker *tracker = NULL;
    sonda_worker *worker = NULL;
    sonda_record_builder builder;
    size_t len;

    findings = 0;
    look = looker;
    options.on_finding = on_finding;
    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    assert_int_equal(sonda_tracker_open(&tracker, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_open(&worker, engine, tracker, &options, NULL), SONDA_OK);
    len = launch_record(record, sizeof record, &header, "/bin/sh", "sh");
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    (void)sonda_record_begin(&builder, record, sizeof record, &header, SONDA_CLASS_PROCESS,
                             SONDA_PROCESS_LAUNCH, SONDA_PRODUCT_LINUX);
    (void)sonda_record_add(&builder, SONDA_FIELD_IMAGE, "/usr/bin/nc", 11);
    (void)sonda_record_add(&builder, SONDA_FIELD_COMMAND_LINE, "nc -e /bin/sh", 13);
    (void)sonda_record_add_number(&builder, SONDA_FIELD_PROCESS_ID, 12);
    (void)sonda_record_add_number(&builder, SONDA_FIELD_PROCESS_START, 3000);
    (void)sonda_record_add_number(&builder, SONDA_FIELD_PARENT_PROCESS_ID, 11);
    (void)sonda_record_add_number(&builder, SONDA_FIELD_PARENT_PROCESS_START, 2000);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len), SONDA_OK);
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(findings, 1);
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    sonda_content_release(content);
}

static void assert_text(const char *data, size_t len, const char *expected)
{
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(data, expected, len);
}

static void look_at_rule(const sonda_finding *finding)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    sonda_text tag = {NULL, 0};

    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    assert_int_equal(rule.level, SONDA_LEVEL_HIGH);
    assert_text(rule.title.data, rule.title.len, "Netcat");
    assert_int_equal(sonda_finding_tag(finding, 0, &tag), SONDA_OK);
    assert_text(tag.data, tag.len, "attack.execution");
    assert_int_equal(sonda_finding_tag(finding, 1, &tag), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_finding_record(finding)->seq, 42);
    assert_int_equal(sonda_event_class(sonda_finding_event(finding)), SONDA_CLASS_PROCESS);
}

static void test_finding__rule_and_record__are_those_that_met(void **state)
{
    (void)state;
    find(look_at_rule);
}

static void look_at_evidence(const sonda_finding *finding)
{
    sonda_evidence_view evidence = SONDA_EVIDENCE_VIEW_INIT;

    assert_int_equal(sonda_finding_evidence_count(finding), 1);
    assert_int_equal(sonda_finding_evidence(finding, 1, &evidence), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_finding_evidence(finding, 0, &evidence), SONDA_OK);
    assert_text(evidence.selection, evidence.selection_len, "what");
    assert_text(evidence.field, evidence.field_len, "CommandLine");
    assert_text(evidence.value, evidence.value_len, "nc -e /bin/sh");
    assert_text(evidence.pattern, evidence.pattern_len, " -E ");
    assert_int_equal(evidence.position, 2);
    assert_int_equal(evidence.length, 4);
}

static void test_finding__evidence__says_field_pattern_and_place(void **state)
{
    (void)state;
    find(look_at_evidence);
}

static void look_at_chain(const sonda_finding *finding)
{
    sonda_process_view process = SONDA_PROCESS_VIEW_INIT;

    assert_int_equal(sonda_finding_process_count(finding), 2);
    assert_int_equal(sonda_finding_process(finding, 0, &process), SONDA_OK);
    assert_int_equal(process.pid, 12);
    assert_text(process.image, process.image_len, "/usr/bin/nc");
    assert_int_equal(sonda_finding_process(finding, 1, &process), SONDA_OK);
    assert_int_equal(process.pid, 11);
    assert_int_equal(process.start_ns, 2000);
    assert_text(process.command_line, process.command_line_len, "sh");
    assert_int_equal(sonda_finding_process(finding, 2, &process), SONDA_ERR_NOT_FOUND);
}

static void test_finding__process_chain__begins_with_the_acting_one(void **state)
{
    (void)state;
    find(look_at_chain);
}

static void look_at_ocsf(const sonda_finding *finding)
{
    static const char beginning[] = "{\"activity_id\":1,\"category_uid\":2,\"class_uid\":2004,"
                                    "\"type_uid\":200401,\"severity_id\":4,";
    static const char uid[] = "\"uid\":\"ffffffff-2222-3333-4444-555555555555/3/42\"";
    char buffer[8192];
    size_t len = 0;
    size_t needed = 0;

    assert_int_equal(sonda_finding_to_ocsf(finding, NULL, 0, &needed), SONDA_ERR_FULL);
    assert_int_equal(sonda_finding_to_ocsf(finding, buffer, needed - 1, &len), SONDA_ERR_FULL);
    assert_int_equal(sonda_finding_to_ocsf(finding, buffer, needed, &len), SONDA_OK);
    assert_int_equal(len, needed);
    buffer[len] = '\0';
    assert_memory_equal(buffer, beginning, sizeof beginning - 1);
    assert_non_null(strstr(buffer, uid));
}

static void test_to_ocsf__buffer_too_small__says_how_much_it_needs(void **state)
{
    (void)state;
    find(look_at_ocsf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finding__rule_and_record__are_those_that_met),
        cmocka_unit_test(test_finding__evidence__says_field_pattern_and_place),
        cmocka_unit_test(test_finding__process_chain__begins_with_the_acting_one),
        cmocka_unit_test(test_to_ocsf__buffer_too_small__says_how_much_it_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
