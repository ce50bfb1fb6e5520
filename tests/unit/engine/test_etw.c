/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A trace file on its whole way: buffers to records, records to events, names
 * and process starts joined, rules matched, OCSF written. And what core/track/
 * etw_join.c makes of records in one order and in another.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/engine/pipeline.h"
#include "tests/unit/normalise/etl_build.h"

#define RULE(number, category, selection)                                                  \
    "title: R" number "\nid: " number "1111111-2222-3333-4444-555555555555\nlevel: high\n" \
    "logsource:\n    product: windows\n    category: " category                            \
    "\ndetection:\n    selection:\n"                                                       \
    "        " selection "\n    condition: selection\n---\n"

static const char rules[] = RULE(
    "1",
    "process_creation",
    "Image|endswith: '\\powershell.exe'\n        CommandLine|contains: ' -enc '")
    RULE("2", "file_event", "TargetFilename: 'C:\\Users\\u\\evil.ps1'") RULE(
        "3",
        "registry_set",
        "TargetObject: 'HKLM\\SOFTWARE\\Run\\Evil'\n        Details|endswith: '\\e.exe'\n      "
        "  Image|endswith: '\\powershell.exe'")
        RULE("4",
             "network_connection",
             "DestinationIp|cidr: 10.0.0.0/8\n        Initiated: 'true'\n        "
             "Image|endswith: '\\powershell.exe'")
            RULE("5", "dns_query", "QueryName|endswith: '.example.com'")
                RULE("6", "ps_script", "ScriptBlockText|contains: 'IEX'") RULE(
                    "7", "create_remote_thread", "TargetImage|endswith: '\\lsass.exe'")
                    RULE("8", "image_load", "ImageLoaded: 'C:\\evil.dll'") RULE(
                        "9",
                        "process_access",
                        "GrantedAccess: '0x1410'\n        TargetImage|endswith: '\\lsass.exe'");

#define OCSF_MAX 16384u
#define EVENTS_MAX 64u

static struct {
    uint32_t events;
    uint32_t findings;
    char matched[32]; /* first digit of each rule, in order */
    char ocsf[EVENTS_MAX][OCSF_MAX];
    uint32_t classes[EVENTS_MAX];
} saw;

static sonda_engine *engine;
static sonda_tracker *tracker;
static sonda_worker *worker;
static etl_build b;
static etw_data data;

static void on_event(const sonda_event *event, void *user)
{
    size_t len = 0;
    uint32_t at = saw.events++;

    (void)user;
    assert_true(at < EVENTS_MAX);
    assert_int_equal(sonda_event_to_ocsf(event, saw.ocsf[at], OCSF_MAX - 1, &len), SONDA_OK);
    saw.ocsf[at][len] = '\0';
    saw.classes[at] = sonda_event_class(event) * 100 + sonda_event_activity(event);
}

static void on_finding(const sonda_finding *finding, void *user)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    (void)user;
    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    assert_true(saw.findings < sizeof saw.matched - 1);
    saw.matched[saw.findings++] = rule.id.data[0];
}

static int open_all(void **state)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;

    (void)state;
    memset(&saw, 0, sizeof saw);
    options.on_event = on_event;
    options.on_finding = on_finding;
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

static void publish(void)
{
    sonda_content *content = content_of(rules);

    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);
}

/* ---- records one by one ---- */

static uint64_t next_seq;
static uint64_t seconds;

static void
give_to(uint32_t stream, const char *provider, uint16_t id, uint8_t version, const char *script)
{
    static uint8_t record[ETW_DATA_MAX + 256];
    int classic = strcmp(provider, "classic") == 0 || strcmp(provider, "volume") == 0;
    const etw_head head = {id,   version, (uint8_t)classic,
                           4000, 17,      ETL_START_FILETIME + seconds * 10000000u};
    size_t len;

    etw_script(&data, 0, script);
    len = etw_record(record, stream, ++next_seq, etw_guid(provider), &head, &data);
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
}

static void give(const char *provider, uint16_t id, uint8_t version, const char *script)
{
    give_to(1, provider, id, version, script);
}

#define START "u4=4000|u8=9|u8=133444736000000000|u4=500|u8=8|u4=1|u4=0|u4=1|u4=1|sid=12288|w="
#define DEVICE "\\Device\\HarddiskVolume3"
#define SHELL "\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
#define CLASSIC "p=ffff|u4=4000|u4=500|u4=1|u4=259|p=1|u4=0|user=12288|n=powershell.exe|w="
#define LINE "powershell.exe -enc AAAA"
#define RUNDOWN "p=1|u4=4|u4=0|u4=0|u4=259|p=1|u4=0|user=|n=System|w="
#define LSASS                                                                               \
    "u4=700|u8=9|u8=133444700000000000|u4=500|u8=8|u4=0|u4=0|u4=1|u4=1|sid=16384|w=" DEVICE \
    "\\Windows\\System32\\lsass.exe"

