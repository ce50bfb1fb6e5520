/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ten times as many rules cost: all of SigmaHQ, beside all of SigmaHQ and
 * nine times as many rules of the same shape about other things.
 *
 * Benchmarks only.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/event_data.h"
#include "bench/recording_data.h"
#include "bench/rule_data.h"
#include "core/detect/match.h"
#include "core/rules/content.h"

#define COPIES 10
#define PASSES 2

typedef struct pass {
    const sonda_content *content;
    sonda__matcher *matcher;
    uint64_t events;
    uint64_t matches;
    double seconds;
} pass;

static void count_match(uint32_t rule_index, void *user)
{
    pass *in = user;

    (void)rule_index;
    in->matches++;
}

static void measure(event_batch *batch, void *user)
{
    pass *in = user;
    double start = recording_data_cpu_seconds();

    for (size_t i = 0; i < batch->count; i++) {
        (void)sonda__match(in->content, &batch->events[i], in->matcher, count_match, in);
    }
    in->seconds += recording_data_cpu_seconds() - start;
    in->events += batch->count;
}

/* Nanoseconds of an event; 0 without recordings. */
static double measure_pass(const sonda_content *content)
{
    pass in = {.content = content};
    double each = 0;

    if (sonda__matcher_open(&in.matcher, NULL) == SONDA_OK &&
        event_data_each(sonda__content_names(content), measure, &in) > 0) {
        each = in.seconds * 1e9 / (double)in.events;
        printf("%8u rules: %6.0f ns/event, %llu matches, %.2f conditions an event\n",
               (unsigned)sonda_content_rule_count(content), each,
               (unsigned long long)in.matches,
               (double)sonda__matcher_counts(in.matcher)->evaluated / (double)in.events);
    }
    sonda__matcher_close(in.matcher);
    return each;
}

int main(void)
{
    static const uint32_t copies[2] = {1, COPIES};
    sonda_content *contents[2] = {NULL, NULL};
    uint8_t *packs[2] = {NULL, NULL};
    double best[2] = {1e12, 1e12};

    for (size_t i = 0; i < 2; i++) {
        size_t len = 0;

        packs[i] = rule_data_compile(copies[i], &len);
        contents[i] = packs[i] == NULL ? NULL : rule_data_open(packs[i], len);
        if (contents[i] == NULL) {
            return 0;
        }
    }
    for (size_t i = 0; i < 2 * PASSES; i++) {
        double each = measure_pass(contents[i % 2]);

        best[i % 2] = each < best[i % 2] ? each : best[i % 2];
    }
    if (best[0] > 0) {
        printf("%.1f times as many rules: %.2f x the time of an event\n",
               (double)sonda_content_rule_count(contents[1]) /
                   (double)sonda_content_rule_count(contents[0]),
               best[1] / best[0]);
    }
    for (size_t i = 0; i < 2; i++) {
        sonda_content_release(contents[i]);
        free(packs[i]);
    }
    return 0;
}
