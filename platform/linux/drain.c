/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Both rings in the order of time.
 *
 * Process records have a ring of their own, so that file noise cannot push
 * them out. Who reads the rings one after the other would see a process's
 * connect before its exec, and credit it to the program that ran before.
 *
 * Platform (linux).
 */

#include "platform/linux/source.h"

static void take_from(sonda_source *source,
                      struct ring *ring,
                      const struct ring_record *record,
                      uint32_t stream,
                      void (*take)(sonda_source *source, size_t len, uint32_t stream))
{
    uint8_t *payload = source->record + SONDA_RECORD_HEADER_SIZE;
    size_t room = RECORD_ROOM - SONDA_RECORD_HEADER_SIZE;
    size_t copied = record->len < room ? record->len : room;
    size_t len;

    ring_take(ring, record, payload, room);
    /* A long record's reservation is larger than what was written. */
    len = load_u32(payload + SONDA_LINUX_AT_SIZE);
    if (len < SONDA_LINUX_HEAD_SIZE || len > copied) {
        len = copied;
    }
    take(source, len, stream);
}

size_t drain_rings(sonda_source *source,
                   size_t limit,
                   void (*take)(sonda_source *source, size_t len, uint32_t stream))
{
    size_t count = 0;

    while (count < limit) {
        struct ring_record activity, process;
        /* The order of these two matters: what a process did before it made
         * the activity record is in the other ring by the time we look. */
        bool has_activity = ring_peek(&source->activity_ring, &activity);
        bool has_process = ring_peek(&source->process_ring, &process);

        if (has_process && (!has_activity || process.time <= activity.time)) {
            take_from(source, &source->process_ring, &process, STREAM_PROCESS, take);
        } else if (has_activity) {
            take_from(source, &source->activity_ring, &activity, STREAM_ACTIVITY, take);
        } else {
            break;
        }
        count++;
    }
    return count;
}
