/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The adapter against the fake, one behaviour a test.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/normalise/es_record.h"
#include "fake_host.h"
#include "sonda/spi/es_record.h"

#define EXEC_BIT (UINT64_C(1) << SONDA_SOURCE_CLASS_PROCESS_EXEC)
#define OPEN_BIT (UINT64_C(1) << SONDA_SOURCE_CLASS_FILE_OPEN)
#define OTHER_BIT (UINT64_C(1) << SONDA_SOURCE_CLASS_OTHER)
#define SECOND_NS UINT64_C(1000000000)

static int reset(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

/* Everything that was sent is answered once, in time, and given back. */
static void assert_clean(void)
{
    struct fake_numbers numbers = fake_numbers_now();

    assert_int_equal(numbers.answered, numbers.questions);
    assert_int_equal(numbers.twice, 0);
    assert_int_equal(numbers.late, 0);
    assert_int_equal(numbers.wrong_call, 0);
    assert_int_equal(numbers.denied_cached, 0);
    assert_int_equal(numbers.alive, 0);
    assert_int_equal(numbers.clients, 0);
    assert_int_equal(numbers.muted_lineage, 0);
}

static void send(struct fake_event event)
{
    fake_send(&event);
    fake_settle();
}

static void test_adapter__only_observing__asks_nothing(void **state)
{
    struct host host = {.keeps_bytes = true};

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_AUTH_EXEC, .given_ns = SECOND_NS});
    send((struct fake_event){.type = ES_NOTIFY_EXEC});

    assert_int_equal(host.count, 1);
    assert_int_equal(host.kept[0].header.ticket, 0);
    assert_int_equal(host.ops->respond(host.source, 4096, SONDA_VERDICT_ALLOW, 0),
                     SONDA_ERR_UNSUPPORTED);
    host_end(&host);
    assert_clean();
}

static void test_adapter__exec__flattened_by_name(void **state)
{
    struct host host = {.keeps_bytes = true};
    size_t len;

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_NOTIFY_EXEC, .arguments = 2, .argument_len = 3});

    assert_int_equal(host.count, 1);
    assert_memory_equal(
        host_item(&host.kept[0], SONDA_ES_BLOCK_TARGET, SONDA_ES_PROCESS_PATH, &len),
        "/usr/bin/tool", 13);
    assert_memory_equal(
        host_item(&host.kept[0], SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, &len), "aaa", 3);
    assert_int_equal(len, 3);
    assert_memory_equal(
        host_item(&host.kept[0], SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ENV, &len), "A=1", 3);
    assert_non_null(host_item(&host.kept[0], SONDA_ES_BLOCK_CWD, SONDA_ES_FILE_PATH, &len));
    host_end(&host);
    assert_clean();
}

static void test_adapter__argv_of_a_megabyte__kept_or_marked(void **state)
{
    struct host host = {.keeps_bytes = true};
    size_t len;

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){
        .type = ES_NOTIFY_EXEC, .arguments = 1, .argument_len = 1024 * 1024 - 64});
    send((struct fake_event){.type = ES_NOTIFY_EXEC,
                             .pidversion = 2,
                             .arguments = 1000,
                             .argument_len = 1024 * 1024});

    assert_int_equal(host.count, 2);
    assert_int_equal(host.kept[0].header.flags & SONDA_RECORD_TRUNCATED, 0);
    assert_non_null(host_item(&host.kept[0], SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, &len));
    assert_int_equal(len, 1024 * 1024 - 64);
    assert_int_equal(host.kept[1].header.flags & SONDA_RECORD_TRUNCATED,
                     SONDA_RECORD_TRUNCATED);
    /* The environment has its own room, whatever the arguments take. */
    assert_non_null(host_item(&host.kept[1], SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ENV, &len));
    host_end(&host);
    assert_clean();
}

static void test_adapter__nothing_where_something_should_be__still_a_record(void **state)
{
    struct host host = {.keeps_bytes = true};

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_NOTIFY_EXEC, .without_process = true});
    send((struct fake_event){.type = ES_NOTIFY_FORK, .without_text = true});
    send((struct fake_event){.type = ES_NOTIFY_EXCHANGEDATA});
    send((struct fake_event){.type = ES_NOTIFY_OD_GROUP_ADD});
    send((struct fake_event){.type = ES_NOTIFY_BTM_LAUNCH_ITEM_ADD});
    send((struct fake_event){.type = ES_NOTIFY_TCC_MODIFY});

    assert_int_equal(host.count, 6);
    host_end(&host);
    assert_clean();
}

