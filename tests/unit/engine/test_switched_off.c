/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Programs that trap: a pack that lies although it was verified (its bytes are
 * changed after loading, as damaged memory would) costs the result of the
 * program that is led astray, and of no other.
 */

#include <pthread.h>

#include "core/event/event.h"
#include "core/rules/content_state.h"
#include "tests/unit/rules/pack_fixture.h"

#include "sonda/sonda.h"

#include "tests/unit/engine/pipeline.h"

#define ID "00000000-0000-4000-8000-00000000000"
#define RULE(number, detection)                                          \
    "title: R" number "\nid: " ID number                                 \
    "\nlogsource: {product: linux, category: process_creation}\nlevel: " \
    "low\ndetection:\n" detection "    condition: s\n---\n"

/* The first is led astray; the third has many patterns to lead it to. */
static const char rules[] = RULE("1", "    s: {Image|endswith: /nc, User: null}\n")
    RULE("2", "    s: {CommandLine|contains: ' -e '}\n")
        RULE("3",
             "    s: {CommandLine|contains: [aaaa, aaab, aaac, aaad, aaae, aaaf, aaag, "
             "aaah,\n"
             "      aaba, aabb, aabc, aabd, aabe, aabf, aabg, aabh, aaca, aacb, aacc, "
             "aacd,\n"
             "      aada, aadb, aadc, aadd, aade, aadf, aadg, aadh, aaea, aaeb, aaec, "
             "aaed,\n"
             "      aafa, aafb, aafc, aafd, aafe, aaff, aafg, aafh, aaga, aagb, "
             "/bin/sh]}\n") "title: Filter\nid: " ID "f\n"
                            "logsource: {product: linux, category: process_creation}\n"
                            "filter:\n    rules: [" ID
                            "2]\n    s: {Image|startswith: /usr/}\n    condition: s\n";

static pack_fixture pack;
static sonda_content *content;
static sonda_engine *engine;
static sonda_worker *worker;
static uint8_t record[4096];
static uint32_t found[3];
static uint32_t health_count;
static char health_rule[64];
static char logged[1024];

static void on_finding(const sonda_finding *finding, void *user)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    (void)user;
    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    found[rule.id.data[rule.id.len - 1] - '1']++;
}

static void on_event(const sonda_event *event, void *user)
{
    sonda__span state = sonda__event_text(event, SONDA_FIELD_HEALTH_STATE);
    sonda__span rule = sonda__event_text(event, SONDA_FIELD_RULE_NAME);

    (void)user;
    if (state.len == 0) {
        return;
    }
    health_count++;
    assert_true(sonda__span_is(state, "rule switched off"));
    assert_true(rule.len < sizeof health_rule);
    memcpy(health_rule, rule.data, rule.len);
    health_rule[rule.len] = '\0';
}

static void on_log(uint32_t severity, const char *message, size_t message_len, void *user)
{
    size_t used = strlen(logged);

    (void)severity;
    (void)user;
    assert_true(used + message_len < sizeof logged);
    memcpy(logged + used, message, message_len);
    logged[used + message_len] = '\0';
}

static sonda_worker *open_worker(void)
{
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_worker *opened = NULL;

    options.on_event = on_event;
    options.on_finding = on_finding;
    assert_int_equal(sonda_worker_open(&opened, engine, NULL, &options, NULL), SONDA_OK);
    return opened;
}

