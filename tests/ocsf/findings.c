/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Prints OCSF findings for check.py: of a rule that says all it can, and of
 * one that says nothing, on events of several classes and with a chain.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sonda/compile/compile.h"
#include "sonda/sonda.h"

#define OUTPUT_MAX (1024u * 1024u)

static const char rules[] = "title: Says \"all\" it can\n"
                            "id: eeeeeeee-0000-0000-0000-000000000001\n"
                            "description: A description\n"
                            "level: critical\n"
                            "tags:\n"
                            "    - attack.execution\n"
                            "    - attack.t1059\n"
                            "    - attack.t1059.004\n"
                            "    - attack.g0007\n"
                            "    - cve.2024-0001\n"
                            "logsource:\n"
                            "    product: linux\n"
                            "detection:\n"
                            "    selection:\n"
                            "        Image|endswith: /nc\n"
                            "        ProcessId|gt: 1\n"
                            "    condition: selection\n"
                            "---\n"
                            "title: Says nothing\n"
                            "logsource:\n"
                            "    product: linux\n"
                            "detection:\n"
                            "    selection:\n"
                            "        NoSuchField: x\n"
                            "    condition: not selection\n";

/* Of the first rule only; the findings of the other are alerts. */
static const char policy[] = "policy: [{level: critical, action: kill, feature: guard}]\n";

static void must(sonda_status status, const char *what)
{
    if (status != SONDA_OK) {
        fprintf(stderr, "%s: %s\n", what, sonda_status_name(status));
        exit(1);
    }
}

static sonda_content *load(void)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_compile *compile;
    sonda_content *content;
    const void *pack;
    size_t pack_len;

    options.require_signature = 0;
    must(sonda_compile_open(&compile, NULL, NULL), "compile");
    must(sonda_compile_add_yaml(compile, "rules.yml", rules, sizeof rules - 1), "yaml");
    must(sonda_compile_set_policy(compile, policy, sizeof policy - 1, NULL), "policy");
    must(sonda_compile_finish(compile, &pack, &pack_len, NULL), "pack");
    must(sonda_content_load(&content, pack, pack_len, &options, NULL, NULL), "content");
    sonda_compile_close(compile);
    return content;
}

static void print(const sonda_finding *finding, void *user)
{
    char *buffer = user;
    size_t len;

    must(sonda_finding_to_ocsf(finding, buffer, OUTPUT_MAX, &len), "finding");
    fwrite(buffer, 1, len, stdout);
    putchar('\n');
}

static void
ignore(uint64_t asked, sonda_verdict verdict, const sonda_finding *finding, void *user)
{
    (void)asked;
    (void)verdict;
    (void)finding;
    (void)user;
}

/* Of the records; 0: none. */
static uint64_t ticket;

/* An event of a class, of the process 11 that is a child of 10. */
static void
feed(sonda_worker *worker, uint32_t class_uid, uint32_t activity_id, const char *pid)
{
    static uint8_t record[4096];
    sonda_record_header header;
    sonda_record_builder builder;
    size_t len;

    memset(&header, 0, sizeof header);
    header.wall_ns = 1721362140000000000u;
    header.seq = 7;
    header.ticket = ticket;
    sonda_record_begin(&builder, record, sizeof record, &header, class_uid, activity_id,
                       SONDA_PRODUCT_LINUX);
    sonda_record_add(&builder, SONDA_FIELD_IMAGE, "/usr/bin/nc", 11);
    sonda_record_add(&builder, SONDA_FIELD_COMMAND_LINE, "nc \xff\xfe -e", 8);
    sonda_record_add(&builder, SONDA_FIELD_PROCESS_ID, pid, strlen(pid));
    sonda_record_add(&builder, SONDA_FIELD_PARENT_PROCESS_ID, "10", 2);
    sonda_record_add(&builder, SONDA_FIELD_PARENT_IMAGE, "/bin/sh", 7);
    sonda_record_add(&builder, SONDA_FIELD_TARGET_FILENAME, "/tmp/x", 6);
    sonda_record_add(&builder, SONDA_FIELD_DESTINATION_IP, "203.0.113.7", 11);
    must(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len), "record");
    must(sonda_worker_process(worker, record, len, 0), "process");
}

int main(void)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_engine_options engine_options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_content *content = load();
    sonda_engine *engine;
    sonda_tracker *tracker;
    sonda_worker *worker;
    char *buffer = malloc(OUTPUT_MAX);

    options.on_finding = print;
    options.on_verdict = ignore;
    engine_options.response_mode = SONDA_RESPONSE_ENFORCE;
    options.user = buffer;
    must(buffer != NULL ? SONDA_OK : SONDA_ERR_NO_MEMORY, "buffer");
    must(sonda_engine_open(&engine, &engine_options, NULL), "engine");
    must(sonda_engine_publish(engine, content), "publish");
    must(sonda_tracker_open(&tracker, NULL, NULL), "tracker");
    must(sonda_worker_open(&worker, engine, tracker, &options, NULL), "worker");
    feed(worker, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, "10");
    feed(worker, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, "11");
    feed(worker, SONDA_CLASS_FILE, SONDA_FILE_CREATE, "11");
    feed(worker, SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN, "11");
    feed(worker, SONDA_CLASS_BASE, SONDA_ACTIVITY_OTHER, "12");
    ticket = 5;
    feed(worker, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, "11");
    must(sonda_engine_switch(engine, SONDA_SWITCH_FEATURE, "guard", 5, 1), "switch");
    feed(worker, SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH, "11");
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    sonda_content_release(content);
    free(buffer);
    return 0;
}
