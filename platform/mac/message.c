/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a client's handler does with a message.
 *
 * A question becomes a ticket: its message is retained and kept until somebody
 * answers. Where there is no room for a ticket, or the sink has none for the
 * record, the question is allowed on the spot and not remembered: a sensor
 * that is behind must not stop the machine.
 *
 * Platform (mac).
 */

#include <string.h>

#include "platform/mac/es_events.h"
#include "platform/mac/members.h"
#include "platform/mac/source.h"
#include "platform/mac/subscriptions.h"

/* Kept free between a ticket's last moment and its deadline: a twentieth, but
 * enough for a thread to wake up, and no more than that. */
#define MARGIN_LEAST_NS 10000000u
#define MARGIN_MOST_NS 500000000u
/* A deadline further away is a mistake of somebody's. */
#define DEADLINE_MOST_NS UINT64_C(3600000000000)

/* Kinds of lineage keys. */
enum { KEY_FORK, KEY_EXEC, KEY_EXIT, KEY_ASKED_EXEC };

/* Numbers that did not come, by seq_num, which counts for each client and type. */
static void count_gap(struct client *client, const es_message *message)
{
    uint64_t *expected;

    if (message->version < ES_VERSION_SEQ_NUM || message->event_type >= ES_TYPE_COUNT) {
        return;
    }
    expected = &client->expected[message->event_type];
    if (*expected != 0 && message->seq_num >= *expected) {
        atomic_fetch_add(&client->source->missed[class_of_type(message->event_type)],
                         message->seq_num - *expected + 1);
    }
    *expected = message->seq_num + 2;
}

static bool is_auth(const es_message *message)
{
    return message->action_type == ES_ACTION_TYPE_AUTH;
}

static uint64_t token_word(const es_process *process)
{
    if (process == NULL) {
        return 0;
    }
    return (uint64_t)process->audit_token.val[TOKEN_PID] << 32 |
           process->audit_token.val[TOKEN_PIDVERSION];
}

/* What a process event is about, the same for each client that hears of it. */
static uint64_t process_key(const es_message *message)
{
    const es_event_process *event = (const void *)&message->event;
    uint64_t actor = token_word(message->process);

    switch (message->event_type) {
    case ES_NOTIFY_FORK:
        return lineage_key(KEY_FORK, actor, token_word(event->target));
    case ES_NOTIFY_EXEC:
        return lineage_key(KEY_EXEC, actor, token_word(event->target));
    default:
        return lineage_key(KEY_EXIT, actor, 0);
    }
}

static void
fill_header(const es_message *message, const struct moment *now, sonda_record_header *header)
{
    uint64_t age_ns = now->absolute_ticks > message->mach_time
                          ? system_ticks_ns(now->absolute_ticks - message->mach_time)
                          : 0;

    memset(header, 0, sizeof *header);
    header->mono_ns = now->continuous_ns > age_ns ? now->continuous_ns - age_ns : 0;
}

static uint64_t time_given(const es_message *message, const struct moment *now)
{
    uint64_t given_ns = message->deadline > now->absolute_ticks
                            ? system_ticks_ns(message->deadline - now->absolute_ticks)
                            : 0;

    return given_ns < DEADLINE_MOST_NS ? given_ns : DEADLINE_MOST_NS;
}

static uint64_t last_moment(uint64_t now_ns, uint64_t given_ns)
{
    uint64_t margin_ns = given_ns / 20;

    margin_ns = margin_ns > MARGIN_LEAST_NS ? margin_ns : MARGIN_LEAST_NS;
    margin_ns = margin_ns < MARGIN_MOST_NS ? margin_ns : MARGIN_MOST_NS;
    return given_ns > margin_ns ? now_ns + given_ns - margin_ns : now_ns;
}

static sonda_status
deliver(struct client *client, const es_message *message, const sonda_record_header *header)
{
    size_t len = flatten_message(client, message, header);

    return deliver_record(client->source, client->record, len,
                          class_of_type(message->event_type));
}

/* A ticket for the question, in the header; false: there is no room. */
static bool
open_ticket(struct client *client, const es_message *message, sonda_record_header *header)
{
    sonda_source *source = client->source;
    struct moment now;
    uint64_t given_ns;
    uint64_t last_ns;

    system_moment(&now);
    given_ns = time_given(message, &now);
    last_ns = last_moment(now.continuous_ns, given_ns);
    es_retain_message(message);
    header->deadline_ns = now.continuous_ns + given_ns;
    header->ticket = tickets_add(&source->tickets, client, message, last_ns);
    if (header->ticket == 0) {
        header->deadline_ns = 0;
        es_release_message(message);
        return false;
    }
    atomic_fetch_add(&source->retained, 1);
    wake_run(source, last_ns);
    return true;
}

