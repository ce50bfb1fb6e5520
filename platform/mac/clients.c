/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The clients of Endpoint Security: made, subscribed, muted and ended.
 *
 * The one that observes is needed; the others are done without, and the
 * capabilities say so.
 *
 * Platform (mac).
 */

#include "platform/mac/members.h"
#include "platform/mac/source.h"
#include "platform/mac/subscriptions.h"

#include <string.h>

/* The most subscriptions of one client. */
#define EVENTS_MAX 128u

struct failure {
    uint32_t result;
    sonda_status status;
    const char *what;
    const char *remedy;
};

sonda_status client_failure(uint32_t result, const char **what, const char **remedy)
{
    static const struct failure failures[] = {
        {ES_NEW_CLIENT_RESULT_ERR_NOT_ENTITLED, SONDA_ERR_PERMISSION,
         "this program is not entitled to Endpoint Security",
         "sign it with com.apple.developer.endpoint-security.client, which Apple grants"},
        {ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED, SONDA_ERR_PERMISSION,
         "Full Disk Access is not given",
         "System Settings, Privacy & Security, Full Disk Access; or a profile of the device's "
         "management"},
        {ES_NEW_CLIENT_RESULT_ERR_NOT_PRIVILEGED, SONDA_ERR_PERMISSION, "not root",
         "run as root"},
        {ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS, SONDA_ERR_UNSUPPORTED,
         "the system has as many clients of Endpoint Security as it takes",
         "end another security product, or another sonda"},
        {ES_NEW_CLIENT_RESULT_ERR_INTERNAL, SONDA_ERR_UNSUPPORTED,
         "the system does not connect to Endpoint Security",
         "restart the machine if this lasts"},
    };

    *what = "the system refuses a client of Endpoint Security";
    *remedy = "";
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        if (failures[i].result == result) {
            *what = failures[i].what;
            *remedy = failures[i].remedy;
            return failures[i].status;
        }
    }
    return result == ES_NEW_CLIENT_RESULT_SUCCESS ? SONDA_OK : SONDA_ERR_UNSUPPORTED;
}

static void make_client(struct client *client)
{
    uint32_t result = es_new_client(&client->es, ^(es_client_t *es, const es_message *message) {
      (void)es;
      handle_message(client, message);
    });

    if (result != ES_NEW_CLIENT_RESULT_SUCCESS) {
        client->es = NULL;
    }
    client->source->failures[client->index] = result;
}

sonda_status clients_open(sonda_source *source, sonda_error *error)
{
    const char *what;
    const char *remedy;
    sonda_status status;

    make_client(&source->clients[CLIENT_OBSERVE]);
    status = client_failure(source->failures[CLIENT_OBSERVE], &what, &remedy);
    if (status != SONDA_OK) {
        return set_error(error, status, "%s; remedy: %s", what, remedy);
    }
    if (source->authorise != 0) {
        make_client(&source->clients[CLIENT_AUTHORISE]);
    }
    make_client(&source->clients[CLIENT_GUARD]);
    return SONDA_OK;
}

void clients_close(sonda_source *source)
{
    pthread_rwlock_wrlock(&source->answers);
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        if (source->clients[i].es != NULL) {
            (void)es_delete_client(source->clients[i].es);
            source->clients[i].es = NULL;
        }
    }
    pthread_rwlock_unlock(&source->answers);
}

/* The types of one priority that a client subscribes to. */
static uint32_t
list_types(const struct client *client, uint32_t priority, uint32_t types[EVENTS_MAX])
{
    const sonda_source *source = client->source;
    uint32_t total;
    uint32_t count = 0;
    const struct subscription *all = subscriptions(&total);

    for (uint32_t i = 0; i < total && count < EVENTS_MAX; i++) {
        if (all[i].priority == priority &&
            subscription_is_for(&all[i], client->index, source->classes, source->authorise)) {
            types[count++] = all[i].type;
        }
    }
    return count;
}

/* All at once; one by one where this system does not have them all. */
static void subscribe(struct client *client, const uint32_t *types, uint32_t count)
{
    bool all = count == 0 || es_subscribe(client->es, types, count) == ES_RETURN_SUCCESS;

    for (uint32_t i = 0; i < count; i++) {
        if (all || es_subscribe(client->es, &types[i], 1) == ES_RETURN_SUCCESS) {
            atomic_store(&client->source->subscribed[types[i]], true);
        } else {
            client->source->unsubscribed++;
        }
    }
}

