/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The adapter under load: many questions, many notices, a host that is slow,
 * or does not answer, or dies. Time stands still but for what the test moves,
 * so that no deadline passes by accident.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <string.h>

#include "fake_host.h"
#include "platform/mac/source.h"

#define EXEC_BIT (UINT64_C(1) << SONDA_SOURCE_CLASS_PROCESS_EXEC)
#define OPEN_BIT (UINT64_C(1) << SONDA_SOURCE_CLASS_FILE_OPEN)
#define DELETE_BIT (UINT64_C(1) << SONDA_SOURCE_CLASS_FILE_DELETE)
#define SECOND_NS UINT64_C(1000000000)
#define MANY 100000u
/* Sent before the clients are waited for, so that memory stays small. */
#define BURST 2000u

static const uint32_t questions[] = {ES_AUTH_EXEC, ES_AUTH_OPEN, ES_AUTH_CREATE,
                                     ES_AUTH_UNLINK};
static const uint32_t notices[] = {ES_NOTIFY_FORK, ES_NOTIFY_EXEC, ES_NOTIFY_EXIT,
                                   ES_NOTIFY_RENAME};
/* 0.2 s to 60 s. */
static const uint64_t given_ms[] = {200, 500, 999, 1000, 5000, 15000, 60000};

#define PICK(list, i) ((list)[(i) % (sizeof(list) / sizeof((list)[0]))])