/* The fake lets members that a version lacks point to nowhere. */
static void test_adapter__each_version__reads_what_it_has(void **state)
{
    static const uint32_t types[] = {
        ES_NOTIFY_EXEC,   ES_NOTIFY_FORK,   ES_NOTIFY_CREATE,
        ES_NOTIFY_RENAME, ES_NOTIFY_UNLINK, ES_NOTIFY_MOUNT,
        ES_NOTIFY_EXIT,   ES_NOTIFY_SUDO,   ES_NOTIFY_AUTHENTICATION};
    struct host host = {.keeps_bytes = true};
    size_t sent = 0;

    (void)state;
    host_begin(&host, 0, 256);
    for (uint32_t version = 1; version <= 11; version++) {
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++, sent++) {
            send((struct fake_event){
                .type = types[i], .version = version, .pidversion = version});
        }
    }

    assert_int_equal(host.count, sent);
    host_end(&host);
    assert_clean();
}

static void test_adapter__close__only_of_what_was_written(void **state)
{
    struct host host = {.keeps_bytes = true};
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_NOTIFY_CLOSE});
    send((struct fake_event){.type = ES_NOTIFY_CLOSE, .version = 5});
    send((struct fake_event){.type = ES_NOTIFY_CLOSE, .modified = true});

    assert_int_equal(host.count, 1);
    host.ops->stats(host.source, &stats);
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_FILE_OPEN].filtered, 2);
    host_end(&host);
    assert_clean();
}

static void test_adapter__open__answered_by_flags(void **state)
{
    struct host host = {.answers_at_once = true, .verdict = SONDA_VERDICT_ALLOW, .cache_ms = 1};

    (void)state;
    host_begin(&host, OPEN_BIT, 64);
    send((struct fake_event){.type = ES_AUTH_OPEN, .given_ns = SECOND_NS});
    assert_int_equal(fake_numbers_now().cached, 1);
    host.verdict = SONDA_VERDICT_DENY;
    send((struct fake_event){.type = ES_AUTH_OPEN, .given_ns = SECOND_NS});

    assert_int_equal(fake_numbers_now().denied, 1);
    assert_int_equal(fake_numbers_now().cached, 1);
    host_end(&host);
    assert_clean();
}

static void test_adapter__uncached_type__never_remembered(void **state)
{
    struct host host = {.answers_at_once = true, .verdict = SONDA_VERDICT_ALLOW, .cache_ms = 1};

    (void)state;
    host_begin(&host, OPEN_BIT, 64);
    send((struct fake_event){.type = ES_AUTH_CREATE, .given_ns = SECOND_NS});

    assert_int_equal(host.tickets_seen, 1);
    assert_int_equal(fake_numbers_now().cached, 0);
    assert_int_equal(host.ops->forget_verdicts(host.source), SONDA_OK);
    assert_int_equal(fake_numbers_now().cleared, 1);
    host_end(&host);
    assert_clean();
}

static void test_adapter__second_answer__already(void **state)
{
    struct host host = {.keeps_bytes = true};
    uint64_t ticket;

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    send((struct fake_event){.type = ES_AUTH_EXEC, .given_ns = 60 * SECOND_NS});
    ticket = host.kept[0].header.ticket;

    assert_int_equal(host.ops->respond(host.source, ticket, SONDA_VERDICT_DENY, 5), SONDA_OK);
    assert_int_equal(host.ops->respond(host.source, ticket, SONDA_VERDICT_ALLOW, 0),
                     SONDA_ERR_ALREADY);
    assert_int_equal(host.ops->respond(host.source, ticket + 1, SONDA_VERDICT_ALLOW, 0),
                     SONDA_ERR_NOT_FOUND);
    assert_int_equal(host.ops->respond(host.source, 0, SONDA_VERDICT_ALLOW, 0),
                     SONDA_ERR_NOT_FOUND);
    assert_int_equal(fake_numbers_now().denied, 1);
    host_end(&host);
    assert_clean();
}

