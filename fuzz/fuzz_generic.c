/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The generic decoder on any bytes: every text it returns lies in the payload,
 * and a payload it refuses leaves a reason.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/normalise/generic_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t len, const uint8_t *data, size_t size)
{
    const char *from = (const char *)data;

    if (len != 0 && (text < from || text + len > from + size)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sonda_record_header header;
    static sonda_event *event;
    sonda_error error = SONDA_ERROR_INIT;

    if (event == NULL && sonda_event_open(&event, NULL) != SONDA_OK) {
        abort();
    }
    sonda__event_begin(event, &header, sonda__names_of_table());
    if (sonda__decode_generic(event, sonda__span_of((const char *)data, size), &error) !=
        SONDA_OK) {
        return error.message[0] != '\0' ? 0 : (abort(), 0);
    }
    check(event->channel.data, event->channel.len, data, size);
    for (size_t i = 0; i < event->field_count; i++) {
        check(event->fields[i].text.data, event->fields[i].text.len, data, size);
    }
    return 0;
}
