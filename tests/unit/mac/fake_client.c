/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clients of the fake: a queue and a thread each.
 */

#include "fake_inside.h"

#include <Block.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS_MAX 8u

struct es_client {
    es_handler_block handler;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct fake_message *first;
    struct fake_message *last;
    bool handling;
    bool ending;
    bool subscribed[ES_TYPE_COUNT];
    bool inverted;
    char target[256]; /* the one muted target path, for inversion */
    uint64_t seq[ES_TYPE_COUNT];
    uint64_t global_seq;
};

static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;
static es_client_t *clients[CLIENTS_MAX];
static struct fake_numbers numbers; /* under numbers_lock */
static pthread_mutex_t numbers_lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t refusal;
static uint32_t refused_after;
static uint32_t types_known;
static atomic_bool disconnected;

static void count(uint64_t *number, int64_t by)
{
    pthread_mutex_lock(&numbers_lock);
    *number += (uint64_t)by;
    pthread_mutex_unlock(&numbers_lock);
}

void fake_reset(void)
{
    fake_system_reset();
    memset(&numbers, 0, sizeof numbers);
    refusal = ES_NEW_CLIENT_RESULT_SUCCESS;
    refused_after = 0;
    types_known = ES_TYPE_COUNT;
    atomic_store(&disconnected, false);
}

void fake_refuse(uint32_t result, uint32_t after)
{
    refusal = result;
    refused_after = after;
}

void fake_know_types_below(uint32_t type)
{
    types_known = type;
}

void fake_disconnect(void)
{
    atomic_store(&disconnected, true);
}

struct fake_numbers fake_numbers_now(void)
{
    struct fake_numbers now;

    pthread_mutex_lock(&numbers_lock);
    now = numbers;
    pthread_mutex_unlock(&numbers_lock);
    return now;
}

static struct fake_message *ours(const es_message *message)
{
    return (struct fake_message *)(uintptr_t)message;
}

void es_retain_message(const es_message *message)
{
    atomic_fetch_add(&ours(message)->references, 1);
}

void es_release_message(const es_message *message)
{
    struct fake_message *made = ours(message);

    if (atomic_fetch_sub(&made->references, 1) == 1) {
        free(made->argument);
        free(made);
        count(&numbers.alive, -1);
    }
}

static struct fake_message *next_message(es_client_t *client)
{
    struct fake_message *taken;

    pthread_mutex_lock(&client->lock);
    client->handling = false;
    pthread_cond_broadcast(&client->changed);
    while (client->first == NULL && !client->ending) {
        pthread_cond_wait(&client->changed, &client->lock);
    }
    taken = client->first;
    if (taken != NULL) {
        client->first = taken->next;
        client->handling = true;
    }
    pthread_mutex_unlock(&client->lock);
    return taken;
}

static void *serve(void *user)
{
    es_client_t *client = user;
    struct fake_message *message;

    while ((message = next_message(client)) != NULL) {
        client->handler(client, &message->message);
        es_release_message(&message->message);
    }
    return NULL;
}

static bool enlist(es_client_t *client)
{
    bool enlisted = false;

    pthread_mutex_lock(&clients_lock);
    for (uint32_t i = 0; i < CLIENTS_MAX && !enlisted; i++) {
        if (clients[i] == NULL) {
            clients[i] = client;
            enlisted = true;
        }
    }
    pthread_mutex_unlock(&clients_lock);
    return enlisted;
}

uint32_t es_new_client(es_client_t **client, es_handler_block handler)
{
    es_client_t *made;

    if (refusal != ES_NEW_CLIENT_RESULT_SUCCESS && refused_after-- == 0) {
        refused_after = 0;
        return refusal;
    }
    made = calloc(1, sizeof *made);
    if (!enlist(made)) {
        free(made);
        return ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS;
    }
    made->handler = Block_copy(handler);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    *client = made;
    pthread_create(&made->thread, NULL, serve, made);
    count(&numbers.clients, 1);
    return ES_NEW_CLIENT_RESULT_SUCCESS;
}

