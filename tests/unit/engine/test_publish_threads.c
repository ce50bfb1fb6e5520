/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Many workers on one engine while content and policy are published: nobody
 * waits, nobody sees half a change. Run under the thread sanitizer it proves
 * that the switch has no race.
 */

#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "tests/unit/engine/pipeline.h"

#define WORKERS 4u
#define ROUNDS 200u

#define RULE(ID, NAME, WORD)                   \
    "title: " NAME "\n"                        \
    "id: " ID "\n"                             \
    "logsource:\n"                             \
    "    product: linux\n"                     \
    "    category: process_creation\n"         \
    "detection:\n"                             \
    "    selection:\n"                         \
    "        CommandLine|contains: " WORD "\n" \
    "    condition: selection\n"

#define FIRST_ID "cccccccc-0000-0000-0000-000000000001"
#define SECOND_ID "cccccccc-0000-0000-0000-000000000002"

static const char first_rules[] = RULE(FIRST_ID, "First", "/bin/sh");
static const char second_rules[] =
    RULE(SECOND_ID, "Second", "/bin/sh") "---\n" RULE(FIRST_ID, "First", "/bin/sh");

static sonda_engine *engine;
static atomic_uint finished;

/* Each event meets one content, whole: one finding of the first, two of the second. */
typedef struct counts {
    uint32_t findings; /* of the current event */
    uint32_t wrong;
} counts;

static void on_finding(const sonda_finding *finding, void *user)
{
    counts *c = user;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    c->findings++;
    if (sonda_finding_rule(finding, &rule) != SONDA_OK || rule.title.len < 5) {
        c->wrong++;
    }
}

static void *work(void *argument)
{
    const sonda_record_header header = {0};
    counts *c = argument;
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_worker *worker = NULL;
    sonda_stats stats = SONDA_STATS_INIT;
    uint8_t record[1024];
    size_t len = launch_record(record, sizeof record, &header, "/usr/bin/nc", "nc -e /bin/sh");

    options.on_finding = on_finding;
    options.user = c;
    if (sonda_worker_open(&worker, engine, NULL, &options, NULL) != SONDA_OK) {
        c->wrong++;
        return NULL;
    }
    for (uint32_t i = 0; i < 20 * ROUNDS; i++) {
        c->findings = 0;
        if (sonda_worker_process(worker, record, len, 0) != SONDA_OK || c->findings < 1 ||
            c->findings > 2) {
            c->wrong++;
        }
    }
    /* None was lost. */
    c->wrong += sonda_worker_stats(worker, &stats) != SONDA_OK ||
                stats.records != 20 * ROUNDS || stats.decoded != 20 * ROUNDS;
    sonda_worker_close(worker);
    atomic_fetch_add(&finished, 1);
    return NULL;
}

static void test_publish__between_two_events__the_next_one_sees_it(void **state)
{
    const sonda_record_header header = {0};
    sonda_content *contents[2] = {content_of(first_rules), content_of(second_rules)};
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_stats stats = SONDA_STATS_INIT;
    sonda_worker *worker = NULL;
    counts seen = {0, 0};
    uint8_t record[1024];
    size_t len = launch_record(record, sizeof record, &header, "/usr/bin/nc", "nc -e /bin/sh");

    (void)state;
    options.on_finding = on_finding;
    options.user = &seen;
    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_open(&worker, engine, NULL, &options, NULL), SONDA_OK);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        seen.findings = 0;
        assert_int_equal(sonda_engine_publish(engine, contents[i % 2]), SONDA_OK);

        assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

        assert_int_equal(seen.findings, 1 + i % 2);
        assert_in_range(sonda_engine_collect(engine), 0, 1);
    }
    assert_int_equal(sonda_worker_stats(worker, &stats), SONDA_OK);
    assert_int_equal(stats.records, ROUNDS);
    assert_int_equal(stats.content_switches, ROUNDS);
    assert_int_equal(seen.wrong, 0);
    sonda_worker_close(worker);
    sonda_engine_close(engine);
    sonda_content_release(contents[1]);
    sonda_content_release(contents[0]);
}

