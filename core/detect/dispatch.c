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

static uint32_t number_of_place(const sonda__question *question)
{
    const sonda_event *event = question->event;
    sonda__span channel = event->channel;
    uint32_t last = channel.len == 0 ? 0 : (uint8_t)channel.data[channel.len - 1];
    uint32_t first = channel.len == 0 ? 0 : (uint8_t)channel.data[0];
    uint32_t mixed = event->event_id * 0x9e3779b1u + event->class_uid * 0x85ebca6bu +
                     event->activity_id * 0xc2b2ae35u +
                     question->content->pack.bytes[SONDA__AT_DIGEST] * 0x27d4eb2fu +
                     ((uint32_t)channel.len << 16 | first << 8 | last) * 0x165667b1u;

    return mixed >> 16 & (SONDA__DISPATCH_PLACES - 1);
}

static bool is_of(const sonda__dispatch_place *place, const sonda__question *question)
{
    const sonda_event *event = question->event;

    return place->used != 0 && place->event_id == event->event_id &&
           place->class_uid == event->class_uid && place->activity_id == event->activity_id &&
           place->product == event->product && place->channel_len == event->channel.len &&
           (event->channel.len == 0 ||
            memcmp(place->channel, event->channel.data, event->channel.len) == 0) &&
           memcmp(place->digest, question->content->pack.bytes + SONDA__AT_DIGEST,
                  sizeof place->digest) == 0;
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

/* The scans that these log sources need. */
static void find_scans(const sonda__question *question)
{
    const sonda__pack *pack = &question->content->pack;
    sonda__matcher *matcher = question->matcher;

    matcher->scans = matcher->scan_list;
    matcher->scan_count = 0;
    memset(matcher->scan_bits, 0, pack->count[SONDA__SECTION_SCANS] / 64 * 8 + 8);
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        const uint8_t *source =
            sonda__pack_entry(pack, SONDA__SECTION_SOURCES, matcher->fitting[i]);
        sonda__list needs = sonda__pack_list(source + SONDA__AT_SOURCE_SCANS);

        for (uint32_t k = 0; k < needs.count; k++) {
            const uint8_t *number =
                sonda__pack_listed(pack, SONDA__SECTION_SOURCE_SCANS, needs, k);
            uint32_t scan = number == NULL ? UINT32_MAX : sonda__pack_u32(number);

            if (number == NULL) {
                return;
            }
            if (scan < pack->count[SONDA__SECTION_SCANS] && scan < SONDA__SCANS_MAX &&
                (matcher->scan_bits[scan / 64] >> scan % 64 & 1) == 0) {
                matcher->scan_bits[scan / 64] |= UINT64_C(1) << scan % 64;
                matcher->scan_list[matcher->scan_count++] = (uint16_t)scan;
            }
        }
    }
}

static void keep(const sonda__question *question, sonda__dispatch_place *place)
{
    const sonda__matcher *matcher = question->matcher;
    const sonda_event *event = question->event;

    place->used = matcher->fitting_count <= SONDA__DISPATCH_SOURCES &&
                  matcher->scan_count <= SONDA__DISPATCH_SCANS;
    if (place->used == 0) {
        return;
    }
    memcpy(place->digest, question->content->pack.bytes + SONDA__AT_DIGEST,
           sizeof place->digest);
    place->class_uid = event->class_uid;
    place->activity_id = event->activity_id;
    place->event_id = event->event_id;
    place->product = event->product;
    place->channel_len = (uint32_t)event->channel.len;
    if (event->channel.len > 0) {
        memcpy(place->channel, event->channel.data, event->channel.len);
    }
    place->scan_count = matcher->scan_count;
    memcpy(place->scans, matcher->scans, place->scan_count * sizeof place->scans[0]);
    place->count = matcher->fitting_count;
    memcpy(place->sources, matcher->fitting, place->count * sizeof place->sources[0]);
}

static void recall(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    sonda__dispatch_place *place = &matcher->dispatch[number_of_place(question)];
    bool fits = question->event->channel.len <= SONDA__DISPATCH_CHANNEL_MAX;

    if (fits && is_of(place, question)) {
        matcher->fitting_count = place->count;
        memcpy(matcher->fitting, place->sources, place->count * sizeof place->sources[0]);
        matcher->scans = place->scans;
        matcher->scan_count = place->scan_count;
        return;
    }
    find_sources(question);
    find_scans(question);
    if (fits) {
        keep(question, place);
    }
}

void sonda__dispatch(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t kept = 0;

    recall(question);
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        if (sonda__evaluate_conditions(question, matcher->fitting[i])) {
            matcher->fitting[kept++] = matcher->fitting[i];
        }
    }
    matcher->fitting_count = kept;
}
