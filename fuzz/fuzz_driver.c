/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The decoder of the Windows driver's records on any bytes: a payload it takes gives
 * fields with a text each, one it refuses leaves a reason.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/normalise/driver_record.h"
#include "sonda/spi/driver_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads every byte, so that a sanitizer sees a text that reaches too far. */
static unsigned sum(sonda__span text)
{
    unsigned total = 0;

    for (size_t i = 0; i < text.len; i++) {
        total += (unsigned char)text.data[i];
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sonda_record_header header;
    static volatile unsigned total;
    static sonda_event *event;
    sonda_error error = SONDA_ERROR_INIT;

    if (event == NULL && sonda_event_open(&event, NULL) != SONDA_OK) {
        abort();
    }
    /* The header agrees, so that the payload alone decides. */
    header.version = SONDA_DRIVER_VERSION;
    header.type = size > SONDA_DRIVER_AT_TYPE + 1 ? data[SONDA_DRIVER_AT_TYPE] : 0;
    sonda__event_begin(event, &header, sonda__names_of_table());
    if (sonda__decode_driver(event, sonda__span_of((const char *)data, size), &error) !=
        SONDA_OK) {
        return error.message[0] != '\0' ? 0 : (abort(), 0);
    }
    for (size_t i = 0; i < event->field_count; i++) {
        if (event->fields[i].text.data == NULL) {
            abort();
        }
        total = total + sum(event->fields[i].text);
    }
    (void)total;
    return 0;
}
