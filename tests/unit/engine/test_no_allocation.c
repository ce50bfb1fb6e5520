/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The event path allocates nothing, for records of every source.
 *
 * Two nets: an allocator that aborts once processing has begun, given to every
 * handle, and malloc and its kin wrapped by the linker, for code that would go
 * past the allocator.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sonda/spi/etw_record.h"
#include "sonda/spi/linux_record.h"
#include "tests/unit/engine/pipeline.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

/* 1 while records are processed. */
static int processing;

static void refuse(void)
{
    if (processing) {
        abort();
    }
}

void *__wrap_malloc(size_t size)
{
    refuse();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    refuse();
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    refuse();
    return __real_realloc(memory, size);
}

void __wrap_free(void *memory)
{
    refuse();
    __real_free(memory);
}

#ifndef _WIN32 /* whose C library has neither */
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    refuse();
    return __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size)
{
    refuse();
    return __real_posix_memalign(memory, alignment, size);
}
#endif

static void *allocate(size_t size, void *user)
{
    (void)user;
    refuse();
    return __real_malloc(size);
}

static void release(void *memory, void *user)
{
    (void)user;
    refuse();
    __real_free(memory);
}

static const char rules[] = "title: Any Linux process\n"
                            "id: dddddddd-0000-0000-0000-000000000001\n"
                            "tags:\n"
                            "    - attack.execution\n"
                            "    - attack.t1059.004\n"
                            "logsource:\n"
                            "    product: linux\n"
                            "    category: process_creation\n"
                            "detection:\n"
                            "    literal:\n"
                            "        Image|contains: /\n"
                            "    pattern:\n"
                            "        CommandLine|re: '(n|s)[a-z]+ .*'\n"
                            "    condition: literal or pattern\n"
                            "---\n"
                            "title: Any Windows process\n"
                            "id: dddddddd-0000-0000-0000-000000000002\n"
                            "logsource:\n"
                            "    product: windows\n"
                            "    category: process_creation\n"
                            "detection:\n"
                            "    keywords:\n"
                            "        - WHOAMI\n"
                            "    condition: keywords\n"
                            "---\n"
                            "title: Any audit line\n"
                            "id: dddddddd-0000-0000-0000-000000000003\n"
                            "logsource:\n"
                            "    product: linux\n"
                            "    service: auditd\n"
                            "detection:\n"
                            "    selection:\n"
                            "        type: EXECVE\n"
                            "    condition: selection\n"
                            "---\n"
                            "title: Our own\n"
                            "id: dddddddd-0000-0000-0000-000000000004\n"
                            "logsource:\n"
                            "    product: linux\n"
                            "    category: process_creation\n"
                            "filter:\n"
                            "    rules: any\n"
                            "    selection:\n"
                            "        CommandLine|contains: '--ours'\n"
                            "    condition: selection\n"
                            "---\n"
                            "title: One program after another\n"
                            "name: several\n"
                            "correlation:\n"
                            "    type: value_count\n"
                            "    rules: dddddddd-0000-0000-0000-000000000001\n"
                            "    group-by: [Image]\n"
                            "    timespan: 1m\n"
                            "    condition: {field: CommandLine, gte: 1}\n"
                            "generate: true\n"
                            "---\n"
                            "title: And a number of it\n"
                            "correlation:\n"
                            "    type: value_percentile\n"
                            "    rules: [dddddddd-0000-0000-0000-000000000001]\n"
                            "    timespan: 1m\n"
                            "    condition: {field: ProcessId, percentile: 50, gte: 0}\n"
                            "generate: true\n";

static const char policy[] =
    "policy:\n"
    "    - {rule: dddddddd-0000-0000-0000-000000000001, action: kill, feature: guard}\n"
    "    - {rule: dddddddd-0000-0000-0000-000000000003, action: none}\n";

static uint32_t findings;
static uint32_t events;
static uint8_t record[SONDA_RECORD_MAX + 1];
static char json[1 << 24];

static void on_event(const sonda_event *event, void *user)
{
    size_t len = 0;

    (void)user;
    events++;
    assert_int_equal(sonda_event_to_ocsf(event, json, sizeof json, &len), SONDA_OK);
}

static void on_finding(const sonda_finding *finding, void *user)
{
    size_t len = 0;

    (void)user;
    findings++;
    assert_int_equal(sonda_finding_to_ocsf(finding, json, sizeof json, &len), SONDA_OK);
}

static uint32_t denied;

static void
on_verdict(uint64_t ticket, sonda_verdict verdict, const sonda_finding *finding, void *user)
{
    (void)ticket;
    (void)user;
    denied += verdict == SONDA_VERDICT_DENY;
    assert_true((finding != NULL) == (verdict == SONDA_VERDICT_DENY));
}

static size_t generic(uint16_t source, const char *command_line)
{
    sonda_record_header header = {0};
    size_t len;

    header.ticket = 5;
    len = launch_record(record, sizeof record, &header, "/usr/bin/nc", command_line);
    record[4] = (uint8_t)source;
    record[5] = (uint8_t)(source >> 8);
    return len;
}