static void remember_asked(sonda_source *source, const es_message *message, bool asked)
{
    uint64_t key = lineage_key(KEY_ASKED_EXEC, token_word(message->process), 0);

    pthread_mutex_lock(&source->lineage_lock);
    if (asked) {
        lineage_add(&source->lineage, key);
    } else {
        (void)lineage_take(&source->lineage, key);
    }
    pthread_mutex_unlock(&source->lineage_lock);
}

static void
take_question(struct client *client, const es_message *message, sonda_record_header *header)
{
    sonda_source *source = client->source;
    bool is_exec = message->event_type == ES_AUTH_EXEC;
    uint64_t ticket;

    if (!open_ticket(client, message, header)) {
        atomic_fetch_add(&source->defaulted, 1);
        (void)answer_message(client, message, SONDA_VERDICT_ALLOW, false);
        (void)deliver(client, message, header);
        return;
    }
    ticket = header->ticket;
    if (is_exec) {
        remember_asked(source, message, true);
    }
    if (deliver(client, message, header) != SONDA_OK) {
        if (is_exec) {
            remember_asked(source, message, false);
        }
        atomic_fetch_add(&source->defaulted, 1);
        (void)answer_ticket(source, ticket, SONDA_VERDICT_ALLOW, 0);
    }
}

/* The sensor's own protection does not wait for an answer. */
static void
take_guarded(struct client *client, const es_message *message, sonda_record_header *header)
{
    (void)answer_message(client, message, guard_verdict(client->source, message), false);
    (void)deliver(client, message, header);
}

/*
 * Under one lock, so that whoever hears second goes on only once the first
 * hearing was delivered.
 */
static void take_process_event(struct client *client,
                               const es_message *message,
                               sonda_record_header *header)
{
    sonda_source *source = client->source;
    uint64_t key = process_key(message);
    bool twice = source->clients[CLIENT_AUTHORISE].es != NULL;

    pthread_mutex_lock(&source->lineage_lock);
    if (twice && lineage_take(&source->lineage, key)) {
        atomic_fetch_add(&source->filtered[class_of_type(message->event_type)], 1);
    } else {
        if (twice) {
            lineage_add(&source->lineage, key);
        }
        /* The question was the event; this one is for the process table. */
        if (message->event_type == ES_NOTIFY_EXEC &&
            lineage_take(&source->lineage,
                         lineage_key(KEY_ASKED_EXEC, token_word(message->process), 0))) {
            header->flags |= SONDA_RECORD_SNAPSHOT;
        }
        (void)deliver(client, message, header);
    }
    pthread_mutex_unlock(&source->lineage_lock);
}

/* A file that was closed as it was opened is most of all closes. */
static bool is_idle_close(const es_message *message)
{
    const es_event_close *event = (const void *)&message->event;

    return message->event_type == ES_NOTIFY_CLOSE && !event->modified &&
           !(message->version >= 6 && event->was_mapped_writable);
}

static void take(struct client *client, const es_message *message)
{
    sonda_record_header header;
    struct moment now;

    system_moment(&now);
    fill_header(message, &now, &header);
    if (is_auth(message)) {
        if (client->index == CLIENT_GUARD) {
            take_guarded(client, message, &header);
        } else {
            take_question(client, message, &header);
        }
    } else if (message->event_type == ES_NOTIFY_FORK || message->event_type == ES_NOTIFY_EXEC ||
               message->event_type == ES_NOTIFY_EXIT) {
        take_process_event(client, message, &header);
    } else if (is_idle_close(message)) {
        atomic_fetch_add(&client->source->filtered[SONDA_SOURCE_CLASS_FILE_OPEN], 1);
    } else {
        (void)deliver(client, message, &header);
    }
}

static void take_canary(struct client *client, const es_message *message)
{
    sonda_source *source = client->source;

    if (is_auth(message) &&
        answer_message(client, message, SONDA_VERDICT_ALLOW, false) != SONDA_OK) {
        return;
    }
    if (message->event_type < ES_TYPE_COUNT) {
        atomic_store(&source->proven[message->event_type], true);
        wake_run(source, 0);
    }
}

void handle_message(struct client *client, const es_message *message)
{
    sonda_source *source = client->source;

    pthread_mutex_lock(&client->lock);
    switch (atomic_load(&source->mode)) {
    case MODE_ON:
        count_gap(client, message);
        take(client, message);
        break;
    case MODE_CANARY:
        take_canary(client, message);
        break;
    default:
        if (is_auth(message)) {
            (void)answer_message(client, message, SONDA_VERDICT_ALLOW, false);
        }
        break;
    }
    pthread_mutex_unlock(&client->lock);
}
