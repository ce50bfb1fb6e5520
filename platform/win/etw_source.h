/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The ETW adapter's state.
 *
 * Threads: each session has one that hands over its events, and alone uses the
 * session's record and sequence while it lives. `lock` covers starting and
 * ending sessions; a session's thread takes it only while capabilities are
 * being proven. Counters are atomic.
 *
 * Platform (win): public headers and POSIX threads only.
 */

#ifndef SONDA_PLATFORM_WIN_ETW_SOURCE_H
#define SONDA_PLATFORM_WIN_ETW_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>

#include "platform/win/etw_api.h"
#include "sonda/spi/etw_record.h"
#include "sonda/spi/source.h"

/* ETW's own limit for an event is 64 KB; our header and head come before it. */
#define ETW_RECORD_ROOM (65536u + 512u)

/* `stream` of health records; those of sessions are 1 + their index. */
#define ETW_STREAM_HEALTH 9u

/* A session that ends or falls silent is started anew so often. */
#define ETW_RESTARTS_MAX 5u
/* Seconds without an event until the adapter makes one, and until it despairs. */
#define ETW_QUIET_S 30u
#define ETW_SILENT_S 35u

enum etw_mode { ETW_MODE_OFF, ETW_MODE_PROVING, ETW_MODE_LIVE };

struct etw_session {
    struct sonda_source *source;
    const struct etw_plan *plan;
    uint32_t stream;
    uint64_t handle;
    uint64_t consumer;
    pthread_t thread;
    bool is_running;             /* started, thread to be joined */
    atomic_bool is_consuming;    /* the thread has not come back */
    atomic_uint_fast64_t events; /* handed over since it was started */
    uint64_t events_seen;        /* at the last look */
    uint32_t quiet_s;
    uint32_t restarts;
    bool taken_over;    /* one of this name was there */
    uint64_t lost_told; /* of this start of it */
    uint64_t seq;
    uint8_t record[ETW_RECORD_ROOM];
};

struct sonda_source {
    const struct etw_api *api;
    sonda_allocator allocator;
    sonda_sink sink;
    uint64_t classes;
    bool snapshot;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* something was proven, or stop */
    bool started;
    atomic_bool stopping;
    atomic_int mode; /* enum etw_mode */

    struct etw_session sessions[ETW_SESSION_COUNT];
    uint64_t health_seq;
    uint8_t health_record[512];

    atomic_bool proven[SONDA_SOURCE_CLASS_COUNT];
    char failure[256]; /* of open, when a session could not be started */
    atomic_uint_fast64_t delivered[SONDA_SOURCE_CLASS_COUNT];
    atomic_uint_fast64_t lost[SONDA_SOURCE_CLASS_COUNT];
    atomic_uint_fast64_t filtered[SONDA_SOURCE_CLASS_COUNT];
};

/* The ETW there is: etw_windows.c has Windows', tests bring their own. */
const struct etw_api *etw_system(void);

/* etw_event.c. An event of a session, on the session's thread. */
void etw_take(void *session, const struct etw_event *event);
/* Tells the decoder which device a drive letter stands for; before the thread runs. */
void etw_tell_volumes(struct etw_session *session);
/* Delivers a health record. */
void etw_tell_health(struct sonda_source *source,
                     const char *state,
                     const char *session,
                     uint64_t count,
                     const char *reason);
/* Hands a whole record to the sink and counts it. */
void etw_hand_over(struct sonda_source *source,
                   const uint8_t *record,
                   size_t record_len,
                   uint32_t class_index);

/* etw_session.c. */
sonda_status etw_session_start(struct etw_session *session, sonda_error *error);
/* Ends it, after what its buffers hold was handed over. */
void etw_session_stop(struct etw_session *session);
/* Once a second: losses, a session that ended, one that is silent. */
void etw_session_check(struct etw_session *session);

/* Fills an error, which may be NULL; returns `status`. */
sonda_status etw_fail(sonda_error *error, sonda_status status, const char *format, ...)
    __attribute__((format(SONDA_PRINTF_FORMAT, 3, 4)));

#endif
