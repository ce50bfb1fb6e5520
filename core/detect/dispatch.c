/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A direct-mapped cache: a kind of event that falls on another's place takes
 * it. The pack is part of the key, by its digest, so that nothing need be
 * dropped when content changes.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/dispatch.h"

#include "core/detect/evaluate.h"

static sonda__dispatch_key key_of(const sonda__question *question)
{
    const sonda_event *event = question->event;
    sonda__dispatch_key key;

    memset(&key, 0, sizeof key);
    memcpy(key.digest, question->content->pack.bytes + SONDA__AT_DIGEST, sizeof key.digest);
    key.class_uid = event->class_uid;
    key.activity_id = event->activity_id;
    key.event_id = event->event_id;
    key.product = event->product;
    key.channel_len = (uint16_t)event->channel.len;
    if (event->channel.len > 0) {
        memcpy(key.channel, event->channel.data, event->channel.len);
    }
    return key;
}

static uint32_t place_of(const sonda__dispatch_key *key)
{
    uint32_t last = key->channel_len == 0 ? 0 : (uint8_t)key->channel[key->channel_len - 1];
    uint32_t first = (uint8_t)key->channel[0];
    uint32_t mixed = key->event_id * 0x9e3779b1u + key->class_uid * 0x85ebca6bu +
                     key->activity_id * 0xc2b2ae35u + key->digest[0] * 0x27d4eb2fu +
                     (key->channel_len << 16 | first << 8 | last) * 0x165667b1u;

    return mixed >> 16 & (SONDA__DISPATCH_PLACES - 1);
}

/* The log sources that fit but for conditions on fields. */
static void find_sources(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t count = question->content->pack.count[SONDA__SECTION_SOURCES];

    matcher->fitting_count = 0;
    for (uint32_t i = 0; i < count && i < SONDA__SOURCES_MAX; i++) {
        if (sonda__evaluate_header(question, i)) {
            matcher->fitting[matcher->fitting_count++] = i;
        }
    }
}

static void recall_sources(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    sonda__dispatch_key key;
    sonda__dispatch_place *place;

    if (question->event->channel.len > SONDA__DISPATCH_CHANNEL_MAX) {
        find_sources(question);
        return;
    }
    key = key_of(question);
    place = &matcher->dispatch[place_of(&key)];
    if (place->used != 0 && memcmp(&place->key, &key, sizeof key) == 0) {
        matcher->fitting_count = place->count;
        memcpy(matcher->fitting, place->sources, place->count * sizeof place->sources[0]);
        return;
    }
    find_sources(question);
    place->used = matcher->fitting_count <= SONDA__DISPATCH_SOURCES ? 1 : 0;
    if (place->used != 0) {
        place->key = key;
        place->count = matcher->fitting_count;
        memcpy(place->sources, matcher->fitting, place->count * sizeof place->sources[0]);
    }
}

void sonda__dispatch(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t kept = 0;

    recall_sources(question);
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        if (sonda__evaluate_conditions(question, matcher->fitting[i])) {
            matcher->fitting[kept++] = matcher->fitting[i];
        }
    }
    matcher->fitting_count = kept;
}
