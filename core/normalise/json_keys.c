/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One open-addressing table for all objects of a record: the object's number is
 * part of the key.
 *
 * Layer 3 (normalise): uses base.
 */

#include "core/normalise/json_keys.h"

#include "core/base/hash.h"
#include "core/base/limits.h"

void sonda__json_keys_init(sonda__json_keys *keys, sonda__arena *arena)
{
    keys->arena = arena;
    keys->keys = keys->keys_at_hand;
    keys->slots = keys->slots_at_hand;
    keys->count = 0;
    keys->capacity = SONDA__JSON_KEYS_AT_HAND;
    keys->mask = 2 * SONDA__JSON_KEYS_AT_HAND - 1;
    memset(keys->slots_at_hand, 0, sizeof keys->slots_at_hand);
}

static uint32_t place_of(const sonda__json_keys *keys, uint32_t object, uint64_t hash)
{
    uint32_t spread = object * 0x9e3779b9u;

    return ((uint32_t)(hash >> 32) ^ (uint32_t)hash ^ spread) & keys->mask;
}

/* Moves everything to the full size. */
static sonda_status grow(sonda__json_keys *keys)
{
    uint32_t slot_count = 2 * SONDA__EVENT_KEYS_MAX;
    sonda__json_key *moved =
        sonda__arena_take(keys->arena, SONDA__EVENT_KEYS_MAX * sizeof *moved, 8);
    uint16_t *slots = sonda__arena_take(keys->arena, slot_count * sizeof *slots, 8);

    if (moved == NULL || slots == NULL) {
        return SONDA_ERR_LIMIT;
    }
    memset(slots, 0, slot_count * sizeof *slots);
    memcpy(moved, keys->keys, keys->count * sizeof *moved);
    keys->keys = moved;
    keys->slots = slots;
    keys->capacity = SONDA__EVENT_KEYS_MAX;
    keys->mask = slot_count - 1;
    for (uint32_t i = 0; i < keys->count; i++) {
        uint32_t at = place_of(keys, moved[i].object, sonda__hash(moved[i].text));

        while (slots[at] != 0) {
            at = (at + 1) & keys->mask;
        }
        slots[at] = (uint16_t)(i + 1);
    }
    return SONDA_OK;
}

sonda_status sonda__json_keys_enter(
    sonda__json_keys *keys, uint32_t object, sonda__span text, uint64_t hash, uint32_t *index)
{
    uint32_t at;

    if (keys->count == keys->capacity) {
        sonda_status status =
            keys->capacity < SONDA__EVENT_KEYS_MAX ? grow(keys) : SONDA_ERR_LIMIT;
        if (status != SONDA_OK) {
            return status;
        }
    }
    for (at = place_of(keys, object, hash); keys->slots[at] != 0; at = (at + 1) & keys->mask) {
        const sonda__json_key *met = &keys->keys[keys->slots[at] - 1];

        if (met->object == object && sonda__span_equal(met->text, text)) {
            *index = keys->slots[at] - 1u;
            return SONDA_OK;
        }
    }
    keys->keys[keys->count] = (sonda__json_key){text, object, 0, 0, 0};
    *index = keys->count++;
    keys->slots[at] = (uint16_t)keys->count;
    return SONDA_OK;
}
