/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bounded reader for bytes that arrive from outside the process.
 *
 * A decoder issues its reads in a row and tests `status` once at the end:
 * after the first short read every later read yields zero and moves nothing,
 * so a lying length field cannot steer the cursor.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_READER_H
#define SONDA_CORE_CODEC_READER_H

#include "core/base/span.h"
#include "sonda/status.h"

typedef struct sonda__reader {
    const uint8_t *next;
    const uint8_t *end;
    sonda_status status; /* SONDA_OK, or SONDA_ERR_TRUNCATED for good */
} sonda__reader;

/* `bytes` may be NULL when `len` is 0; they outlive the reader and its spans. */
void sonda__reader_init(sonda__reader *reader, const void *bytes, size_t len);

/* Bytes not read yet. */
size_t sonda__reader_left(const sonda__reader *reader);

/* The next integer, or 0 when it is cut short. */
uint8_t sonda__reader_u8(sonda__reader *reader);
uint16_t sonda__reader_u16le(sonda__reader *reader);
uint32_t sonda__reader_u32le(sonda__reader *reader);
uint64_t sonda__reader_u64le(sonda__reader *reader);

/* The next `len` bytes, borrowed; an empty span when there are fewer. */
sonda__span sonda__reader_bytes(sonda__reader *reader, size_t len);

/* Passes over `len` bytes, or latches when there are fewer. */
void sonda__reader_skip(sonda__reader *reader, size_t len);

#endif
