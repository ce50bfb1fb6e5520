/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clocks that a test moves, and the identity of a sensor.
 */

#include "fake.h"
#include "fake_inside.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Apple silicon counts 24 MHz: 125 ns are three ticks. */
#define NUMERATOR 125u
#define DENOMINATOR 3u
#define HOUR_NS UINT64_C(3600000000000)

static atomic_uint_fast64_t awake_ns;
static atomic_uint_fast64_t slept_ns;
static atomic_bool canary_is_silent;

void fake_system_reset(void)
{
    atomic_store(&awake_ns, HOUR_NS);
    atomic_store(&slept_ns, 0);
    atomic_store(&canary_is_silent, false);
}

void fake_silence_canary(void)
{
    atomic_store(&canary_is_silent, true);
}

void fake_advance(uint64_t ns)
{
    atomic_fetch_add(&awake_ns, ns);
}

void fake_sleep(uint64_t ns)
{
    atomic_fetch_add(&slept_ns, ns);
}

uint64_t fake_ticks(uint64_t ns)
{
    return ns / NUMERATOR * DENOMINATOR + ns % NUMERATOR * DENOMINATOR / NUMERATOR;
}

uint64_t fake_now_ticks(void)
{
    return fake_ticks(atomic_load(&awake_ns));
}

uint64_t system_ticks_ns(uint64_t ticks)
{
    return ticks / DENOMINATOR * NUMERATOR + ticks % DENOMINATOR * NUMERATOR / DENOMINATOR;
}

void system_moment(struct moment *moment)
{
    uint64_t now_ns = atomic_load(&awake_ns);

    moment->absolute_ticks = fake_ticks(now_ns);
    moment->continuous_ns = now_ns + atomic_load(&slept_ns);
    moment->wall_ns = UINT64_C(1700000000000000000) + moment->continuous_ns;
}

bool system_own_token(es_audit_token *token)
{
    memset(token, 0, sizeof *token);
    token->val[TOKEN_PID] = FAKE_OWN_PID;
    token->val[TOKEN_PIDVERSION] = 1;
    return true;
}

bool system_own_path(char *path, size_t size)
{
    snprintf(path, size, "%s", FAKE_OWN_PATH);
    return true;
}

void system_name(char *name, size_t size)
{
    snprintf(name, size, "macOS of the tests");
}

/* Returns soon: time is not real, so nobody can wait for it. */
void system_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t timeout_ns)
{
    struct timespec until;

    (void)timeout_ns;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(condition, mutex, &until);
}

void system_act_canary(void)
{
    static const uint32_t types[] = {
        ES_NOTIFY_FORK,  ES_AUTH_EXEC,   ES_NOTIFY_EXEC,   ES_AUTH_MMAP,    ES_NOTIFY_MMAP,
        ES_NOTIFY_EXIT,  ES_AUTH_CREATE, ES_NOTIFY_CREATE, ES_AUTH_SETMODE, ES_NOTIFY_SETMODE,
        ES_NOTIFY_CLOSE, ES_AUTH_RENAME, ES_NOTIFY_RENAME, ES_AUTH_UNLINK,  ES_NOTIFY_UNLINK};

    for (size_t i = 0; i < sizeof types / sizeof types[0] && !atomic_load(&canary_is_silent);
         i++) {
        struct fake_event event = {.type = types[i], .given_ns = 1000000000u};

        fake_send(&event);
    }
    fake_settle();
}
