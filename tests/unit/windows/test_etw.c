/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The ETW adapter on an ETW made up here: sessions that exist already, are
 * refused, lose events, are ended by others, or take every call and deliver
 * nothing.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "platform/win/etw_source.h"
#include "sonda/windows/windows.h"

struct fake_session {
    bool exists;
    bool closed;
    bool refuse;
    unsigned starts;
    unsigned enabled;
    uint64_t lost;
    unsigned pending[64]; /* provider << 16 | id */
    unsigned pending_count;
    etw_event_fn on_event;
    void *context;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct fake_session sessions[ETW_SESSION_COUNT];
    bool mute; /* takes every call, delivers nothing */
    bool unreadable;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static struct fake_session *of(const struct etw_plan *plan)
{
    return &fake.sessions[plan - etw_plans];
}

static void push(uint32_t provider, uint32_t id)
{
    struct fake_session *session = &fake.sessions[etw_providers[provider].session];

    pthread_mutex_lock(&fake.lock);
    if (!fake.mute && session->pending_count < 64) {
        session->pending[session->pending_count++] = provider << 16 | id;
    }
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static enum etw_result fake_start(void *user, const struct etw_plan *plan, uint64_t *handle)
{
    struct fake_session *session = of(plan);
    enum etw_result result = ETW_OK;

    (void)user;
    pthread_mutex_lock(&fake.lock);
    if (session->refuse) {
        result = ETW_DENIED;
    } else if (session->exists) {
        result = ETW_EXISTS;
    } else {
        session->exists = true;
        session->closed = false;
        session->starts++;
        session->lost = 0;
        session->pending_count = 0;
        *handle = (uint64_t)(plan - etw_plans) + 1;
    }
    pthread_mutex_unlock(&fake.lock);
    if (result == ETW_OK && plan->kernel) {
        push(0, 3); /* the kernel tells of running processes by itself */
    }
    return result;
}

static void fake_stop(void *user, const struct etw_plan *plan)
{
    (void)user;
    pthread_mutex_lock(&fake.lock);
    of(plan)->exists = false;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static enum etw_result
fake_enable(void *user, uint64_t handle, const struct etw_provider *provider)
{
    (void)user;
    if (provider->optional) {
        return ETW_DENIED;
    }
    pthread_mutex_lock(&fake.lock);
    fake.sessions[handle - 1].enabled++;
    pthread_mutex_unlock(&fake.lock);
    return ETW_OK;
}

static void fake_rundown(void *user, uint64_t handle, const struct etw_provider *provider)
{
    (void)user;
    (void)handle;
    push((uint32_t)(provider - etw_providers), provider->session == 0 ? 15 : 10);
}

static bool fake_lost(void *user, const struct etw_plan *plan, uint64_t *count)
{
    (void)user;
    pthread_mutex_lock(&fake.lock);
    *count = of(plan)->lost;
    pthread_mutex_unlock(&fake.lock);
    return true;
}

static bool fake_open(void *user,
                      const struct etw_plan *plan,
                      etw_event_fn on_event,
                      void *context,
                      uint64_t *consumer)
{
    (void)user;
    of(plan)->on_event = on_event;
    of(plan)->context = context;
    *consumer = (uint64_t)(plan - etw_plans);
    return !fake.unreadable;
}

static void give(const struct fake_session *session, unsigned what)
{
    static const uint8_t none[16] = {0};
    static const uint8_t data[4] = {1, 2, 3, 4};
    const struct etw_provider *provider = &etw_providers[what >> 16];
    struct etw_event event = {
        .provider = provider->guid,
        .activity = none,
        .data = data,
        .data_len = sizeof data,
        .time = 116444736000000000ull + 10,
        .flags = provider->classic ? SONDA_ETW_FLAG_CLASSIC : 0,
        .id = provider->classic ? 0 : (uint16_t)what,
        .opcode = provider->classic ? (uint8_t)what : 0,
    };

    session->on_event(session->context, &event);
}

static void fake_process(void *user, uint64_t consumer)
{
    struct fake_session *session = &fake.sessions[consumer];

    (void)user;
    pthread_mutex_lock(&fake.lock);
    for (;;) {
        if (session->pending_count != 0) {
            unsigned what = session->pending[0];

            session->pending_count--;
            memmove(session->pending, session->pending + 1,
                    session->pending_count * sizeof session->pending[0]);
            pthread_mutex_unlock(&fake.lock);
            give(session, what);
            pthread_mutex_lock(&fake.lock);
        } else if (!session->exists || session->closed) {
            break;
        } else {
            pthread_cond_wait(&fake.changed, &fake.lock);
        }
    }
    pthread_mutex_unlock(&fake.lock);
}

static void fake_close(void *user, uint64_t consumer)
{
    (void)user;
    pthread_mutex_lock(&fake.lock);
    fake.sessions[consumer].closed = true;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static void fake_volumes(void *user, etw_volume_fn on_volume, void *context)
{
    static const uint16_t device[] = {'\\', 'D', '3'};
    static const uint16_t letter[] = {'C', ':'};

    (void)user;
    on_volume(context, device, 3, letter, 2);
}

static void fake_canary(void *user)
{
    (void)user;
    push(2, 12);
    push(3, 12);
    push(4, 5);
    push(5, 5);
}

static uint64_t fake_now(void *user)
{
    (void)user;
    return 116444736000000000ull + 20;
}

const struct etw_api *etw_system(void)
{
    static const struct etw_api api = {
        fake_start,   fake_stop,  fake_enable,  fake_rundown, fake_lost, fake_open,
        fake_process, fake_close, fake_volumes, fake_canary,  fake_now,  NULL,
    };

    return &api;
}

/* Counts what comes, and refuses on demand. */
static struct {
    pthread_mutex_t lock;
    uint64_t records, snapshots, health, volumes;
    uint64_t seq[16];
    bool gap;
    sonda_status answer;
} got = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sonda_status take(void *user, const void *record, size_t len)
{
    sonda_record_header header;
    const uint8_t *payload = (const uint8_t *)record + SONDA_RECORD_HEADER_SIZE;
    sonda_status answer;

    (void)user;
    pthread_mutex_lock(&got.lock);
    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    got.records++;
    got.health += header.source == SONDA_SOURCE_HEALTH;
    got.snapshots += (header.flags & SONDA_RECORD_SNAPSHOT) != 0;
    if (header.source == SONDA_SOURCE_ETW) {
        got.volumes += payload[SONDA_ETW_AT_OPCODE] == 35;
        got.gap |= header.seq != got.seq[header.stream] + 1;
        got.seq[header.stream] = header.seq;
    }
    answer = got.answer;
    pthread_mutex_unlock(&got.lock);
    return answer;
}

static int begin(void **state)
{
    (void)state;
    memset(fake.sessions, 0, sizeof fake.sessions);
    fake.mute = fake.unreadable = false;
    got.records = got.snapshots = got.health = got.volumes = 0;
    memset(got.seq, 0, sizeof got.seq);
    got.gap = false;
    got.answer = SONDA_OK;
    return 0;
}

static sonda_status open_it(sonda_source **source, sonda_error *error)
{
    sonda_sink sink = {sizeof sink, 0, take, NULL};

    *error = (sonda_error)SONDA_ERROR_INIT;
    return sonda_windows_etw_source()->open(source, NULL, &sink, NULL, error);
}

static sonda_source *open_and_start(void)
{
    sonda_source *source = NULL;
    sonda_error error;

    assert_int_equal(open_it(&source, &error), SONDA_OK);
    assert_int_equal(got.records, 0);
    assert_int_equal(sonda_windows_etw_source()->start(source, &error), SONDA_OK);
    return source;
}

static sonda_source_stats end(sonda_source *source)
{
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;

    sonda_windows_etw_source()->stop(source);
    sonda_windows_etw_source()->stop(source);
    sonda_windows_etw_source()->stats(source, &stats);
    assert_false(got.gap);
    assert_false(fake.sessions[0].exists || fake.sessions[1].exists);
    return stats;
}

static void test_open__all_takes_calls_and_delivers_nothing__unsupported(void **state)
{
    sonda_source *source = NULL;
    sonda_error error;

    (void)state;
    fake.mute = true;
    assert_int_equal(open_it(&source, &error), SONDA_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "deliver nothing"));
    assert_null(source);
    assert_false(fake.sessions[0].exists || fake.sessions[1].exists);
}

static void test_open__nothing_can_be_read__unsupported_and_nothing_left(void **state)
{
    sonda_source *source = NULL;
    sonda_error error;

    (void)state;
    fake.unreadable = true;
    assert_int_equal(open_it(&source, &error), SONDA_ERR_UNSUPPORTED);
    assert_false(fake.sessions[0].exists || fake.sessions[1].exists);
}

static void test_open__sessions_refused__permission(void **state)
{
    sonda_source *source = NULL;
    sonda_error error;

    (void)state;
    fake.sessions[0].refuse = fake.sessions[1].refuse = true;
    assert_int_equal(open_it(&source, &error), SONDA_ERR_PERMISSION);
    assert_non_null(strstr(error.message, "administrator"));
}

static void test_open__canary_seen__those_classes_are_proven(void **state)
{
    sonda_source_capabilities found = SONDA_SOURCE_CAPABILITIES_INIT;
    sonda_source *source = NULL;
    sonda_error error;

    (void)state;
    assert_int_equal(open_it(&source, &error), SONDA_OK);
    sonda_windows_etw_source()->capabilities(source, &found);
    assert_int_equal(found.by_class[SONDA_SOURCE_CLASS_REGISTRY].level,
                     SONDA_CAPABILITY_OBSERVE);
    assert_int_equal(found.by_class[SONDA_SOURCE_CLASS_FILE_DELETE].level,
                     SONDA_CAPABILITY_NONE);
    sonda_windows_etw_source()->close(source);
}

static void test_run__events_of_both_sessions__delivered_in_order_and_counted(void **state)
{
    sonda_source *source = open_and_start();
    sonda_source_stats stats;

    (void)state;
    for (int i = 0; i < 10; i++) {
        push(0, 1);
        push(2, 26);
        push(2, 15); /* reads: not wanted */
    }
    stats = end(source);
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_PROCESS_EXEC].delivered, 10);
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_FILE_DELETE].delivered, 10);
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_OTHER].filtered, 10);
    assert_int_equal(got.volumes, 2);
    /* Volumes of two sessions, the kernel's rundown, those of two providers. */
    assert_int_equal(got.snapshots, 5);
    sonda_windows_etw_source()->close(source);
}

