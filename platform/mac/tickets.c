/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Slots with a free list. The search for late ones looks at all of them, and
 * is made only when the earliest known last moment has come.
 *
 * Platform (mac).
 */

#include "platform/mac/tickets.h"

#include <string.h>

#define NONE UINT32_MAX

sonda_status tickets_open(struct tickets *tickets, const sonda_allocator *allocator)
{
    memset(tickets, 0, sizeof *tickets);
    tickets->slots = allocator->allocate(TICKETS_MAX * sizeof *tickets->slots, allocator->user);
    if (tickets->slots == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(tickets->slots, 0, TICKETS_MAX * sizeof *tickets->slots);
    for (uint32_t i = 0; i < TICKETS_MAX; i++) {
        tickets->slots[i].id = i;
        tickets->slots[i].next_free = i + 1 < TICKETS_MAX ? i + 1 : NONE;
    }
    pthread_mutex_init(&tickets->lock, NULL);
    return SONDA_OK;
}

void tickets_close(struct tickets *tickets, const sonda_allocator *allocator)
{
    if (tickets->slots != NULL) {
        pthread_mutex_destroy(&tickets->lock);
        allocator->release(tickets->slots, allocator->user);
    }
}

uint64_t tickets_add(struct tickets *tickets,
                     struct client *client,
                     const es_message *message,
                     uint64_t last_ns)
{
    uint64_t id = 0;

    pthread_mutex_lock(&tickets->lock);
    if (tickets->free_head != NONE) {
        struct ticket *ticket = &tickets->slots[tickets->free_head];

        tickets->free_head = ticket->next_free;
        ticket->id += TICKETS_MAX;
        ticket->message = message;
        ticket->client = client;
        ticket->last_ns = last_ns;
        ticket->waits = true;
        if (tickets->waiting++ == 0 || last_ns < tickets->earliest_ns) {
            tickets->earliest_ns = last_ns;
        }
        atomic_fetch_add(&tickets->opened, 1);
        id = ticket->id;
    }
    pthread_mutex_unlock(&tickets->lock);
    return id;
}

static void take(struct tickets *tickets, struct ticket *ticket, struct taken *taken)
{
    taken->message = ticket->message;
    taken->client = ticket->client;
    ticket->message = NULL;
    ticket->waits = false;
    ticket->next_free = tickets->free_head;
    tickets->free_head = (uint32_t)(ticket - tickets->slots);
    if (--tickets->waiting == 0) {
        tickets->earliest_ns = 0;
    }
}

sonda_status tickets_take(struct tickets *tickets, uint64_t id, struct taken *taken)
{
    struct ticket *ticket = &tickets->slots[id % TICKETS_MAX];
    sonda_status status = SONDA_ERR_NOT_FOUND;

    pthread_mutex_lock(&tickets->lock);
    if (id == ticket->id && ticket->waits) {
        take(tickets, ticket, taken);
        atomic_fetch_add(&tickets->answered, 1);
        status = SONDA_OK;
    } else if (id >= TICKETS_MAX && id <= ticket->id) {
        status = SONDA_ERR_ALREADY;
    }
    pthread_mutex_unlock(&tickets->lock);
    return status;
}

static void find_earliest(struct tickets *tickets)
{
    uint64_t earliest_ns = UINT64_MAX;

    for (uint32_t i = 0; i < TICKETS_MAX; i++) {
        if (tickets->slots[i].waits && tickets->slots[i].last_ns < earliest_ns) {
            earliest_ns = tickets->slots[i].last_ns;
        }
    }
    tickets->earliest_ns = earliest_ns;
}

static struct ticket *find_late(struct tickets *tickets, uint64_t now_ns)
{
    for (uint32_t i = 0; i < TICKETS_MAX; i++) {
        if (tickets->slots[i].waits && tickets->slots[i].last_ns <= now_ns) {
            return &tickets->slots[i];
        }
    }
    return NULL;
}

bool tickets_take_late(struct tickets *tickets,
                       uint64_t now_ns,
                       struct taken *taken,
                       uint64_t *next_ns)
{
    struct ticket *late = NULL;

    pthread_mutex_lock(&tickets->lock);
    if (tickets->waiting > 0 && tickets->earliest_ns <= now_ns) {
        late = find_late(tickets, now_ns);
        if (late != NULL) {
            take(tickets, late, taken);
            atomic_fetch_add(&tickets->expired, 1);
        } else {
            find_earliest(tickets);
        }
    }
    *next_ns = tickets->waiting > 0 ? tickets->earliest_ns : 0;
    pthread_mutex_unlock(&tickets->lock);
    return late != NULL;
}
