/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The audit decoder and the join of serials on any lines: they end, stay in
 * bounds, and every field of every event is readable.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/normalise/audit_line.h"
#include "core/track/audit_join.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sum; /* keeps the reads */

static void read_fields(const sonda_event *event)
{
    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];
        for (size_t j = 0; j < field->name.len; j++) {
            sum += (unsigned char)field->name.data[j];
        }
        for (size_t j = 0; j < field->text.len; j++) {
            sum += (unsigned char)field->text.data[j];
        }
    }
}

/* Canonical events are Linux's, of no channel, and of a class. */
static void take_all(sonda__audit_join *join, sonda_event *joined)
{
    while (sonda__audit_join_take(join, joined) == SONDA_OK) {
        if (joined->product != SONDA_PRODUCT_LINUX || joined->channel.len != 0 ||
            joined->class_uid == SONDA_CLASS_BASE) {
            abort();
        }
        read_fields(joined);
    }
}

static void open_all(sonda_event **event, sonda_event **joined, sonda__audit_join **join)
{
    if (sonda_event_open(event, NULL) != SONDA_OK ||
        sonda_event_open(joined, NULL) != SONDA_OK ||
        sonda__audit_join_open(join, NULL) != SONDA_OK) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sonda_record_header header = {.source = SONDA_SOURCE_AUDIT};
    static sonda_event *event;
    static sonda_event *joined;
    static sonda__audit_join *join; /* empty again at the end of each input */
    const char *at = (const char *)data;
    const char *end = at + size;

    if (event == NULL) {
        open_all(&event, &joined, &join);
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        sonda__span line = sonda__span_of(at, (size_t)((stop == NULL ? end : stop) - at));
        header.seq++;
        sonda__event_begin(event, &header, sonda__names_of_table());
        if (sonda__decode_audit(event, line, NULL) == SONDA_OK) {
            read_fields(event);
            sonda__audit_join_add(join, event);
            if (line.len % 2 == 0) { /* sometimes nobody takes for a while */
                take_all(join, joined);
            }
        }
        at += line.len + 1;
    }
    sonda__audit_join_finish(join);
    take_all(join, joined);
    return 0;
}
