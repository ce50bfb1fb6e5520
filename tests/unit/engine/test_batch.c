/* SPDX-License-Identifier: Apache-2.0 */

/* core/engine/batch.c: several events in one room, as if each had its own */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/engine/pipeline.h"

static const char rule[] = "title: Whoami\n"
                           "id: 11111111-2222-3333-4444-555555555555\n"
                           "level: high\n"
                           "logsource:\n"
                           "    product: windows\n"
                           "    category: process_creation\n"
                           "detection:\n"
                           "    selection:\n"
                           "        Image|endswith: '\\whoami.exe'\n"
                           "    condition: selection\n";

static const char whoami[] =
    "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
    "\"UtcTime\":\"2024-07-19 04:09:00.000\",\"Image\":\"C:\\\\Windows\\\\whoami.exe\","
    "\"CommandLine\":\"whoami /all\",\"ProcessId\":\"7\"}";

/* Numbers of the records that gave a finding. */
typedef struct seen {
    uint64_t found[2 * SONDA_BATCH_MAX];
    size_t found_count;
    size_t events;
} seen;

static void on_finding(const sonda_finding *finding, void *user)
{
    seen *self = user;

    self->found[self->found_count++] = sonda_finding_record(finding)->seq;
}

static void on_event(const sonda_event *event, void *user)
{
    seen *self = user;

    (void)event;
    self->events++;
}

typedef struct pipeline {
    sonda_content *content;
    sonda_engine *engine;
    sonda_tracker *tracker;
    sonda_worker *worker;
    sonda_batch *batch;
    uint8_t *record;
    char *text;
    seen seen;
} pipeline;

static void open(pipeline *self)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;

    memset(self, 0, sizeof *self);
    self->content = content_of(rule);
    self->record = malloc(SONDA_RECORD_MAX);
    self->text = malloc(SONDA_RECORD_MAX);
    options.on_event = on_event;
    options.on_finding = on_finding;
    options.user = &self->seen;
    assert_int_equal(sonda_engine_open(&self->engine, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(self->engine, self->content), SONDA_OK);
    assert_int_equal(sonda_tracker_open(&self->tracker, NULL, NULL), SONDA_OK);
    assert_int_equal(
        sonda_worker_open(&self->worker, self->engine, self->tracker, &options, NULL),
        SONDA_OK);
    assert_int_equal(sonda_batch_open(&self->batch, NULL), SONDA_OK);
}

static void close(pipeline *self)
{
    sonda_batch_close(self->batch);
    sonda_worker_close(self->worker);
    sonda_tracker_close(self->tracker);
    sonda_engine_close(self->engine);
    sonda_content_release(self->content);
    free(self->record);
    free(self->text);
}

static sonda_status add(pipeline *self, const char *text, uint64_t seq)
{
    size_t len = wrap_text(self->record, SONDA_SOURCE_JSON, 0, text);

    return sonda_batch_add(self->batch, self->record, len, seq);
}

static void work_off(pipeline *self)
{
    size_t count = sonda_batch_count(self->batch);

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sonda_batch_decode(self->batch, i, self->worker, 0), SONDA_OK);
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sonda_batch_apply(self->batch, i, self->worker, 0), SONDA_OK);
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sonda_batch_match(self->batch, i, self->worker, 0), SONDA_OK);
    }
}

static void test_batch__full_of_events__each_found_by_its_number(void **state)
{
    pipeline all;

    (void)state;
    open(&all);
    for (uint64_t i = 0; i < SONDA_BATCH_MAX; i++) {
        assert_int_equal(add(&all, whoami, 100 + i), SONDA_OK);
    }
    assert_int_equal(add(&all, whoami, 1), SONDA_ERR_FULL);

    work_off(&all);

    assert_int_equal(all.seen.found_count, SONDA_BATCH_MAX);
    for (uint64_t i = 0; i < SONDA_BATCH_MAX; i++) {
        assert_int_equal(all.seen.found[i], 100 + i);
    }
    close(&all);
}

static void test_batch__payloads_that_stay_where_they_are__found_by_number(void **state)
{
    sonda_record_header header = {.source = SONDA_SOURCE_JSON};
    pipeline all;

    (void)state;
    open(&all);
    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + strlen(whoami));
    for (uint64_t i = 0; i < SONDA_BATCH_MAX; i++) {
        header.seq = 100 + i;
        assert_int_equal(sonda_batch_add_payload(all.batch, &header, whoami, strlen(whoami)),
                         SONDA_OK);
    }
    assert_int_equal(sonda_batch_add_payload(all.batch, &header, whoami, strlen(whoami)),
                     SONDA_ERR_FULL);

    work_off(&all);

    assert_int_equal(all.seen.found_count, SONDA_BATCH_MAX);
    for (uint64_t i = 0; i < SONDA_BATCH_MAX; i++) {
        assert_int_equal(all.seen.found[i], 100 + i);
    }
    close(&all);
}

