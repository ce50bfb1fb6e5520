/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Messages that Endpoint Security numbered and nobody got.
 *
 * Each client's messages are numbered without a gap (global_seq_num, message
 * version 4): what is missing was dropped by the kernel, or by who recorded it.
 *
 * Layer 3 (track): uses base and event. No allocation.
 */

#ifndef SONDA_CORE_TRACK_MESSAGE_GAPS_H
#define SONDA_CORE_TRACK_MESSAGE_GAPS_H

#include "core/event/event.h"

/* Clients that are told apart: an adapter has one for each concern, a file one. */
#define SONDA__MESSAGE_STREAMS_MAX 16u

typedef struct sonda__message_stream {
    uint32_t source;
    uint32_t stream;
    uint64_t last;
} sonda__message_stream;

typedef struct sonda__message_gaps {
    uint32_t count;
    uint32_t reserved;
    uint64_t lost;
    sonda__message_stream streams[SONDA__MESSAGE_STREAMS_MAX];
} sonda__message_gaps;

/*
 * Counts what is missing before an event. A number that is not above the last
 * one begins anew: the recorder was restarted.
 */
void sonda__message_gaps_note(sonda__message_gaps *gaps, const sonda_event *event);

#endif