uint32_t es_delete_client(es_client_t *client)
{
    pthread_mutex_lock(&clients_lock);
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i] == client) {
            clients[i] = NULL;
        }
    }
    pthread_mutex_unlock(&clients_lock);
    pthread_mutex_lock(&client->lock);
    client->ending = true;
    pthread_cond_broadcast(&client->changed);
    pthread_mutex_unlock(&client->lock);
    pthread_join(client->thread, NULL);
    Block_release(client->handler);
    pthread_cond_destroy(&client->changed);
    pthread_mutex_destroy(&client->lock);
    free(client);
    count(&numbers.clients, -1);
    return ES_RETURN_SUCCESS;
}

uint32_t es_subscribe(es_client_t *client, const uint32_t *events, uint32_t event_count)
{
    for (uint32_t i = 0; i < event_count; i++) {
        if (events[i] >= types_known) {
            return ES_RETURN_ERROR;
        }
    }
    pthread_mutex_lock(&client->lock);
    for (uint32_t i = 0; i < event_count; i++) {
        client->subscribed[events[i]] = true;
    }
    pthread_mutex_unlock(&client->lock);
    return ES_RETURN_SUCCESS;
}

uint32_t es_unsubscribe_all(es_client_t *client)
{
    pthread_mutex_lock(&client->lock);
    memset(client->subscribed, 0, sizeof client->subscribed);
    pthread_mutex_unlock(&client->lock);
    return ES_RETURN_SUCCESS;
}

/* What the real one would say, and what the tests want to know. */
static uint32_t note_answer(struct fake_message *message, bool flags)
{
    if (atomic_load(&disconnected)) {
        return ES_RESPOND_RESULT_ERR_INTERNAL;
    }
    if (flags != (message->message.event_type == ES_AUTH_OPEN)) {
        count(&numbers.wrong_call, 1);
        return ES_RESPOND_RESULT_ERR_EVENT_TYPE;
    }
    if (atomic_fetch_add(&message->answers, 1) != 0) {
        count(&numbers.twice, 1);
        return ES_RESPOND_RESULT_ERR_DUPLICATE_RESPONSE;
    }
    count(&numbers.answered, 1);
    if (fake_now_ticks() > message->message.deadline) {
        count(&numbers.late, 1);
    }
    return ES_RESPOND_RESULT_SUCCESS;
}

static void note_verdict(bool allowed, bool cache)
{
    count(&numbers.denied, !allowed);
    count(&numbers.cached, cache);
    count(&numbers.denied_cached, !allowed && cache);
}

uint32_t es_respond_auth_result(es_client_t *client,
                                const es_message *message,
                                uint32_t result,
                                bool cache)
{
    (void)client;
    note_verdict(result == ES_AUTH_RESULT_ALLOW, cache);
    return note_answer(ours(message), false);
}

uint32_t es_respond_flags_result(es_client_t *client,
                                 const es_message *message,
                                 uint32_t authorized_flags,
                                 bool cache)
{
    (void)client;
    note_verdict(authorized_flags == UINT32_MAX, cache);
    return note_answer(ours(message), true);
}

static void note_lineage(const uint32_t *events, size_t event_count)
{
    for (size_t i = 0; i < event_count; i++) {
        if (events[i] == ES_NOTIFY_FORK || events[i] == ES_NOTIFY_EXEC ||
            events[i] == ES_NOTIFY_EXIT || events[i] == ES_AUTH_EXEC) {
            count(&numbers.muted_lineage, 1);
        }
    }
}

uint32_t es_mute_process_events(es_client_t *client,
                                const es_audit_token *audit_token,
                                const uint32_t *events,
                                size_t event_count)
{
    (void)client;
    note_lineage(events, event_count);
    count(&numbers.muted_processes, audit_token->val[TOKEN_PID] == FAKE_OWN_PID);
    return ES_RETURN_SUCCESS;
}

uint32_t es_mute_path(es_client_t *client, const char *path, uint32_t type)
{
    if (type != ES_MUTE_PATH_TYPE_TARGET_LITERAL) {
        count(&numbers.muted_lineage, 1); /* all types, start and end too */
        return ES_RETURN_ERROR;
    }
    strncpy(client->target, path, sizeof client->target - 1);
    return ES_RETURN_SUCCESS;
}

