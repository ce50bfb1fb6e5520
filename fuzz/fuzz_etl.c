/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as a trace file.
 *
 * Fed whole and in pieces chosen by the first byte: the same units must come
 * out, and every record that the parser makes must be readable by the decoder
 * or cut short within its event's data.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/engine/decode.h"
#include "core/normalise/etl_file.h"

typedef struct tally {
    uint64_t records;
    uint64_t others;
    uint64_t digest;
} tally;

static sonda_event *event;
static sonda__etl_file file;

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

static sonda_status decode(const sonda__etl_unit *unit)
{
    sonda_record_header header = {
        .source = SONDA_SOURCE_ETW, .type = SONDA_ETW_EVENT, .version = SONDA_ETW_VERSION};
    sonda_error error = SONDA_ERROR_INIT;

    header.size = (uint32_t)file.record_len;
    header.wall_ns = unit->written_ns;
    require(sonda_record_header_write(&header, file.record) == SONDA_OK);
    return sonda__decode_record(event,
                                sonda__span_of((const char *)file.record, file.record_len),
                                sonda__names_of_table(), &header, &error);
}

static void take(tally *seen, const sonda__etl_unit *unit)
{
    if (unit->kind != SONDA__ETL_RECORD) {
        require(unit->status < 0 && unit->reason[0] != '\0');
        seen->others++;
    } else {
        sonda_status status = decode(unit);

        require(status == SONDA_OK || status == SONDA_ERR_TRUNCATED);
        seen->records++;
        mix(seen, file.record_len);
        mix(seen, event->field_count);
    }
    mix(seen, unit->offset);
}

static tally feed(const uint8_t *data, size_t size, size_t piece)
{
    tally seen = {0, 0, 0};

    sonda__etl_file_init(&file);
    for (size_t at = 0;; at += piece) {
        size_t len = at >= size ? 0 : size - at < piece ? size - at : piece;
        sonda__span bytes = sonda__span_of((const char *)data + (len == 0 ? 0 : at), len);
        sonda__etl_unit unit = sonda__etl_file_next(&file, &bytes, len == 0);

        for (; unit.kind != SONDA__ETL_MORE;
             unit = sonda__etl_file_next(&file, &bytes, len == 0)) {
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
    tally whole;
    tally pieces;

    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
    }
    if (size == 0 || size > 256u * 1024u) {
        return 0;
    }
    whole = feed(data + 1, size - 1, size);
    pieces = feed(data + 1, size - 1, 1 + (size_t)data[0] * 8);
    require(whole.records == pieces.records && whole.others == pieces.others);
    require(whole.digest == pieces.digest);
    return 0;
}