static void open_all(void)
{
    sonda_engine_options options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;

    memset(found, 0, sizeof found);
    health_count = 0;
    health_rule[0] = '\0';
    logged[0] = '\0';
    options.on_log = on_log;
    pack = pack_fixture_make(rules);
    assert_int_equal(pack_fixture_load(pack.bytes, pack.len, &content, &error), SONDA_OK);
    assert_int_equal(sonda_engine_open(&engine, &options, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    worker = open_worker();
}

static void close_all(void)
{
    sonda_worker_close(worker);
    sonda_engine_close(engine);
    sonda_content_release(content);
    free(pack.bytes);
}

static void process_with(sonda_worker *with)
{
    const sonda_record_header header = {0};
    size_t len = launch_record(record, sizeof record, &header, "/opt/nc", "nc -e /bin/sh");

    assert_int_equal(sonda_worker_process(with, record, len, 7), SONDA_OK);
}

static uint64_t switched_off(void)
{
    sonda_stats now = SONDA_STATS_INIT;

    assert_int_equal(sonda_worker_stats(worker, &now), SONDA_OK);
    return now.switched_off;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

/* Entry `index` of a section, in the bytes that content points into. */
static uint8_t *entry(sonda__section_kind kind, uint32_t index)
{
    const uint8_t *at = sonda__pack_entry(&content->pack, kind, index);

    assert_non_null(at);
    return pack.bytes + (at - pack.bytes);
}

/* The last one's log source is that of our events: a class, not Sysmon's channel. */
static uint8_t *alternative_of(uint32_t owner)
{
    uint8_t *last = NULL;

    for (uint32_t i = 0; i < content->pack.count[SONDA__SECTION_ALTERNATIVES]; i++) {
        uint8_t *at = entry(SONDA__SECTION_ALTERNATIVES, i);

        if (sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER) == owner) {
            last = at;
        }
    }
    assert_non_null(last);
    return last;
}

/* Steps of a rule's or filter's program; what it waits for is asked in the last one. */
static uint8_t *first_step(uint32_t owner)
{
    return entry(SONDA__SECTION_STEPS,
                 sonda__pack_u32(alternative_of(owner) + SONDA__AT_ALTERNATIVE_STEPS));
}

static uint8_t *last_step(uint32_t owner)
{
    const uint8_t *steps = alternative_of(owner) + SONDA__AT_ALTERNATIVE_STEPS;

    return entry(SONDA__SECTION_STEPS, sonda__pack_u32(steps) + sonda__pack_u32(steps + 4) - 1);
}

static uint8_t *predicate_of(uint32_t owner)
{
    return entry(SONDA__SECTION_PREDICATES,
                 sonda__pack_u32(last_step(owner) + SONDA__AT_STEP_PREDICATE));
}

static void lead_out_of_the_pack(uint32_t owner)
{
    put32(first_step(owner) + SONDA__AT_STEP_PREDICATE, 0x7fffffff);
}

static void expect_first_is_off(uint32_t reason)
{
    sonda_switched_off_view view = SONDA_SWITCHED_OFF_VIEW_INIT;

    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 1);
    assert_int_equal(found[2], 1);
    assert_int_equal(switched_off(), 1);
    assert_int_equal(health_count, 1);
    assert_string_equal(health_rule, ID "1");
    assert_int_equal(sonda_engine_switched_off(engine, 0, &view), SONDA_OK);
    assert_int_equal(view.reason, reason);
    assert_int_equal(view.rule_id.len, sizeof ID "1" - 1);
    assert_memory_equal(view.rule_id.data, ID "1", view.rule_id.len);
    assert_int_equal(sonda_engine_switched_off(engine, 1, &view), SONDA_ERR_NOT_FOUND);
}

static void test_switched_off__sound_pack__finds_all_and_traps_never(void **state)
{
    sonda_switched_off_view view = SONDA_SWITCHED_OFF_VIEW_INIT;

    (void)state;
    open_all();

    process_with(worker);

    assert_int_equal(found[0] + found[1] + found[2], 3);
    assert_int_equal(switched_off(), 0);
    assert_int_equal(sonda_engine_switched_off(engine, 0, &view), SONDA_ERR_NOT_FOUND);
    close_all();
}

static void test_switched_off__test_of_no_predicate__costs_that_rule_only(void **state)
{
    (void)state;
    open_all();
    lead_out_of_the_pack(0);

    process_with(worker);

    expect_first_is_off(SONDA_TRAP_BOUNDS);
    close_all();
}

static void test_switched_off__step_that_leads_back__costs_that_rule_only(void **state)
{
    (void)state;
    open_all();
    put32(first_step(0) + SONDA__AT_STEP_THEN, 0);
    put32(first_step(0) + SONDA__AT_STEP_ELSE, 0);

    process_with(worker);

    expect_first_is_off(SONDA_TRAP_BOUNDS);
    close_all();
}

static void test_switched_off__pattern_of_no_text__costs_that_rule_only(void **state)
{
    uint32_t pattern;

    (void)state;
    open_all();
    pattern = sonda__pack_u32(predicate_of(0) + SONDA__AT_PREDICATE_PATTERNS);
    put32(entry(SONDA__SECTION_PATTERNS, pattern) + SONDA__AT_PATTERN_A, 0x7fffffff);

    process_with(worker);

    expect_first_is_off(SONDA_TRAP_BOUNDS);
    close_all();
}

static void test_switched_off__more_patterns_than_proven__costs_that_rule_only(void **state)
{
    const sonda_record_header header = {0};
    char command_line[1024];
    size_t len;

    (void)state;
    open_all();
    memcpy(predicate_of(0), predicate_of(2), SONDA__PREDICATE_SIZE);
    memset(command_line, '.', sizeof command_line);
    memcpy(command_line + sizeof command_line - 12, " -e /bin/sh", 12);
    len = launch_record(record, sizeof record, &header, "/opt/nc", command_line);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    expect_first_is_off(SONDA_TRAP_STEPS);
    close_all();
}

static void test_switched_off__next_events__are_not_told_again(void **state)
{
    (void)state;
    open_all();
    lead_out_of_the_pack(0);

    process_with(worker);
    process_with(worker);

    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 2);
    assert_int_equal(health_count, 1);
    assert_int_equal(switched_off(), 1);
    close_all();
}

