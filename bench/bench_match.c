/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Matching recorded events against all of SigmaHQ: from a decoded event to the
 * rules that hold, beside a pass that only reads every byte of its values.
 *
 * Events are decoded a few at a time and copied without `Message`, so that
 * both passes find them in the cache, as a sensor does that matches what it
 * has just decoded.
 *
 * Benchmarks only.
 */

#define _POSIX_C_SOURCE 200809L

#include "bench/recording_data.h"
#include "bench/rule_data.h"
#include "core/base/limits.h"
#include "core/detect/match.h"
#include "core/normalise/json_event.h"
#include "core/rules/content.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 64
#define KINDS_MAX 512
/* Kinds of event below this share are left out of the table. */
#define SHARE_SHOWN 0.004

static const char *const recordings[][2] = {
    {"metasploit_logonpasswords_lsass_memory_dump.zip",
     "metasploit_logonpasswords_lsass_memory_dump.json"},
    {"psh_metasploit_stop_netprofm_eventlog_before_reboot.zip",
     "psh_metasploit_stop_netprofm_eventlog_before_reboot.json"},
    {"empire_persistence_registry_modification_run_keys_standard_user.zip",
     "empire_persistence_registry_modification_run_keys_standard_user_2020-09-04030609.json"},
};

/* Times of one kind of event: channel and event id. */
typedef struct kind {
    char channel[48];
    uint32_t event_id;
    uint32_t *ns;
    size_t count;
    size_t room;
} kind;

typedef struct batch {
    sonda_event events[BATCH];
    size_t count;
    sonda__field *fields;
    size_t field_count;
    char *text;
    size_t text_len;
} batch;

typedef struct totals {
    const sonda_content *content;
    sonda__matcher *matcher;
    batch batch;
    kind kinds[KINDS_MAX];
    size_t kind_count;
    uint64_t events;
    uint64_t matches;
    uint64_t value_bytes;
    uint64_t read;
    double match_seconds;
    double read_seconds;
} totals;

static void count_match(uint32_t rule_index, void *user)
{
    totals *sum = user;

    (void)rule_index;
    sum->matches++;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t read_values(const sonda_event *event)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < event->field_count; i++) {
        const char *p = event->fields[i].text.data;
        size_t len = event->fields[i].text.len;
        uint64_t word = 0;
        size_t at = 0;

        for (; at + sizeof word <= len; at += sizeof word) {
            memcpy(&word, p + at, sizeof word);
            sum ^= word;
        }
        word = 0;
        memcpy(&word, p + at, len - at);
        sum ^= word;
    }
    return sum;
}

static void take(batch *to, const sonda_event *event)
{
    sonda_event *copy = &to->events[to->count++];

    *copy = *event;
    copy->fields = to->fields + to->field_count;
    copy->field_count = 0;
    for (size_t i = 0; i < event->field_count; i++) {
        sonda__field *field = &copy->fields[copy->field_count];

        if (event->fields[i].name.len == 7 &&
            memcmp(event->fields[i].name.data, "Message", 7) == 0) {
            continue;
        }
        *field = event->fields[i];
        memcpy(to->text + to->text_len, field->text.data, field->text.len);
        field->text.data = to->text + to->text_len;
        to->text_len += field->text.len;
        copy->field_count++;
    }
    to->field_count += copy->field_count;
}

static kind *kind_of(totals *sum, const sonda_event *event)
{
    char channel[sizeof sum->kinds[0].channel];
    kind *found;

    snprintf(channel, sizeof channel, "%.*s", (int)event->channel.len, event->channel.data);
    for (size_t i = 0; i < sum->kind_count; i++) {
        if (sum->kinds[i].event_id == event->event_id &&
            strcmp(sum->kinds[i].channel, channel) == 0) {
            return &sum->kinds[i];
        }
    }
    found = &sum->kinds[sum->kind_count < KINDS_MAX - 1 ? sum->kind_count++ : KINDS_MAX - 1];
    memcpy(found->channel, channel, sizeof channel);
    found->event_id = event->event_id;
    return found;
}

static void add_time(kind *to, uint64_t ns)
{
    if (to->count == to->room) {
        size_t room = to->room == 0 ? 64 : to->room * 2;
        uint32_t *grown = realloc(to->ns, room * sizeof *grown);

        if (grown == NULL) {
            return;
        }
        to->ns = grown;
        to->room = room;
    }
    to->ns[to->count++] = (uint32_t)ns;
}

static void match_all(totals *sum)
{
    for (size_t i = 0; i < sum->batch.count; i++) {
        (void)sonda__match(sum->content, &sum->batch.events[i], sum->matcher, count_match, sum);
    }
}

