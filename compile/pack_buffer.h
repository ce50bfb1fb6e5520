/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A growing run of bytes: one section of a pack while it is written.
 *
 * Writers append without looking at results and test `failed` once at the end:
 * after an allocation failed every append does nothing.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_PACK_BUFFER_H
#define SONDA_COMPILE_PACK_BUFFER_H

#include "core/base/span.h"
#include "sonda/allocator.h"

typedef struct sonda__pack_buffer {
    uint8_t *bytes;
    size_t len;
    size_t room;
    const sonda_allocator *allocator;
    bool failed;
} sonda__pack_buffer;

/* `allocator` outlives the buffer. */
void sonda__pack_buffer_init(sonda__pack_buffer *buffer, const sonda_allocator *allocator);

/* Gives the memory back; the buffer is empty again. */
void sonda__pack_buffer_reset(sonda__pack_buffer *buffer);

void sonda__pack_buffer_u16(sonda__pack_buffer *buffer, uint32_t value);
void sonda__pack_buffer_u32(sonda__pack_buffer *buffer, uint32_t value);
void sonda__pack_buffer_u64(sonda__pack_buffer *buffer, uint64_t value);
void sonda__pack_buffer_bytes(sonda__pack_buffer *buffer, const void *bytes, size_t len);
void sonda__pack_buffer_zeros(sonda__pack_buffer *buffer, size_t len);

/* Writes a u32 over four bytes that are there. */
void sonda__pack_buffer_patch(sonda__pack_buffer *buffer, size_t at, uint32_t value);

#endif
