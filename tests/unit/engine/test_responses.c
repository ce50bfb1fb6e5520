/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Policy, mode and switches: what findings say of themselves, and what tickets
 * are answered with.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "tests/unit/engine/pipeline.h"

#define DENY_ID "00000000-0000-4000-8000-00000000000a"
#define KILL_ID "00000000-0000-4000-8000-00000000000b"
#define NONE_ID "00000000-0000-4000-8000-00000000000c"
#define PLAIN_ID "00000000-0000-4000-8000-00000000000d"
#define MANY_ID "00000000-0000-4000-8000-00000000000e"

/* What the command line holds decides which of them match. */
#define RULE_OF(id, word)                                              \
    "title: " word "\nid: " id "\n"                                    \
    "logsource: {product: linux, category: process_creation}\n"        \
    "detection: {s: {CommandLine|contains: " word "}, condition: s}\n" \
    "---\n"

static const char rules[] = RULE_OF(DENY_ID, "deny") RULE_OF(KILL_ID, "kill")
    RULE_OF(NONE_ID, "none") RULE_OF(PLAIN_ID, "plain") "title: Many\n"
                                                        "id: " MANY_ID "\n"
                                                        "correlation:\n"
                                                        "    type: event_count\n"
                                                        "    rules: [" PLAIN_ID "]\n"
                                                        "    timespan: 1m\n"
                                                        "    generate: true\n"
                                                        "    condition: {gte: 1}\n";
static const char policy[] = "policy:\n"
                             "  - {rule: " DENY_ID ", action: deny, feature: guard}\n"
                             "  - {rule: " KILL_ID ", action: kill}\n"
                             "  - {rule: " NONE_ID ", action: none, feature: hush}\n"
                             "  - {rule: " MANY_ID ", action: deny}\n";

typedef struct told {
    char id[64];
    sonda_response_view response;
    char by[64];
    char feature[64];
} told;

typedef struct seen {
    told findings[16];
    size_t count;
    uint32_t verdicts;
    sonda_verdict verdict;
    uint64_t ticket;
    told decider; /* its finding */
    size_t evidence;
    size_t findings_before; /* the verdict */
} seen;

typedef struct pipeline {
    sonda_engine *engine;
    sonda_tracker *tracker;
    sonda_worker *worker;
    seen saw;
} pipeline;

static uint8_t record[SONDA_RECORD_HEADER_SIZE + 4096];

static void read_told(const sonda_finding *finding, told *to)
{
    sonda_response_view fresh = SONDA_RESPONSE_VIEW_INIT;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    sonda_text feature = {"", 0};

    to->response = fresh;
    assert_int_equal(sonda_finding_rule(finding, &rule), SONDA_OK);
    assert_int_equal(sonda_finding_response(finding, &to->response), SONDA_OK);
    (void)snprintf(to->id, sizeof to->id, "%.*s", (int)rule.id.len, rule.id.data);
    (void)snprintf(to->by, sizeof to->by, "%.*s", (int)to->response.switch_name.len,
                   to->response.switch_name.len != 0 ? to->response.switch_name.data : "");
    (void)sonda_finding_feature(finding, 0, &feature);
    (void)snprintf(to->feature, sizeof to->feature, "%.*s", (int)feature.len, feature.data);
    assert_int_equal(sonda_finding_feature(finding, 1, &feature), SONDA_ERR_NOT_FOUND);
}

static void on_finding(const sonda_finding *finding, void *user)
{
    seen *saw = user;

    assert_in_range(saw->count, 0, 15);
    read_told(finding, &saw->findings[saw->count++]);
}

static void
on_verdict(uint64_t ticket, sonda_verdict verdict, const sonda_finding *finding, void *user)
{
    seen *saw = user;

    saw->verdicts++;
    saw->verdict = verdict;
    saw->ticket = ticket;
    saw->findings_before = saw->count;
    assert_true((finding != NULL) == (verdict == SONDA_VERDICT_DENY));
    if (finding != NULL) {
        read_told(finding, &saw->decider);
        saw->evidence = sonda_finding_evidence_count(finding);
    }
}

