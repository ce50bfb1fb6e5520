/* SPDX-License-Identifier: Apache-2.0 */

/* core/detect/correlate.c and what leads to it: records in, correlations out */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/engine/pipeline.h"

#define BASE_ID "aaaaaaaa-0000-4000-8000-00000000000"
#define DURING "logsource: {product: windows, category: process_creation}\n"

/* Rules a, b, c match images that end so; d matches every image. */
static const char base_rules[] = "title: A\nid: " BASE_ID "a\nname: a\n" DURING
                                 "detection: {s: {Image|endswith: 'a'}, condition: s}\n---\n"
                                 "title: B\nid: " BASE_ID "b\nname: b\n" DURING
                                 "detection: {s: {Image|endswith: 'b'}, condition: s}\n---\n"
                                 "title: C\nid: " BASE_ID "c\nname: c\n" DURING
                                 "detection: {s: {Image|endswith: 'c'}, condition: s}\n---\n"
                                 "title: D\nid: " BASE_ID "d\nname: d\n" DURING
                                 "detection: {s: {Image|startswith: 'd'}, condition: s}\n";

static sonda_engine *engine;
static sonda_tracker *tracker;
static sonda_worker *worker;
static char log_text[65536]; /* "number:title members; " for each finding */
static char measured[64];
static uint32_t log_members;

static void on_finding(const sonda_finding *finding, void *user)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    size_t count = sonda_finding_member_count(finding, NULL);
    size_t evidence_count = sonda_finding_evidence_count(finding);
    sonda_evidence_view evidence = SONDA_EVIDENCE_VIEW_INIT;
    size_t used = strlen(log_text);

    (void)user;
    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    used += (size_t)snprintf(log_text + used, sizeof log_text - used, "%llu:%.*s",
                             (unsigned long long)sonda_finding_record(finding)->seq,
                             (int)rule.title.len, rule.title.data);
    for (size_t i = 0; i < count && log_members != 0; i++) {
        sonda_member_view member = SONDA_MEMBER_VIEW_INIT;

        assert_int_equal(sonda_finding_member(finding, i, &member), SONDA_OK);
        used += (size_t)snprintf(log_text + used, sizeof log_text - used, "%c%llu%c",
                                 i == 0 ? '(' : ' ', (unsigned long long)member.seq,
                                 member.rule_id.data[member.rule_id.len - 1]);
    }
    (void)snprintf(log_text + used, sizeof log_text - used, "%s ",
                   count > 0 && log_members != 0 ? ")" : "");
    assert_int_equal(sonda_finding_evidence(finding, evidence_count - 1, &evidence), SONDA_OK);
    (void)snprintf(measured, sizeof measured, "%.*s %.*s", (int)evidence.value_len,
                   evidence.value, (int)evidence.pattern_len, evidence.pattern);
}