static void give_volume(void)
{
    give("volume", 35, 2, "w=" DEVICE "|w=C:");
}

static void expect_in(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        print_error("no %s in\n%s\n", part, text);
        fail();
    }
}

static void test_etw__start_in_both_orders__one_event(void **state)
{
    (void)state;
    for (int classic_first = 0; classic_first < 2; classic_first++) {
        uint64_t start_ns = ETL_START_NS;
        sonda_process_view process = SONDA_PROCESS_VIEW_INIT;

        (void)close_all(NULL);
        assert_int_equal(open_all(NULL), 0);
        publish();
        give_volume();
        give("classic", 3, 4, RUNDOWN);
        if (classic_first) {
            give("classic", 1, 4, CLASSIC "\"C:" SHELL "\" -enc AAAA");
            give("process", 1, 3, START DEVICE SHELL);
        } else {
            give("process", 1, 3, START DEVICE SHELL);
            give("classic", 1, 4, CLASSIC LINE);
        }

        assert_int_equal(saw.events, 1);
        assert_string_equal(saw.matched, "1");
        expect_in(saw.ocsf[0], "\"path\":\"C:\\\\Windows\\\\System32\\\\WindowsPowerShell");
        assert_int_equal(sonda_tracker_process(tracker, 4000, start_ns, 0, &process), SONDA_OK);
        assert_int_equal(process.pid, 4000);
        assert_int_equal(process.start_ns, start_ns);
        assert_true(process.command_line_len > 0);
        assert_memory_equal(process.image, "C:" SHELL, process.image_len);
    }
}

static void test_etw__no_classic_events__kernel_process_is_the_event(void **state)
{
    (void)state;
    give("process", 1, 3, START DEVICE SHELL);

    assert_int_equal(saw.events, 1);
    assert_int_equal(saw.classes[0], 100701);
}

static void test_etw__classic_alone__image_of_its_command_line_or_bare(void **state)
{
    (void)state;
    give("classic", 1, 4, CLASSIC "\"C:" SHELL "\" -x");
    expect_in(saw.ocsf[0], "\"path\":\"C:\\\\Windows\\\\System32");
    give("classic", 1, 4,
         "p=1|u4=4004|u4=500|u4=1|u4=259|p=1|u4=0|user=|n=cmd.exe|w=\"C:\\evil\\other.exe\" x");
    expect_in(saw.ocsf[1], "\"path\":\"cmd.exe\"");
}

static void test_etw__pid_used_again__not_the_former_image(void **state)
{
    (void)state;
    give("process", 1, 3, START DEVICE SHELL);
    give("classic", 1, 4, CLASSIC LINE);
    seconds = 60;
    give("classic", 1, 4, "p=1|u4=4000|u4=500|u4=1|u4=259|p=1|u4=0|user=|n=cmd.exe|w=cmd /c x");
    seconds = 0;

    expect_in(saw.ocsf[2], "\"path\":\"cmd.exe\"");
}

static void test_etw__halves_too_far_apart__not_joined(void **state)
{
    (void)state;
    give("process", 1, 3, START DEVICE SHELL);
    seconds = 11;
    give("classic", 1, 4, CLASSIC LINE);
    seconds = 0;

    expect_in(saw.ocsf[1], "\"path\":\"powershell.exe\"");
}

static void test_etw__files_by_object_and_key__named(void **state)
{
    (void)state;
    give_volume();
    give("file", 12, 1, "p=1|p=a2|u4=7|u4=16|u4=128|u4=7|w=" DEVICE "\\f.txt");
    give("file", 16, 1, "u8=512|p=1|p=a2|p=a1|u4=7|u4=100|u4=2|u4=0");
    expect_in(saw.ocsf[1], "\"path\":\"C:\\\\f.txt\"");
    give_to(2, "file", 16, 1, "u8=512|p=1|p=a2|p=a1|u4=7|u4=100|u4=2|u4=0");
    assert_null(strstr(saw.ocsf[2], "f.txt"));
    give("file", 14, 1, "p=1|p=a2|p=a1|u4=7");
    give("file", 16, 1, "u8=512|p=1|p=a2|p=a9|u4=7|u4=100|u4=2|u4=0");
    assert_null(strstr(saw.ocsf[3], "f.txt"));
    give("file", 10, 0, "p=a9|w=" DEVICE "\\g.txt");
    give("file", 15, 1, "u8=512|p=1|p=a3|p=a9|u4=7|u4=100|u4=2|u4=0");
    expect_in(saw.ocsf[4], "\"path\":\"C:\\\\g.txt\"");
    assert_int_equal(saw.events, 5);
}