static void test_batch__payload_of_another_size_than_the_header_says__refused(void **state)
{
    sonda_record_header header = {.source = SONDA_SOURCE_JSON,
                                  .size = SONDA_RECORD_HEADER_SIZE + 3};
    pipeline all;

    (void)state;
    open(&all);
    assert_int_equal(sonda_batch_add_payload(all.batch, &header, "{}", 2),
                     SONDA_ERR_INVALID_ARGUMENT);
    header.size = 2;
    assert_int_equal(sonda_batch_add_payload(all.batch, &header, "{}", 2),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_batch_count(all.batch), 0);
    close(&all);
}

static void test_batch__unreadable_record_between__told_and_the_others_found(void **state)
{
    pipeline all;

    (void)state;
    open(&all);
    assert_int_equal(add(&all, whoami, 1), SONDA_OK);
    assert_int_equal(add(&all, "{\"a\":tru}", 2), SONDA_OK);
    assert_int_equal(add(&all, whoami, 3), SONDA_OK);

    work_off(&all);

    assert_int_equal(sonda_batch_error(all.batch, 0)->status, SONDA_OK);
    assert_int_equal(sonda_batch_error(all.batch, 1)->status, SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_batch_error(all.batch, 1)->offset, 8);
    assert_int_equal(sonda_batch_error(all.batch, 2)->status, SONDA_OK);
    assert_int_equal(all.seen.found_count, 2);
    close(&all);
}

/* A record that is nothing but short names: as many fields as an event holds, and more. */
static void write_fields(char *text, unsigned count)
{
    char *p = text;

    *p++ = '{';
    for (unsigned i = 0; i < count; i++) {
        p += sprintf(p, "%s\"f%u\":1", i == 0 ? "" : ",", i);
    }
    *p++ = '}';
    *p = '\0';
}

static void test_batch__more_fields_than_the_room_has__the_rest_as_by_a_worker(void **state)
{
    pipeline all;

    (void)state;
    open(&all);
    write_fields(all.text, 4000);
    for (uint64_t i = 1; i <= 4; i++) {
        assert_int_equal(add(&all, all.text, i), SONDA_OK);
    }
    assert_int_equal(add(&all, whoami, 5), SONDA_OK);

    work_off(&all);

    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(sonda_batch_error(all.batch, i)->status, SONDA_OK);
    }
    assert_int_equal(all.seen.events, 5);
    assert_int_equal(all.seen.found_count, 1);
    assert_int_equal(all.seen.found[0], 5);
    close(&all);
}

static void test_batch__beyond_the_limit_of_fields__is_a_health_event(void **state)
{
    sonda_stats stats = SONDA_STATS_INIT;
    pipeline all;

    (void)state;
    open(&all);
    write_fields(all.text, 4200);
    assert_int_equal(add(&all, all.text, 1), SONDA_OK);

    work_off(&all);

    assert_int_equal(sonda_batch_error(all.batch, 0)->status, SONDA_ERR_LIMIT);
    assert_int_equal(all.seen.events, 1);
    assert_int_equal(sonda_worker_stats(all.worker, &stats), SONDA_OK);
    assert_int_equal(stats.health, 1);
    assert_int_equal(stats.beyond_limit, 1);
    close(&all);
}

static void test_batch__longest_record__fits_alone(void **state)
{
    pipeline all;
    size_t len = SONDA_RECORD_MAX - SONDA_RECORD_HEADER_SIZE - 1;

    (void)state;
    open(&all);
    memset(all.text, 'x', len);
    memcpy(all.text, "{\"a\":\"", 6);
    memcpy(all.text + len - 2, "\"}", 3);

    assert_int_equal(add(&all, all.text, 1), SONDA_OK);
    assert_int_equal(add(&all, whoami, 2), SONDA_ERR_FULL);
    work_off(&all);
    sonda_batch_clear(all.batch);
    assert_int_equal(add(&all, whoami, 2), SONDA_OK);
    work_off(&all);

    assert_int_equal(all.seen.events, 2);
    assert_int_equal(all.seen.found_count, 1);
    close(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch__full_of_events__each_found_by_its_number),
        cmocka_unit_test(test_batch__payloads_that_stay_where_they_are__found_by_number),
        cmocka_unit_test(test_batch__payload_of_another_size_than_the_header_says__refused),
        cmocka_unit_test(test_batch__unreadable_record_between__told_and_the_others_found),
        cmocka_unit_test(test_batch__more_fields_than_the_room_has__the_rest_as_by_a_worker),
        cmocka_unit_test(test_batch__beyond_the_limit_of_fields__is_a_health_event),
        cmocka_unit_test(test_batch__longest_record__fits_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
