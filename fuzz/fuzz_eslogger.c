/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as a line of eslogger.
 *
 * A line that is taken for a message of Endpoint Security gives the same event
 * when its message is written and read again.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/codec/utf8.h"
#include "core/normalise/es_json.h"
#include "core/normalise/json_event.h"

#define ROUND_TRIP_MAX 8192u

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool is_well_formed(const sonda_event *event)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if ((event->fields[i].flags & SONDA_VALUE_ILL_FORMED) != 0 ||
            !sonda__utf8_valid(event->fields[i].name)) {
            return false;
        }
    }
    return true;
}

static void write_and_read(const sonda_event *event, sonda_event *again)
{
    static char text[1024 * 1024];
    static const sonda_record_header header;
    sonda__json_writer json;
    sonda_error error = SONDA_ERROR_INIT;

    sonda__json_writer_init(&json, text, sizeof text);
    sonda__es_write_json(event, &json);
    if (json.out.status != SONDA_OK) {
        return;
    }
    sonda__event_begin(again, &header, sonda__names_of_table());
    require(sonda__decode_json(again, sonda__span_of(text, json.out.needed), &error) ==
            SONDA_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sonda_record_header header;
    static sonda_event *event;
    static sonda_event *again;
    sonda_error error = SONDA_ERROR_INIT;

    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
        require(sonda_event_open(&again, NULL) == SONDA_OK);
    }
    sonda__event_begin(event, &header, sonda__names_of_table());
    if (sonda__decode_json(event, sonda__span_of((const char *)data, size), &error) !=
            SONDA_OK ||
        event->product != SONDA_PRODUCT_MACOS) {
        return 0;
    }
    for (size_t i = 0; i < event->field_count; i++) {
        require(event->fields[i].text.data != NULL);
    }
    if (size <= ROUND_TRIP_MAX && is_well_formed(event)) {
        write_and_read(event, again);
    }
    return 0;
}
