/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The adapter's own state, shared by its files.
 *
 * Endpoint Security calls a client's handler for one message after the other;
 * clients run beside each other and in no order. A client's lock is held while
 * it handles a message, so that stop() can wait for that. Order of locks:
 * client, lineage, answers, tickets.
 *
 * Platform (mac): public headers and the system only.
 */

#ifndef SONDA_PLATFORM_MAC_SOURCE_H
#define SONDA_PLATFORM_MAC_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "platform/mac/es_declarations.h"
#include "platform/mac/lineage.h"
#include "platform/mac/system.h"
#include "platform/mac/tickets.h"
#include "sonda/mac/mac.h"
#include "sonda/record.h"

/* One client for each concern. */
enum { CLIENT_AUTHORISE, CLIENT_OBSERVE, CLIENT_GUARD, CLIENT_COUNT };

/* What `seq` of a record counts in: 1 + the client, or this. */
#define STREAM_HEALTH (1u + (uint32_t)CLIENT_COUNT)

/* What a client does with its messages. */
enum { MODE_OFF, MODE_CANARY, MODE_ON };

/* Room for a record: 1 MiB of arguments and as much environment as is left
 * beside the paths, each of which the system cuts at 16 KiB. */
#define RECORD_ROOM (SONDA_RECORD_HEADER_SIZE + 1024u * 1024u + 512u * 1024u)

struct client {
    sonda_source *source;
    es_client_t *es; /* NULL: not wanted, or not to be had */
    uint32_t index;
    pthread_mutex_t lock; /* held while a message is handled */
    uint8_t *record;      /* RECORD_ROOM bytes */
    uint64_t seq;         /* of our own stream */
    /* Number that the next message of a type should have; 0: none came yet,
     * else one more than it. */
    uint64_t expected[ES_TYPE_COUNT];
};

struct sonda_source {
    sonda_allocator allocator;
    sonda_sink sink;
    uint64_t classes;
    uint64_t authorise;

    struct client clients[CLIENT_COUNT];
    uint32_t failures[CLIENT_COUNT]; /* ES_NEW_CLIENT_RESULT_… */
    atomic_uint mode;
    bool started;
    atomic_bool sink_closed; /* the sink asked for nothing more */
    atomic_bool broken;      /* Endpoint Security answers no more */

    /* Shared by those who answer, alone for who deletes the clients. */
    pthread_rwlock_t answers;
    struct tickets tickets;
    struct lineage lineage;
    pthread_mutex_t lineage_lock;

    /* For run(): held to wait, signalled to end or when a ticket is nearer. */
    pthread_mutex_t wake_lock;
    pthread_cond_t wake;
    bool stopping;
    bool look_again;               /* a ticket came that is nearer */
    atomic_uint_fast64_t looks_ns; /* when run() looks anyway */
    pthread_mutex_t house_lock;    /* held to tell of losses */
    bool house_closed;             /* stop() told the last ones */

    es_audit_token own_token;
    bool own_token_known;
    char own_path[1024];

    atomic_bool subscribed[ES_TYPE_COUNT];
    atomic_bool proven[ES_TYPE_COUNT]; /* types that the canary saw */
    uint32_t unsubscribed;             /* types that this system does not have */

    atomic_uint_fast64_t delivered[SONDA_SOURCE_CLASS_COUNT];
    atomic_uint_fast64_t refused[SONDA_SOURCE_CLASS_COUNT];
    atomic_uint_fast64_t missed[SONDA_SOURCE_CLASS_COUNT]; /* gaps in seq_num */
    atomic_uint_fast64_t filtered[SONDA_SOURCE_CLASS_COUNT];
    atomic_uint_fast64_t defaulted; /* allowed at once: no room to ask */
    atomic_uint_fast64_t retained;
    atomic_uint_fast64_t released;

    uint64_t told_lost[SONDA_SOURCE_CLASS_COUNT];
    uint64_t told_defaulted;
    uint64_t told_expired;
    uint64_t health_seq;
};

/* Fills an error (may be NULL) with a printf message; returns `status`. */
sonda_status set_error(sonda_error *error, sonda_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* clients.c. A client for each concern that is wanted; the failure of the one
 * that observes is the failure of all. */
sonda_status clients_open(sonda_source *source, sonda_error *error);
void clients_close(sonda_source *source);
/* Subscribes each to its types. */
void clients_subscribe(sonda_source *source);
void clients_unsubscribe(sonda_source *source);
/* Leaves out what we do ourselves, but for start and end of processes. */
void clients_mute_self(sonda_source *source);
/* Why there is no client, and what helps. */
sonda_status client_failure(uint32_t result, const char **what, const char **remedy);

/* source.c. run() has to look at the tickets before it wanted to. */
void wake_run(sonda_source *source, uint64_t moment_ns);

/* message.c. What a client's handler does. */
void handle_message(struct client *client, const es_message *message);

/* answer.c. The one place that answers Endpoint Security. */
sonda_status answer_message(struct client *client,
                            const es_message *message,
                            sonda_verdict verdict,
                            bool cache);
/* Answers a ticket and gives its message back. */
sonda_status
answer_ticket(sonda_source *source, uint64_t id, sonda_verdict verdict, uint32_t cache_ms);
/* Allows tickets whose last moment has come; when the next one does, or 0. */
uint64_t answer_late(sonda_source *source, uint64_t now_ns);
/* Allows all that wait. */
void answer_rest(sonda_source *source);

/* guard.c. What an authorisation question about ourselves gets. */
sonda_verdict guard_verdict(const sonda_source *source, const es_message *message);

/* flatten.c. Message to record in the client's room; its size. Of `header` the
 * times, ticket, deadline and flags are taken. */
size_t flatten_message(struct client *client,
                       const es_message *message,
                       const sonda_record_header *header);

/* health.c. Delivers a record for each class that lost something since, until
 * it is told that this was the last time. */
void tell_losses(sonda_source *source, bool last);
void count_stats(const sonda_source *source, sonda_source_stats *stats);
/* Hands a record to the sink and counts it. */
sonda_status deliver_record(sonda_source *source,
                            const void *record,
                            size_t record_len,
                            uint32_t class_index);

#endif
