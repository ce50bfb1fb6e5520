/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What this machine offers, rung by rung, for `sonda doctor`.
 *
 * Whether root, entitlement, Full Disk Access or room for a client is missing
 * only the attempt tells, and of several it tells one.
 *
 * Platform (mac).
 */

#include <stdio.h>

#include "platform/mac/capabilities.h"
#include "platform/mac/subscriptions.h"

struct teller {
    sonda_mac_rung_fn on_rung;
    void *user;
};

static void tell(const struct teller *teller,
                 const char *rung,
                 uint32_t state,
                 const char *detail,
                 const char *remedy)
{
    teller->on_rung(rung, state, detail, remedy, teller->user);
}

/* Failures that each have a rung of their own. */
static const struct {
    const char *rung;
    uint32_t result;
    const char *good;
} gates[] = {
    {"privileges", ES_NEW_CLIENT_RESULT_ERR_NOT_PRIVILEGED, "root"},
    {"entitlement", ES_NEW_CLIENT_RESULT_ERR_NOT_ENTITLED, "entitled to Endpoint Security"},
    {"Full Disk Access", ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED, "given"},
    {"room for a client", ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS, "there"},
};
#define GATE_COUNT (sizeof gates / sizeof gates[0])

/* SONDA_OK when there is nothing in the way of a client. */
static sonda_status tell_gates(const struct teller *teller, uint32_t result)
{
    const char *what;
    const char *remedy;
    sonda_status status = client_failure(result, &what, &remedy);

    for (size_t i = 0; i < GATE_COUNT; i++) {
        if (gates[i].result == result) {
            tell(teller, gates[i].rung, SONDA_MAC_RUNG_MISSING, what, remedy);
            return status;
        }
        if (status == SONDA_OK) {
            tell(teller, gates[i].rung, SONDA_MAC_RUNG_OK, gates[i].good, "");
        }
    }
    if (status != SONDA_OK) {
        tell(teller, "Endpoint Security", SONDA_MAC_RUNG_MISSING, what, remedy);
    }
    return status;
}

static void tell_client(const struct teller *teller,
                        const sonda_source *source,
                        uint32_t index,
                        const char *rung)
{
    const char *what;
    const char *remedy;

    if (source->clients[index].es != NULL) {
        tell(teller, rung, SONDA_MAC_RUNG_OK, "connected", "");
    } else {
        (void)client_failure(source->failures[index], &what, &remedy);
        tell(teller, rung, SONDA_MAC_RUNG_DEGRADED, what, remedy);
    }
}

static void tell_types(const struct teller *teller, const sonda_source *source)
{
    char detail[96];

    if (source->unsubscribed == 0) {
        tell(teller, "types of events", SONDA_MAC_RUNG_OK, "all that this version knows", "");
        return;
    }
    snprintf(detail, sizeof detail, "%u are not known to this system",
             (unsigned)source->unsubscribed);
    tell(teller, "types of events", SONDA_MAC_RUNG_DEGRADED, detail, "a newer macOS");
}

static void tell_classes(const struct teller *teller, const sonda_source *source)
{
    static const char *const names[SONDA_SOURCE_CLASS_COUNT] = {"exec",
                                                                "fork",
                                                                "exit",
                                                                "files written",
                                                                "files renamed",
                                                                "files deleted",
                                                                "file attributes",
                                                                "network",
                                                                "modules",
                                                                "",
                                                                "sessions and the rest"};
    sonda_source_capabilities proven = SONDA_SOURCE_CAPABILITIES_INIT;

    capabilities(source, &proven);
    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        const sonda_source_capability *capability = &proven.by_class[i];

        if (names[i][0] == '\0') {
            continue;
        }
        if (i == SONDA_SOURCE_CLASS_NETWORK) {
            tell(teller, names[i], SONDA_MAC_RUNG_INFORMATION, capability->remedy, "");
        } else if (capability->level == SONDA_CAPABILITY_NONE) {
            tell(teller, names[i], SONDA_MAC_RUNG_DEGRADED, capability->remedy, "");
        } else {
            tell(teller, names[i], SONDA_MAC_RUNG_OK,
                 capability->remedy[0] != '\0' ? capability->remedy
                                               : "subscribed, and the canary was seen",
                 "");
        }
    }
}

static sonda_status deliver_nowhere(void *user, const void *record, size_t record_len)
{
    (void)user;
    (void)record;
    (void)record_len;
    return SONDA_OK;
}

/* What es_new_client() says, without a source around it. */
static uint32_t try_client(void)
{
    es_client_t *es = NULL;
    uint32_t result = es_new_client(&es, ^(es_client_t *client, const es_message *message) {
      (void)client;
      (void)message;
    });

    if (result == ES_NEW_CLIENT_RESULT_SUCCESS) {
        (void)es_delete_client(es);
    }
    return result;
}

static sonda_status tell_source(const struct teller *teller)
{
    const sonda_source_ops *ops = sonda_mac_source();
    sonda_sink sink = {sizeof sink, 0, deliver_nowhere, NULL};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_source *source = NULL;
    sonda_status status = ops->open(&source, NULL, &sink, NULL, &error);

    if (status != SONDA_OK) {
        tell(teller, "Endpoint Security", SONDA_MAC_RUNG_MISSING, error.message, "");
        return status;
    }
    tell_client(teller, source, CLIENT_OBSERVE, "client that observes");
    tell_client(teller, source, CLIENT_GUARD, "client that guards the sensor");
    tell_types(teller, source);
    tell_classes(teller, source);
    ops->close(source);
    return SONDA_OK;
}

sonda_status sonda_mac_probe(sonda_mac_rung_fn on_rung, void *user)
{
    struct teller teller = {on_rung, user};
    char name[64];
    sonda_status status;

    if (on_rung == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    system_name(name, sizeof name);
    tell(&teller, "system", SONDA_MAC_RUNG_INFORMATION, name, "");
    status = tell_gates(&teller, try_client());
    return status == SONDA_OK ? tell_source(&teller) : status;
}