static void test_publish__while_workers_run__each_event_sees_one_content(void **state)
{
    const sonda_rule_id none[] = {{"no such rule", 12}};
    sonda_content *first = content_of(first_rules);
    sonda_content *second = content_of(second_rules);
    pthread_t threads[WORKERS];
    counts seen[WORKERS] = {{0, 0}};

    (void)state;
    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, first), SONDA_OK);
    for (uint32_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, &seen[i]), 0);
    }
    for (uint32_t i = 0; i < ROUNDS || atomic_load(&finished) < WORKERS; i++) {
        assert_int_equal(sonda_engine_publish(engine, i % 2 == 0 ? second : first), SONDA_OK);
        assert_int_equal(sonda_engine_set_policy(engine, 0, none, i % 2), SONDA_OK);
        (void)sonda_engine_collect(engine);
    }
    for (uint32_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(seen[i].wrong, 0);
    }

    assert_int_equal(sonda_engine_collect(engine), 0);
    sonda_engine_close(engine);
    sonda_content_release(second);
    sonda_content_release(first);
}

static sonda_tracker *tracker;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t start; /* so that they overlap */

/* Byte by byte: the sanitizer does not see into a memcmp the compiler unfolds. */
static bool is_netcat(const char *image, size_t len)
{
    static const char netcat[] = "/usr/bin/nc";
    bool same = len == sizeof netcat - 1;

    for (size_t i = 0; i < len && same; i++) {
        same = image[i] == netcat[i];
    }
    return same;
}

static void on_chain(const sonda_finding *finding, void *user)
{
    counts *c = user;
    sonda_process_view process = SONDA_PROCESS_VIEW_INIT;

    c->findings++;
    if (sonda_finding_process(finding, 0, &process) != SONDA_OK ||
        !is_netcat(process.image, process.image_len)) {
        c->wrong++;
    }
}

/* The three steps apart: only the middle one waits for its turn. */
static void *work_in_steps(void *argument)
{
    const sonda_record_header header = {0};
    counts *c = argument;
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_worker *worker = NULL;
    sonda_event *event = NULL;
    uint8_t record[1024];
    size_t len = launch_record(record, sizeof record, &header, "/usr/bin/nc", "nc -e /bin/sh");

    options.on_finding = on_chain;
    options.user = c;
    c->wrong += sonda_worker_open(&worker, engine, NULL, &options, NULL) != SONDA_OK;
    c->wrong += sonda_event_open(&event, NULL) != SONDA_OK;
    (void)pthread_barrier_wait(&start);
    for (uint32_t i = 0; i < 20 * ROUNDS; i++) {
        c->wrong += sonda_worker_decode(worker, record, len, 0, event) != SONDA_OK;
        pthread_mutex_lock(&order);
        c->wrong += sonda_tracker_apply(tracker, event) != SONDA_OK;
        pthread_mutex_unlock(&order);
        c->wrong += sonda_worker_match(worker, event, 0) != SONDA_OK;
    }
    sonda_event_close(event);
    sonda_worker_close(worker);
    return NULL;
}

static void test_steps__around_one_tracker__findings_keep_their_chain(void **state)
{
    sonda_content *content = content_of(first_rules);
    pthread_t threads[WORKERS];
    counts seen[WORKERS] = {{0, 0}};

    (void)state;
    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    assert_int_equal(sonda_tracker_open(&tracker, NULL, NULL), SONDA_OK);
    assert_int_equal(pthread_barrier_init(&start, NULL, WORKERS), 0);
    for (uint32_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work_in_steps, &seen[i]), 0);
    }
    for (uint32_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(seen[i].wrong, 0);
        assert_int_equal(seen[i].findings, 20 * ROUNDS);
    }
    (void)pthread_barrier_destroy(&start);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    sonda_content_release(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish__between_two_events__the_next_one_sees_it),
        cmocka_unit_test(test_publish__while_workers_run__each_event_sees_one_content),
        cmocka_unit_test(test_steps__around_one_tracker__findings_keep_their_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