static void test_etw__registry_keys__named_by_object(void **state)
{
    (void)state;
    give("registry", 2, 0, "p=0|p=b1|u4=0|u4=2|w=|w=\\REGISTRY\\MACHINE\\SOFTWARE");
    give("registry", 1, 0, "p=b1|p=b2|u4=0|u4=1|w=|w=Run");
    expect_in(saw.ocsf[1], "HKLM\\\\SOFTWARE\\\\Run");
    give("registry", 5, 0, "p=b2|u4=0|u4=1|u4=10|w=|w=Evil|d=C:\\e.exe");
    expect_in(saw.ocsf[2], "Evil");
    expect_in(saw.ocsf[2], "HKLM\\\\SOFTWARE\\\\Run");
    give("registry", 13, 0, "p=b2|u4=0|w=");
    give("registry", 6, 0, "p=b2|u4=0|w=|w=Evil");
    assert_null(strstr(saw.ocsf[3], "SOFTWARE"));
    give("registry", 6, 0, "p=b2|u4=0|w=\\REGISTRY\\USER\\S-1-5-21\\Run|w=Evil");
    expect_in(saw.ocsf[4], "HKU\\\\S-1-5-21\\\\Run");
}

static void test_etw__threads__remote_ones_are_shown(void **state)
{
    (void)state;
    give("process", 1, 3, LSASS);
    assert_int_equal(saw.events, 1);
    give("process", 3, 1, "u4=700|u4=78|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0");  /* its first */
    give("process", 3, 1, "u4=4000|u4=79|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0"); /* its own */
    assert_int_equal(saw.events, 1);
    give("process", 3, 1, "u4=700|u4=80|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0");
    assert_int_equal(saw.events, 2);
    assert_int_equal(saw.classes[1], 100704);
    expect_in(saw.ocsf[1], "lsass.exe");
}

static void test_etw__more_objects_than_room__oldest_go_and_are_counted(void **state)
{
    sonda_tracker_numbers numbers = SONDA_TRACKER_NUMBERS_INIT;
    char script[96];

    (void)state;
    for (unsigned i = 1; i <= 8192 + 100; i++) {
        (void)snprintf(script, sizeof script, "p=%x|w=\\Device\\X\\f%u", i * 16, i);
        give("file", 10, 0, script);
    }
    assert_int_equal(sonda_tracker_stats(tracker, &numbers), SONDA_OK);
    assert_int_equal(numbers.objects, 8192);
    assert_int_equal(numbers.objects_evicted, 100);
    give("file", 15, 1, "u8=0|p=1|p=0|p=10|u4=7|u4=1|u4=0|u4=0");
    assert_null(strstr(saw.ocsf[0], "f1"));
    (void)snprintf(script, sizeof script, "u8=0|p=1|p=0|p=%x|u4=7|u4=1|u4=0|u4=0", 8292 * 16);
    give("file", 15, 1, script);
    expect_in(saw.ocsf[1], "f8292");
}

static void test_etw__counters__quiet_and_raw(void **state)
{
    sonda_stats stats = SONDA_STATS_INIT;

    (void)state;
    give("file", 10, 0, "p=a1|w=x");
    give("classic", 3, 4, RUNDOWN);
    give("unknown", 1, 0, "u4=1");
    assert_int_equal(sonda_worker_stats(worker, &stats), SONDA_OK);
    assert_int_equal(stats.decoded, 3);
    assert_int_equal(stats.snapshots, 2);
    assert_int_equal(stats.raw, 1);
    assert_int_equal(stats.events, 1);
}

/* ---- a whole file ---- */

static void write(const char *provider, uint16_t id, uint8_t version, const char *script)
{
    int classic = strcmp(provider, "volume") == 0;
    const etw_head head = {id, version, (uint8_t)classic, 4000, 17, ETL_START_TICKS};

    etw_script(&data, 0, script);
    if (strcmp(provider, "classic") == 0) {
        etl_kernel(&b, 1, (uint16_t)(0x0300 | id), &head, &data);
    } else {
        etl_event(&b, etw_guid(provider), &head, &data);
    }
}