static void test_adapter__deadline__in_the_clock_of_headers(void **state)
{
    static const uint64_t given_ms[] = {200, 900, 1000, 5000, 60000};
    struct host host = {.keeps_bytes = true};

    (void)state;
    fake_sleep(7 * SECOND_NS);
    host_begin(&host, EXEC_BIT, 64);
    for (size_t i = 0; i < sizeof given_ms / sizeof given_ms[0]; i++) {
        struct moment now;

        system_moment(&now);
        send((struct fake_event){.type = ES_AUTH_EXEC, .given_ns = given_ms[i] * 1000000u});
        assert_in_range(host.kept[i].header.deadline_ns,
                        now.continuous_ns + given_ms[i] * 1000000u - 100,
                        now.continuous_ns + given_ms[i] * 1000000u);
        assert_in_range(host.kept[i].header.mono_ns, now.continuous_ns - 100,
                        now.continuous_ns);
    }
    host_end(&host);
    assert_clean();
}

static void test_adapter__deadline_over_already__allowed_at_once(void **state)
{
    struct host host = {.keeps_bytes = true};

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    send((struct fake_event){.type = ES_AUTH_EXEC, .given_ns = 0});

    host_wait_answered(fake_numbers_now().questions);
    host_end(&host);
    assert_clean();
}

static void test_adapter__numbers_left_out__counted_by_class(void **state)
{
    struct host host = {.keeps_bytes = true};
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;
    const sonda_source_class_stats *class_stats =
        &stats.by_class[SONDA_SOURCE_CLASS_FILE_DELETE];

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_NOTIFY_UNLINK,
                             .skip = 3}); /* nobody knows where it began */
    send((struct fake_event){.type = ES_NOTIFY_UNLINK});
    send((struct fake_event){.type = ES_NOTIFY_UNLINK, .skip = 5});
    send((struct fake_event){.type = ES_NOTIFY_UNLINK});
    host.ops->stats(host.source, &stats);

    assert_int_equal(class_stats->lost, 5);
    assert_int_equal(class_stats->delivered, 4);
    assert_int_equal(class_stats->produced, 9);
    host_end(&host);
    assert_clean();
}

/* The oldest messages have no numbers, but something in their place. */
static void test_adapter__version_without_numbers__no_gap(void **state)
{
    struct host host = {.keeps_bytes = true};
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;

    (void)state;
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_NOTIFY_UNLINK, .version = 1});
    send((struct fake_event){.type = ES_NOTIFY_UNLINK, .version = 1});
    host.ops->stats(host.source, &stats);

    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_FILE_DELETE].lost, 0);
    host_end(&host);
    assert_clean();
}

static void assert_field(const sonda_event *event, sonda_field_id field, const char *text)
{
    sonda_field_view view = SONDA_FIELD_VIEW_INIT;

    assert_int_equal(sonda_event_find(event, field, &view), SONDA_OK);
    assert_int_equal(view.text_len, strlen(text));
    assert_memory_equal(view.text, text, view.text_len);
}

/* What the adapter writes is what core's decoder reads. */
static void test_adapter__records__decoded_by_core(void **state)
{
    struct host host = {.keeps_bytes = true};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_event *event = NULL;

    (void)state;
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    host_begin(&host, 0, 64);
    send((struct fake_event){.type = ES_NOTIFY_EXEC, .arguments = 2, .argument_len = 3});
    send((struct fake_event){.type = ES_NOTIFY_UNLINK, .path = "/tmp/gone"});

    assert_int_equal(host.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct kept *kept = &host.kept[i];

        sonda__event_begin(event, &kept->header, sonda__names_of_table());
        assert_int_equal(sonda__decode_es(event,
                                          sonda__span_of((const char *)kept->bytes +
                                                             SONDA_RECORD_HEADER_SIZE,
                                                         kept->len - SONDA_RECORD_HEADER_SIZE),
                                          &error),
                         SONDA_OK);
        if (i == 0) {
            assert_field(event, SONDA_FIELD_IMAGE, "/usr/bin/tool");
            assert_field(event, SONDA_FIELD_COMMAND_LINE, "aaa aaa");
            assert_field(event, SONDA_FIELD_CURRENT_DIRECTORY, "/tmp");
            assert_field(event, SONDA_FIELD_PROCESS_ID, "500");
        } else {
            assert_field(event, SONDA_FIELD_TARGET_FILENAME, "/tmp/gone");
        }
    }
    host_end(&host);
    sonda_event_close(event);
    assert_clean();
}

