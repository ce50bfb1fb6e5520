/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as an event log file, or as the payload of a record.
 *
 * A file is fed whole and in pieces chosen by the first byte: the same records
 * must come out, every one that the parser makes must be readable by the
 * decoder or beyond a limit, and every field must be readable.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/engine/decode.h"
#include "core/normalise/evtx_file.h"

typedef struct tally {
    uint64_t records;
    uint64_t others;
    uint64_t digest;
} tally;

static sonda_event *event;
static sonda__evtx_file file;
static volatile unsigned sum; /* keeps the reads */

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void mix(tally *seen, uint64_t value)
{
    seen->digest = (seen->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    seen->digest ^= seen->digest >> 29;
}

static sonda_status decode(uint8_t *record, size_t len)
{
    sonda_record_header header = {.source = SONDA_SOURCE_EVTX,
                                  .version = SONDA__EVTX_PAYLOAD_VERSION};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
    require(sonda_record_header_write(&header, record) == SONDA_OK);
    status = sonda__decode_record(event, sonda__span_of((const char *)record, header.size),
                                  sonda__names_of_table(), &header, &error);
    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];

        for (size_t j = 0; j < field->name.len; j++) {
            sum += (unsigned char)field->name.data[j];
        }
        for (size_t j = 0; j < field->text.len; j++) {
            sum += (unsigned char)field->text.data[j];
        }
    }
    return status;
}

static void take(tally *seen, const sonda__evtx_unit *unit)
{
    if (unit->kind != SONDA__EVTX_RECORD) {
        require(unit->status < 0 && unit->reason[0] != '\0');
        seen->others++;
    } else {
        sonda_status status = decode(file.payloads.header, file.payloads.len);

        require(status == SONDA_OK || status == SONDA_ERR_LIMIT);
        seen->records++;
        mix(seen, file.payloads.len);
        mix(seen, event->field_count);
    }
    mix(seen, unit->offset);
}

static tally feed(const uint8_t *data, size_t size, size_t piece)
{
    tally seen = {0, 0, 0};

    sonda__evtx_file_init(&file);
    for (size_t at = 0;; at += piece) {
        size_t len = at >= size ? 0 : size - at < piece ? size - at : piece;
        sonda__span bytes = sonda__span_of((const char *)data + (len == 0 ? 0 : at), len);
        sonda__evtx_unit unit = sonda__evtx_file_next(&file, &bytes, len == 0);

        for (; unit.kind != SONDA__EVTX_MORE;
             unit = sonda__evtx_file_next(&file, &bytes, len == 0)) {
            take(&seen, &unit);
        }
        require(bytes.len == 0);
        if (len == 0) {
            return seen;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t record[SONDA_RECORD_HEADER_SIZE + 65536];
    tally whole;
    tally pieces;

    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
    }
    if (size == 0 || size > 512u * 1024u) {
        return 0;
    }
    if (data[0] == 0xff) { /* a payload */
        size = size - 1 < 65536 ? size - 1 : 65536;
        memcpy(record + SONDA_RECORD_HEADER_SIZE, data + 1, size);
        (void)decode(record, size);
        return 0;
    }
    whole = feed(data + 1, size - 1, size);
    pieces = feed(data + 1, size - 1, 1 + (size_t)data[0] * 40);
    require(whole.records == pieces.records && whole.others == pieces.others);
    require(whole.digest == pieces.digest);
    return 0;
}