static void open_pipeline(pipeline *to, uint32_t mode, bool answers)
{
    sonda_engine_options options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_worker_options worker_options = SONDA_WORKER_OPTIONS_INIT;
    sonda_content *content = content_with(rules, policy);

    memset(to, 0, sizeof *to);
    options.response_mode = mode;
    options.tenant = "Acme";
    options.tenant_len = 4;
    worker_options.on_finding = on_finding;
    worker_options.on_verdict = answers ? on_verdict : NULL;
    worker_options.user = &to->saw;
    assert_int_equal(sonda_engine_open(&to->engine, &options, NULL), SONDA_OK);
    assert_int_equal(sonda_engine_publish(to->engine, content), SONDA_OK);
    assert_int_equal(sonda_tracker_open(&to->tracker, NULL, NULL), SONDA_OK);
    assert_int_equal(
        sonda_worker_open(&to->worker, to->engine, to->tracker, &worker_options, NULL),
        SONDA_OK);
    sonda_content_release(content);
}

static void close_pipeline(pipeline *of)
{
    sonda_worker_close(of->worker);
    sonda_tracker_close(of->tracker);
    sonda_engine_close(of->engine);
}

static size_t make_record(const char *words, uint64_t ticket)
{
    static uint64_t seq;
    sonda_record_header header = {0};

    header.seq = ++seq;
    header.ticket = ticket;
    header.wall_ns = 1000000000;
    return launch_record(record, sizeof record, &header, "/bin/x", words);
}

static void feed(pipeline *to, const char *words, uint64_t ticket)
{
    size_t len = make_record(words, ticket);

    memset(&to->saw, 0, sizeof to->saw);
    assert_int_equal(sonda_worker_process(to->worker, record, len, 0), SONDA_OK);
}

static sonda_stats stats_of(const pipeline *of)
{
    sonda_stats stats = SONDA_STATS_INIT;

    assert_int_equal(sonda_worker_stats(of->worker, &stats), SONDA_OK);
    return stats;
}

static void set_switch(const pipeline *of, uint32_t kind, const char *name, uint32_t on)
{
    assert_int_equal(sonda_engine_switch(of->engine, kind, name, strlen(name), on), SONDA_OK);
}

typedef struct expectation {
    const char *name;
    uint32_t mode;
    const char *words;
    bool answers;
    uint64_t ticket;
    size_t findings;
    uint32_t action; /* of the first finding */
    uint32_t outcome;
    uint32_t verdicts;
    sonda_verdict verdict;
} expectation;

#define OFF SONDA_RESPONSE_OFF
#define OBSERVE SONDA_RESPONSE_OBSERVE
#define ENFORCE SONDA_RESPONSE_ENFORCE
#define ALLOW SONDA_VERDICT_ALLOW
#define DENY SONDA_VERDICT_DENY

