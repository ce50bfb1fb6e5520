/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The host driving an adapter made for the purpose: it delivers a set number of
 * records and then waits for stop(), as a kernel queue would.
 */

#include "sonda/host/host.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <cmocka.h>

#define RECORDS 1000u

struct sonda_source {
    sonda_sink sink;
    sem_t stopped;
    atomic_uint delivered;
    atomic_uint lost;
};

static struct sonda_source the_source;
static uint32_t drive_by;
static sonda_status open_status;
static sonda_status start_status;

static void fake_describe(sonda_source_description *description)
{
    description->drive = drive_by;
    description->name = "fake";
    description->version = "1";
}

static sonda_status fake_open(sonda_source **source,
                              const sonda_source_options *options,
                              const sonda_sink *sink,
                              const sonda_allocator *allocator,
                              sonda_error *error)
{
    (void)options;
    (void)allocator;
    if (open_status != SONDA_OK) {
        strcpy(error->message, "needs root");
        return open_status;
    }
    the_source.sink = *sink;
    atomic_init(&the_source.delivered, 0);
    atomic_init(&the_source.lost, 0);
    sem_init(&the_source.stopped, 0, 0);
    *source = &the_source;
    return SONDA_OK;
}

static void fake_capabilities(const sonda_source *source,
                              sonda_source_capabilities *capabilities)
{
    (void)source;
    capabilities->by_class[0].level = SONDA_CAPABILITY_OBSERVE;
}

static void deliver_one(sonda_source *source)
{
    uint8_t record[SONDA_RECORD_HEADER_SIZE] = {0};

    if (source->sink.deliver(source->sink.user, record, sizeof record) == SONDA_OK) {
        source->delivered++;
    } else {
        source->lost++;
    }
}

static sonda_status fake_start(sonda_source *source, sonda_error *error)
{
    if (start_status != SONDA_OK) {
        strcpy(error->message, "cannot attach");
        return start_status;
    }
    for (unsigned i = 0; i < RECORDS; i++) {
        deliver_one(source);
    }
    return SONDA_OK;
}

static sonda_status fake_run(sonda_source *source)
{
    sem_wait(&source->stopped);
    return SONDA_ERR_CANCELLED;
}

static sonda_status fake_poll(sonda_source *source, uint32_t timeout_ms)
{
    (void)timeout_ms;
    return fake_run(source);
}

static sonda_status
fake_respond(sonda_source *source, uint64_t ticket, sonda_verdict verdict, uint32_t cache_ms)
{
    (void)source;
    (void)ticket;
    (void)verdict;
    (void)cache_ms;
    return SONDA_ERR_UNSUPPORTED;
}

static void fake_stats(const sonda_source *source, sonda_source_stats *stats)
{
    stats->by_class[0].delivered = source->delivered;
    stats->by_class[0].lost = source->lost;
    stats->by_class[0].produced = source->delivered + source->lost;
}

/* As the seam asks: what the kernel still holds is drained into the sink. */
static void fake_stop(sonda_source *source)
{
    deliver_one(source);
    sem_post(&source->stopped);
}

static void fake_close(sonda_source *source)
{
    sem_destroy(&source->stopped);
}

static const sonda_source_ops fake = {
    sizeof fake, 0,          fake_describe, fake_open,    fake_capabilities,
    fake_start,  fake_poll,  fake_run,      fake_respond, fake_stats,
    fake_stop,   fake_close, NULL,
};

typedef struct seen {
    sonda_host *host;
    unsigned live;
    unsigned records;
    unsigned idles;
    unsigned stop_at;
    unsigned fail_at;
    unsigned ticks;
    unsigned tick_fail_at;
    uint64_t tick_ms;
} seen;

static void on_live(const sonda_source_description *description,
                    const sonda_source_capabilities *capabilities,
                    void *user)
{
    seen *saw = user;

    assert_string_equal(description->name, "fake");
    assert_int_equal(capabilities->by_class[0].level, SONDA_CAPABILITY_OBSERVE);
    saw->live++;
}

static sonda_status
on_record(const void *record, size_t record_len, uint64_t now_ns, void *user)
{
    seen *saw = user;

    (void)record;
    assert_int_equal(record_len, SONDA_RECORD_HEADER_SIZE);
    assert_true(now_ns != 0);
    saw->records++;
    if (saw->records == saw->stop_at) {
        sonda_host_stop(saw->host);
    }
    return saw->records == saw->fail_at ? SONDA_ERR_IO : SONDA_OK;
}

static sonda_status on_idle(void *user)
{
    seen *saw = user;

    saw->idles++;
    return SONDA_OK;
}

/*
 * The clock is the host's own: the run lasts until it has ticked often enough.
 * Ticks count once the records are in, which may take longer than some of them.
 */
static sonda_status on_tick(void *user)
{
    seen *saw = user;

    saw->ticks += saw->records >= RECORDS ? 1 : 0;
    return saw->ticks == saw->tick_fail_at ? SONDA_ERR_FULL : SONDA_OK;
}

