/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bounded byte writer.
 *
 * Writes what fits and counts what is needed: `needed` goes on growing past
 * the buffer's end, so one pass tells a caller how large a buffer to bring. A
 * piece that does not fit is not written at all.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_WRITER_H
#define SONDA_CORE_CODEC_WRITER_H

#include "core/base/span.h"
#include "sonda/status.h"

typedef struct sonda__writer {
    uint8_t *buffer;
    size_t capacity;
    size_t needed;
    sonda_status status; /* SONDA_OK, or SONDA_ERR_FULL for good */
} sonda__writer;

/* `buffer` may be NULL when `capacity` is 0: then it only counts. */
void sonda__writer_init(sonda__writer *writer, void *buffer, size_t capacity);

void sonda__writer_u8(sonda__writer *writer, uint8_t value);
void sonda__writer_u16le(sonda__writer *writer, uint16_t value);
void sonda__writer_u32le(sonda__writer *writer, uint32_t value);
void sonda__writer_u64le(sonda__writer *writer, uint64_t value);
void sonda__writer_bytes(sonda__writer *writer, const void *bytes, size_t len);
void sonda__writer_span(sonda__writer *writer, sonda__span span);

/* Zero-terminated text of our own, without its zero. */
void sonda__writer_text(sonda__writer *writer, const char *text);

#endif
