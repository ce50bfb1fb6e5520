/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the ETW adapter wants of Windows: few calls, so that the adapter runs
 * against a made-up ETW on any machine. etw_windows.c is the real one.
 *
 * Platform (win): no system headers.
 */

#ifndef SONDA_PLATFORM_WIN_ETW_API_H
#define SONDA_PLATFORM_WIN_ETW_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One event of a session, borrowed; the members of EVENT_RECORD that count. */
struct etw_event {
    const uint8_t *provider; /* 16 bytes */
    const uint8_t *activity; /* 16 bytes */
    const uint8_t *data;
    size_t data_len;
    uint64_t keyword;
    uint64_t time; /* 100 ns since 1601 */
    uint32_t pid;
    uint32_t tid;
    uint16_t flags;
    uint16_t id;
    uint16_t task;
    uint8_t version;
    uint8_t opcode;
    uint8_t level;
    uint8_t channel;
};

/* One event that is wanted: its id, or of a classic provider its opcode. */
struct etw_wanted {
    uint16_t id;
    uint8_t class_index; /* SONDA_SOURCE_CLASS_… */
    bool rundown;        /* tells what is there already */
};

enum { ETW_WANTED_MAX = 32 };

/* One provider, and what is wanted of it. */
struct etw_provider {
    const char *name;
    uint8_t guid[16];
    bool classic;  /* of the kernel's session: told apart by opcode, never enabled */
    bool rundown;  /* asked to tell what is there already */
    bool optional; /* needs more than an administrator's rights */
    uint32_t session;
    uint64_t keywords;
    struct etw_wanted wanted[ETW_WANTED_MAX]; /* ends with id 0 and class 0 */
};

/* How a session is started. */
struct etw_plan {
    const char *name;
    uint32_t buffer_kb;
    uint32_t buffers_min;
    uint32_t buffers_max;
    bool kernel; /* a system logger with the classic process events */
};

enum etw_result { ETW_OK, ETW_EXISTS, ETW_DENIED, ETW_FAILED };

typedef void (*etw_event_fn)(void *context, const struct etw_event *event);
typedef void (*etw_volume_fn)(void *context,
                              const uint16_t *device,
                              size_t device_len,
                              const uint16_t *letter,
                              size_t letter_len);

struct etw_api {
    enum etw_result (*start)(void *user, const struct etw_plan *plan, uint64_t *session);
    /* Ends the session of that name, whoever started it. */
    void (*stop)(void *user, const struct etw_plan *plan);
    enum etw_result (*enable)(void *user,
                              uint64_t session,
                              const struct etw_provider *provider);
    void (*rundown)(void *user, uint64_t session, const struct etw_provider *provider);
    /* Events and buffers that the session has lost since it was started. */
    bool (*lost)(void *user, const struct etw_plan *plan, uint64_t *count);
    bool (*open)(void *user,
                 const struct etw_plan *plan,
                 etw_event_fn on_event,
                 void *context,
                 uint64_t *consumer);
    /* Hands over events until the session ends or close() is called. */
    void (*process)(void *user, uint64_t consumer);
    void (*close)(void *user, uint64_t consumer);
    void (*volumes)(void *user, etw_volume_fn on_volume, void *context);
    /* Does one of each thing that is watched. */
    void (*canary)(void *user);
    /* Now, 100 ns since 1601. */
    uint64_t (*now)(void *user);
    void *user;
};

/* What is asked of ETW; etw_plan.c. */
enum { ETW_SESSION_PROCESS, ETW_SESSION_ACTIVITY, ETW_SESSION_COUNT };
extern const struct etw_plan etw_plans[ETW_SESSION_COUNT];
extern const struct etw_provider etw_providers[];
extern const size_t etw_provider_count;

#endif