static void open_with(const char *correlations, uint64_t throttle_ns, uint32_t max_correlated)
{
    static char yaml[16384];
    sonda_engine_options engine_options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_tracker_options tracker_options = SONDA_TRACKER_OPTIONS_INIT;
    sonda_worker_options worker_options = SONDA_WORKER_OPTIONS_INIT;
    sonda_content *content;

    log_text[0] = '\0';
    measured[0] = '\0';
    log_members = 0;
    engine_options.throttle_ns = throttle_ns;
    tracker_options.max_correlated = max_correlated;
    worker_options.on_finding = on_finding;
    (void)snprintf(yaml, sizeof yaml, "%s---\n%s", base_rules, correlations);
    content = content_of(yaml);
    assert_int_equal(sonda_engine_open(&engine, &engine_options, NULL), SONDA_OK);
    assert_int_equal(sonda_tracker_open(&tracker, &tracker_options, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_open(&worker, engine, tracker, &worker_options, NULL),
                     SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);
}

static int close_all(void **state)
{
    (void)state;
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    sonda_engine_close(engine);
    worker = NULL;
    tracker = NULL;
    engine = NULL;
    return 0;
}

static size_t
make_record(uint8_t *record, uint64_t seq, uint32_t at_ms, const char *image, const char *more)
{
    char line[1024];

    (void)snprintf(line, sizeof line,
                   "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
                   "\"UtcTime\":\"2024-07-19 04:%02u:%02u.%03u\",\"Image\":\"%s\"%s%s}",
                   at_ms / 60000, at_ms / 1000 % 60, at_ms % 1000, image,
                   more[0] != '\0' ? "," : "", more);
    return wrap_text(record, SONDA_SOURCE_JSON, seq, line);
}

/* One process start `at_ms` into the hour. */
static void start(uint64_t seq, uint32_t at_ms, const char *image, const char *more)
{
    uint8_t record[2048];
    size_t len = make_record(record, seq, at_ms, image, more);

    assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
}

static sonda_tracker_numbers numbers(void)
{
    sonda_tracker_numbers now = SONDA_TRACKER_NUMBERS_INIT;

    assert_int_equal(sonda_tracker_stats(tracker, &now), SONDA_OK);
    return now;
}

static sonda_stats stats(void)
{
    sonda_stats now = SONDA_STATS_INIT;

    assert_int_equal(sonda_worker_stats(worker, &now), SONDA_OK);
    return now;
}

#define COUNT(more)                                                                         \
    "title: X\nid: bbbbbbbb-0000-4000-8000-000000000001\ncorrelation: {type: event_count, " \
    "rules: [a], timespan: 10s, " more "}\n"
#define COUNT_OF_3 COUNT("condition: {gte: 3}")

static void test_event_count__each_event_of_a_full_window__names_its_events(void **state)
{
    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    log_members = 1;

    for (uint32_t i = 1; i <= 4; i++) {
        start(i, i * 1000, "xa", "");
    }

    assert_string_equal(log_text, "3:X(1a 2a 3a) 4:X(1a 2a 3a 4a) ");
    assert_string_equal(measured, "4 gte 3");
    assert_int_equal(stats().suppressed_correlated, 4);
}

static void test_event_count__window__ends_beyond_exactly_the_timespan(void **state)
{
    (void)state;
    open_with(COUNT_OF_3, 0, 0);

    start(1, 0, "xa", "");
    start(2, 5000, "xa", "");
    start(3, 10000, "xa", ""); /* 1 is just inside */
    start(4, 15001, "xa", ""); /* 2 is just outside */

    assert_string_equal(log_text, "3:X ");
}

static void test_event_count__rule_below_the_least_level__counts(void **state)
{
    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    assert_int_equal(sonda_engine_set_policy(engine, SONDA_LEVEL_MEDIUM, NULL, 0), SONDA_OK);

    for (uint32_t i = 1; i <= 3; i++) {
        start(i, i, "xa", "");
    }

    assert_string_equal(log_text, "3:X ");
}

static void test_event_count__disabled_rule__does_not_count(void **state)
{
    const sonda_rule_id id = {BASE_ID "a", 36};

    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    assert_int_equal(sonda_engine_set_policy(engine, 0, &id, 1), SONDA_OK);

    for (uint32_t i = 1; i <= 3; i++) {
        start(i, i, "xa", "");
    }

    assert_string_equal(log_text, "");
    assert_int_equal(stats().suppressed_disabled, 3);
}

static void test_event_count__event_of_two_named_rules__counts_once(void **state)
{
    (void)state;
    open_with("title: X\ncorrelation: {type: event_count, rules: [a, d], timespan: 1m, "
              "condition: {gte: 2}}\n",
              0, 0);

    start(1, 1, "da", "");
    start(2, 2, "da", "");

    assert_string_equal(log_text, "2:X ");
}

static void test_condition__ranges__hold_together(void **state)
{
    (void)state;
    open_with(COUNT("condition: {gt: 1, lte: 3, neq: 2}"), 0, 0);

    for (uint32_t i = 1; i <= 5; i++) {
        start(i, i, "xa", "");
    }

    assert_string_equal(log_text, "3:X ");
    assert_string_equal(measured, "3 gt 1 lte 3 neq 2");
}

static void test_condition__lt_and_eq__speak_when_an_event_comes(void **state)
{
    (void)state;
    open_with(COUNT("condition: {lt: 2}") "---\n"
                                          "title: Y\ncorrelation: {type: event_count, rules: "
                                          "[a], timespan: 10s, "
                                          "condition: {eq: 2}}\n",
              0, 0);

    start(1, 1, "xa", "");
    start(2, 2, "xa", "");
    start(3, 3, "xa", "");

    assert_string_equal(log_text, "1:X 2:Y ");
}

static void test_group_by__values__fold_and_absent_ones_do_not_count(void **state)
{
    (void)state;
    open_with(COUNT("group-by: [User, Computer], condition: {gte: 2}"), 0, 0);

    start(1, 1, "xa", "\"User\":\"bob\",\"Computer\":\"h\"");
    start(2, 2, "xa", "\"User\":\"eve\",\"Computer\":\"h\"");
    start(3, 3, "xa", "\"User\":\"bob\"");
    start(4, 4, "xa", "\"User\":\"bob\"");
    start(5, 5, "xa", "\"User\":null,\"Computer\":\"h\"");
    start(6, 6, "xa", "\"User\":null,\"Computer\":\"h\"");
    start(7, 7, "xa", "\"User\":\"BOB\",\"Computer\":\"H\"");
    start(8, 8, "xa", "\"User\":\"bobh\",\"Computer\":\"\"");

    assert_string_equal(log_text, "7:X ");
}

static void test_group_by__name_of_another_log_source__is_the_record_s(void **state)
{
    char line[] = "{\"Channel\":\"Security\",\"EventID\":4688,\"NewProcessName\":\"xa\","
                  "\"TimeCreated\":\"2024-07-19T04:00:01Z\"}";
    uint8_t record[2048];

    (void)state;
    open_with(COUNT("group-by: [Image], condition: {gte: 2}"), 0, 0);

    for (uint64_t i = 1; i <= 2; i++) {
        size_t len = wrap_text(record, SONDA_SOURCE_JSON, i, line);

        assert_int_equal(sonda_worker_process(worker, record, len, 0), SONDA_OK);
    }

    assert_string_equal(log_text, "2:X ");
}

static void test_value_count__different_values__are_counted_folded(void **state)
{
    (void)state;
    open_with("title: X\ncorrelation: {type: value_count, rules: [a], timespan: 10s, "
              "condition: {field: User, gte: 3}}\n",
              0, 0);

    start(1, 1, "xa", "\"User\":\"a\"");
    start(2, 2, "xa", "\"User\":\"A\"");
    start(3, 3, "xa", "");
    start(4, 4, "xa", "\"User\":\"b\"");
    start(5, 5, "xa", "\"User\":\"c\"");

    assert_string_equal(log_text, "5:X ");
    assert_string_equal(measured, "3 gte 3");
}

static void test_value_count__several_fields__count_combinations(void **state)
{
    (void)state;
    open_with("title: X\ncorrelation: {type: value_count, rules: [a], timespan: 10s, "
              "condition: {field: [User, Computer], gte: 3}}\n",
              0, 0);

    start(1, 1, "xa", "\"User\":\"a\",\"Computer\":\"bc\"");
    start(2, 2, "xa", "\"User\":\"ab\",\"Computer\":\"c\"");
    start(3, 3, "xa", "\"User\":\"ab\",\"Computer\":\"c\"");
    start(4, 4, "xa", "\"User\":\"a\",\"Computer\":\"c\"");

    assert_string_equal(log_text, "4:X ");
}

#define TEMPORAL(type)                                                                    \
    "title: X\ncorrelation: {type: " type ", rules: [a, b, c], timespan: 10s, group-by: " \
    "User}\n"

static void test_temporal__all_rules_in_any_order__hold(void **state)
{
    (void)state;
    open_with(TEMPORAL("temporal"), 0, 0);
    log_members = 1;

    start(1, 1000, "xc", "\"User\":\"u\"");
    start(2, 2000, "xa", "\"User\":\"u\"");
    start(3, 3000, "xb", "\"User\":\"v\"");
    start(4, 4000, "xb", "\"User\":\"u\"");
    start(5, 12000, "xc", "\"User\":\"v\"");

    assert_string_equal(log_text, "4:X(1c 2a 4b) ");
}

static void test_temporal__condition__counts_different_rules(void **state)
{
    (void)state;
    open_with("title: X\ncorrelation: {type: temporal, rules: [a, b, c], timespan: 10s, "
              "condition: {gte: 2}}\n",
              0, 0);

    start(1, 1, "xa", "");
    start(2, 2, "xa", "");
    start(3, 3, "xc", "");

    assert_string_equal(log_text, "3:X ");
}

static void test_temporal_ordered__only_the_written_order__holds(void **state)
{
    (void)state;
    open_with(TEMPORAL("temporal_ordered"), 0, 0);

    start(1, 1000, "xb", "\"User\":\"u\"");
    start(2, 2000, "xa", "\"User\":\"u\"");
    start(3, 3000, "xc", "\"User\":\"u\"");
    start(4, 4000, "xb", "\"User\":\"u\"");
    start(5, 5000, "xc", "\"User\":\"u\"");
    start(6, 15000, "xc", "\"User\":\"u\""); /* a is outside by now */

    assert_string_equal(log_text, "5:X ");
}

static void test_temporal_ordered__one_event_of_two_rules__is_one_step(void **state)
{
    (void)state;
    open_with("title: X\ncorrelation: {type: temporal_ordered, rules: [a, d], timespan: 10s}\n",
              0, 0);

    start(1, 1, "da", "");
    start(2, 2, "da", "");

    assert_string_equal(log_text, "2:X ");
}

#define NUMBERS(type, condition) \
    "title: X\ncorrelation: {type: " type ", rules: [a], timespan: 10s, " condition "}\n"

static void test_value_sum__numbers_only__are_added(void **state)
{
    (void)state;
    open_with(NUMBERS("value_sum", "condition: {field: Size, gt: 10}"), 0, 0);

    start(1, 1, "xa", "\"Size\":\"0x8\"");
    start(2, 2, "xa", "\"Size\":\"many\"");
    start(3, 3, "xa", "\"Size\":2");
    start(4, 4, "xa", "\"Size\":-1.5");
    start(5, 5, "xa", "\"Size\":\"1.75\"");

    assert_string_equal(log_text, "5:X ");
    assert_string_equal(measured, "10.25 gt 10");
}

static void test_value_avg__mean_of_the_window__is_compared(void **state)
{
    (void)state;
    open_with(NUMBERS("value_avg", "condition: {field: Size, lt: 2}"), 0, 0);

    start(1, 0, "xa", "\"Size\":4");
    start(2, 1, "xa", "\"Size\":1");
    start(3, 10001, "xa", "\"Size\":2.5"); /* 1 is outside */

    assert_string_equal(log_text, "3:X ");
    assert_string_equal(measured, "1.75 lt 2");
}

static void test_value_percentile__nearest_rank__is_compared(void **state)
{
    static const struct {
        const char *percent;
        const char *expected;
    } rows[] = {{"0", "10"},  {"25", "10"}, {"26", "20"},
                {"50", "20"}, {"75", "30"}, {"100", "40"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char yaml[256];
        char expected[32];

        (void)snprintf(
            yaml, sizeof yaml,
            NUMBERS("value_percentile", "condition: {field: Size, percentile: %s, gte: 0}"),
            rows[i].percent);
        (void)snprintf(expected, sizeof expected, "%s gte 0", rows[i].expected);
        open_with(yaml, 0, 0);
        start(1, 1, "xa", "\"Size\":30");
        start(2, 2, "xa", "\"Size\":10");
        start(3, 3, "xa", "\"Size\":40");
        start(4, 4, "xa", "\"Size\":20");
        assert_string_equal(measured, expected);
        close_all(NULL);
    }
}

static void test_order__event_within_the_lateness__is_placed(void **state)
{
    (void)state;
    open_with("title: X\ncorrelation: {type: temporal_ordered, rules: [a, b], timespan: 10s}\n",
              0, 0);
    log_members = 1;

    start(1, 20000, "xb", "");
    start(2, 15000, "xa", ""); /* 5 s behind: before 1 */

    assert_string_equal(log_text, "2:X(2a 1b) ");
    assert_int_equal(numbers().correlated_late, 0);
}

static void test_order__event_beyond_the_lateness__is_alone_and_counted(void **state)
{
    (void)state;
    open_with(COUNT("condition: {gte: 2}") "---\n"
                                           "title: Y\ncorrelation: {type: event_count, rules: "
                                           "[a], timespan: 10s, "
                                           "condition: {lte: 1}}\n",
              0, 0);
    log_members = 1;

    start(1, 20000, "xa", "");
    start(2, 14999, "xa", "");

    assert_string_equal(log_text, "1:Y(1a) 2:Y(2a) ");
    assert_int_equal(numbers().correlated_late, 2);
}

static void test_order__late_event__completes_a_window_that_ends_behind_it(void **state)
{
    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    log_members = 1;

    start(1, 20000, "xa", "");
    start(2, 11000, "xa", ""); /* too late */
    start(3, 15500, "xa", "");
    start(4, 16000, "xa", "");

    assert_string_equal(log_text, "4:X(3a 4a 1a) ");
}

static void test_order__old_event_still_in_a_late_window__is_not_forgotten(void **state)
{
    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    log_members = 1;

    start(1, 1000, "xa", "");
    start(2, 2000, "xa", "");
    start(3, 14000, "xa", ""); /* 1 is outside, but for a late one it counts */
    start(4, 10000, "xa", "");

    assert_string_equal(log_text, "4:X(1a 2a 4a) ");
}

#define CHAINED                                                                    \
    "title: Outer\nname: outer\nid: bbbbbbbb-0000-4000-8000-000000000001\n"        \
    "correlation:\n  type: temporal_ordered\n  rules: [many, b]\n  timespan: 1m\n" \
    "  group-by: [who]\n  aliases: {who: {many: person, b: User}}\n"               \
    "---\n"                                                                        \
    "title: Many\nname: many\nid: cccccccc-0000-4000-8000-000000000001\n"          \
    "correlation:\n  type: event_count\n  rules: [a, c]\n  timespan: 10s\n"        \
    "  group-by: [person]\n  aliases: {person: {a: User, c: ParentUser}}\n"        \
    "  condition: {gte: 2}\n"

static void test_chain__inner_correlation__is_an_event_with_its_aliases(void **state)
{
    (void)state;
    open_with(CHAINED, 0, 0);
    log_members = 1;

    start(1, 1000, "xa", "\"User\":\"eve\"");
    start(2, 2000, "xc", "\"User\":\"svc\",\"ParentUser\":\"Eve\"");
    start(3, 3000, "xb", "\"User\":\"bob\"");
    start(4, 4000, "xb", "\"User\":\"eve\"");

    assert_string_equal(log_text, "4:Outer(21 4b) ");
    assert_int_equal(stats().suppressed_correlated, 5);
}

static void test_generate__true__lets_the_rules_speak(void **state)
{
    (void)state;
    open_with("title: X\ngenerate: true\ncorrelation: {type: event_count, rules: [a], "
              "timespan: 10s, condition: {gte: 2}}\n",
              0, 0);

    start(1, 1, "xa", "");
    start(2, 2, "xa", "");

    assert_string_equal(log_text, "1:A 2:A 2:X ");
}

static void test_throttle__same_group__is_silent_for_the_time(void **state)
{
    (void)state;
    open_with(COUNT("group-by: [User], condition: {gte: 1}"), UINT64_C(30000000000), 0);

    start(1, 0, "xa", "\"User\":\"u\"");
    start(2, 1000, "xa", "\"User\":\"v\"");
    start(3, 29999, "xa", "\"User\":\"u\"");
    start(4, 30000, "xa", "\"User\":\"u\"");
    start(5, 30001, "xa", "\"User\":\"v\"");

    assert_string_equal(log_text, "1:X 2:X 4:X ");
    assert_int_equal(stats().suppressed_throttle, 2);
}

static void test_ceiling__oldest_event__makes_room_and_is_counted(void **state)
{
    (void)state;
    open_with(COUNT("group-by: [User], condition: {gte: 2}"), 0, 64);

    /* A quarter of 64 for one rule: the 17th takes the place of the first. */
    for (uint32_t i = 1; i <= 17; i++) {
        char user[32];

        (void)snprintf(user, sizeof user, "\"User\":\"u%u\"", i);
        start(i, i, "xa", user);
    }
    start(18, 18, "xa", "\"User\":\"u1\""); /* forgotten; takes the place of u2 */
    start(19, 19, "xa", "\"User\":\"u3\"");
    start(20, 20, "xa", "\"User\":\"u5\"");

    assert_string_equal(log_text, "20:X ");
    assert_int_equal(numbers().correlated, 16);
    assert_int_equal(numbers().correlated_evicted, 4);
}

static void test_reload__same_question__keeps_what_it_remembers(void **state)
{
    static char yaml[8192];
    sonda_content *content;

    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    start(1, 1, "xa", "");
    start(2, 2, "xa", "");
    (void)snprintf(yaml, sizeof yaml,
                   "title: More\n" DURING
                   "detection: {s: {Image: nothing}, condition: s}\n---\n%s---\n%s"
                   "level: critical\n",
                   base_rules, COUNT_OF_3);
    content = content_of(yaml);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);

    start(3, 3, "xa", "");

    assert_string_equal(log_text, "3:X ");
    assert_int_equal(stats().findings_by_level[SONDA_LEVEL_CRITICAL], 1);
}

static void test_reload__another_question__starts_anew(void **state)
{
    static char yaml[8192];
    sonda_content *content;

    (void)state;
    open_with(COUNT_OF_3, 0, 0);
    start(1, 1, "xa", "");
    start(2, 2, "xa", "");
    (void)snprintf(yaml, sizeof yaml, "%s---\n%s", base_rules,
                   COUNT("condition: {gte: 3, lte: 9}"));
    content = content_of(yaml);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);

    start(3, 3, "xa", "");

    assert_string_equal(log_text, "");
}