static void write_trace(void)
{
    etl_begin(&b, 0, 1, 10000000);
    etl_next_buffer(&b);
    write("volume", 35, 2, "w=" DEVICE "|w=C:");
    write("classic", 3, 4, RUNDOWN);
    write("process", 15, 1, LSASS);
    write("process", 1, 3, START DEVICE SHELL);
    write("classic", 1, 4, CLASSIC LINE);
    write("process", 5, 0, "p=7ff000|p=1000|u4=4000|u4=1|u4=2|p=0|w=" DEVICE "\\evil.dll");
    etl_next_buffer(&b);
    write("file", 30, 1, "p=1|p=a2|u4=7|u4=16|u4=128|u4=7|w=" DEVICE "\\Users\\u\\evil.ps1");
    write("registry", 2, 0, "p=0|p=b1|u4=0|u4=2|w=|w=\\REGISTRY\\MACHINE\\SOFTWARE");
    write("registry", 1, 0, "p=b1|p=b2|u4=0|u4=1|w=|w=Run");
    write("registry", 5, 0, "p=b2|u4=0|u4=1|u4=10|w=|w=Evil|d=C:\\e.exe");
    write("network", 12, 0, "u4=4000|u4=0|ip4=10.0.0.2|ip4=192.168.0.1|be2=443|be2=50000");
    write("dns", 3008, 0, "w=c2.example.com|u4=1|u8=2|u4=0|w=10.0.0.2;");
    write("powershell", 4104, 1, "u4=1|u4=1|w=IEX (New-Object Net.WebClient)|w=abc|w=");
    write("process", 3, 1, "u4=700|u4=80|p=1|p=2|p=3|p=4|p=5|p=7ff0|p=7|u4=0");
    write("audit", 5, 0, "u4=700|u4=5136|u4=0");
    etl_end(&b);
}

static sonda_status
process_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    (void)number;
    (void)offset;
    (void)user;
    return sonda_worker_process(worker, record, len, 0);
}

static void replay_trace(void)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input *input = NULL;

    callbacks.on_record = process_record;
    assert_int_equal(sonda_input_open(&input, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_input_feed(input, b.bytes, b.len, &callbacks), SONDA_OK);
    assert_int_equal(sonda_input_finish(input, &callbacks), SONDA_OK);
    assert_int_equal(sonda_input_count(input), 15);
    sonda_input_close(input);
}

static void test_etw__trace_of_every_provider__rules_fire(void **state)
{
    (void)state;
    publish();
    write_trace();
    replay_trace();

    assert_string_equal(saw.matched, "182345679");
    assert_int_equal(saw.events, 11);
}

/* What the event says of its process: a member of the object, quotes and all. */
static void expect_same(const char *member)
{
    const char *in_trace = strstr(saw.ocsf[0], member);
    const char *in_log = strstr(saw.ocsf[saw.events - 1], member);
    size_t len = strlen(member);

    if (in_trace == NULL || in_log == NULL) {
        print_error("no %s in\n%s\nor\n%s\n", member, saw.ocsf[0], saw.ocsf[saw.events - 1]);
        fail();
        return;
    }
    while (in_trace[len] != ',' && in_trace[len] != '}') {
        len++;
    }
    assert_memory_equal(in_trace, in_log, len + 1);
}

static void test_etw__start_and_sysmon_of_it__same_class_and_process(void **state)
{
    static const char sysmon[] =
        "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
        "\"UtcTime\":\"2023-11-14 22:13:20.000\",\"ProcessId\":\"4000\","
        "\"Image\":\"C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell."
        "exe\","
        "\"CommandLine\":\"powershell.exe -enc AAAA\",\"ParentProcessId\":\"500\","
        "\"TerminalSessionId\":\"1\"}";
    static uint8_t record[2048];
    size_t len;

    (void)state;
    write_trace();
    replay_trace();
    len = wrap_payload(record, SONDA_SOURCE_JSON, 1, sysmon, sizeof sysmon - 1);
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(saw.classes[0], saw.classes[saw.events - 1]);
    expect_same("\"class_uid\":");
    expect_same("\"type_uid\":");
    expect_same("\"time\":");
    expect_same("\"pid\":4000");
    expect_same("\"cmd_line\":");
    expect_same("\"path\":");
    expect_same("\"parent_process\":{\"pid\":");
    expect_same("\"terminal\":");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(test_etw__start_in_both_orders__one_event),
        TEST(test_etw__no_classic_events__kernel_process_is_the_event),
        TEST(test_etw__classic_alone__image_of_its_command_line_or_bare),
        TEST(test_etw__pid_used_again__not_the_former_image),
        TEST(test_etw__halves_too_far_apart__not_joined),
        TEST(test_etw__files_by_object_and_key__named),
        TEST(test_etw__registry_keys__named_by_object),
        TEST(test_etw__threads__remote_ones_are_shown),
        TEST(test_etw__more_objects_than_room__oldest_go_and_are_counted),
        TEST(test_etw__counters__quiet_and_raw),
        TEST(test_etw__trace_of_every_provider__rules_fire),
        TEST(test_etw__start_and_sysmon_of_it__same_class_and_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