static void put_u16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static size_t
put_item(uint8_t *payload, size_t at, uint16_t kind, const void *bytes, size_t len)
{
    put_u16(payload + at, kind);
    put_u16(payload + at + 2, 0);
    put_u16(payload + at + 4, (uint32_t)len);
    put_u16(payload + at + 6, 0);
    memcpy(payload + at + SONDA_LINUX_ITEM_HEAD_SIZE, bytes, len);
    return at + SONDA_LINUX_ITEM_HEAD_SIZE + (len + 7) / 8 * 8;
}

/* An exec as the Linux adapter delivers it; other types without items. */
static size_t linux_record(uint16_t type)
{
    static const char image[] = "nc\0bin\0usr"; /* a walk: leaf first */
    static const char arguments[] = "nc\0-e\0/bin/sh";
    static uint8_t payload[1024];
    size_t len = SONDA_LINUX_HEAD_SIZE;
    size_t size;

    memset(payload, 0, sizeof payload);
    if (type == SONDA_LINUX_EXEC) {
        len = put_item(payload, len, SONDA_LINUX_ITEM_IMAGE, image, sizeof image);
        len = put_item(payload, len, SONDA_LINUX_ITEM_ARGUMENTS, arguments, sizeof arguments);
    }
    put_u16(payload + SONDA_LINUX_AT_SIZE, (uint32_t)len);
    put_u16(payload + SONDA_LINUX_AT_TYPE, type);
    put_u16(payload + SONDA_LINUX_AT_PID, 4711);
    put_u16(payload + SONDA_LINUX_AT_START, 99);
    put_u16(payload + SONDA_LINUX_AT_PARENT_PID, 11);
    put_u16(payload + SONDA_LINUX_AT_PARENT_START, 2000);
    size = wrap_payload(record, SONDA_SOURCE_LINUX, 1, payload, len);
    put_u16(record + 6, type);
    put_u16(record + 8, SONDA_LINUX_VERSION);
    return size;
}

static void feed(sonda_worker *worker, size_t len, sonda_status expected)
{
    sonda_status status;

    processing = 1;
    status = sonda_worker_process(worker, record, len, 1);
    processing = 0;
    if (status != expected) {
        fail_msg("source %u type %u: %s", (unsigned)record[4], (unsigned)record[6],
                 status == SONDA_OK ? "decoded" : sonda_worker_error(worker)->message);
    }
}

static void feed_text(sonda_worker *worker, uint16_t source, const char *text)
{
    feed(worker, wrap_text(record, source, 1, text), SONDA_OK);
}

/* A seed of fuzz_evtx: one byte, then a payload. */
static void feed_evtx(sonda_worker *worker)
{
    sonda_record_header header = {.source = SONDA_SOURCE_EVTX, .version = 1, .seq = 1};
    FILE *file = fopen(SONDA_SOURCE_DIR "/fuzz/corpus/evtx/payload", "rb");
    size_t len;

    assert_non_null(file);
    (void)fgetc(file);
    len = fread(record + SONDA_RECORD_HEADER_SIZE, 1, 4096, file);
    fclose(file);
    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
    assert_int_equal(sonda_record_header_write(&header, record), SONDA_OK);
    feed(worker, header.size, SONDA_OK);
}

/* Seeds of fuzz_etw: payloads, each behind its length. */
static void feed_etw(sonda_worker *worker, const char *seed)
{
    sonda_record_header header = {
        .source = SONDA_SOURCE_ETW, .type = SONDA_ETW_EVENT, .version = SONDA_ETW_VERSION};
    FILE *file = fopen(seed, "rb");
    uint8_t size[2];

    assert_non_null(file);
    while (fread(size, 1, sizeof size, file) == sizeof size) {
        size_t len = (size_t)(size[0] | size[1] << 8);

        assert_int_equal(fread(record + SONDA_RECORD_HEADER_SIZE, 1, len, file), len);
        header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
        header.seq++;
        assert_int_equal(sonda_record_header_write(&header, record), SONDA_OK);
        feed(worker, header.size, SONDA_OK);
    }
    fclose(file);
}

