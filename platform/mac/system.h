/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the adapter needs of the system beside Endpoint Security.
 *
 * Apart so that all else is portable C: system_darwin.c is the real one, tests
 * bring their own beside their Endpoint Security.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_SYSTEM_H
#define SONDA_PLATFORM_MAC_SYSTEM_H

#include <pthread.h>

#include "platform/mac/es_declarations.h"

/* The same moment by three clocks. */
struct moment {
    /* Ticks that stand still while the machine sleeps: those of messages. */
    uint64_t absolute_ticks;
    /* Nanoseconds that go on: those of record headers. */
    uint64_t continuous_ns;
    /* Nanoseconds since 1970. */
    uint64_t wall_ns;
};

void system_moment(struct moment *moment);

/* A number of ticks in nanoseconds, without overflow. */
uint64_t system_ticks_ns(uint64_t ticks);

/* Our own audit token; false when the system does not say. */
bool system_own_token(es_audit_token *token);

/* Path of our own program; false when the system does not say. */
bool system_own_path(char *path, size_t size);

/* Name and version of the system. */
void system_name(char *name, size_t size);

/* Waits on the condition for at most this long; may return sooner. */
void system_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t timeout_ns);

/* Does one of each thing that can be watched: starts a program; creates,
 * renames, changes and deletes a file. */
void system_act_canary(void);

#endif
