/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Messages that wait for their answer.
 *
 * A table of fixed size. When it is full, nothing more is asked: the message
 * is allowed at once and counted, because a ring that overflows would lose a
 * question, and Endpoint Security ends a process that leaves one open.
 *
 * When answers are due is the host's business. Here stands only each ticket's
 * last moment, for a host that fails.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_TICKETS_H
#define SONDA_PLATFORM_MAC_TICKETS_H

#include <pthread.h>
#include <stdatomic.h>

#include "platform/mac/es_declarations.h"
#include "sonda/allocator.h"
#include "sonda/status.h"

/* A power of two: a ticket's number is its slot's number and how many the slot
 * has had. A machine has a few hundred open questions at its busiest. */
#define TICKETS_MAX 4096u

struct client;

struct ticket {
    uint64_t id; /* also when it is answered */
    const es_message *message;
    struct client *client;
    uint64_t last_ns; /* when it is allowed if nobody answers */
    bool waits;
    uint32_t next_free;
};

struct tickets {
    pthread_mutex_t lock;
    struct ticket *slots; /* TICKETS_MAX */
    uint32_t free_head;
    uint32_t waiting;
    uint64_t earliest_ns; /* no ticket's last moment is before; 0: none waits */
    /* Written under the lock, read without it. */
    atomic_uint_fast64_t opened;
    atomic_uint_fast64_t answered;
    atomic_uint_fast64_t expired;
};

sonda_status tickets_open(struct tickets *tickets, const sonda_allocator *allocator);
void tickets_close(struct tickets *tickets, const sonda_allocator *allocator);

/* A number for a question, or 0 when as many as there is room for wait. */
uint64_t tickets_add(struct tickets *tickets,
                     struct client *client,
                     const es_message *message,
                     uint64_t last_ns);

/* What tickets_take() gives up. */
struct taken {
    const es_message *message;
    struct client *client;
};

/* Takes the message of a ticket: SONDA_ERR_ALREADY when it was taken,
 * SONDA_ERR_NOT_FOUND when there never was one. */
sonda_status tickets_take(struct tickets *tickets, uint64_t id, struct taken *taken);

/* Takes one whose last moment is not after `now_ns`; false: there is none, and
 * `next_ns` is the next one's, or 0. */
bool tickets_take_late(struct tickets *tickets,
                       uint64_t now_ns,
                       struct taken *taken,
                       uint64_t *next_ns);

#endif
