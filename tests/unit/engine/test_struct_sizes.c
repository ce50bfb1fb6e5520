/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One rule for every struct that begins with its size: a short one lacks its
 * last members, a long one must be zero past what we know.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/compile/compile.h"
#include "sonda/sonda.h"

#define NEWER 16u

/* A caller's struct of any size, followed by what it must not touch. */
typedef union caller {
    uint32_t struct_size;
    void *aligned;
    unsigned char bytes[1024];
} caller;

static sonda_status open_engine(void *given)
{
    sonda_engine *engine = NULL;
    sonda_status status = sonda_engine_open(&engine, given, NULL);

    sonda_engine_close(engine);
    return status;
}

static sonda_status open_worker(void *given)
{
    sonda_engine *engine = NULL;
    sonda_worker *worker = NULL;
    sonda_status status;

    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    status = sonda_worker_open(&worker, engine, NULL, given, NULL);
    sonda_worker_close(worker);
    sonda_engine_close(engine);
    return status;
}

static sonda_status open_tracker(void *given)
{
    sonda_tracker *tracker = NULL;
    sonda_status status = sonda_tracker_open(&tracker, given, NULL);

    sonda_tracker_close(tracker);
    return status;
}

static sonda_status open_input(void *given)
{
    sonda_input *input = NULL;
    sonda_status status = sonda_input_open(&input, given, NULL);

    sonda_input_close(input);
    return status;
}

static sonda_status open_with_allocator(void *given)
{
    sonda_event *event = NULL;
    sonda_status status = sonda_event_open(&event, given);

    sonda_event_close(event);
    return status;
}

/* Options are read before the pack, which is none. */
static sonda_status load_content(void *given)
{
    sonda_content *content = NULL;
    sonda_status status = sonda_content_load(&content, "", 0, given, NULL, NULL);

    return status == SONDA_ERR_ABI ? status : SONDA_OK;
}

static sonda_status read_tracker_numbers(void *given)
{
    sonda_tracker *tracker = NULL;
    sonda_status status;

    assert_int_equal(sonda_tracker_open(&tracker, NULL, NULL), SONDA_OK);
    status = sonda_tracker_stats(tracker, given);
    sonda_tracker_close(tracker);
    return status;
}

static sonda_status read_switch(void *given)
{
    sonda_engine *engine = NULL;
    sonda_status status;

    assert_int_equal(sonda_engine_open(&engine, NULL, NULL), SONDA_OK);
    status = sonda_engine_switch_get(engine, 0, given);
    sonda_engine_close(engine);
    return status;
}

static sonda_status add_to(void *given)
{
    const sonda_stats part = SONDA_STATS_INIT;

    return sonda_stats_add(given, &part);
}

static sonda_status add_from(void *given)
{
    sonda_stats total = SONDA_STATS_INIT;

    return sonda_stats_add(&total, given);
}

static sonda_status write_header(void *given)
{
    uint8_t header[SONDA_RECORDING_HEADER_SIZE];

    return sonda_recording_header_write(given, header);
}

static sonda_status open_compile(void *given)
{
    sonda_compile *compile = NULL;
    sonda_status status = sonda_compile_open(&compile, given, NULL);

    sonda_compile_close(compile);
    return status;
}

/* The report's line of a document that is no rule. */
static sonda_status read_entry(void *given)
{
    sonda_compile *compile = NULL;
    sonda_status status;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "test.yml", "a: b\n", 5), SONDA_OK);
    status = sonda_compile_entry_get(compile, 0, given);
    sonda_compile_close(compile);
    return status;
}

static const struct {
    const char *name;
    sonda_status (*call)(void *given);
    uint32_t size;
} calls[] = {
    {"sonda_engine_options", open_engine, sizeof(sonda_engine_options)},
    {"sonda_worker_options", open_worker, sizeof(sonda_worker_options)},
    {"sonda_tracker_options", open_tracker, sizeof(sonda_tracker_options)},
    {"sonda_input_options", open_input, sizeof(sonda_input_options)},
    {"sonda_allocator", open_with_allocator, sizeof(sonda_allocator)},
    {"sonda_content_options", load_content, sizeof(sonda_content_options)},
    {"sonda_tracker_numbers", read_tracker_numbers, sizeof(sonda_tracker_numbers)},
    {"sonda_stats, the sum", add_to, sizeof(sonda_stats)},
    {"sonda_stats, a part", add_from, sizeof(sonda_stats)},
    {"sonda_switch_view", read_switch, sizeof(sonda_switch_view)},
    {"sonda_compile_options", open_compile, sizeof(sonda_compile_options)},
    {"sonda_compile_entry", read_entry, sizeof(sonda_compile_entry)},
    {"sonda_recording_info", write_header, sizeof(sonda_recording_info)},
};

#define CALL_COUNT (sizeof calls / sizeof calls[0])

static sonda_status call_with(size_t which, uint32_t size, unsigned char behind)
{
    caller given;
    sonda_status status;

    memset(&given, 0xaa, sizeof given);
    memset(&given, 0, size);
    given.struct_size = size;
    if (size > calls[which].size) {
        given.bytes[size - 1] = behind;
    }
    status = calls[which].call(&given);
    for (size_t i = size; i < sizeof given; i++) {
        assert_int_equal(given.bytes[i], 0xaa);
    }
    return status;
}

static void test_struct_sizes__short__takes_defaults_and_no_byte_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < CALL_COUNT; i++) {
        if (call_with(i, sizeof(uint32_t), 0) != SONDA_OK) {
            fail_msg("%s", calls[i].name);
        }
    }
}

static void test_struct_sizes__long_and_zero__is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < CALL_COUNT; i++) {
        if (call_with(i, calls[i].size + NEWER, 0) != SONDA_OK) {
            fail_msg("%s", calls[i].name);
        }
    }
}

static void test_struct_sizes__long_with_news__is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CALL_COUNT; i++) {
        if (call_with(i, calls[i].size + NEWER, 1) != SONDA_ERR_ABI) {
            fail_msg("%s", calls[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_struct_sizes__short__takes_defaults_and_no_byte_more),
        cmocka_unit_test(test_struct_sizes__long_and_zero__is_understood),
        cmocka_unit_test(test_struct_sizes__long_with_news__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
