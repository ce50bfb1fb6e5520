/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any bytes as the payload of an ETW record.
 *
 * The head is made sound, so that the layouts get the bytes, and the events go
 * through a tracker, which resolves whatever objects they name. An input is
 * several events: each a length of two bytes, then that many.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/codec/bytes.h"
#include "core/engine/decode.h"
#include "sonda/spi/etw_record.h"
#include "sonda/tracker.h"

#define INPUT_MAX 16384u

static sonda_event *event;
static sonda_tracker *tracker;
static volatile unsigned sum; /* keeps the reads */

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void read_fields(void)
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

static void run(uint8_t *record, size_t len)
{
    sonda_record_header header = {
        .source = SONDA_SOURCE_ETW, .type = SONDA_ETW_EVENT, .version = SONDA_ETW_VERSION};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + len);
    if (len >= SONDA_ETW_HEAD_SIZE) {
        sonda__put_u32le(record + SONDA_RECORD_HEADER_SIZE + SONDA_ETW_AT_SIZE, (uint32_t)len);
    }
    require(sonda_record_header_write(&header, record) == SONDA_OK);
    status = sonda__decode_record(event, sonda__span_of((const char *)record, header.size),
                                  sonda__names_of_table(), &header, &error);
    require(status == SONDA_OK || status == SONDA_ERR_TRUNCATED || status == SONDA_ERR_LIMIT);
    if (status == SONDA_OK) {
        require(sonda_tracker_apply(tracker, event) == SONDA_OK);
        read_fields();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t record[SONDA_RECORD_HEADER_SIZE + INPUT_MAX];

    if (event == NULL) {
        require(sonda_event_open(&event, NULL) == SONDA_OK);
        require(sonda_tracker_open(&tracker, NULL, NULL) == SONDA_OK);
    }
    while (size > 2 && size <= INPUT_MAX) {
        size_t len = sonda__u16le_at(data);

        data += 2;
        size -= 2;
        len = len < size ? len : size;
        memcpy(record + SONDA_RECORD_HEADER_SIZE, data, len);
        run(record, len);
        data += len;
        size -= len;
    }
    return 0;
}