static void test_start__session_left_over__taken_over_and_told(void **state)
{
    sonda_source *source;

    (void)state;
    fake.sessions[0].exists = true;
    source = open_and_start();
    assert_int_equal(fake.sessions[0].starts, 2);
    etw_session_check(&source->sessions[0]);
    assert_int_equal(got.health, 1);
    (void)end(source);
    sonda_windows_etw_source()->close(source);
}

static void test_check__events_lost__counted_and_told_once(void **state)
{
    sonda_source *source = open_and_start();
    sonda_source_stats stats;

    (void)state;
    fake.sessions[1].lost = 7;
    etw_session_check(&source->sessions[1]);
    etw_session_check(&source->sessions[1]);
    assert_int_equal(got.health, 1);
    fake.sessions[1].lost = 9;
    stats = end(source);
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_OTHER].lost, 9);
    assert_int_equal(got.health, 2);
    sonda_windows_etw_source()->close(source);
}

static void test_check__sink_full__lost_is_counted(void **state)
{
    sonda_source *source = open_and_start();
    sonda_source_stats stats;

    (void)state;
    pthread_mutex_lock(&got.lock);
    got.answer = SONDA_ERR_FULL;
    pthread_mutex_unlock(&got.lock);
    push(0, 1);
    stats = end(source);
    assert_int_equal(stats.by_class[SONDA_SOURCE_CLASS_PROCESS_EXEC].lost, 1);
    sonda_windows_etw_source()->close(source);
}

