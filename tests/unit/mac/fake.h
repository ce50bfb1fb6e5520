/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An Endpoint Security for tests, and a system around it.
 *
 * Each client has a thread that calls its handler for one message after the
 * other, as the real one does. Messages live in one allocation each, from when
 * they are sent to when the last one releases them, so that a sanitizer sees
 * who reads too late. Members that a message's version does not have point to
 * nowhere. Time stands still unless a test moves it.
 */

#ifndef SONDA_TESTS_MAC_FAKE_H
#define SONDA_TESTS_MAC_FAKE_H

#include "platform/mac/es_events.h"
#include "platform/mac/system.h"

/* Pid of the sensor itself, and of launchd. */
#define FAKE_OWN_PID 77u
#define FAKE_OWN_PATH "/opt/sonda/sonda"

/* A message to be sent; what is not set is zero or a plain value. */
struct fake_event {
    uint32_t type;
    uint32_t version;    /* 0: 9 */
    uint64_t given_ns;   /* of a question: until its deadline */
    uint32_t pid;        /* actor; 0: 500 */
    uint32_t pidversion; /* 0: 1 */
    uint32_t target_pid; /* of process events; 0: as the actor */
    uint32_t target_pidversion;
    const char *path; /* of file events; NULL: "/tmp/file" */
    bool platform_binary;
    bool modified;        /* close */
    bool without_process; /* NULL where a process should be */
    bool without_text;    /* NULL texts */
    uint32_t arguments;   /* exec: how many */
    size_t argument_len;  /* and how long each */
    uint32_t skip;        /* numbers left out before this message */
};

/* What happened, summed over all clients. */
struct fake_numbers {
    uint64_t sent;      /* messages given to a client */
    uint64_t questions; /* of them, to be answered */
    uint64_t answered;  /* once */
    uint64_t twice;     /* answered more than once */
    uint64_t late;      /* answered after the deadline */
    uint64_t denied;
    uint64_t cached;
    uint64_t denied_cached;
    uint64_t wrong_call;    /* flags for a result, or the other way about */
    uint64_t alive;         /* messages not given back yet */
    uint64_t cleared;       /* caches */
    uint64_t clients;       /* now */
    uint64_t muted_lineage; /* mutes that would hide start or end of processes */
    uint64_t muted_processes;
    uint64_t muted_paths;
    uint64_t inverted;
};

/* From the start: no clients, time at one hour, everything allowed. */
void fake_reset(void);

/* es_new_client() gives this result; the first `after` calls succeed. */
void fake_refuse(uint32_t result, uint32_t after);

/* This system does not know types from here on. */
void fake_know_types_below(uint32_t type);

/* The canary is not seen. */
void fake_silence_canary(void);

/* Sends to each client that subscribed; how many did. */
uint32_t fake_send(const struct fake_event *event);

/* Waits until each client has handled what was sent. */
void fake_settle(void);

/* Ends the connection: nothing is sent any more, answers fail. */
void fake_disconnect(void);

/* Moves time; sleeping time goes on for the continuous clock only. */
void fake_advance(uint64_t ns);
void fake_sleep(uint64_t ns);

struct fake_numbers fake_numbers_now(void);

#endif
