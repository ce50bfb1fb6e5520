/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which types of events each client subscribes to, and what we know of them.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_SUBSCRIPTIONS_H
#define SONDA_PLATFORM_MAC_SUBSCRIPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Without the first group there is no sensor; the others may be missing on an
 * older system, type by type. */
enum priority { PRIORITY_MUST, PRIORITY_HIGH, PRIORITY_MEDIUM, PRIORITY_COUNT };

enum {
    /* Goes to every client that needs descent; never muted. */
    SUBSCRIBE_LINEAGE = 1,
    /* An answer may be remembered by the system. */
    SUBSCRIBE_CACHED = 2,
    /* A question about the sensor itself, for the client that guards it. */
    SUBSCRIBE_GUARD = 4,
    /* A question. */
    SUBSCRIBE_AUTH = 8
};

struct subscription {
    uint8_t type;
    uint8_t class_index; /* SONDA_SOURCE_CLASS_… */
    uint8_t priority;
    uint8_t flags;
};

/* All of them; `count` is set. */
const struct subscription *subscriptions(uint32_t *count);

/* One type's, or NULL for a type that we do not subscribe to. */
const struct subscription *subscription_of(uint32_t type);

/* SONDA_SOURCE_CLASS_… of a type, also of one that we do not know. */
uint32_t class_of_type(uint32_t type);

/* Does a client subscribe to it, with these classes asked for? 0: all classes. */
bool subscription_is_for(const struct subscription *subscription,
                         uint32_t client_index,
                         uint64_t classes,
                         uint64_t authorise);

#endif
