/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines of eslogger: line to event, and the tokens of JSON alone beside it. The
 * lines are made here (an exec, a fork, an exit, a rename and a close of a
 * process that has everything), so that no recording is needed. Records of the
 * adapter with the same messages stand beside them.
 *
 * Benchmarks only.
 */

#include "bench/recording_data.h"
#include "core/codec/json.h"
#include "core/normalise/es_json.h"
#include "core/normalise/es_record.h"
#include "core/normalise/json_event.h"
#include "tests/unit/normalise/es_build.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PASSES 9
#define ROUNDS 4000
#define KINDS 5
#define LINE_MAX ((size_t)64 * 1024)

/* Messages, as a record and as a line. */
typedef struct messages {
    char *record[KINDS];
    size_t record_len[KINDS];
    char *line[KINDS];
    size_t line_len[KINDS];
    size_t record_bytes;
    size_t line_bytes;
} messages;

static const es_process shell = {58916, 87724, 938, 2424, "/bin/zsh"};
static const es_process child = {97391, 149091, 58916, 87724, "/usr/local/bin/program"};

static sonda__span make(es_build *b, size_t kind)
{
    static const uint32_t types[KINDS] = {9, 11, 15, 25, 12};

    es_begin(b, types[kind], 9);
    es_process_block(b, SONDA_ES_BLOCK_PROCESS, &shell);
    if (kind == 0) {
        es_process_block(b, SONDA_ES_BLOCK_TARGET, &child);
        es_text(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "/usr/local/bin/program");
        es_text(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "--configuration=/etc/program");
        es_text(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ENV, "PATH=/usr/bin:/bin");
        es_text(b, SONDA_ES_BLOCK_CWD, SONDA_ES_FILE_PATH, "/Users/alice");
        es_stat(b, SONDA_ES_BLOCK_CWD, SONDA_ES_FILE_STAT);
    } else if (kind == 1) {
        es_process_block(b, SONDA_ES_BLOCK_CHILD, &child);
    } else if (kind == 2) {
        es_number(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_STAT, 0, 4);
    } else if (kind == 3) {
        es_text(b, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_PATH, "/Users/alice/report.tmp");
        es_stat(b, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_STAT);
        es_text(b, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_DIR, "/Users/alice");
        es_text(b, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_FILENAME, "report.txt");
    } else {
        es_text(b, SONDA_ES_BLOCK_TARGET_FILE, SONDA_ES_FILE_PATH, "/Users/alice/report.txt");
        es_stat(b, SONDA_ES_BLOCK_TARGET_FILE, SONDA_ES_FILE_STAT);
        es_number(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_MODIFIED, 1, 1);
    }
    return es_end(b);
}

static char *copy_of(const void *bytes, size_t len)
{
    char *copy = malloc(len);

    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, len);
    return copy;
}

static void prepare(messages *all, sonda_event *event)
{
    es_build build = {malloc(ES_PAYLOAD_MAX), 0, 0};
    char *text = malloc(LINE_MAX);
    sonda_error error = SONDA_ERROR_INIT;

    if (build.payload == NULL || text == NULL) {
        abort();
    }
    for (size_t i = 0; i < KINDS; i++) {
        sonda__span payload = make(&build, i);
        sonda__json_writer json;

        if (es_decode(event, payload, &error) != SONDA_OK) {
            abort();
        }
        sonda__json_writer_init(&json, text, LINE_MAX);
        sonda__es_write_json(event, &json);
        all->record[i] = copy_of(payload.data, payload.len);
        all->record_len[i] = payload.len;
        all->line[i] = copy_of(text, json.out.needed);
        all->line_len[i] = json.out.needed;
        all->record_bytes += payload.len;
        all->line_bytes += json.out.needed;
    }
    free(text);
    free(build.payload);
}

typedef uint64_t pass(const messages *all, size_t i, sonda_event *event);

static uint64_t read_tokens(const messages *all, size_t i, sonda_event *event)
{
    sonda__json json;
    sonda__json_token token = {SONDA__JSON_NULL, 0, {"", 0}};
    uint64_t tokens = 0;

    sonda__arena_reset(&event->arena);
    sonda__json_init(&json, sonda__span_of(all->line[i], all->line_len[i]), &event->arena);
    while (token.kind != SONDA__JSON_END && sonda__json_next(&json, &token) == SONDA_OK) {
        tokens++;
    }
    return tokens;
}

static uint64_t decode_line(const messages *all, size_t i, sonda_event *event)
{
    static const sonda_record_header header;

    sonda__event_begin(event, &header, sonda__names_of_table());
    (void)sonda__decode_json(event, sonda__span_of(all->line[i], all->line_len[i]), NULL);
    return event->field_count;
}

static uint64_t decode_record(const messages *all, size_t i, sonda_event *event)
{
    (void)es_decode(event, sonda__span_of(all->record[i], all->record_len[i]), NULL);
    return event->field_count;
}

static void
measure(const char *name, pass *run, const messages *all, size_t bytes, sonda_event *event)
{
    static volatile uint64_t sink;
    double best = 1e9;

    for (int k = 0; k < PASSES; k++) {
        double before = recording_data_cpu_seconds();
        double took;

        for (size_t r = 0; r < ROUNDS; r++) {
            for (size_t i = 0; i < KINDS; i++) {
                sink = sink + run(all, i, event);
            }
        }
        took = recording_data_cpu_seconds() - before;
        best = took < best ? took : best;
    }
    printf("%-28s %7.0f MB/s  %7.0f ns a message\n", name, (double)bytes * ROUNDS / best / 1e6,
           best * 1e9 / (ROUNDS * KINDS));
}

int main(void)
{
    messages all = {.record_bytes = 0};
    sonda_event *event = NULL;

    if (sonda_event_open(&event, NULL) != SONDA_OK) {
        return 1;
    }
    prepare(&all, event);
    printf("%d messages, %zu bytes a line, %zu a record\n", KINDS, all.line_bytes / KINDS,
           all.record_bytes / KINDS);
    measure("tokens of the lines", read_tokens, &all, all.line_bytes, event);
    measure("eslogger line to event", decode_line, &all, all.line_bytes, event);
    measure("record to event", decode_record, &all, all.record_bytes, event);
    for (size_t i = 0; i < KINDS; i++) {
        free(all.record[i]);
        free(all.line[i]);
    }
    sonda_event_close(event);
    return 0;
}