static sonda_status
run_fake(seen *saw, uint64_t duration_ms, sonda_host_numbers *numbers, sonda_error *error)
{
    sonda_host_run_options options = SONDA_HOST_RUN_OPTIONS_INIT;
    sonda_host_options quiet = SONDA_HOST_OPTIONS_INIT;
    sonda_status status;

    quiet.signals = 0;
    options.source = &fake;
    options.duration_ms = duration_ms;
    options.on_live = on_live;
    options.on_record = on_record;
    options.on_idle = on_idle;
    options.on_tick = saw->tick_fail_at != 0 ? on_tick : NULL;
    options.tick_ms = saw->tick_ms;
    options.user = saw;
    assert_int_equal(sonda_host_open(&saw->host, &quiet, NULL), SONDA_OK);
    status = sonda_host_run(saw->host, &options, numbers, error);
    sonda_host_close(saw->host);
    return status;
}

static int reset(void **state)
{
    (void)state;
    drive_by = SONDA_SOURCE_RUNS;
    open_status = SONDA_OK;
    start_status = SONDA_OK;
    return 0;
}

static void test_run__stopped_from_a_callback__hands_out_all_that_was_delivered(void **state)
{
    seen saw = {.stop_at = RECORDS};
    sonda_host_numbers numbers = SONDA_HOST_NUMBERS_INIT;

    (void)state;

    assert_int_equal(run_fake(&saw, 0, &numbers, NULL), SONDA_ERR_CANCELLED);

    assert_int_equal(saw.live, 1);
    assert_int_equal(saw.records, RECORDS + 1);
    assert_true(saw.idles != 0);
    assert_int_equal(numbers.queued, RECORDS + 1);
    assert_int_equal(numbers.refused, 0);
    assert_int_equal(numbers.produced, RECORDS + 1);
    assert_int_equal(numbers.lost, 0);
}

static void test_run__adapter_that_polls__is_polled(void **state)
{
    seen saw = {.stop_at = RECORDS};

    (void)state;
    drive_by = SONDA_SOURCE_POLLS;

    assert_int_equal(run_fake(&saw, 0, NULL, NULL), SONDA_ERR_CANCELLED);

    assert_int_equal(saw.records, RECORDS + 1);
}

static void test_run__duration_over__is_ok(void **state)
{
    seen saw = {0};

    (void)state;

    assert_int_equal(run_fake(&saw, 1, NULL, NULL), SONDA_OK);

    assert_int_equal(saw.records, RECORDS + 1);
}

static void test_run__callback_fails__ends_with_its_status(void **state)
{
    seen saw = {.fail_at = 10};

    (void)state;

    assert_int_equal(run_fake(&saw, 0, NULL, NULL), SONDA_ERR_IO);

    assert_int_equal(saw.records, 10);
}

static void test_run__adapter_may_not_open__says_why(void **state)
{
    seen saw = {0};
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    open_status = SONDA_ERR_PERMISSION;

    assert_int_equal(run_fake(&saw, 0, NULL, &error), SONDA_ERR_PERMISSION);

    assert_string_equal(error.message, "needs root");
    assert_int_equal(saw.live, 0);
}

static void test_run__adapter_cannot_start__says_why(void **state)
{
    seen saw = {0};
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    start_status = SONDA_ERR_UNSUPPORTED;

    assert_int_equal(run_fake(&saw, 0, NULL, &error), SONDA_ERR_UNSUPPORTED);

    assert_string_equal(error.message, "cannot attach");
    assert_int_equal(saw.live, 0);
}

static void test_run__stopped_before__does_not_begin(void **state)
{
    sonda_host_run_options options = SONDA_HOST_RUN_OPTIONS_INIT;
    sonda_host *host = NULL;

    (void)state;
    options.source = &fake;
    options.on_record = on_record;
    assert_int_equal(sonda_host_open(&host, NULL, NULL), SONDA_OK);

    sonda_host_stop(host);

    assert_int_equal(sonda_host_run(host, &options, NULL, NULL), SONDA_ERR_CANCELLED);
    sonda_host_close(host);
}

static void test_run__ticks_of_an_idle_adapter__go_on_until_one_fails(void **state)
{
    seen saw = {.tick_fail_at = 3, .tick_ms = 1};

    (void)state;

    assert_int_equal(run_fake(&saw, 0, NULL, NULL), SONDA_ERR_FULL);

    assert_int_equal(saw.ticks, 3);
}

static void test_run__ticks_without_a_time__are_refused(void **state)
{
    seen saw = {.tick_fail_at = 1, .tick_ms = 0};

    (void)state;

    assert_int_equal(run_fake(&saw, 0, NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            test_run__stopped_from_a_callback__hands_out_all_that_was_delivered, reset),
        cmocka_unit_test_setup(test_run__adapter_that_polls__is_polled, reset),
        cmocka_unit_test_setup(test_run__duration_over__is_ok, reset),
        cmocka_unit_test_setup(test_run__callback_fails__ends_with_its_status, reset),
        cmocka_unit_test_setup(test_run__adapter_may_not_open__says_why, reset),
        cmocka_unit_test_setup(test_run__adapter_cannot_start__says_why, reset),
        cmocka_unit_test_setup(test_run__ticks_of_an_idle_adapter__go_on_until_one_fails,
                               reset),
        cmocka_unit_test_setup(test_run__ticks_without_a_time__are_refused, reset),
        cmocka_unit_test_setup(test_run__stopped_before__does_not_begin, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
