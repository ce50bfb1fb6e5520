/* SPDX-License-Identifier: Apache-2.0 */

/*
 * File header and frames of recordings, both ways.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/event/recording_format.h"

#include "sonda/abi.h"
#include "core/codec/crc32c.h"
#include "core/codec/reader.h"
#include "core/codec/writer.h"

/* As PNG's: the line end and the high bit show a transfer that "mends" text. */
#define MAGIC "\x89SONDA\r\n"
#define MAGIC_SIZE 8u
#define MARK_SIZE 4u
#define VERSION 1u
#define HEADER_ZEROES 28u
#define HEADER_CHECKED (SONDA_RECORDING_HEADER_SIZE - 4u)
#define FRAME_CHECKED (SONDA_RECORDING_FRAME_SIZE - 4u)

sonda_status sonda_recording_header_write(const sonda_recording_info *info, uint8_t *out)
{
    static const uint8_t zeroes[HEADER_ZEROES];
    sonda_recording_info ours = SONDA_RECORDING_INFO_INIT;
    sonda_status status = SONDA_OK;
    sonda__writer writer;

    if (out == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (info != NULL) {
        status = sonda_abi_read(info, &ours, sizeof ours);
    }
    if (status != SONDA_OK) {
        return status;
    }
    sonda__writer_init(&writer, out, SONDA_RECORDING_HEADER_SIZE);
    sonda__writer_bytes(&writer, MAGIC, MAGIC_SIZE);
    sonda__writer_u16le(&writer, VERSION);
    sonda__writer_u16le(&writer, SONDA_RECORDING_HEADER_SIZE);
    sonda__writer_u16le(&writer, ours.product);
    sonda__writer_u16le(&writer, ours.machine);
    sonda__writer_u64le(&writer, ours.wall_ns);
    sonda__writer_u64le(&writer, ours.mono_ns);
    sonda__writer_bytes(&writer, zeroes, sizeof zeroes);
    sonda__writer_u32le(&writer, sonda__crc32c(out, HEADER_CHECKED));
    return writer.status;
}

sonda_status sonda_recording_frame_write(const void *record, size_t record_len, uint8_t *out)
{
    sonda_record_header header;
    sonda__writer writer;
    sonda_status status;

    if (out == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_record_header_read(record, record_len, &header);
    if (status != SONDA_OK) {
        return status;
    }
    sonda__writer_init(&writer, out, SONDA_RECORDING_FRAME_SIZE);
    sonda__writer_bytes(&writer, SONDA__RECORDING_MARK, MARK_SIZE);
    sonda__writer_u32le(&writer, (uint32_t)record_len);
    sonda__writer_u32le(&writer, sonda__crc32c(record, record_len));
    sonda__writer_u32le(&writer, sonda__crc32c(out, FRAME_CHECKED));
    return writer.status;
}

sonda_status sonda__recording_header_parse(sonda__span bytes, sonda_recording_info *info)
{
    sonda_recording_info parsed = SONDA_RECORDING_INFO_INIT;
    sonda__reader reader;
    uint16_t version;
    uint16_t size;

    sonda__reader_init(&reader, bytes.data, bytes.len);
    if (!sonda__span_equal(sonda__reader_bytes(&reader, MAGIC_SIZE),
                           sonda__span_of(MAGIC, MAGIC_SIZE))) {
        return SONDA_ERR_MALFORMED;
    }
    version = sonda__reader_u16le(&reader);
    size = sonda__reader_u16le(&reader);
    parsed.product = sonda__reader_u16le(&reader);
    parsed.machine = sonda__reader_u16le(&reader);
    parsed.wall_ns = sonda__reader_u64le(&reader);
    parsed.mono_ns = sonda__reader_u64le(&reader);
    sonda__reader_skip(&reader, HEADER_ZEROES);
    /* Another version may put its checksum elsewhere: it is told apart first. */
    if (version != VERSION || size != SONDA_RECORDING_HEADER_SIZE) {
        return SONDA_ERR_VERSION;
    }
    if (sonda__reader_u32le(&reader) != sonda__crc32c(bytes.data, HEADER_CHECKED)) {
        return SONDA_ERR_CHECKSUM;
    }
    *info = parsed;
    return SONDA_OK;
}

bool sonda__recording_magic_begins(sonda__span bytes)
{
    size_t len = bytes.len < MAGIC_SIZE ? bytes.len : MAGIC_SIZE;

    return memcmp(bytes.data, MAGIC, len) == 0;
}

bool sonda__recording_frame_parse(sonda__span bytes, sonda__recording_frame *frame)
{
    sonda__reader reader;
    sonda__span mark;
    uint32_t frame_checksum;

    sonda__reader_init(&reader, bytes.data, bytes.len);
    mark = sonda__reader_bytes(&reader, MARK_SIZE);
    frame->size = sonda__reader_u32le(&reader);
    frame->record_checksum = sonda__reader_u32le(&reader);
    frame_checksum = sonda__reader_u32le(&reader);
    return reader.status == SONDA_OK && sonda__span_is(mark, SONDA__RECORDING_MARK) &&
           frame_checksum == sonda__crc32c(bytes.data, FRAME_CHECKED) &&
           frame->size >= SONDA_RECORD_HEADER_SIZE && frame->size <= SONDA_RECORD_MAX;
}
