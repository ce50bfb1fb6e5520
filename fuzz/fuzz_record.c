/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The whole pipeline on any record: header, decoder of any source, process
 * table, joins, matching, findings and their OCSF form.
 *
 * The input is one record after the other, each behind its length (u16) and
 * its source and type (u16 each); the header is put before it, so that the
 * fuzzer need not invent sizes that agree.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sonda/compile/compile.h"
#include "sonda/sonda.h"

/*
 * Opening takes a hundred times as long as an input: one worker serves so many,
 * and what fails may need those before it.
 */
#define INPUTS_OF_A_WORKER 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] = "title: A\n"
                            "logsource:\n"
                            "    product: linux\n"
                            "detection:\n"
                            "    literal:\n"
                            "        Image|contains: /\n"
                            "    pattern:\n"
                            "        CommandLine|re: '(a|b)+.*c$'\n"
                            "    words:\n"
                            "        - root\n"
                            "    condition: literal or pattern or words\n"
                            "---\n"
                            "title: B\n"
                            "logsource:\n"
                            "    product: windows\n"
                            "detection:\n"
                            "    selection:\n"
                            "        ProcessId|gt: 3\n"
                            "    other:\n"
                            "        Image|fieldref: ParentImage\n"
                            "    condition: not selection or other\n";

static sonda_engine *engine;
static char json[1 << 20];

static void must(sonda_status status)
{
    if (status != SONDA_OK) {
        abort();
    }
}

static void set_up(void)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_compile *compile;
    sonda_content *content;
    const void *pack;
    size_t pack_len;

    options.require_signature = 0;
    must(sonda_compile_open(&compile, NULL, NULL));
    must(sonda_compile_add_yaml(compile, "rules.yml", rules, sizeof rules - 1));
    must(sonda_compile_finish(compile, &pack, &pack_len, NULL));
    must(sonda_content_load(&content, pack, pack_len, &options, NULL, NULL));
    must(sonda_engine_open(&engine, NULL, NULL));
    must(sonda_engine_publish(engine, content));
    sonda_content_release(content);
    sonda_compile_close(compile);
}

static void on_event(const sonda_event *event, void *user)
{
    size_t len;

    (void)user;
    (void)sonda_event_to_ocsf(event, json, sizeof json, &len);
}

static void on_finding(const sonda_finding *finding, void *user)
{
    size_t len;

    (void)user;
    (void)sonda_finding_to_ocsf(finding, json, sizeof json, &len);
}

static sonda_tracker *tracker;
static sonda_worker *worker;

static uint16_t take_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* One record off the front; how much of the input it took. */
static size_t feed(const uint8_t *data, size_t size, uint64_t seq)
{
    static uint8_t record[SONDA_RECORD_HEADER_SIZE + UINT16_MAX];
    sonda_record_header header;
    size_t len = take_u16(data) < size - 6 ? take_u16(data) : size - 6;

    memset(&header, 0, sizeof header);
    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
    header.source = (uint16_t)(take_u16(data + 2) % 8);
    header.type = (uint16_t)(take_u16(data + 4) % 16);
    header.flags = (uint16_t)(data[5] >> 6);
    header.version = 1;
    header.wall_ns = seq * 1000000000u;
    header.seq = seq;
    header.ticket = seq;
    must(sonda_record_header_write(&header, record));
    memcpy(record + SONDA_RECORD_HEADER_SIZE, data + 6, len);
    (void)sonda_worker_process(worker, record, header.size, 0);
    return 6 + len;
}

/* Handed in is decoded or counted as lost, and what is shown adds up. */
static void check(void)
{
    sonda_stats stats = SONDA_STATS_INIT;
    uint64_t by_class = 0;

    must(sonda_worker_stats(worker, &stats));
    for (size_t i = 0; i < SONDA_STATS_CLASS_COUNT; i++) {
        by_class += stats.events_by_class[i];
    }
    if (stats.records !=
            stats.decoded + stats.malformed + stats.beyond_limit + stats.unsupported ||
        stats.events != stats.decoded - stats.snapshots + stats.derived + stats.health ||
        stats.events != by_class || stats.verdicts != 0) {
        abort();
    }
}

static void reopen(void)
{
    sonda_tracker_options small = SONDA_TRACKER_OPTIONS_INIT;
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;

    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    small.max_processes = 16;
    options.on_event = on_event;
    options.on_finding = on_finding;
    must(sonda_tracker_open(&tracker, &small, NULL));
    must(sonda_worker_open(&worker, engine, tracker, &options, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint32_t inputs;
    size_t at = 0;

    if (engine == NULL) {
        set_up();
    }
    if (inputs++ % INPUTS_OF_A_WORKER == 0) {
        reopen();
    }
    for (uint64_t seq = 1; size - at >= 6; seq++) {
        at += feed(data + at, size - at, seq);
    }
    must(sonda_worker_finish(worker, 0));
    check();
    return 0;
}
