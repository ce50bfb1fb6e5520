/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Growing by doubling, through the compilation's allocator.
 *
 * Module compile.
 */

#include "compile/pack_buffer.h"

#include "core/base/allocate.h"

void sonda__pack_buffer_init(sonda__pack_buffer *buffer, const sonda_allocator *allocator)
{
    memset(buffer, 0, sizeof *buffer);
    buffer->allocator = allocator;
}

void sonda__pack_buffer_reset(sonda__pack_buffer *buffer)
{
    sonda__release(buffer->allocator, buffer->bytes);
    sonda__pack_buffer_init(buffer, buffer->allocator);
}

/* Room for `len` more bytes, or NULL once an allocation has failed. */
static uint8_t *take(sonda__pack_buffer *buffer, size_t len)
{
    if (!buffer->failed && len > buffer->room - buffer->len) {
        size_t room = (buffer->room + len) * 2 + 64;
        uint8_t *bytes = sonda__allocate(buffer->allocator, room, 1);

        buffer->failed = bytes == NULL;
        if (bytes != NULL) {
            if (buffer->len > 0) {
                memcpy(bytes, buffer->bytes, buffer->len);
            }
            sonda__release(buffer->allocator, buffer->bytes);
            buffer->bytes = bytes;
            buffer->room = room;
        }
    }
    if (buffer->failed) {
        return NULL;
    }
    buffer->len += len;
    return buffer->bytes + buffer->len - len;
}

static void put(sonda__pack_buffer *buffer, uint64_t value, size_t len)
{
    uint8_t *at = take(buffer, len);

    for (size_t i = 0; at != NULL && i < len; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

void sonda__pack_buffer_u16(sonda__pack_buffer *buffer, uint32_t value)
{
    put(buffer, value, 2);
}

void sonda__pack_buffer_u32(sonda__pack_buffer *buffer, uint32_t value)
{
    put(buffer, value, 4);
}

void sonda__pack_buffer_u64(sonda__pack_buffer *buffer, uint64_t value)
{
    put(buffer, value, 8);
}

void sonda__pack_buffer_bytes(sonda__pack_buffer *buffer, const void *bytes, size_t len)
{
    uint8_t *at = len > 0 ? take(buffer, len) : NULL;

    if (at != NULL) {
        memcpy(at, bytes, len);
    }
}

void sonda__pack_buffer_zeros(sonda__pack_buffer *buffer, size_t len)
{
    uint8_t *at = len > 0 ? take(buffer, len) : NULL;

    if (at != NULL) {
        memset(at, 0, len);
    }
}

void sonda__pack_buffer_patch(sonda__pack_buffer *buffer, size_t at, uint32_t value)
{
    if (!buffer->failed) {
        for (size_t i = 0; i < 4; i++) {
            buffer->bytes[at + i] = (uint8_t)(value >> (8 * i));
        }
    }
}
