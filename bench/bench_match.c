/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Matching recorded events against all of SigmaHQ: from a decoded event to the
 * rules that hold, beside a pass that only reads every byte of its values.
 *
 * Beside times, for each kind of event, the most of its step budget that one
 * took: what the verifier has proven of the pack, times the event's bytes.
 * Ends with 1 if any took more.
 *
 * Benchmarks only.
 */

#define _POSIX_C_SOURCE 200809L

#include "bench/event_data.h"
#include "bench/recording_data.h"
#include "bench/rule_data.h"
#include "core/detect/match.h"
#include "core/rules/content.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define KINDS_MAX 512
/* Kinds of event below this share are left out of the table. */
#define SHARE_SHOWN 0.004

/* Times of one kind of event: channel and event id. */
typedef struct kind {
    char channel[41];
    uint32_t event_id;
    uint32_t *ns;
    size_t count;
    size_t room;
    uint64_t steps; /* the most that one took */
    double share;   /* the most of its own budget that one took */
} kind;

typedef struct totals {
    const sonda_content *content;
    sonda__matcher *matcher;
    kind kinds[KINDS_MAX];
    size_t kind_count;
    uint64_t events;
    uint64_t matches;
    uint64_t value_bytes;
    uint64_t read;
    uint64_t over; /* events that took more than their budget */
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

static void match_all(totals *sum, const event_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        (void)sonda__match(sum->content, &batch->events[i], sum->matcher, count_match, sum);
    }
}

static void add_steps(totals *sum, kind *to, sonda_status status)
{
    const sonda__match_counts *counts = sonda__matcher_counts(sum->matcher);

    if (status != SONDA_OK || counts->steps > counts->budget) {
        sum->over++;
    }
    if (counts->steps > to->steps) {
        to->steps = counts->steps;
    }
    if ((double)counts->steps > to->share * (double)counts->budget) {
        to->share = (double)counts->steps / (double)counts->budget;
    }
}

/* Both passes over the batch, then each event by itself. */
static void measure_batch(event_batch *batch, void *user)
{
    totals *sum = user;
    double start;
    uint64_t matches;

    for (size_t i = 0; i < batch->count; i++) {
        sum->read += read_values(&batch->events[i]);
    }
    start = recording_data_cpu_seconds();
    match_all(sum, batch);
    sum->match_seconds += recording_data_cpu_seconds() - start;
    start = recording_data_cpu_seconds();
    for (size_t i = 0; i < batch->count; i++) {
        sum->read += read_values(&batch->events[i]);
    }
    sum->read_seconds += recording_data_cpu_seconds() - start;
    matches = sum->matches;
    for (size_t i = 0; i < batch->count; i++) {
        kind *of = kind_of(sum, &batch->events[i]);
        uint64_t from = now_ns();
        sonda_status status =
            sonda__match(sum->content, &batch->events[i], sum->matcher, count_match, sum);

        add_time(of, now_ns() - from);
        add_steps(sum, of, status);
    }
    sum->matches = matches;
    sum->events += batch->count;
    sum->value_bytes += batch->text_len;
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
    printf("%-40s %5s %7s %7s %7s %8s %8s %s\n", "channel and event id (ns, steps)", "id",
           "events", "p50", "p99", "worst", "steps", "of budget");
    for (size_t i = 0; i < sum->kind_count; i++) {
        kind *shown = &sum->kinds[i];

        qsort(shown->ns, shown->count, sizeof *shown->ns, by_time);
        if ((double)shown->count >= SHARE_SHOWN * (double)sum->events) {
            printf("%-40s %5u %7zu %7u %7u %8u %8llu %7.4f%%\n", shown->channel,
                   (unsigned)shown->event_id, shown->count,
                   (unsigned)shown->ns[shown->count / 2],
                   (unsigned)shown->ns[shown->count * 99 / 100],
                   (unsigned)shown->ns[shown->count - 1], (unsigned long long)shown->steps,
                   shown->share * 100);
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
    printf("over budget    %8llu events\n", (unsigned long long)sum->over);
    printf("matching       %8.0f ns/event, %.1f x reading\n", sum->match_seconds * each,
           sum->match_seconds / sum->read_seconds);
}

int main(void)
{
    static totals sum;
    sonda_content *content = rule_data_load();

    if (content == NULL) {
        return 0;
    }
    sum.content = content;
    if (sonda__matcher_open(&sum.matcher, NULL) != SONDA_OK) {
        return 1;
    }
    if (event_data_each(sonda__content_names(content), measure_batch, &sum) > 0) {
        print_totals(&sum);
        print_kinds(&sum);
    }
    sonda__matcher_close(sum.matcher);
    sonda_content_release(content);
    return sum.over == 0 ? 0 : 1;
}
