/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as a record of Endpoint Security.
 *
 * A payload that is taken gives fields with a text each; written as eslogger
 * writes it and read again, it is the same event.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/codec/utf8.h"
#include "core/normalise/es_json.h"
#include "core/normalise/es_record.h"
#include "core/normalise/json_event.h"
#include "sonda/spi/es_record.h"

/* Written back, a short record takes a fraction of a second at most. */
#define ROUND_TRIP_MAX 4096u

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Whether JSON keeps all of it: it has no ill-formed text and no cut marks. */
static bool survives(const sonda_event *event)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if ((event->fields[i].flags & (SONDA_VALUE_ILL_FORMED | SONDA_VALUE_TRUNCATED)) != 0 ||
            !sonda__utf8_valid(event->fields[i].name) ||
            !sonda__utf8_valid(event->fields[i].text)) {
            return false;
        }
    }
    return sonda__event_find(event, SONDA_FIELD_IMAGE) != NULL &&
           sonda__event_find(event, SONDA_FIELD_PROCESS_ID) != NULL;
}

static void same_fields(const sonda_event *a, const sonda_event *b)
{
    require(a->class_uid == b->class_uid && a->activity_id == b->activity_id);
    require(a->product == b->product && a->is_raw == b->is_raw);
    for (sonda_field_id id = 1; id < SONDA_FIELD_COUNT; id++) {
        require(sonda__span_equal(sonda__event_text(a, id), sonda__event_text(b, id)));
    }
}

static bool is_plain_member(const sonda_event *event)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, "event_type")) {
            return true;
        }
    }
    return false;
}

static void round_trip(const sonda_event *event, sonda_event *again)
{
    static char text[1024 * 1024];
    static const sonda_record_header header;
    sonda__json_writer json;
    sonda_error error = SONDA_ERROR_INIT;

    sonda__json_writer_init(&json, text, sizeof text);
    sonda__es_write_json(event, &json);
    if (json.out.status != SONDA_OK) {
        return; /* its names alone are a megabyte */
    }
    sonda__event_begin(again, &header, sonda__names_of_table());
    require(sonda__decode_json(again, sonda__span_of(text, json.out.needed), &error) ==
            SONDA_OK);
    if (again->product == SONDA_PRODUCT_MACOS && is_plain_member(event)) {
        same_fields(event, again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sonda_record_header header;
    static sonda_event *event;
    static sonda_event *again;
    sonda_error error = SONDA_ERROR_INIT;

    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
        require(sonda_event_open(&again, NULL) == SONDA_OK);
    }
    header.type = size > SONDA_ES_AT_TYPE + 1
                      ? (uint16_t)(data[SONDA_ES_AT_TYPE] | data[SONDA_ES_AT_TYPE + 1] << 8)
                      : 0;
    sonda__event_begin(event, &header, sonda__names_of_table());
    if (sonda__decode_es(event, sonda__span_of((const char *)data, size), &error) != SONDA_OK) {
        require(error.message[0] != '\0');
        return 0;
    }
    require(event->product == SONDA_PRODUCT_MACOS);
    for (size_t i = 0; i < event->field_count; i++) {
        require(event->fields[i].text.data != NULL && event->fields[i].name.len > 0);
    }
    if (size <= ROUND_TRIP_MAX && survives(event)) {
        round_trip(event, again);
    }
    return 0;
}
