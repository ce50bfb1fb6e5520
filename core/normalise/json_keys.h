/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The keys of one JSON record met so far, so that of duplicates the last counts.
 *
 * A real record has some thirty keys, which fit the storage at hand; more of
 * them move to the arena once.
 *
 * Layer 3 (normalise): uses base.
 */

#ifndef SONDA_CORE_NORMALISE_JSON_KEYS_H
#define SONDA_CORE_NORMALISE_JSON_KEYS_H

#include "core/base/arena.h"
#include "core/base/span.h"
#include "sonda/status.h"

#define SONDA__JSON_KEYS_AT_HAND 128u

/* A key of one object, and the event's fields that came of it. */
typedef struct sonda__json_key {
    sonda__span text;
    uint32_t object;
    uint32_t first_field;
    uint32_t end_field;
    uint32_t reserved;
} sonda__json_key;

/* Storage of the caller; not to be copied. */
typedef struct sonda__json_keys {
    sonda__arena *arena;
    sonda__json_key *keys;
    uint16_t *slots; /* open addressing: index in keys + 1, 0 is free */
    uint32_t count;
    uint32_t capacity;
    uint32_t mask;
    uint16_t slots_at_hand[2 * SONDA__JSON_KEYS_AT_HAND];
    sonda__json_key keys_at_hand[SONDA__JSON_KEYS_AT_HAND];
} sonda__json_keys;

void sonda__json_keys_init(sonda__json_keys *keys, sonda__arena *arena);

/*
 * The place of a key of an object, in `keys->keys`; a new one has no fields.
 * `hash` is sonda__hash() of the text, which must live as long as the set.
 * SONDA_ERR_LIMIT past SONDA__EVENT_KEYS_MAX or when the arena is used up.
 */
sonda_status sonda__json_keys_enter(
    sonda__json_keys *keys, uint32_t object, sonda__span text, uint64_t hash, uint32_t *index);

#endif