/* Both passes over the batch, then each event by itself. */
static void measure_batch(totals *sum)
{
    batch *events = &sum->batch;
    double start;
    uint64_t matches;

    for (size_t i = 0; i < events->count; i++) {
        sum->read += read_values(&events->events[i]);
    }
    start = recording_data_cpu_seconds();
    match_all(sum);
    sum->match_seconds += recording_data_cpu_seconds() - start;
    start = recording_data_cpu_seconds();
    for (size_t i = 0; i < events->count; i++) {
        sum->read += read_values(&events->events[i]);
    }
    sum->read_seconds += recording_data_cpu_seconds() - start;
    matches = sum->matches;
    for (size_t i = 0; i < events->count; i++) {
        uint64_t from = now_ns();

        (void)sonda__match(sum->content, &events->events[i], sum->matcher, count_match, sum);
        add_time(kind_of(sum, &events->events[i]), now_ns() - from);
    }
    sum->matches = matches;
    sum->events += events->count;
    sum->value_bytes += events->text_len;
    events->count = 0;
    events->field_count = 0;
    events->text_len = 0;
}

static void measure_lines(totals *sum, sonda_event *event, const char *bytes, size_t len)
{
    static const sonda_record_header header;
    const char *end = bytes + len;

    for (const char *p = bytes; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));

        stop = stop == NULL ? end : stop;
        sonda__event_begin(event, &header, sonda__content_names(sum->content));
        if (sonda__decode_json(event, sonda__span_of(p, (size_t)(stop - p)), NULL) ==
            SONDA_OK) {
            take(&sum->batch, event);
        }
        if (sum->batch.count == BATCH) {
            measure_batch(sum);
        }
        p = stop + 1;
    }
    measure_batch(sum);
}

static int by_time(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a;
    uint32_t other = *(const uint32_t *)b;

    return one < other ? -1 : one > other;
}

static int by_count(const void *a, const void *b)
{
    const kind *one = a;
    const kind *other = b;

    return one->count > other->count ? -1 : one->count < other->count;
}

static void print_kinds(totals *sum)
{
    qsort(sum->kinds, sum->kind_count, sizeof sum->kinds[0], by_count);
    printf("%-48s %6s %8s %8s %8s %8s\n", "channel and event id (ns)", "id", "events", "p50",
           "p99", "worst");
    for (size_t i = 0; i < sum->kind_count; i++) {
        kind *shown = &sum->kinds[i];

        qsort(shown->ns, shown->count, sizeof *shown->ns, by_time);
        if ((double)shown->count >= SHARE_SHOWN * (double)sum->events) {
            printf("%-48s %6u %8zu %8u %8u %8u\n", shown->channel, (unsigned)shown->event_id,
                   shown->count, (unsigned)shown->ns[shown->count / 2],
                   (unsigned)shown->ns[shown->count * 99 / 100],
                   (unsigned)shown->ns[shown->count - 1]);
        }
        free(shown->ns);
    }
}

static void print_totals(const totals *sum)
{
    double each = 1e9 / (double)sum->events;

    printf("%llu events of %.0f bytes, %llu matches, %.2f conditions an event\n",
           (unsigned long long)sum->events, (double)sum->value_bytes / (double)sum->events,
           (unsigned long long)sum->matches,
           (double)sonda__matcher_counts(sum->matcher)->evaluated / 2 / (double)sum->events);
    printf("reading values %8.0f ns/event (%llx)\n", sum->read_seconds * each,
           (unsigned long long)sum->read);
    printf("matching       %8.0f ns/event, %.1f x reading\n", sum->match_seconds * each,
           sum->match_seconds / sum->read_seconds);
}

int main(void)
{
    static totals sum;
    sonda_content *content = rule_data_load();
    sonda_event *event = NULL;
    int loaded = 0;

    if (content == NULL) {
        return 0;
    }
    sum.content = content;
    sum.batch.fields = malloc(BATCH * SONDA__EVENT_FIELDS_MAX * sizeof *sum.batch.fields);
    sum.batch.text = malloc(BATCH * (size_t)SONDA_RECORD_MAX);
    if (sum.batch.fields == NULL || sum.batch.text == NULL ||
        sonda_event_open(&event, NULL) != SONDA_OK ||
        sonda__matcher_open(&sum.matcher, NULL) != SONDA_OK) {
        return 1;
    }
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        size_t len;
        char *bytes = recording_data_load(recordings[i][0], recordings[i][1], &len);

        if (bytes != NULL) {
            measure_lines(&sum, event, bytes, len);
            loaded++;
        }
        free(bytes);
    }
    if (loaded > 0) {
        print_totals(&sum);
        print_kinds(&sum);
    }
    sonda__matcher_close(sum.matcher);
    sonda_event_close(event);
    sonda_content_release(content);
    free(sum.batch.text);
    free(sum.batch.fields);
    return 0;
}