static const expectation expectations[] = {
    {"off denies nothing", OFF, "deny", true, 7, 1, SONDA_ACTION_ALERT, SONDA_OUTCOME_ALERTED,
     1, ALLOW},
    {"off silences nothing", OFF, "none", true, 0, 1, SONDA_ACTION_ALERT, SONDA_OUTCOME_ALERTED,
     0, ALLOW},
    {"observe says deny", OBSERVE, "deny", true, 7, 1, SONDA_ACTION_DENY, SONDA_OUTCOME_WOULD,
     1, ALLOW},
    {"observe says deny without a ticket, too", OBSERVE, "deny", true, 0, 1, SONDA_ACTION_DENY,
     SONDA_OUTCOME_WOULD, 0, ALLOW},
    {"observe says kill", OBSERVE, "kill", true, 7, 1, SONDA_ACTION_KILL, SONDA_OUTCOME_WOULD,
     1, ALLOW},
    {"observe says what would be silent", OBSERVE, "none", true, 0, 1, SONDA_ACTION_NONE,
     SONDA_OUTCOME_WOULD, 0, ALLOW},
    {"enforce denies", ENFORCE, "deny", true, 7, 1, SONDA_ACTION_DENY, SONDA_OUTCOME_DENIED, 1,
     DENY},
    {"enforce denies what is to be killed", ENFORCE, "kill", true, 7, 1, SONDA_ACTION_KILL,
     SONDA_OUTCOME_DENIED, 1, DENY},
    {"enforce without a ticket", ENFORCE, "kill", true, 0, 1, SONDA_ACTION_KILL,
     SONDA_OUTCOME_NO_TICKET, 0, ALLOW},
    {"enforce without on_verdict", ENFORCE, "deny", false, 7, 1, SONDA_ACTION_DENY,
     SONDA_OUTCOME_NO_TICKET, 0, ALLOW},
    {"enforce silences", ENFORCE, "none", true, 7, 0, 0, 0, 1, ALLOW},
    {"enforce alerts", ENFORCE, "plain", true, 7, 2, SONDA_ACTION_ALERT, SONDA_OUTCOME_ALERTED,
     1, ALLOW},
    {"enforce allows what matches nothing", ENFORCE, "x", true, 7, 0, 0, 0, 1, ALLOW},
    {"enforce denies beside an alert", ENFORCE, "plain deny none", true, 7, 3,
     SONDA_ACTION_DENY, SONDA_OUTCOME_DENIED, 1, DENY},
};

static void test_responses__modes_and_tickets__are_as_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const expectation *row = &expectations[i];
        const told *first;
        pipeline on;

        open_pipeline(&on, row->mode, row->answers);
        feed(&on, row->words, row->ticket);
        first = &on.saw.findings[0];

        if (on.saw.count != row->findings ||
            (row->findings != 0 && (first->response.action != row->action ||
                                    first->response.outcome != row->outcome)) ||
            on.saw.verdicts != row->verdicts || on.saw.verdict != row->verdict ||
            on.saw.ticket != (row->verdicts != 0 ? row->ticket : 0)) {
            fail_msg("%s: %zu findings, action %u, outcome %u, %u verdicts: %u", row->name,
                     on.saw.count, first->response.action, first->response.outcome,
                     on.saw.verdicts, on.saw.verdict);
        }
        assert_int_equal(stats_of(&on).verdicts_denied, row->verdict == DENY);
        close_pipeline(&on);
    }
}

static void test_responses__several_deny__the_kill_decides_once(void **state)
{
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    feed(&on, "deny kill plain", 9);

    assert_int_equal(on.saw.verdicts, 1);
    assert_int_equal(on.saw.verdict, DENY);
    assert_int_equal(on.saw.findings_before, on.saw.count);
    assert_string_equal(on.saw.decider.id, KILL_ID);
    assert_int_equal(on.saw.decider.response.outcome, SONDA_OUTCOME_DENIED);
    assert_int_equal(on.saw.evidence, 1);
    feed(&on, "x", 10);
    assert_int_equal(on.saw.verdict, ALLOW);
    close_pipeline(&on);
}

static void test_responses__correlation__comes_too_late_for_an_answer(void **state)
{
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    feed(&on, "plain", 9);

    assert_int_equal(on.saw.count, 2);
    assert_string_equal(on.saw.findings[1].id, MANY_ID);
    assert_int_equal(on.saw.findings[1].response.action, SONDA_ACTION_DENY);
    assert_int_equal(on.saw.findings[1].response.outcome, SONDA_OUTCOME_NO_TICKET);
    assert_int_equal(on.saw.verdict, ALLOW);
    assert_int_equal(stats_of(&on).responses_no_ticket, 1);
    close_pipeline(&on);
}