static int reset(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

static struct fake_event question(uint32_t i)
{
    return (struct fake_event){.type = PICK(questions, i),
                               .version = 4 + i % 8,
                               .given_ns = PICK(given_ms, i) * 1000000u,
                               .pid = 1000 + i,
                               .arguments = i % 5,
                               .argument_len = 20};
}

static struct fake_event notice(uint32_t i)
{
    return (struct fake_event){.type = PICK(notices, i),
                               .version = 4 + i % 8,
                               .pid = 1000 + i,
                               .target_pid = 500000 + i,
                               .arguments = i % 5,
                               .argument_len = 20};
}

static void assert_answered_once(void)
{
    struct fake_numbers numbers = fake_numbers_now();

    assert_int_equal(numbers.answered, numbers.questions);
    assert_int_equal(numbers.twice, 0);
    assert_int_equal(numbers.late, 0);
    assert_int_equal(numbers.wrong_call, 0);
    assert_int_equal(numbers.alive, 0);
}

static void assert_counted(struct host *host)
{
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;
    uint64_t delivered = 0;
    uint64_t lost = 0;

    host->ops->stats(host->source, &stats);
    for (size_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        const sonda_source_class_stats *one = &stats.by_class[i];

        assert_int_equal(one->produced, one->delivered + one->lost + one->filtered);
        delivered += one->delivered;
        lost += one->lost;
    }
    assert_int_equal(delivered, host->count);
    assert_int_equal(lost, host->refused);
    assert_int_equal(stats.tickets, stats.answered + stats.expired);
}

/* What the host has kept by now; several threads deliver. */
static size_t kept_now(struct host *host)
{
    size_t count;

    pthread_mutex_lock(&host->lock);
    count = host->count;
    pthread_mutex_unlock(&host->lock);
    return count;
}

struct answerer {
    struct host *host;
    pthread_t thread;
    uint32_t first;
    uint32_t step;
    uint64_t enough;
};

/* Two of these race for each ticket now and then. */
static void *answer_all(void *user)
{
    const struct answerer *self = user;
    struct host *host = self->host;
    size_t seen = self->first;

    while (fake_numbers_now().answered < self->enough) {
        uint64_t ticket = 0;

        if (seen >= kept_now(host)) {
            sched_yield();
            continue;
        }
        pthread_mutex_lock(&host->lock);
        ticket = host->kept[seen].header.ticket;
        pthread_mutex_unlock(&host->lock);
        if (ticket != 0) {
            (void)host->ops->respond(host->source, ticket,
                                     seen % 7 == 0 ? SONDA_VERDICT_DENY : SONDA_VERDICT_ALLOW,
                                     1);
            if (seen % 11 == 0) {
                assert_int_equal(
                    host->ops->respond(host->source, ticket, SONDA_VERDICT_ALLOW, 0),
                    SONDA_ERR_ALREADY);
            }
        }
        seen += self->step;
    }
    return NULL;
}

static void send_many(uint32_t count, bool with_notices)
{
    for (uint32_t i = 0; i < count; i++) {
        struct fake_event event = question(i);

        fake_send(&event);
        event = notice(i);
        if (with_notices) {
            fake_send(&event);
        }
        if (i % BURST == BURST - 1) {
            fake_settle();
        }
    }
    fake_settle();
}

static void test_adapter__hundred_thousand_of_each__answered_once_each(void **state)
{
    struct host host = {.keeps_bytes = false};
    struct answerer answerers[2];
    uint64_t canary;

    (void)state;
    host_begin(&host, EXEC_BIT | OPEN_BIT | DELETE_BIT, 4 * MANY);
    canary = fake_numbers_now().answered;
    assert_int_not_equal(canary, 0);
    for (uint32_t i = 0; i < 2; i++) {
        answerers[i] =
            (struct answerer){.host = &host, .first = i, .step = 2, .enough = canary + MANY};
        pthread_create(&answerers[i].thread, NULL, answer_all, &answerers[i]);
    }
    send_many(MANY, true);
    host_wait_answered(canary + MANY);
    for (uint32_t i = 0; i < 2; i++) {
        pthread_join(answerers[i].thread, NULL);
    }
    host.ops->stop(host.source);

    assert_true(fake_numbers_now().sent > 2 * MANY);
    assert_true(fake_numbers_now().denied > 1000);
    assert_int_equal(fake_numbers_now().denied_cached, 0);
    assert_counted(&host);
    host_end(&host);
    assert_answered_once();
}

/* The host's clockwork is what answers; time passes in steps of 50 ms. */
static void test_adapter__nobody_decides__host_falls_back_in_time(void **state)
{
    struct host host = {.has_table = true};
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;

    (void)state;
    host_begin(&host, EXEC_BIT | OPEN_BIT | DELETE_BIT, 4 * MANY);
    for (uint32_t i = 0; i < 2000; i++) {
        struct fake_event event = question(i);

        fake_send(&event);
        if (i % 20 == 19) {
            fake_settle();
            host_tick(&host);
            fake_advance(50000000u);
            host_tick(&host);
        }
    }
    for (uint32_t i = 0; i < 60; i++) {
        fake_advance(SECOND_NS);
        host_tick(&host);
    }
    host.ops->stats(host.source, &stats);

    assert_int_equal(stats.tickets, 2000);
    assert_int_equal(stats.answered + stats.expired, 2000);
    host_end(&host);
    assert_int_equal(fake_numbers_now().twice, 0);
    assert_int_equal(fake_numbers_now().alive, 0);
    assert_int_equal(fake_numbers_now().late, 0);
}

/* The sink has no room: each question is allowed, and the loss counted. */
static void test_adapter__slow_core__allows_and_counts(void **state)
{
    struct host host = {.keeps_bytes = false};

    (void)state;
    host_begin(&host, EXEC_BIT | OPEN_BIT | DELETE_BIT, 100);
    send_many(10000, true);
    /* Only what the sink took may still be open. */
    assert_true(fake_numbers_now().answered + 100 >= fake_numbers_now().questions);
    host.ops->stop(host.source);

    assert_true(host.refused > 10000);
    assert_int_equal(fake_numbers_now().denied, 0);
    assert_counted(&host);
    host_end(&host);
    assert_answered_once();
}

/* Until run() has looked at the tickets of this moment. */
static void wait_for_run(struct host *host)
{
    struct tickets *tickets = &host->source->tickets;
    struct moment now;
    bool waits = true;

    system_moment(&now);
    while (waits) {
        sched_yield();
        pthread_mutex_lock(&tickets->lock);
        waits = tickets->waiting != 0 && tickets->earliest_ns <= now.continuous_ns;
        pthread_mutex_unlock(&tickets->lock);
    }
}

/* More questions than there is room for, and no answer to any. */
static void test_adapter__unanswered_flood__none_is_late(void **state)
{
    struct host host = {.keeps_bytes = false};
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;
    uint64_t canary;

    (void)state;
    host_begin(&host, EXEC_BIT | OPEN_BIT | DELETE_BIT, MANY);
    canary = fake_numbers_now().answered;
    send_many(3 * TICKETS_MAX, false);
    assert_int_equal(fake_numbers_now().answered, canary + 2 * TICKETS_MAX);
    /* The adapter's last moments are no nearer than 10 ms to a deadline. */
    for (uint32_t ms = 0; ms < 61000 && stats.expired < TICKETS_MAX; ms += 5) {
        fake_advance(5000000u);
        wait_for_run(&host);
        host.ops->stats(host.source, &stats);
    }
    assert_int_equal(stats.expired, TICKETS_MAX);
    host_end(&host);

    assert_answered_once();
}

/* The host dies with questions open: stop and close, nothing else. */
static void test_adapter__host_dies__what_waits_is_given_back(void **state)
{
    struct host host = {.keeps_bytes = false};

    (void)state;
    host_begin(&host, EXEC_BIT | OPEN_BIT | DELETE_BIT, MANY);
    for (uint32_t i = 0; i < 3000; i++) {
        struct fake_event event = question(i);

        fake_send(&event);
    }
    /* Some of them are still in the clients' queues. */
    host_end(&host);

    assert_answered_once();
    assert_int_equal(fake_numbers_now().clients, 0);
}

/* The connection ends under load; the adapter must only give back. */
static void test_adapter__disconnected_under_load__gives_back(void **state)
{
    struct host host = {.answers_at_once = true, .verdict = SONDA_VERDICT_ALLOW};

    (void)state;
    host_begin(&host, EXEC_BIT | OPEN_BIT | DELETE_BIT, MANY);
    for (uint32_t i = 0; i < 3000; i++) {
        struct fake_event event = question(i);

        if (i == 1500) {
            fake_disconnect();
        }
        fake_send(&event);
    }
    fake_settle();
    host_end(&host);

    assert_int_equal(fake_numbers_now().alive, 0);
    assert_int_equal(fake_numbers_now().clients, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_adapter__hundred_thousand_of_each__answered_once_each),
        TEST(test_adapter__nobody_decides__host_falls_back_in_time),
        TEST(test_adapter__slow_core__allows_and_counts),
        TEST(test_adapter__unanswered_flood__none_is_late),
        TEST(test_adapter__host_dies__what_waits_is_given_back),
        TEST(test_adapter__disconnected_under_load__gives_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
