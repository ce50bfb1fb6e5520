/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The audit decoder on any lines: it ends, stays in bounds, and every field is
 * readable.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/normalise/audit_line.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sonda_record_header header = {.source = SONDA_SOURCE_AUDIT};
    static sonda_event *event;
    const char *at = (const char *)data;
    const char *end = at + size;

    if (event == NULL && sonda_event_open(&event, NULL) != SONDA_OK) {
        abort();
    }
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        sonda__span line = sonda__span_of(at, (size_t)((stop == NULL ? end : stop) - at));
        sonda__event_begin(event, &header, sonda__names_of_table());
        if (sonda__decode_audit(event, line, NULL) == SONDA_OK) {
            read_fields(event);
        }
        at += line.len + 1;
    }
    return 0;
}