static void test_adapter__two_clients__one_start_is_one_record(void **state)
{
    struct host host = {.answers_at_once = true, .verdict = SONDA_VERDICT_ALLOW};
    const struct kept *told;

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    send((struct fake_event){.type = ES_NOTIFY_FORK, .target_pid = 501});
    send((struct fake_event){.type = ES_AUTH_EXEC, .pid = 501, .given_ns = SECOND_NS});
    send((struct fake_event){.type = ES_NOTIFY_EXEC, .pid = 501});
    send((struct fake_event){.type = ES_NOTIFY_EXIT, .pid = 501, .pidversion = 2});

    assert_int_equal(host.count, 4);
    told = host_find(&host, ES_NOTIFY_EXEC, 0);
    assert_non_null(told);
    assert_int_equal(told->header.flags & SONDA_RECORD_SNAPSHOT, SONDA_RECORD_SNAPSHOT);
    host_end(&host);
    assert_clean();
}

/* The system remembered the answer, so that the start was not asked about. */
static void test_adapter__start_without_question__is_the_event(void **state)
{
    struct host host = {.keeps_bytes = true};

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    send((struct fake_event){.type = ES_NOTIFY_EXEC, .pid = 600});

    assert_int_equal(host.count, 1);
    assert_int_equal(host.kept[0].header.flags & SONDA_RECORD_SNAPSHOT, 0);
    host_end(&host);
    assert_clean();
}

static void test_adapter__guarded__only_launchd_ends_it(void **state)
{
    struct host host = {.answers_at_once = true, .verdict = SONDA_VERDICT_ALLOW};
    struct fake_event event = {.type = ES_AUTH_SIGNAL,
                               .given_ns = SECOND_NS,
                               .target_pid = FAKE_OWN_PID,
                               .target_pidversion = 1};

    (void)state;
    host_begin(&host, OTHER_BIT, 64);
    send(event);
    assert_int_equal(fake_numbers_now().denied, 1);
    event.pid = 1;
    send(event);
    assert_int_equal(fake_numbers_now().denied, 1);
    event.pid = 0;
    event.type = ES_AUTH_GET_TASK;
    send(event);
    assert_int_equal(fake_numbers_now().denied, 2);
    event.platform_binary = true;
    send(event);
    assert_int_equal(fake_numbers_now().denied, 2);
    send((struct fake_event){
        .type = ES_AUTH_UNLINK, .path = FAKE_OWN_PATH, .given_ns = SECOND_NS});
    assert_int_equal(fake_numbers_now().denied, 3);
    /* Not about us: it does not even come. */
    assert_int_equal(fake_send(&(struct fake_event){.type = ES_AUTH_SIGNAL}), 0);
    host_end(&host);
    assert_clean();
}