/* Records 1 to 60 of three users, some out of order. */
static size_t mixed_record(uint8_t *record, uint64_t seq)
{
    static const char *const images[] = {"xa", "ya", "xb", "xc"};
    char user[32];
    uint32_t at_ms = (uint32_t)(seq * 500 + (seq * 7919) % 13 * 500);

    (void)snprintf(user, sizeof user, "\"User\":\"u%u\"", (unsigned)(seq % 3));
    return make_record(record, seq, at_ms, images[(seq * 31) % 4], user);
}

static void test_halves__four_steps_apart__give_what_process_gives(void **state)
{
    static char whole[sizeof log_text];
    static uint8_t records[60][2048];
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_worker *others[2];
    sonda_event *events[60];

    (void)state;
    open_with(TEMPORAL("temporal_ordered") "---\n"
                                           "title: Y\ncorrelation: {type: value_count, rules: "
                                           "[a, b], timespan: 10s, "
                                           "condition: {field: User, gte: 3}}\n",
              0, 0);
    log_members = 1;
    for (uint64_t i = 1; i <= 60; i++) {
        (void)sonda_worker_process(worker, records[i - 1], mixed_record(records[i - 1], i), 0);
    }
    memcpy(whole, log_text, sizeof whole);
    assert_non_null(strstr(whole, ":X"));
    assert_non_null(strstr(whole, ":Y"));
    log_text[0] = '\0';
    sonda_worker_close(worker);
    sonda_tracker_close(tracker);
    options.on_finding = on_finding;
    assert_int_equal(sonda_tracker_open(&tracker, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_open(&worker, engine, NULL, &options, NULL), SONDA_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sonda_worker_open(&others[i], engine, NULL, NULL, NULL), SONDA_OK);
    }

    for (uint64_t i = 1; i <= 60; i++) {
        size_t len = mixed_record(records[i - 1], i);

        assert_int_equal(sonda_event_open(&events[i - 1], NULL), SONDA_OK);
        assert_int_equal(
            sonda_worker_decode(others[i % 2], records[i - 1], len, 0, events[i - 1]),
            SONDA_OK);
        assert_int_equal(sonda_tracker_apply(tracker, events[i - 1]), SONDA_OK);
    }
    for (uint64_t i = 60; i >= 1; i--) {
        assert_int_equal(sonda_worker_match(others[i % 2], events[i - 1], 0), SONDA_OK);
    }
    for (uint64_t i = 1; i <= 60; i++) {
        assert_int_equal(sonda_tracker_correlate(tracker, worker, events[i - 1]), SONDA_OK);
        sonda_event_close(events[i - 1]);
    }

    assert_string_equal(log_text, whole);
    sonda_worker_close(others[0]);
    sonda_worker_close(others[1]);
}