static void test_switched_off__by_one_worker__is_off_for_the_others(void **state)
{
    sonda_worker *other;
    uint8_t *step;
    uint32_t before;

    (void)state;
    open_all();
    other = open_worker();
    step = first_step(0) + SONDA__AT_STEP_PREDICATE;
    before = sonda__pack_u32(step);
    lead_out_of_the_pack(0);
    process_with(worker);
    put32(step, before); /* mended: only what is remembered keeps it off */

    process_with(other);

    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 2);
    assert_int_equal(health_count, 1);
    sonda_worker_close(other);
    close_all();
}

/* Workers of one engine, each on a thread, over the same damaged program. */
#define THREADS 4u
#define ROUNDS 300u

static void *process_many(void *with)
{
    const sonda_record_header header = {0};
    uint8_t own[4096];
    size_t len = launch_record(own, sizeof own, &header, "/opt/nc", "nc -e /bin/sh");

    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (sonda_worker_process(with, own, len, 0) != SONDA_OK) {
            return with;
        }
    }
    return NULL;
}

static void test_switched_off__by_several_workers_at_once__is_counted_once(void **state)
{
    pthread_t threads[THREADS];
    sonda_worker *workers[THREADS];
    sonda_stats total = SONDA_STATS_INIT;

    (void)state;
    open_all();
    lead_out_of_the_pack(0);
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(sonda_worker_open(&workers[i], engine, NULL, NULL, NULL), SONDA_OK);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, process_many, workers[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        sonda_stats part = SONDA_STATS_INIT;
        void *failed = workers[i];

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
        assert_int_equal(sonda_worker_stats(workers[i], &part), SONDA_OK);
        assert_int_equal(sonda_stats_add(&total, &part), SONDA_OK);
        sonda_worker_close(workers[i]);
    }

    assert_int_equal(total.switched_off, 1);
    assert_int_equal(total.health, 1);
    assert_int_equal(total.findings_by_level[SONDA_LEVEL_LOW], 2 * THREADS * ROUNDS);
    close_all();
}