static void feed_every_source(sonda_worker *worker)
{
    feed_evtx(worker);
    feed_etw(worker, SONDA_SOURCE_DIR "/fuzz/corpus/etw/processes");
    feed_etw(worker, SONDA_SOURCE_DIR "/fuzz/corpus/etw/files");
    feed_etw(worker, SONDA_SOURCE_DIR "/fuzz/corpus/etw/registry");
    feed_etw(worker, SONDA_SOURCE_DIR "/fuzz/corpus/etw/others");
    feed(worker, generic(SONDA_SOURCE_GENERIC, "nc -e /bin/sh"), SONDA_OK);
    feed(worker, generic(SONDA_SOURCE_GENERIC, "nc --ours"), SONDA_OK);
    feed(worker, generic(SONDA_SOURCE_HEALTH, "x"), SONDA_OK);
    feed(worker, generic(SONDA_SOURCE_VENDOR + 7, "x"), SONDA_OK);
    for (uint16_t type = SONDA_LINUX_EXEC; type < SONDA_LINUX_TYPE_COUNT; type++) {
        feed(worker, linux_record(type), SONDA_OK);
    }
    feed_text(
        worker, SONDA_SOURCE_JSON,
        "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
        "\"Image\":\"C:\\\\Windows\\\\whoami.exe\",\"a\\u0041\":[1,2,\"\\ud83d\\ude00\"]}");
    feed_text(worker, SONDA_SOURCE_JSON,
              "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":"
              "\"Microsoft-Windows-Sysmon\"}},\"EventID\":1,\"Channel\":"
              "\"Microsoft-Windows-Sysmon/Operational\"},\"EventData\":{\"Image\":"
              "\"C:\\\\whoami.exe\",\"ProcessId\":1,\"ParentProcessId\":2}}}");
    feed_text(worker, SONDA_SOURCE_SYSMON_XML,
              "<Event><System><Provider Name=\"Linux-Sysmon\" Guid=\"{ff032593-a8d3-4f13-b0d6-"
              "01fc615a0f97}\"/><EventID>1</EventID><Channel>Linux-Sysmon/Operational</Channel>"
              "</System><EventData><Data Name=\"Image\">/usr/bin/nc</Data><Data "
              "Name=\"CommandLine\">nc &amp; x</Data></EventData></Event>");
    feed_text(worker, SONDA_SOURCE_AUDIT,
              "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 "
              "success=yes exit=0 ppid=2686 pid=3538 uid=0 comm=\"cat\" exe=\"/bin/cat\"");
    feed_text(worker, SONDA_SOURCE_AUDIT,
              "type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0=\"cat\" a1=2F6574632F78");
    feed_text(worker, SONDA_SOURCE_AUDIT, "type=EOE msg=audit(1364481363.243:24287): ");
    feed_text(worker, SONDA_SOURCE_AUDIT, "type=EXECVE msg=audit(1364481364.100:2): argc=0");
}

static void feed_bad_records(sonda_worker *worker)
{
    feed(worker, wrap_text(record, SONDA_SOURCE_JSON, 1, "{\"a\":"), SONDA_ERR_TRUNCATED);
    feed(worker, wrap_text(record, SONDA_SOURCE_LINUX, 1, "x"), SONDA_ERR_TRUNCATED);
    feed(worker, wrap_text(record, SONDA_SOURCE_AUDIT, 1, "no"), SONDA_ERR_MALFORMED);
    feed(worker, wrap_text(record, SONDA_SOURCE_SYSMON_XML, 1, "<x"), SONDA_ERR_MALFORMED);
    feed(worker, wrap_text(record, 999, 1, "x"), SONDA_ERR_UNSUPPORTED);
    memset(record, 0, sizeof record);
    feed(worker, SONDA_RECORD_MAX + 1, SONDA_ERR_LIMIT);
}

/* One field of escapes that fills the largest record. */
static void feed_largest_record(sonda_worker *worker)
{
    static const char opening[] =
        "{\"Channel\":\"Security\",\"EventID\":4688,\"CommandLine\":\"";
    static char payload[SONDA_RECORD_MAX - SONDA_RECORD_HEADER_SIZE];
    size_t text = sizeof opening - 1;

    memset(payload, ' ', sizeof payload);
    memcpy(payload, opening, text);
    for (; text + 2 < sizeof payload - 2; text += 2) {
        memcpy(payload + text, "\\n", 2);
    }
    memcpy(payload + text, "\"}", 2);
    feed(worker, wrap_payload(record, SONDA_SOURCE_JSON, 1, payload, sizeof payload), SONDA_OK);
}

static void test_process__records_of_every_source__allocates_nothing(void **state)
{
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_engine *engine = NULL;
    sonda_tracker *tracker = NULL;
    sonda_worker *worker = NULL;
    sonda_engine_options engine_options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_content *content = content_with(rules, policy);

    (void)state;
    engine_options.response_mode = SONDA_RESPONSE_ENFORCE;
    allocator.allocate = allocate;
    allocator.release = release;
    options.on_event = on_event;
    options.on_finding = on_finding;
    options.on_verdict = on_verdict;
    assert_int_equal(sonda_engine_open(&engine, &engine_options, &allocator), SONDA_OK);
    assert_int_equal(sonda_tracker_open(&tracker, NULL, &allocator), SONDA_OK);
    assert_int_equal(sonda_worker_open(&worker, engine, tracker, &options, &allocator),
                     SONDA_OK);

    feed_every_source(worker);
    assert_int_equal(findings, 0);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    feed_every_source(worker); /* the worker switches content on its way */
    assert_int_equal(denied, 2);
    assert_int_equal(sonda_engine_switch(engine, SONDA_SWITCH_FEATURE, "guard", 5, 1),
                     SONDA_OK);
    feed_every_source(worker);
    assert_int_equal(denied, 2);
    feed_bad_records(worker);
    feed_largest_record(worker);
    processing = 1;
    assert_int_equal(sonda_worker_finish(worker, 1), SONDA_OK);
    processing = 0;

    assert_true(findings >= 6);
    assert_true(events > 3 * 20);
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    sonda_content_release(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process__records_of_every_source__allocates_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
