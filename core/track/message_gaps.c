/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Layer 3 (track): uses base, codec and event. No allocation.
 */

#include "core/track/message_gaps.h"

#include "core/codec/number.h"

/* The stream's place; NULL when there are more streams than places. */
static sonda__message_stream *
find(sonda__message_gaps *gaps, const sonda_record_header *header, uint64_t first)
{
    sonda__message_stream *added;

    for (uint32_t i = 0; i < gaps->count; i++) {
        if (gaps->streams[i].stream == header->stream &&
            gaps->streams[i].source == header->source) {
            return &gaps->streams[i];
        }
    }
    if (gaps->count == SONDA__MESSAGE_STREAMS_MAX) {
        return NULL;
    }
    added = &gaps->streams[gaps->count++];
    added->source = header->source;
    added->stream = header->stream;
    added->last = first;
    return added;
}

void sonda__message_gaps_note(sonda__message_gaps *gaps, const sonda_event *event)
{
    sonda__message_stream *stream;
    uint64_t number = 0;

    if (event->product != SONDA_PRODUCT_MACOS ||
        sonda__parse_decimal(sonda__event_text(event, SONDA_FIELD_GLOBAL_SEQ_NUM), &number) !=
            SONDA_OK) {
        return;
    }
    stream = find(gaps, &event->header, number);
    if (stream == NULL) {
        return;
    }
    if (number > stream->last) {
        gaps->lost += number - stream->last - 1;
    }
    stream->last = number;
}
