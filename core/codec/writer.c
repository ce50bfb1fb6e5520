/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bounded byte writer.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/writer.h"

void sonda__writer_init(sonda__writer *writer, void *buffer, size_t capacity)
{
    writer->buffer = buffer;
    writer->capacity = capacity;
    writer->needed = 0;
    writer->status = SONDA_OK;
}

void sonda__writer_bytes(sonda__writer *writer, const void *bytes, size_t len)
{
    if (writer->status == SONDA_OK && len > writer->capacity - writer->needed) {
        writer->status = SONDA_ERR_FULL;
    }
    if (writer->status == SONDA_OK && len != 0) {
        memcpy(writer->buffer + writer->needed, bytes, len);
    }
    writer->needed = len > SIZE_MAX - writer->needed ? SIZE_MAX : writer->needed + len;
}

static inline void put_le(sonda__writer *writer, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    sonda__writer_bytes(writer, bytes, size);
}

void sonda__writer_u8(sonda__writer *writer, uint8_t value)
{
    put_le(writer, value, 1);
}

void sonda__writer_u16le(sonda__writer *writer, uint16_t value)
{
    put_le(writer, value, 2);
}

void sonda__writer_u32le(sonda__writer *writer, uint32_t value)
{
    put_le(writer, value, 4);
}

void sonda__writer_u64le(sonda__writer *writer, uint64_t value)
{
    put_le(writer, value, 8);
}

void sonda__writer_span(sonda__writer *writer, sonda__span span)
{
    sonda__writer_bytes(writer, span.data, span.len);
}

void sonda__writer_text(sonda__writer *writer, const char *text)
{
    sonda__writer_bytes(writer, text, strlen(text));
}
