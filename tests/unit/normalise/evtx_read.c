/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Input, decoder, and a plain text of both. Tests only.
 */

#include "evtx_read.h"

#include "core/engine/decode.h"
#include "sonda/input.h"

#include <stdlib.h>

static void put(evtx_read *seen, const char *text, size_t len)
{
    size_t room = sizeof seen->text - 1 - seen->len;

    len = len < room ? len : room;
    if (len > 0) {
        memcpy(seen->text + seen->len, text, len);
    }
    seen->len += len;
    seen->text[seen->len] = '\0';
}

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    evtx_read *seen = user;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_record_header header;

    (void)offset;
    if (number != ++seen->records + seen->skipped) {
        abort();
    }
    if (len <= sizeof seen->record) {
        memcpy(seen->record, record, len);
        record = seen->record;
    }
    if (sonda__decode_record(seen->event, sonda__span_of(record, len), sonda__names_of_table(),
                             &header, &error) != SONDA_OK) {
        seen->undecoded++;
        return SONDA_OK;
    }
    for (size_t i = 0; i < seen->event->field_count; i++) {
        const sonda__field *field = &seen->event->fields[i];

        put(seen, field->name.data, field->name.len);
        if ((field->flags & SONDA_VALUE_NULL) == 0) {
            put(seen, "=", 1);
            put(seen, field->text.data, field->text.len);
        }
        put(seen, ";", 1);
    }
    put(seen, "\n", 1);
    return SONDA_OK;
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    evtx_read *seen = user;

    (void)offset;
    if (number != ++seen->skipped + seen->records || status >= 0) {
        abort();
    }
    seen->reason = reason;
}

static void on_damage(uint64_t offset, sonda_status status, const char *reason, void *user)
{
    evtx_read *seen = user;

    (void)offset;
    (void)status;
    seen->damaged++;
    seen->reason = reason;
}

void evtx_read_bytes(evtx_read *seen, const void *bytes, size_t len, size_t piece)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    sonda_input_options options = SONDA_INPUT_OPTIONS_INIT;
    sonda_input *input = NULL;
    bool good;

    memset(seen, 0, sizeof *seen);
    seen->reason = "";
    options.format = SONDA_FORMAT_EVTX;
    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.on_damage = on_damage;
    callbacks.user = seen;
    good = sonda_event_open(&seen->event, NULL) == SONDA_OK &&
           sonda_input_open(&input, &options, NULL) == SONDA_OK;
    for (size_t at = 0; good && at < len; at += piece) {
        size_t take = len - at < piece ? len - at : piece;

        good = sonda_input_feed(input, (const char *)bytes + at, take, &callbacks) == SONDA_OK;
    }
    if (!good || sonda_input_finish(input, &callbacks) != SONDA_OK) {
        abort();
    }
    sonda_input_close(input);
}

void evtx_read_close(evtx_read *seen)
{
    sonda_event_close(seen->event);
    seen->event = NULL;
}
