/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads the layout that include/sonda/record.h describes.
 *
 * A field's type is not checked: a newer builder may know types that we do not,
 * and the table says how we read a field anyway.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/generic_record.h"

#include "core/base/error.h"
#include "core/base/limits.h"
#include "core/codec/reader.h"
#include "core/codec/utf8.h"

static bool is_table_row(sonda_field_id id)
{
    return id != SONDA_FIELD_NONE && id < SONDA_FIELD_COUNT;
}

static void read_head(sonda_event *event, sonda__reader *reader)
{
    event->class_uid = sonda__reader_u32le(reader);
    event->activity_id = sonda__reader_u32le(reader);
    event->product = sonda__reader_u16le(reader);
    event->channel = sonda__reader_bytes(reader, sonda__reader_u16le(reader));
    event->event_id = sonda__reader_u32le(reader);
}

/* One triple; SONDA_ERR_MALFORMED when id and name contradict each other. */
static sonda_status read_field(sonda_event *event, sonda__reader *reader)
{
    sonda_field_id id = sonda__reader_u32le(reader);
    size_t name_len;
    size_t text_len;
    sonda__span name;
    sonda__span text;
    uint16_t flags;

    (void)sonda__reader_u16le(reader);
    name_len = sonda__reader_u16le(reader);
    text_len = sonda__reader_u32le(reader);
    name = sonda__reader_bytes(reader, name_len);
    text = sonda__reader_bytes(reader, text_len);
    if (reader->status != SONDA_OK) {
        return reader->status;
    }
    flags = sonda__utf8_valid(text) ? 0 : SONDA_VALUE_ILL_FORMED;
    if (id == SONDA_FIELD_UNKNOWN && name_len > 0 && name_len <= SONDA__FIELD_NAME_MAX) {
        return sonda__event_add_named(event, name, text, flags);
    }
    if (!is_table_row(id) || name_len != 0) {
        return SONDA_ERR_MALFORMED;
    }
    return sonda__event_add(event, id, name, text, flags);
}

sonda_status sonda__decode_generic(sonda_event *event, sonda__span payload, sonda_error *error)
{
    sonda__reader reader;
    sonda_status status;

    sonda__reader_init(&reader, payload.data, payload.len);
    read_head(event, &reader);
    status = reader.status;
    while (status == SONDA_OK && sonda__reader_left(&reader) > 0) {
        size_t offset = payload.len - sonda__reader_left(&reader);

        status = read_field(event, &reader);
        if (status != SONDA_OK) {
            return sonda__error_set(error, status, offset, "generic record: %s in field %u",
                                    sonda_status_text(status), (uint64_t)event->field_count);
        }
    }
    if (status != SONDA_OK) {
        return sonda__error_set(error, status, 0, "generic record: its head is cut short");
    }
    return SONDA_OK;
}