static void test_responses__steps_apart__answer_once_and_the_same(void **state)
{
    sonda_event *event = NULL;
    pipeline on;
    size_t len;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    len = make_record("deny", 11);
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    assert_int_equal(sonda_worker_decode(on.worker, record, len, 0, event), SONDA_OK);
    assert_int_equal(sonda_tracker_apply(on.tracker, event), SONDA_OK);
    assert_int_equal(on.saw.verdicts, 0);
    assert_int_equal(sonda_worker_match(on.worker, event, 0), SONDA_OK);
    assert_int_equal(sonda_tracker_correlate(on.tracker, on.worker, event), SONDA_OK);

    assert_int_equal(on.saw.verdicts, 1);
    assert_int_equal(on.saw.verdict, DENY);
    assert_int_equal(on.saw.ticket, 11);
    sonda_event_close(event);
    close_pipeline(&on);
}

static void test_responses__record_that_cannot_be_read__is_allowed(void **state)
{
    size_t len = make_record("deny", 12);
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    record[4] = 0x77; /* its source: none */
    record[5] = 0x77;
    assert_int_not_equal(sonda_worker_process(on.worker, record, len, 0), SONDA_OK);

    assert_int_equal(on.saw.verdicts, 1);
    assert_int_equal(on.saw.verdict, ALLOW);
    close_pipeline(&on);
}

/* Which switch takes which response back. */
typedef struct turning {
    const char *name;
    uint32_t kind;
    const char *what;
    const char *words;
    bool withheld;
    const char *by;
} turning;

static const turning turnings[] = {
    {"all", SONDA_SWITCH_ALL, "", "deny", true, ""},
    {"its rule", SONDA_SWITCH_RULE, DENY_ID, "deny", true, DENY_ID},
    {"its rule in capitals", SONDA_SWITCH_RULE, "00000000-0000-4000-8000-00000000000A", "deny",
     true, "00000000-0000-4000-8000-00000000000A"},
    {"another rule", SONDA_SWITCH_RULE, KILL_ID, "deny", false, ""},
    {"its feature", SONDA_SWITCH_FEATURE, "guard", "deny", true, "guard"},
    {"another feature", SONDA_SWITCH_FEATURE, "hush", "deny", false, ""},
    {"no feature", SONDA_SWITCH_FEATURE, "guard", "kill", false, ""},
    {"its tenant", SONDA_SWITCH_TENANT, "acme", "kill", true, "acme"},
    {"another tenant", SONDA_SWITCH_TENANT, "acme2", "kill", false, ""},
    {"a feature by its rule's kind", SONDA_SWITCH_RULE, "guard", "deny", false, ""},
};

static void test_responses__switches__withhold_what_they_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof turnings / sizeof turnings[0]; i++) {
        const turning *row = &turnings[i];
        uint32_t expected = row->withheld ? SONDA_OUTCOME_WITHHELD : SONDA_OUTCOME_DENIED;
        const told *first;
        pipeline on;

        open_pipeline(&on, ENFORCE, true);
        set_switch(&on, row->kind, row->what, 1);
        feed(&on, row->words, 5);
        first = &on.saw.findings[0];
        if (on.saw.count != 1 || first->response.outcome != expected ||
            first->response.switch_kind != (row->withheld ? row->kind : 0) ||
            strcmp(first->by, row->by) != 0 ||
            on.saw.verdict != (row->withheld ? ALLOW : DENY)) {
            fail_msg("%s: outcome %u, by '%s'", row->name, first->response.outcome, first->by);
        }
        assert_int_equal(stats_of(&on).responses_withheld, row->withheld);
        set_switch(&on, row->kind, row->what, 0);
        feed(&on, row->words, 6);
        assert_int_equal(on.saw.verdict, DENY);
        close_pipeline(&on);
    }
}