uint32_t es_mute_path_events(es_client_t *client,
                             const char *path,
                             uint32_t type,
                             const uint32_t *events,
                             size_t event_count)
{
    (void)client;
    (void)path;
    (void)type;
    note_lineage(events, event_count);
    count(&numbers.muted_paths, 1);
    return ES_RETURN_SUCCESS;
}

uint32_t es_unmute_all_target_paths(es_client_t *client)
{
    client->target[0] = '\0';
    return ES_RETURN_SUCCESS;
}

uint32_t es_invert_muting(es_client_t *client, uint32_t mute_type)
{
    client->inverted = mute_type == ES_MUTE_INVERSION_TYPE_TARGET_PATH;
    count(&numbers.inverted, 1);
    return ES_RETURN_SUCCESS;
}

uint32_t es_clear_cache(es_client_t *client)
{
    (void)client;
    count(&numbers.cleared, 1);
    return ES_CLEAR_CACHE_RESULT_SUCCESS;
}

/* Is it what the client of inverted muting looks at? */
static bool is_aimed_at(const es_client_t *client, const struct fake_event *event)
{
    return !client->inverted || event->target_pid == FAKE_OWN_PID ||
           (event->path != NULL && strcmp(event->path, client->target) == 0);
}

static void enqueue(es_client_t *client, struct fake_message *made, uint32_t skip)
{
    es_message *message = &made->message;

    client->seq[message->event_type] += skip;
    client->global_seq += skip;
    message->seq_num = message->version >= ES_VERSION_SEQ_NUM
                           ? client->seq[message->event_type]++
                           : UINT64_C(1000) * client->global_seq;
    message->global_seq_num = client->global_seq++;
    made->client = client;
    atomic_store(&made->references, 1);
    if (client->first == NULL) {
        client->first = made;
    } else {
        client->last->next = made;
    }
    client->last = made;
    pthread_cond_broadcast(&client->changed);
}

static bool send_to(es_client_t *client, const struct fake_event *event)
{
    bool sent = false;

    pthread_mutex_lock(&client->lock);
    if (client->subscribed[event->type] && is_aimed_at(client, event) &&
        !atomic_load(&disconnected)) {
        count(&numbers.sent, 1);
        count(&numbers.alive, 1);
        count(&numbers.questions, fake_is_auth(event->type));
        enqueue(client, fake_build(event), event->skip);
        sent = true;
    }
    pthread_mutex_unlock(&client->lock);
    return sent;
}

uint32_t fake_send(const struct fake_event *event)
{
    uint32_t sent = 0;

    pthread_mutex_lock(&clients_lock);
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i] != NULL) {
            sent += send_to(clients[i], event);
        }
    }
    pthread_mutex_unlock(&clients_lock);
    return sent;
}

void fake_settle(void)
{
    pthread_mutex_lock(&clients_lock);
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        es_client_t *client = clients[i];

        if (client == NULL) {
            continue;
        }
        pthread_mutex_lock(&client->lock);
        while (client->first != NULL || client->handling) {
            pthread_cond_wait(&client->changed, &client->lock);
        }
        pthread_mutex_unlock(&client->lock);
    }
    pthread_mutex_unlock(&clients_lock);
}

/* `exec` stands in a message of ours. */
static const struct fake_message *around(const void *exec)
{
    return (const void *)((const uint8_t *)exec - offsetof(es_message, event));
}

uint32_t es_exec_arg_count(const void *exec)
{
    return around(exec)->arguments;
}

es_string es_exec_arg(const void *exec, uint32_t index)
{
    (void)index;
    return (es_string){around(exec)->argument_len, around(exec)->argument};
}

uint32_t es_exec_env_count(const void *exec)
{
    (void)exec;
    return 1;
}

es_string es_exec_env(const void *exec, uint32_t index)
{
    (void)exec;
    (void)index;
    return (es_string){3, "A=1"};
}