static void test_adapter__muted__but_for_lineage(void **state)
{
    struct host host = {.keeps_bytes = true};

    (void)state;
    host_begin(&host, EXEC_BIT, 64);

    assert_int_equal(sonda_mac_mute(host.source, SONDA_MAC_MUTE_PROGRAM, "/usr/bin/noisy"),
                     SONDA_OK);
    assert_int_equal(sonda_mac_mute(host.source, 4, "/usr/bin/noisy"),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_mac_mute(host.source, 0, ""), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(fake_numbers_now().muted_processes, 3);
    assert_int_equal(fake_numbers_now().muted_paths, 2);
    assert_int_equal(fake_numbers_now().inverted, 1);
    host_end(&host);
    assert_clean();
}

static void test_adapter__stopped__what_waits_is_allowed(void **state)
{
    struct host host = {.keeps_bytes = true};

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    send((struct fake_event){.type = ES_AUTH_EXEC, .given_ns = 60 * SECOND_NS});
    host.ops->stop(host.source);

    assert_int_equal(fake_numbers_now().answered, fake_numbers_now().questions);
    assert_int_equal(fake_numbers_now().denied, 0);
    host_end(&host);
    assert_clean();
}

static void test_adapter__disconnected__run_says_so(void **state)
{
    struct host host = {.answers_at_once = true, .verdict = SONDA_VERDICT_ALLOW};

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    host.answers_at_once = false;
    send((struct fake_event){.type = ES_AUTH_EXEC, .given_ns = 60 * SECOND_NS});
    fake_disconnect();
    assert_int_equal(
        host.ops->respond(host.source, host.kept[0].header.ticket, SONDA_VERDICT_ALLOW, 0),
        SONDA_ERR_IO);
    host_end(&host);

    assert_int_equal(host.ended, SONDA_ERR_IO);
    assert_int_equal(fake_numbers_now().alive, 0);
}

static sonda_status take_nothing(void *user, const void *record, size_t record_len)
{
    (void)user;
    (void)record;
    (void)record_len;
    return SONDA_OK;
}

static void test_adapter__no_client__says_why_and_the_remedy(void **state)
{
    static const struct {
        uint32_t result;
        sonda_status status;
        const char *word;
    } cases[] = {
        {ES_NEW_CLIENT_RESULT_ERR_NOT_ENTITLED, SONDA_ERR_PERMISSION, "entitled"},
        {ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED, SONDA_ERR_PERMISSION, "Full Disk Access"},
        {ES_NEW_CLIENT_RESULT_ERR_NOT_PRIVILEGED, SONDA_ERR_PERMISSION, "root"},
        {ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS, SONDA_ERR_UNSUPPORTED, "as many clients"},
        {ES_NEW_CLIENT_RESULT_ERR_INTERNAL, SONDA_ERR_UNSUPPORTED, "connect"},
        {99, SONDA_ERR_UNSUPPORTED, "refuses"},
    };
    sonda_sink sink = {sizeof sink, 0, take_nothing, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sonda_error error = SONDA_ERROR_INIT;
        sonda_source *source = NULL;

        fake_refuse(cases[i].result, 0);
        assert_int_equal(sonda_mac_source()->open(&source, NULL, &sink, NULL, &error),
                         cases[i].status);
        assert_non_null(strstr(error.message, cases[i].word));
        assert_null(source);
    }
    assert_clean();
}

struct rungs {
    char missing[64];
    char detail[160];
    uint32_t degraded;
    uint32_t ok;
};

static void
on_rung(const char *rung, uint32_t state, const char *detail, const char *remedy, void *user)
{
    struct rungs *rungs = user;

    assert_non_null(remedy);
    rungs->ok += state == SONDA_MAC_RUNG_OK;
    rungs->degraded += state == SONDA_MAC_RUNG_DEGRADED;
    if (state == SONDA_MAC_RUNG_MISSING) {
        strncpy(rungs->missing, rung, sizeof rungs->missing - 1);
        strncpy(rungs->detail, detail, sizeof rungs->detail - 1);
        assert_string_not_equal(remedy, "");
    }
}

static void test_probe__each_gate__a_rung_of_its_own(void **state)
{
    static const struct {
        uint32_t result;
        const char *rung;
    } cases[] = {
        {ES_NEW_CLIENT_RESULT_ERR_NOT_PRIVILEGED, "privileges"},
        {ES_NEW_CLIENT_RESULT_ERR_NOT_ENTITLED, "entitlement"},
        {ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED, "Full Disk Access"},
        {ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS, "room for a client"},
        {ES_NEW_CLIENT_RESULT_ERR_INTERNAL, "Endpoint Security"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rungs rungs = {.ok = 0};

        fake_refuse(cases[i].result, 0);
        assert_int_not_equal(sonda_mac_probe(on_rung, &rungs), SONDA_OK);
        assert_string_equal(rungs.missing, cases[i].rung);
    }
    assert_int_equal(sonda_mac_probe(NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
}

static void test_probe__all_there__nothing_degraded(void **state)
{
    struct rungs rungs = {.ok = 0};

    (void)state;
    assert_int_equal(sonda_mac_probe(on_rung, &rungs), SONDA_OK);

    assert_int_equal(rungs.degraded, 0);
    assert_string_equal(rungs.missing, "");
    assert_clean();
}

static void test_probe__older_system__says_what_it_lacks(void **state)
{
    struct rungs rungs = {.ok = 0};

    (void)state;
    fake_know_types_below(ES_NOTIFY_PROFILE_ADD);
    assert_int_equal(sonda_mac_probe(on_rung, &rungs), SONDA_OK);

    assert_int_equal(rungs.degraded, 1);
}

static void test_probe__room_for_one_client__goes_on_unguarded(void **state)
{
    struct rungs rungs = {.ok = 0};

    (void)state;
    fake_refuse(ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS, 2);
    assert_int_equal(sonda_mac_probe(on_rung, &rungs), SONDA_OK);

    assert_int_equal(rungs.degraded, 1);
}

static void test_capabilities__canary_silent__nothing_is_claimed(void **state)
{
    struct host host = {.keeps_bytes = true};
    sonda_source_capabilities capabilities = SONDA_SOURCE_CAPABILITIES_INIT;

    (void)state;
    fake_silence_canary();
    host_begin(&host, EXEC_BIT, 64);
    host.ops->capabilities(host.source, &capabilities);

    assert_int_equal(capabilities.by_class[SONDA_SOURCE_CLASS_PROCESS_EXEC].level,
                     SONDA_CAPABILITY_NONE);
    assert_string_not_equal(capabilities.by_class[SONDA_SOURCE_CLASS_PROCESS_EXEC].remedy, "");
    host_end(&host);
}

static void test_capabilities__canary_seen__authorise_where_asked(void **state)
{
    struct host host = {.keeps_bytes = true};
    sonda_source_capabilities capabilities = SONDA_SOURCE_CAPABILITIES_INIT;

    (void)state;
    host_begin(&host, EXEC_BIT, 64);
    host.ops->capabilities(host.source, &capabilities);

    assert_int_equal(capabilities.by_class[SONDA_SOURCE_CLASS_PROCESS_EXEC].level,
                     SONDA_CAPABILITY_AUTHORISE);
    assert_int_equal(capabilities.by_class[SONDA_SOURCE_CLASS_FILE_DELETE].level,
                     SONDA_CAPABILITY_OBSERVE);
    assert_int_equal(capabilities.by_class[SONDA_SOURCE_CLASS_NETWORK].level,
                     SONDA_CAPABILITY_NONE);
    host_end(&host);
    assert_clean();
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_adapter__only_observing__asks_nothing),
        TEST(test_adapter__exec__flattened_by_name),
        TEST(test_adapter__argv_of_a_megabyte__kept_or_marked),
        TEST(test_adapter__nothing_where_something_should_be__still_a_record),
        TEST(test_adapter__each_version__reads_what_it_has),
        TEST(test_adapter__close__only_of_what_was_written),
        TEST(test_adapter__open__answered_by_flags),
        TEST(test_adapter__uncached_type__never_remembered),
        TEST(test_adapter__second_answer__already),
        TEST(test_adapter__deadline__in_the_clock_of_headers),
        TEST(test_adapter__deadline_over_already__allowed_at_once),
        TEST(test_adapter__numbers_left_out__counted_by_class),
        TEST(test_adapter__version_without_numbers__no_gap),
        TEST(test_adapter__records__decoded_by_core),
        TEST(test_adapter__two_clients__one_start_is_one_record),
        TEST(test_adapter__start_without_question__is_the_event),
        TEST(test_adapter__guarded__only_launchd_ends_it),
        TEST(test_adapter__muted__but_for_lineage),
        TEST(test_adapter__stopped__what_waits_is_allowed),
        TEST(test_adapter__disconnected__run_says_so),
        TEST(test_adapter__no_client__says_why_and_the_remedy),
        TEST(test_probe__each_gate__a_rung_of_its_own),
        TEST(test_probe__all_there__nothing_degraded),
        TEST(test_probe__older_system__says_what_it_lacks),
        TEST(test_probe__room_for_one_client__goes_on_unguarded),
        TEST(test_capabilities__canary_silent__nothing_is_claimed),
        TEST(test_capabilities__canary_seen__authorise_where_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