static void test_responses__switches__are_counted_and_the_widest_is_named(void **state)
{
    sonda_switch_view view = SONDA_SWITCH_VIEW_INIT;
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    set_switch(&on, SONDA_SWITCH_RULE, DENY_ID, 1);
    set_switch(&on, SONDA_SWITCH_FEATURE, "guard", 1);
    set_switch(&on, SONDA_SWITCH_FEATURE, "GUARD", 1);
    feed(&on, "deny", 5);
    assert_int_equal(on.saw.findings[0].response.switch_kind, SONDA_SWITCH_FEATURE);
    set_switch(&on, SONDA_SWITCH_TENANT, "Acme", 1);
    feed(&on, "deny", 5);
    assert_int_equal(on.saw.findings[0].response.switch_kind, SONDA_SWITCH_TENANT);
    set_switch(&on, SONDA_SWITCH_ALL, "", 1);
    feed(&on, "deny", 5);
    assert_int_equal(on.saw.findings[0].response.switch_kind, SONDA_SWITCH_ALL);

    assert_int_equal(sonda_engine_switch_get(on.engine, 0, &view), SONDA_OK);
    assert_int_equal(view.kind, SONDA_SWITCH_ALL);
    assert_int_equal(view.is_on, 1);
    assert_int_equal(view.withheld, 1);
    assert_int_equal(sonda_engine_switch_get(on.engine, 2, &view), SONDA_OK);
    assert_int_equal(view.kind, SONDA_SWITCH_FEATURE);
    assert_int_equal(view.name_len, 5);
    assert_int_equal(view.withheld, 1);
    assert_int_equal(sonda_engine_switch_get(on.engine, 4, &view), SONDA_ERR_NOT_FOUND);
    close_pipeline(&on);
}

static void test_responses__switch_on_silence__lets_the_finding_speak(void **state)
{
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    feed(&on, "none", 0);
    assert_int_equal(on.saw.count, 0);
    assert_int_equal(stats_of(&on).suppressed_policy, 1);
    set_switch(&on, SONDA_SWITCH_FEATURE, "hush", 1);
    feed(&on, "none", 0);

    assert_int_equal(on.saw.count, 1);
    assert_int_equal(on.saw.findings[0].response.outcome, SONDA_OUTCOME_WITHHELD);
    assert_string_equal(on.saw.findings[0].feature, "hush");
    close_pipeline(&on);
}

static void test_switch__wrong_calls__are_refused(void **state)
{
    char name[SONDA_SWITCH_NAME_MAX + 1];
    pipeline on;

    (void)state;
    memset(name, 'a', sizeof name);
    open_pipeline(&on, ENFORCE, true);
    assert_int_equal(sonda_engine_switch(NULL, SONDA_SWITCH_ALL, NULL, 0, 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, 0, "a", 1, 1), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, 5, "a", 1, 1), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_ALL, "a", 1, 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_RULE, NULL, 0, 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_RULE, NULL, 1, 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_RULE, "a", 1, 2),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_RULE, name, sizeof name, 1),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_RULE, "never on", 8, 0),
                     SONDA_OK);
    close_pipeline(&on);
}

static void test_switch__too_many_names__leave_all_to_be_switched(void **state)
{
    char name[16];
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    for (uint32_t i = 0; i < SONDA_SWITCH_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%u", i);
        set_switch(&on, SONDA_SWITCH_RULE, name, 1);
    }
    assert_int_equal(sonda_engine_switch(on.engine, SONDA_SWITCH_RULE, "more", 4, 1),
                     SONDA_ERR_LIMIT);
    set_switch(&on, SONDA_SWITCH_RULE, "n5", 0);
    set_switch(&on, SONDA_SWITCH_ALL, "", 1);
    feed(&on, "deny", 5);

    assert_int_equal(on.saw.verdict, ALLOW);
    close_pipeline(&on);
}

