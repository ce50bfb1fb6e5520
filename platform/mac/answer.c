/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The one place that answers Endpoint Security.
 *
 * Opens are answered by the flags that are allowed, all else by a result. Only
 * an allowance is ever remembered by the system, and only where a later event
 * is heard of all the same.
 *
 * Platform (mac).
 */

#include "platform/mac/source.h"
#include "platform/mac/subscriptions.h"

static void note_result(sonda_source *source, uint32_t result)
{
    /* The connection is gone: no message will come any more. */
    if (result == ES_RESPOND_RESULT_ERR_INTERNAL) {
        atomic_store(&source->broken, true);
        pthread_mutex_lock(&source->wake_lock);
        pthread_cond_broadcast(&source->wake);
        pthread_mutex_unlock(&source->wake_lock);
    }
}

static sonda_status status_of(uint32_t result)
{
    switch (result) {
    case ES_RESPOND_RESULT_SUCCESS:
        return SONDA_OK;
    case ES_RESPOND_RESULT_NOT_FOUND:
    case ES_RESPOND_RESULT_ERR_DUPLICATE_RESPONSE:
        return SONDA_ERR_ALREADY;
    default:
        return SONDA_ERR_IO;
    }
}

sonda_status answer_message(struct client *client,
                            const es_message *message,
                            sonda_verdict verdict,
                            bool cache)
{
    bool allow = verdict == SONDA_VERDICT_ALLOW;
    uint32_t result;

    if (message->event_type == ES_AUTH_OPEN) {
        /* All flags, not those of the event: what is remembered must hold for
         * a later open with others. */
        result = es_respond_flags_result(client->es, message, allow ? UINT32_MAX : 0u,
                                         allow && cache);
    } else {
        result = es_respond_auth_result(client->es, message,
                                        allow ? ES_AUTH_RESULT_ALLOW : ES_AUTH_RESULT_DENY,
                                        allow && cache);
    }
    note_result(client->source, result);
    return status_of(result);
}

static bool may_be_cached(const es_message *message)
{
    const struct subscription *subscription = subscription_of(message->event_type);

    return subscription != NULL && (subscription->flags & SUBSCRIBE_CACHED) != 0;
}

/* Gives the message back, too. */
static sonda_status answer_taken(const struct taken *taken, sonda_verdict verdict, bool cache)
{
    sonda_status status = answer_message(taken->client, taken->message, verdict, cache);

    es_release_message(taken->message);
    atomic_fetch_add(&taken->client->source->released, 1);
    return status;
}

sonda_status
answer_ticket(sonda_source *source, uint64_t id, sonda_verdict verdict, uint32_t cache_ms)
{
    struct taken taken;
    sonda_status status;

    pthread_rwlock_rdlock(&source->answers);
    status = tickets_take(&source->tickets, id, &taken);
    if (status == SONDA_OK) {
        status = answer_taken(&taken, verdict, cache_ms != 0 && may_be_cached(taken.message));
    }
    pthread_rwlock_unlock(&source->answers);
    return status;
}

uint64_t answer_late(sonda_source *source, uint64_t now_ns)
{
    struct taken taken;
    uint64_t next_ns;

    pthread_rwlock_rdlock(&source->answers);
    while (tickets_take_late(&source->tickets, now_ns, &taken, &next_ns)) {
        (void)answer_taken(&taken, SONDA_VERDICT_ALLOW, false);
    }
    pthread_rwlock_unlock(&source->answers);
    return next_ns;
}

void answer_rest(sonda_source *source)
{
    (void)answer_late(source, UINT64_MAX);
}