static void test_check__silent__canary_first_then_restarted(void **state)
{
    sonda_source *source = open_and_start();
    struct etw_session *session = &source->sessions[ETW_SESSION_ACTIVITY];
    unsigned starts = fake.sessions[1].starts;

    (void)state;
    pthread_mutex_lock(&fake.lock);
    fake.mute = true;
    pthread_mutex_unlock(&fake.lock);
    session->events_seen = atomic_load(&session->events);
    for (unsigned i = 0; i <= ETW_SILENT_S + 1; i++) {
        etw_session_check(session);
    }
    assert_int_equal(fake.sessions[1].starts, starts + 1);
    (void)end(source);
    sonda_windows_etw_source()->close(source);
}

static void *be_over(void *argument)
{
    return argument;
}

static void test_check__ended_by_others__restarted_five_times_then_given_up(void **state)
{
    sonda_source *source = open_and_start();
    struct etw_session *session = &source->sessions[ETW_SESSION_PROCESS];

    (void)state;
    for (unsigned i = 0; i < 2 * ETW_RESTARTS_MAX && session->is_running; i++) {
        fake_stop(NULL, session->plan);
        pthread_join(session->thread, NULL);
        /* check() joins a thread; another that is over takes the place of ours. */
        fake_close(NULL, session->consumer);
        assert_int_equal(pthread_create(&session->thread, NULL, be_over, NULL), 0);
        etw_session_check(session);
    }
    assert_false(session->is_running);
    assert_int_equal(session->restarts, ETW_RESTARTS_MAX);
    assert_int_equal(got.health, ETW_RESTARTS_MAX + 1);
    (void)end(source);
    sonda_windows_etw_source()->close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_open__all_takes_calls_and_delivers_nothing__unsupported,
                               begin),
        cmocka_unit_test_setup(test_open__nothing_can_be_read__unsupported_and_nothing_left,
                               begin),
        cmocka_unit_test_setup(test_open__sessions_refused__permission, begin),
        cmocka_unit_test_setup(test_open__canary_seen__those_classes_are_proven, begin),
        cmocka_unit_test_setup(
            test_run__events_of_both_sessions__delivered_in_order_and_counted, begin),
        cmocka_unit_test_setup(test_start__session_left_over__taken_over_and_told, begin),
        cmocka_unit_test_setup(test_check__events_lost__counted_and_told_once, begin),
        cmocka_unit_test_setup(test_check__sink_full__lost_is_counted, begin),
        cmocka_unit_test_setup(test_check__silent__canary_first_then_restarted, begin),
        cmocka_unit_test_setup(test_check__ended_by_others__restarted_five_times_then_given_up,
                               begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