static void test_halves__content_changed_in_between__is_counted(void **state)
{
    uint8_t record[2048];
    size_t len = make_record(record, 1, 1, "xa", "");
    sonda_content *content = NULL;
    sonda_event *event = NULL;

    (void)state;
    open_with(COUNT("condition: {gte: 1}"), 0, 0);
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_decode(worker, record, len, 0, event), SONDA_OK);
    assert_int_equal(sonda_worker_match(worker, event, 0), SONDA_OK);
    assert_int_equal(sonda_engine_acquire_content(engine, &content), SONDA_OK);
    assert_int_equal(sonda_engine_publish(engine, content), SONDA_OK);
    sonda_content_release(content);

    assert_int_equal(sonda_tracker_correlate(tracker, worker, event), SONDA_OK);

    assert_string_equal(log_text, "");
    assert_int_equal(stats().uncorrelated, 1);
    sonda_event_close(event);
}

#define TEST(name) cmocka_unit_test_teardown(name, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_event_count__each_event_of_a_full_window__names_its_events),
        TEST(test_event_count__window__ends_beyond_exactly_the_timespan),
        TEST(test_event_count__rule_below_the_least_level__counts),
        TEST(test_event_count__disabled_rule__does_not_count),
        TEST(test_event_count__event_of_two_named_rules__counts_once),
        TEST(test_condition__ranges__hold_together),
        TEST(test_condition__lt_and_eq__speak_when_an_event_comes),
        TEST(test_group_by__values__fold_and_absent_ones_do_not_count),
        TEST(test_group_by__name_of_another_log_source__is_the_record_s),
        TEST(test_value_count__different_values__are_counted_folded),
        TEST(test_value_count__several_fields__count_combinations),
        TEST(test_temporal__all_rules_in_any_order__hold),
        TEST(test_temporal__condition__counts_different_rules),
        TEST(test_temporal_ordered__only_the_written_order__holds),
        TEST(test_temporal_ordered__one_event_of_two_rules__is_one_step),
        TEST(test_value_sum__numbers_only__are_added),
        TEST(test_value_avg__mean_of_the_window__is_compared),
        TEST(test_value_percentile__nearest_rank__is_compared),
        TEST(test_order__event_within_the_lateness__is_placed),
        TEST(test_order__event_beyond_the_lateness__is_alone_and_counted),
        TEST(test_order__late_event__completes_a_window_that_ends_behind_it),
        TEST(test_order__old_event_still_in_a_late_window__is_not_forgotten),
        TEST(test_chain__inner_correlation__is_an_event_with_its_aliases),
        TEST(test_generate__true__lets_the_rules_speak),
        TEST(test_throttle__same_group__is_silent_for_the_time),
        TEST(test_ceiling__oldest_event__makes_room_and_is_counted),
        TEST(test_reload__same_question__keeps_what_it_remembers),
        TEST(test_reload__another_question__starts_anew),
        TEST(test_halves__four_steps_apart__give_what_process_gives),
        TEST(test_halves__content_changed_in_between__is_counted),
    };

    return cmocka_run_group_tests_name("correlate", tests, NULL, NULL);
}