static void test_search__postings_without_end__stop_at_the_budget(void **state)
{
    sonda_stats now = SONDA_STATS_INIT;

    (void)state;
    open_all();
    for (uint32_t i = 0; i < content->pack.count[SONDA__SECTION_LITERALS]; i++) {
        put32(entry(SONDA__SECTION_LITERALS, i) + SONDA__AT_LITERAL_POSTINGS + 4, UINT32_MAX);
    }

    process_with(worker);

    assert_int_equal(sonda_worker_stats(worker, &now), SONDA_OK);
    assert_int_equal(now.over_budget, 1);
    assert_int_equal(now.switched_off, 0);
    close_all();
}

static void test_switched_off__publishing__clears_and_logs_it(void **state)
{
    sonda_switched_off_view view = SONDA_SWITCHED_OFF_VIEW_INIT;
    uint8_t *step;
    uint32_t before;

    (void)state;
    open_all();
    step = first_step(0) + SONDA__AT_STEP_PREDICATE;
    before = sonda__pack_u32(step);
    put32(step, 0x7fffffff);
    process_with(worker);
    put32(step, before);

    assert_int_equal(sonda_engine_set_policy(engine, 0, NULL, 0), SONDA_OK);
    process_with(worker);
    assert_int_equal(found[0], 0); /* a policy is no new content */
    logged[0] = '\0';
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    process_with(worker);

    assert_int_equal(found[0], 1);
    assert_non_null(strstr(logged, "switched off while in force, of rule " ID "1"));
    assert_int_equal(sonda_engine_switched_off(engine, 0, &view), SONDA_ERR_NOT_FOUND);
    close_all();
}

static void test_switched_off__filter__no_longer_silences(void **state)
{
    const sonda_record_header header = {0};
    size_t len;

    (void)state;
    open_all();
    len = launch_record(record, sizeof record, &header, "/usr/bin/nc", "nc -e /bin/sh");
    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    assert_int_equal(found[1], 0);
    lead_out_of_the_pack(SONDA__ALTERNATIVE_FILTER);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);

    assert_int_equal(found[0], 2);
    assert_int_equal(found[1], 1);
    assert_string_equal(health_rule, ID "f");
    close_all();
}

static void test_ceiling__dearer_content__is_refused_with_the_figures(void **state)
{
    sonda_engine_options options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_engine *small = NULL;

    (void)state;
    open_all();
    options.on_log = on_log;
    options.max_cost_per_byte = content->cost_byte - 1;
    assert_int_equal(sonda_engine_open(&small, &options, NULL), SONDA_OK);

    assert_int_equal(sonda_engine_publish(small, content), SONDA_ERR_LIMIT);

    assert_non_null(strstr(logged, "content refused: "));
    assert_non_null(strstr(logged, "max_cost_per_byte"));
    sonda_engine_close(small);
    options.max_cost_per_byte = content->cost_byte;
    assert_int_equal(sonda_engine_open(&small, &options, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(small, content), SONDA_OK);
    sonda_engine_close(small);
    close_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switched_off__sound_pack__finds_all_and_traps_never),
        cmocka_unit_test(test_switched_off__test_of_no_predicate__costs_that_rule_only),
        cmocka_unit_test(test_switched_off__step_that_leads_back__costs_that_rule_only),
        cmocka_unit_test(test_switched_off__pattern_of_no_text__costs_that_rule_only),
        cmocka_unit_test(test_switched_off__more_patterns_than_proven__costs_that_rule_only),
        cmocka_unit_test(test_switched_off__next_events__are_not_told_again),
        cmocka_unit_test(test_switched_off__by_one_worker__is_off_for_the_others),
        cmocka_unit_test(test_switched_off__by_several_workers_at_once__is_counted_once),
        cmocka_unit_test(test_search__postings_without_end__stop_at_the_budget),
        cmocka_unit_test(test_switched_off__publishing__clears_and_logs_it),
        cmocka_unit_test(test_switched_off__filter__no_longer_silences),
        cmocka_unit_test(test_ceiling__dearer_content__is_refused_with_the_figures),
    };

    return cmocka_run_group_tests_name("switched_off", tests, NULL, NULL);
}
