/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Asks the client, and goes on without it.
 *
 * Every way out but a sound reply in time ends in the default, and is counted.
 * Success of sending proves nothing: STATUS_TIMEOUT is a success code, so the
 * status is compared, and then version, size, id and verdict of the reply. No
 * lock is held while we wait.
 */

#include "platform.h"

static BOOLEAN is_sound(const sonda_driver_reply *reply, ULONG len, UINT64 id)
{
    return len == sizeof *reply && reply->version == SONDA_DRIVER_VERSION && reply->id == id &&
           (reply->verdict == SONDA_DRIVER_ALLOW || reply->verdict == SONDA_DRIVER_DENY);
}

/* Sends the event from one of the buffers; returns what came of it. */
static UINT32 send(driver_event *event, UINT8 *buffer, UINT32 ms, sonda_driver_reply *reply)
{
    sonda_driver_request *request = (sonda_driver_request *)buffer;
    ULONG len = sizeof *reply;
    UINT32 size;

    event->head.request = (UINT64)InterlockedIncrement64(&driver.request_id);
    size = event_fit(event, SONDA_DRIVER_REQUEST_MAX - sizeof *request);
    request->version = SONDA_DRIVER_VERSION;
    request->size = sizeof *request + size;
    request->id = event->head.request;
    request->deadline = driver.platform->uptime() + ms * 10000ull;
    event_write(event, (UINT8 *)(request + 1), size);
    switch (driver.platform->send(request, request->size, reply, &len, ms)) {
    case STATUS_SUCCESS:
        return is_sound(reply, len, event->head.request) ? SONDA_DRIVER_ANSWERED
                                                         : SONDA_DRIVER_BAD_REPLY;
    case STATUS_BUFFER_OVERFLOW: /* longer than ours */
        return SONDA_DRIVER_BAD_REPLY;
    case STATUS_TIMEOUT:
        return SONDA_DRIVER_TIMED_OUT;
    case STATUS_PORT_DISCONNECTED:
        return SONDA_DRIVER_DISCONNECTED;
    default:
        return SONDA_DRIVER_NOT_SENT;
    }
}

static UINT32 ask(driver_event *event, sonda_driver_reply *reply)
{
    UINT32 ms = (UINT32)READ(driver.deadline_ms);

    if (READ(driver.connected[PORT_DECISIONS]) == 0) {
        return SONDA_DRIVER_NO_CLIENT;
    }
    for (SIZE_T n = 0; n < SONDA_DRIVER_REQUEST_COUNT; n++) {
        if (InterlockedExchange(&driver.taken[n], 1) == 0) {
            UINT8 *buffer = driver.requests + n * SONDA_DRIVER_REQUEST_MAX;
            UINT32 outcome = send(event, buffer, ms, reply);

            InterlockedExchange(&driver.taken[n], 0);
            return outcome;
        }
    }
    return SONDA_DRIVER_BUSY;
}

BOOLEAN decide(driver_event *event, driver_stream *stream)
{
    UINT32 verdict = stream != NULL ? stream_verdict(stream, driver.platform->uptime()) : 0;
    LONG64 before = stream != NULL ? READ64(stream->decision) : 0;
    driver_event asked = *event; /* its texts may be cut shorter */
    sonda_driver_reply reply = {0};
    UINT32 outcome;
    BOOLEAN refuse;

    if (verdict != 0) {
        COUNT(cached);
        return verdict == SONDA_DRIVER_DENY;
    }
    outcome = ask(&asked, &reply);
    COUNT(outcomes[outcome]);
    if (outcome != SONDA_DRIVER_ANSWERED) {
        /* Nobody may have seen it: it goes the way of all events. */
        refuse = (READ(driver.options) & SONDA_DRIVER_OPTION_DEFAULT_DENY) != 0;
        event->head.request = asked.head.request;
        event->head.flags |=
            SONDA_DRIVER_HEAD_DEFAULTED | (refuse ? SONDA_DRIVER_HEAD_DENIED : 0);
        event_emit(event);
        return refuse;
    }
    if (stream != NULL && reply.cache_ms != 0) {
        stream_remember(stream, before, reply.verdict,
                        driver.platform->uptime() + reply.cache_ms * 10000ull);
    }
    return reply.verdict == SONDA_DRIVER_DENY;
}
