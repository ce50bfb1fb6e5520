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

static double
measure(const char *name, pass *run, const lines *in, sonda_event *event, double read)
{
    double best = 1e9;
    uint64_t result = 0;

    for (int i = 0; i < PASSES; i++) {
        double start = recording_data_seconds();
        double took;

        result = run(in, event);
        took = recording_data_seconds() - start;
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
    sonda_event_close(event);
    free(in.spans);
    free(bytes);
    return 0;
}
