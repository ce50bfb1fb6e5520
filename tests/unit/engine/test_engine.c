/* SPDX-License-Identifier: Apache-2.0 */

/* core/engine/engine.c: content and policy in force */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/engine/pipeline.h"

#define LOW_ID "aaaaaaaa-2222-3333-4444-555555555555"
#define HIGH_ID "bbbbbbbb-2222-3333-4444-555555555555"

static const char two_rules[] = "title: Low\n"
                                "id: " LOW_ID "\n"
                                "level: low\n"
                                "logsource:\n"
                                "    product: linux\n"
                                "    category: process_creation\n"
                                "detection:\n"
                                "    selection:\n"
                                "        Image|endswith: /nc\n"
                                "    condition: selection\n"
                                "---\n"
                                "title: High\n"
                                "id: " HIGH_ID "\n"
                                "level: high\n"
                                "logsource:\n"
                                "    product: linux\n"
                                "    category: process_creation\n"
                                "detection:\n"
                                "    selection:\n"
                                "        CommandLine|contains: ' -e '\n"
                                "    condition: selection\n";

static sonda_engine *engine;
static sonda_worker *worker;
static uint8_t record[4096];
static char logged[1024];

static void on_log(uint32_t severity, const char *message, size_t message_len, void *user)
{
    size_t used = strlen(logged);

    (void)severity;
    (void)user;
    assert_true(used + message_len + 2 < sizeof logged);
    memcpy(logged + used, message, message_len);
    logged[used + message_len] = '\n';
    logged[used + message_len + 1] = '\0';
}

static void open_with(uint32_t min_level, const sonda_rule_id *disabled, size_t disabled_count)
{
    sonda_engine_options options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_content *content = content_of(two_rules);

    logged[0] = '\0';
    options.min_level = min_level;
    options.disabled = disabled;
    options.disabled_count = disabled_count;
    options.on_log = on_log;
    assert_int_equal(sonda_engine_open(&engine, &options, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);
    assert_int_equal(sonda_worker_open(&worker, engine, NULL, NULL, NULL), SONDA_OK);
}

static void close_both(void)
{
    sonda_worker_close(worker);
    sonda_engine_close(engine);
}

static void process_one(void)
{
    const sonda_record_header header = {0};
    size_t len = launch_record(record, sizeof record, &header, "/usr/bin/nc", "nc -e /bin/sh");

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
}

static sonda_stats stats(void)
{
    sonda_stats now = SONDA_STATS_INIT;

    assert_int_equal(sonda_worker_stats(worker, &now), SONDA_OK);
    return now;
}

static void test_policy__min_level__silences_and_counts_what_is_below(void **state)
{
    (void)state;
    open_with(SONDA_LEVEL_MEDIUM, NULL, 0);

    process_one();

    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_HIGH], 1);
    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_LOW], 0);
    assert_int_equal(stats().suppressed_level, 1);
    close_both();
}

static void test_policy__disabled_rule__is_silent_and_counted_by_id(void **state)
{
    const sonda_rule_id ids[] = {{"no such rule", 12}, {HIGH_ID, sizeof HIGH_ID - 1}};
    sonda_disabled_view view = SONDA_DISABLED_VIEW_INIT;

    (void)state;
    open_with(SONDA_LEVEL_INFORMATIONAL, ids, 2);

    process_one();
    process_one();

    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_LOW], 2);
    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_HIGH], 0);
    assert_int_equal(stats().suppressed_disabled, 2);
    assert_int_equal(sonda_engine_disabled(engine, 0, &view), SONDA_OK);
    assert_int_equal(view.known, 0);
    assert_int_equal(sonda_engine_disabled(engine, 1, &view), SONDA_OK);
    assert_int_equal(view.known, 1);
    assert_int_equal(view.matches, 2);
    assert_memory_equal(view.id, HIGH_ID, view.id_len);
    assert_int_equal(sonda_engine_disabled(engine, 2, &view), SONDA_ERR_NOT_FOUND);
    close_both();
}

static void test_policy__unknown_disabled_id__is_logged(void **state)
{
    const sonda_rule_id ids[] = {{"no such rule", 12}};

    (void)state;
    open_with(SONDA_LEVEL_INFORMATIONAL, ids, 1);

    assert_string_equal(logged,
                        "disabled, but no rule has this id: no such rule\ncontent published\n");
    close_both();
}

static void test_set_policy__replaced__workers_follow_and_counts_go_on(void **state)
{
    const sonda_rule_id high[] = {{HIGH_ID, sizeof HIGH_ID - 1}};
    const sonda_rule_id both[] = {{LOW_ID, sizeof LOW_ID - 1}, {HIGH_ID, sizeof HIGH_ID - 1}};
    sonda_disabled_view view = SONDA_DISABLED_VIEW_INIT;

    (void)state;
    open_with(SONDA_LEVEL_INFORMATIONAL, high, 1);
    process_one();
    assert_int_equal(sonda_engine_set_policy(engine, 0, both, 2), SONDA_OK);
    process_one();
    assert_int_equal(sonda_engine_set_policy(engine, 0, NULL, 0), SONDA_OK);
    process_one();

    assert_int_equal(stats().suppressed_disabled, 3);
    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_HIGH], 1);
    assert_int_equal(sonda_engine_disabled(engine, 0, &view), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda_engine_set_policy(engine, 0, high, 1), SONDA_OK);
    assert_int_equal(sonda_engine_disabled(engine, 0, &view), SONDA_OK);
    assert_int_equal(view.matches, 2);
    close_both();
}

static void test_set_policy__unsound__is_refused_and_changes_nothing(void **state)
{
    const sonda_rule_id empty[] = {{"", 0}};

    (void)state;
    open_with(SONDA_LEVEL_HIGH, NULL, 0);

    assert_int_equal(sonda_engine_set_policy(engine, 5, NULL, 0), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_set_policy(engine, 0, NULL, 1), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_set_policy(engine, 0, empty, 1), SONDA_ERR_INVALID_ARGUMENT);
    process_one();
    assert_int_equal(stats().suppressed_level, 1);
    close_both();
}

static void test_collect__worker_without_events__holds_the_former_content(void **state)
{
    (void)state;
    open_with(SONDA_LEVEL_INFORMATIONAL, NULL, 0);

    assert_int_equal(sonda_engine_publish(engine, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_collect(engine), 1);
    process_one();
    assert_int_equal(sonda_engine_collect(engine), 0);
    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_HIGH], 0);
    close_both();
}

static void test_acquire_content__published__is_another_reference(void **state)
{
    sonda_content *content = NULL;

    (void)state;
    open_with(SONDA_LEVEL_INFORMATIONAL, NULL, 0);

    assert_int_equal(sonda_engine_acquire_content(engine, &content), SONDA_OK);
    close_both();
    assert_int_equal(sonda_content_rule_count(content), 2);
    sonda_content_release(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy__min_level__silences_and_counts_what_is_below),
        cmocka_unit_test(test_policy__disabled_rule__is_silent_and_counted_by_id),
        cmocka_unit_test(test_policy__unknown_disabled_id__is_logged),
        cmocka_unit_test(test_set_policy__replaced__workers_follow_and_counts_go_on),
        cmocka_unit_test(test_set_policy__unsound__is_refused_and_changes_nothing),
        cmocka_unit_test(test_collect__worker_without_events__holds_the_former_content),
        cmocka_unit_test(test_acquire_content__published__is_another_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