static void test_engine__unknown_mode_or_tenant__is_refused(void **state)
{
    sonda_engine_options options = SONDA_ENGINE_OPTIONS_INIT;
    sonda_engine *engine = NULL;

    (void)state;
    options.response_mode = SONDA_RESPONSE_ENFORCE + 1;
    assert_int_equal(sonda_engine_open(&engine, &options, NULL), SONDA_ERR_INVALID_ARGUMENT);
    options.response_mode = SONDA_RESPONSE_ENFORCE;
    options.tenant_len = 3;
    assert_int_equal(sonda_engine_open(&engine, &options, NULL), SONDA_ERR_INVALID_ARGUMENT);
    options.tenant = "abc";
    options.tenant_len = SONDA_SWITCH_NAME_MAX + 1;
    assert_int_equal(sonda_engine_open(&engine, &options, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_null(engine);
}

/* Another thread turns switches, old and new ones, while records pass. */
typedef struct flipping {
    sonda_engine *engine;
    atomic_int over;
    sonda_status status;
    uint32_t turns;
} flipping;

static void *flip(void *user)
{
    flipping *self = user;
    char name[16];

    while (!atomic_load(&self->over)) {
        uint32_t on = ++self->turns % 2;
        sonda_status status;

        (void)snprintf(name, sizeof name, "r%u", self->turns % 500);
        status = sonda_engine_switch(self->engine, SONDA_SWITCH_FEATURE, "guard", 5, on);
        if (status == SONDA_OK) {
            status =
                sonda_engine_switch(self->engine, SONDA_SWITCH_RULE, name, strlen(name), 1);
        }
        self->status = self->status == SONDA_OK ? status : self->status;
    }
    return NULL;
}

#define FLIPPED_RECORDS 5000

static void test_switch__turned_by_other_threads__every_ticket_gets_one_answer(void **state)
{
    flipping turners[2] = {{.turns = 0}, {.turns = 1}};
    pthread_t threads[2];
    uint32_t denied = 0;
    pipeline on;

    (void)state;
    open_pipeline(&on, ENFORCE, true);
    for (size_t i = 0; i < 2; i++) {
        turners[i].engine = on.engine;
        atomic_init(&turners[i].over, 0);
        assert_int_equal(pthread_create(&threads[i], NULL, flip, &turners[i]), 0);
    }
    for (uint64_t i = 1; i <= FLIPPED_RECORDS; i++) {
        uint32_t outcome;

        feed(&on, "deny", i);
        outcome = on.saw.findings[0].response.outcome;
        assert_int_equal(on.saw.verdicts, 1);
        assert_int_equal(on.saw.ticket, i);
        assert_int_equal(on.saw.count, 1);
        assert_true(outcome == SONDA_OUTCOME_DENIED || outcome == SONDA_OUTCOME_WITHHELD);
        assert_int_equal(on.saw.verdict == DENY, outcome == SONDA_OUTCOME_DENIED);
        denied += on.saw.verdict == DENY;
    }
    for (size_t i = 0; i < 2; i++) {
        atomic_store(&turners[i].over, 1);
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(turners[i].status, SONDA_OK);
    }
    assert_int_equal(stats_of(&on).verdicts_denied, denied);
    set_switch(&on, SONDA_SWITCH_FEATURE, "guard", 0);
    feed(&on, "deny", 1);
    assert_int_equal(on.saw.verdict, DENY);
    close_pipeline(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_responses__modes_and_tickets__are_as_documented),
        cmocka_unit_test(test_responses__several_deny__the_kill_decides_once),
        cmocka_unit_test(test_responses__correlation__comes_too_late_for_an_answer),
        cmocka_unit_test(test_responses__steps_apart__answer_once_and_the_same),
        cmocka_unit_test(test_responses__record_that_cannot_be_read__is_allowed),
        cmocka_unit_test(test_responses__switches__withhold_what_they_name),
        cmocka_unit_test(test_responses__switches__are_counted_and_the_widest_is_named),
        cmocka_unit_test(test_responses__switch_on_silence__lets_the_finding_speak),
        cmocka_unit_test(test_switch__wrong_calls__are_refused),
        cmocka_unit_test(test_switch__too_many_names__leave_all_to_be_switched),
        cmocka_unit_test(test_engine__unknown_mode_or_tenant__is_refused),
        cmocka_unit_test(test_switch__turned_by_other_threads__every_ticket_gets_one_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
