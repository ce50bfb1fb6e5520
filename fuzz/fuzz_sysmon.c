/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decoder of rendered event XML on any bytes: it ends, stays in bounds, and
 * every field is readable.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/normalise/sysmon_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sum; /* keeps the reads */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sonda_record_header header = {.source = SONDA_SOURCE_SYSMON_XML};
    static sonda_event *event;
    sonda_error error = SONDA_ERROR_INIT;

    if (event == NULL && sonda_event_open(&event, NULL) != SONDA_OK) {
        abort();
    }
    sonda__event_begin(event, &header, sonda__names_of_table());
    if (sonda__decode_sysmon_xml(event, sonda__span_of((const char *)data, size), &error) !=
        SONDA_OK) {
        if (error.offset > size) {
            abort();
        }
        return 0;
    }
    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];
        for (size_t j = 0; j < field->name.len; j++) {
            sum += (unsigned char)field->name.data[j];
        }
        for (size_t j = 0; j < field->text.len; j++) {
            sum += (unsigned char)field->text.data[j];
        }
    }
    return 0;
}
