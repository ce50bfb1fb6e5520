/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One real-time session: started, read on a thread of its own, looked after.
 *
 * Sessions outlive the process that started them. Ours have fixed names, so
 * that one left over by a crash is found, ended and started anew: to go on
 * reading it would mix its old losses and filters with ours.
 *
 * Return codes prove nothing: a session counts as well while events come. One
 * that is quiet is tested by doing what it watches, and restarted when that
 * brings nothing either.
 *
 * Platform (win).
 */

#include "platform/win/etw_source.h"

static void *consume(void *context)
{
    struct etw_session *session = context;
    const struct etw_api *api = session->source->api;

    api->process(api->user, session->consumer);
    atomic_store(&session->is_consuming, false);
    return NULL;
}

static enum etw_result start_anew(struct etw_session *session)
{
    const struct etw_api *api = session->source->api;
    enum etw_result result = api->start(api->user, session->plan, &session->handle);

    if (result == ETW_EXISTS) {
        session->taken_over = true;
        api->stop(api->user, session->plan);
        result = api->start(api->user, session->plan, &session->handle);
    }
    return result;
}

/* Without an optional provider the rest is still worth having. */
static void enable_providers(struct etw_session *session)
{
    const struct etw_api *api = session->source->api;

    for (size_t i = 0; i < etw_provider_count; i++) {
        const struct etw_provider *provider = &etw_providers[i];

        if (provider->classic || &etw_plans[provider->session] != session->plan) {
            continue;
        }
        if (api->enable(api->user, session->handle, provider) == ETW_OK && provider->rundown) {
            api->rundown(api->user, session->handle, provider);
        }
    }
}

sonda_status etw_session_start(struct etw_session *session, sonda_error *error)
{
    const struct etw_api *api = session->source->api;
    enum etw_result result = start_anew(session);

    if (result != ETW_OK) {
        return result == ETW_DENIED
                   ? etw_fail(error, SONDA_ERR_PERMISSION,
                              "ETW session '%s' is refused; remedy: run as administrator",
                              session->plan->name)
                   : etw_fail(error, SONDA_ERR_UNSUPPORTED, "ETW session '%s' does not start",
                              session->plan->name);
    }
    session->lost_told = 0;
    session->quiet_s = 0;
    session->events_seen = 0;
    atomic_store(&session->events, 0);
    etw_tell_volumes(session);
    if (!api->open(api->user, session->plan, etw_take, session, &session->consumer)) {
        api->stop(api->user, session->plan);
        return etw_fail(error, SONDA_ERR_UNSUPPORTED,
                        "ETW session '%s' starts, but delivers nothing", session->plan->name);
    }
    atomic_store(&session->is_consuming, true);
    if (pthread_create(&session->thread, NULL, consume, session) != 0) {
        api->close(api->user, session->consumer);
        api->stop(api->user, session->plan);
        return etw_fail(error, SONDA_ERR_NO_MEMORY, "no thread");
    }
    session->is_running = true;
    enable_providers(session);
    return SONDA_OK;
}

static void tell_losses(struct etw_session *session)
{
    struct sonda_source *source = session->source;
    uint64_t lost = 0;

    if (source->api->lost(source->api->user, session->plan, &lost) &&
        lost > session->lost_told) {
        uint64_t now = lost - session->lost_told;

        session->lost_told = lost;
        atomic_fetch_add(&source->lost[SONDA_SOURCE_CLASS_OTHER], now);
        etw_tell_health(source, "lost", session->plan->name, now, "no ETW buffer was free");
    }
}

void etw_session_stop(struct etw_session *session)
{
    const struct etw_api *api = session->source->api;

    if (!session->is_running) {
        return;
    }
    if (atomic_load(&session->source->mode) == ETW_MODE_LIVE) {
        tell_losses(session);
    }
    /* In this order process() hands over what the buffers hold, and returns. */
    api->stop(api->user, session->plan);
    api->close(api->user, session->consumer);
    (void)pthread_join(session->thread, NULL);
    session->is_running = false;
}

static void restart(struct etw_session *session, const char *state, const char *reason)
{
    struct sonda_source *source = session->source;
    sonda_error error = SONDA_ERROR_INIT;

    etw_session_stop(session);
    session->restarts++;
    etw_tell_health(source, state, session->plan->name, session->restarts, reason);
    if (session->restarts >= ETW_RESTARTS_MAX) {
        etw_tell_health(source, "given up", session->plan->name, session->restarts,
                        "ended or silent too often");
    } else if (etw_session_start(session, &error) != SONDA_OK) {
        etw_tell_health(source, "given up", session->plan->name, session->restarts,
                        error.message);
    }
}

void etw_session_check(struct etw_session *session)
{
    const struct etw_api *api = session->source->api;
    uint64_t events = atomic_load(&session->events);

    if (!session->is_running) {
        return;
    }
    tell_losses(session);
    if (session->taken_over) {
        session->taken_over = false;
        etw_tell_health(session->source, "taken over", session->plan->name, 0,
                        "a session of this name was left over");
    }
    session->quiet_s = events != session->events_seen ? 0 : session->quiet_s + 1;
    session->events_seen = events;
    if (!atomic_load(&session->is_consuming)) {
        restart(session, "ended", "somebody ended the session");
    } else if (session->quiet_s == ETW_QUIET_S) {
        api->canary(api->user);
    } else if (session->quiet_s >= ETW_SILENT_S) {
        restart(session, "silent", "nothing is delivered");
    }
}
