/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bounded reader for bytes that arrive from outside the process.
 *
 * We assemble integers byte by byte instead of casting a struct onto the
 * buffer: kernel records come unaligned, and both ends may differ in padding.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/reader.h"

void sonda__reader_init(sonda__reader *reader, const void *bytes, size_t len)
{
    reader->next = bytes;
    reader->end = len == 0 ? reader->next : reader->next + len;
    reader->status = SONDA_OK;
}

size_t sonda__reader_left(const sonda__reader *reader)
{
    return reader->next == reader->end ? 0 : (size_t)(reader->end - reader->next);
}

/* The next `len` bytes, or NULL from the first short read on. */
static const uint8_t *take(sonda__reader *reader, size_t len)
{
    const uint8_t *taken = reader->next;

    if (reader->status != SONDA_OK) {
        return NULL;
    }
    if (len > sonda__reader_left(reader)) {
        reader->status = SONDA_ERR_TRUNCATED;
        return NULL;
    }
    reader->next += len;
    return taken;
}

/* `size` is a constant at each call, so this becomes one load. */
static inline uint64_t take_le(sonda__reader *reader, size_t size)
{
    const uint8_t *p = take(reader, size);
    uint64_t value = 0;

    for (size_t i = 0; p != NULL && i < size; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    return value;
}

uint8_t sonda__reader_u8(sonda__reader *reader)
{
    return (uint8_t)take_le(reader, 1);
}

uint16_t sonda__reader_u16le(sonda__reader *reader)
{
    return (uint16_t)take_le(reader, 2);
}

uint32_t sonda__reader_u32le(sonda__reader *reader)
{
    return (uint32_t)take_le(reader, 4);
}

uint64_t sonda__reader_u64le(sonda__reader *reader)
{
    return take_le(reader, 8);
}

sonda__span sonda__reader_bytes(sonda__reader *reader, size_t len)
{
    const uint8_t *taken = len == 0 ? NULL : take(reader, len);

    return taken == NULL ? sonda__span_of("", 0) : sonda__span_of((const char *)taken, len);
}

void sonda__reader_skip(sonda__reader *reader, size_t len)
{
    if (len != 0) {
        take(reader, len);
    }
}