/* On the guard's client only what is done to our own program. */
static bool aim_guard(struct client *client)
{
    const char *path = client->source->own_path;

    return path[0] != '\0' && es_unmute_all_target_paths(client->es) == ES_RETURN_SUCCESS &&
           es_mute_path(client->es, path, ES_MUTE_PATH_TYPE_TARGET_LITERAL) ==
               ES_RETURN_SUCCESS &&
           es_invert_muting(client->es, ES_MUTE_INVERSION_TYPE_TARGET_PATH) ==
               ES_RETURN_SUCCESS;
}

static void subscribe_client(struct client *client)
{
    uint32_t types[EVENTS_MAX];

    memset(client->expected, 0, sizeof client->expected);
    for (uint32_t priority = 0; priority < PRIORITY_COUNT; priority++) {
        subscribe(client, types, list_types(client, priority, types));
    }
}

void clients_subscribe(sonda_source *source)
{
    source->unsubscribed = 0;
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        struct client *client = &source->clients[i];

        if (client->es != NULL) {
            subscribe_client(client);
        }
    }
}

void clients_unsubscribe(sonda_source *source)
{
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        if (source->clients[i].es != NULL) {
            (void)es_unsubscribe_all(source->clients[i].es);
        }
    }
}

/* All types that may be muted: not those that descent is made of. */
static uint32_t mutable_types(uint32_t types[EVENTS_MAX])
{
    uint32_t total;
    uint32_t count = 0;
    const struct subscription *all = subscriptions(&total);

    for (uint32_t i = 0; i < total && count < EVENTS_MAX; i++) {
        if ((all[i].flags & SUBSCRIBE_LINEAGE) == 0 && all[i].type != ES_AUTH_EXEC) {
            types[count++] = all[i].type;
        }
    }
    return count;
}

void clients_mute_self(sonda_source *source)
{
    uint32_t types[EVENTS_MAX];
    uint32_t count = mutable_types(types);

    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        es_client_t *es = source->clients[i].es;

        if (es != NULL && source->own_token_known) {
            (void)es_mute_process_events(es, &source->own_token, types, count);
        }
    }
    if (source->clients[CLIENT_GUARD].es != NULL &&
        !aim_guard(&source->clients[CLIENT_GUARD])) {
        /* It would hear of every signal and every deletion. */
        (void)es_delete_client(source->clients[CLIENT_GUARD].es);
        source->clients[CLIENT_GUARD].es = NULL;
        source->failures[CLIENT_GUARD] = ES_NEW_CLIENT_RESULT_ERR_INTERNAL;
    }
}

static sonda_status mute_types(sonda_source *source, uint32_t type, const char *path)
{
    uint32_t types[EVENTS_MAX];
    uint32_t count = mutable_types(types);
    sonda_status status = SONDA_OK;

    for (uint32_t i = 0; i < CLIENT_GUARD; i++) {
        es_client_t *es = source->clients[i].es;

        if (es != NULL &&
            es_mute_path_events(es, path, type, types, count) != ES_RETURN_SUCCESS) {
            status = SONDA_ERR_IO;
        }
    }
    return status;
}

sonda_status sonda_mac_mute(sonda_source *source, uint32_t kind, const char *path)
{
    static const uint32_t types[] = {
        [SONDA_MAC_MUTE_PROGRAM] = ES_MUTE_PATH_TYPE_LITERAL,
        [SONDA_MAC_MUTE_PROGRAMS_BELOW] = ES_MUTE_PATH_TYPE_PREFIX,
        [SONDA_MAC_MUTE_TARGET] = ES_MUTE_PATH_TYPE_TARGET_LITERAL,
        [SONDA_MAC_MUTE_TARGETS_BELOW] = ES_MUTE_PATH_TYPE_TARGET_PREFIX,
    };

    if (source == NULL || path == NULL || path[0] == '\0' ||
        kind >= sizeof types / sizeof types[0]) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return mute_types(source, types[kind], path);
}
