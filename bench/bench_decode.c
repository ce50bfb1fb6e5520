/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Flat Windows Event Log as JSON lines: line to event, and what it costs to
 * find the lines. Each figure is the best of several passes over the same
 * recording in memory, and stands beside a pass that only reads every byte.
 *
 * Benchmarks only.
 */

#include "bench/recording_data.h"
#include "core/codec/json.h"
#include "core/normalise/json_event.h"
#include "sonda/input.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PASSES 7

typedef struct lines {
    sonda__span *spans;
    size_t count;
    size_t bytes;
} lines;

static int split(const char *bytes, size_t len, lines *out)
{
    const char *end = bytes + len;
    size_t room = 1;

    for (const char *p = bytes; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
        room++;
    }
    out->spans = malloc(room * sizeof *out->spans);
    out->count = 0;
    out->bytes = len;
    if (out->spans == NULL) {
        return 0;
    }
    for (const char *p = bytes; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));

        stop = stop == NULL ? end : stop;
        if (stop > p) {
            out->spans[out->count++] = sonda__span_of(p, (size_t)(stop - p));
        }
        p = stop + 1;
    }
    return 1;
}

/* Every measured pass returns something that depends on all of its work. */
typedef uint64_t pass(const lines *in, sonda_event *event);

static uint64_t read_bytes(const lines *in, sonda_event *event)
{
    uint64_t sum = 0;

    (void)event;
    for (size_t i = 0; i < in->count; i++) {
        const char *p = in->spans[i].data;
        uint64_t word;

        for (size_t at = 0; at + sizeof word <= in->spans[i].len; at += sizeof word) {
            memcpy(&word, p + at, sizeof word);
            sum += word;
        }
    }
    return sum;
}

static uint64_t read_tokens(const lines *in, sonda_event *event)
{
    uint64_t tokens = 0;

    for (size_t i = 0; i < in->count; i++) {
        sonda__json json;
        sonda__json_token token;

        sonda__arena_reset(&event->arena);
        sonda__json_init(&json, in->spans[i], &event->arena);
        do {
            tokens++;
        } while (sonda__json_next(&json, &token) == SONDA_OK && token.kind != SONDA__JSON_END);
    }
    return tokens;
}

static uint64_t decode(const lines *in, sonda_event *event)
{
    static const sonda_record_header header;
    uint64_t fields = 0;

    for (size_t i = 0; i < in->count; i++) {
        sonda__event_begin(event, &header, sonda__names_of_table());
        if (sonda__decode_json(event, in->spans[i], NULL) != SONDA_OK) {
            printf("line %zu cannot be decoded\n", i + 1);
        }
        fields += event->field_count;
    }
    return fields;
}

/* ---- framing ---- */

static sonda_status
count_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    (void)record;
    (void)number;
    (void)offset;
    (void)user;
    return len > SONDA_RECORD_HEADER_SIZE ? SONDA_OK : SONDA_ERR_MALFORMED;
}

static sonda_status
decode_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    static const sonda_record_header header;
    sonda_event *event = user;

    (void)number;
    (void)offset;
    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_json(
        event, sonda__span_of((const char *)record + 64, len - SONDA_RECORD_HEADER_SIZE), NULL);
}

/* Feeds what the spans are lines of, in the blocks a file is read in. */
static uint64_t
feed(const lines *in,
     sonda_event *event,
     sonda_status (*on_record)(const void *, size_t, uint64_t, uint64_t, void *))
{
    const size_t block = 256 * 1024;
    sonda_input *input = NULL;
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    uint64_t count;

    callbacks.on_record = on_record;
    callbacks.user = event;
    if (sonda_input_open(&input, NULL, NULL) != SONDA_OK) {
        return 0;
    }
    for (size_t at = 0; at < in->bytes; at += block) {
        size_t len = in->bytes - at < block ? in->bytes - at : block;

        sonda_input_feed(input, in->spans[0].data + at, len, &callbacks);
    }
    sonda_input_finish(input, &callbacks);
    count = sonda_input_count(input);
    sonda_input_close(input);
    return count;
}

static uint64_t frame(const lines *in, sonda_event *event)
{
    return feed(in, event, count_record);
}

static uint64_t frame_and_decode(const lines *in, sonda_event *event)
{
    return feed(in, event, decode_record);
}

/* The same flat objects, a member a line. */
static int spread(const lines *in, lines *out)
{
    char *text = malloc(in->bytes * 2);
    char *p = text;

    out->spans = malloc(sizeof *out->spans);
    if (text == NULL || out->spans == NULL) {
        free(text);
        return 0;
    }
    for (size_t i = 0; i < in->count; i++) {
        sonda__json json;
        sonda__json_token token = {SONDA__JSON_NULL, 0, {"", 0}};
        const char *from = in->spans[i].data;

        sonda__json_init(&json, in->spans[i], NULL);
        while (token.kind != SONDA__JSON_END && sonda__json_next(&json, &token) == SONDA_OK) {
            size_t len = (size_t)(in->spans[i].data + sonda__json_offset(&json) - from);

            memcpy(p, from, len);
            p += len;
            from += len;
            if (token.kind != SONDA__JSON_KEY) {
                *p++ = '\n';
                *p++ = ' ';
            }
        }
        p[-1] = '\n';
    }
    out->spans[0] = sonda__span_of(text, (size_t)(p - text));
    out->count = in->count;
    out->bytes = (size_t)(p - text);
    return 1;
}

static double
measure(const char *name, pass *run, const lines *in, sonda_event *event, double read)
{
    double best = 1e9;
    uint64_t result = 0;

    for (int i = 0; i < PASSES; i++) {
        double start = recording_data_cpu_seconds();
        double took;

        result = run(in, event);
        took = recording_data_cpu_seconds() - start;
        best = took < best ? took : best;
    }
    printf("%-22s %8.0f MB/s %8.0f ns/event %6.1f x the read pass  (%llu)\n", name,
           (double)in->bytes / best * 1e-6, best * 1e9 / (double)in->count,
           best / (read > 0 ? read : best), (unsigned long long)result);
    return best;
}

int main(void)
{
    sonda_event *event = NULL;
    lines in = {NULL, 0, 0};
    lines wide = {NULL, 0, 0};
    size_t len = 0;
    char *bytes = recording_data_load("metasploit_logonpasswords_lsass_memory_dump.zip",
                                      "metasploit_logonpasswords_lsass_memory_dump.json", &len);
    double read;

    if (bytes == NULL) {
        return 0;
    }
    if (!split(bytes, len, &in) || sonda_event_open(&event, NULL) != SONDA_OK) {
        return 1;
    }
    printf("%zu events, %.1f MB, best of %d passes\n", in.count, (double)len * 1e-6, PASSES);
    read = measure("read every byte", read_bytes, &in, event, 0);
    measure("tokens", read_tokens, &in, event, read);
    measure("line to event", decode, &in, event, read);
    measure("frame lines", frame, &in, event, read);
    measure("frame lines, decode", frame_and_decode, &in, event, read);
    if (spread(&in, &wide)) {
        measure("frame many lines each", frame, &wide, event, read);
        free((char *)(uintptr_t)wide.spans[0].data);
    }
    free(wide.spans);
    sonda_event_close(event);
    free(in.spans);
    free(bytes);
    return 0;
}
