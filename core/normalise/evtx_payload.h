/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a record in a chunk to a payload that stands on its own.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_PAYLOAD_H
#define SONDA_CORE_NORMALISE_EVTX_PAYLOAD_H

#include "core/normalise/evtx_compile.h"

/* A template as compiled for one place; what a failure of it was is kept too. */
typedef struct sonda__evtx_template {
    uint32_t offset; /* of its definition in the chunk */
    uint32_t at;     /* in `bytes` */
    uint32_t size;
    uint32_t first_block; /* the first op that may be a BLOCK */
    sonda__evtx_scope scope;
    sonda_status status;
    uint32_t reserved;
    const char *reason;
} sonda__evtx_template;

/* The templates of one chunk, and the payload made last. Members are private. */
typedef struct sonda__evtx_payloads {
    const uint8_t *chunk;
    size_t chunk_len;
    uint32_t count;
    uint32_t reserved;
    size_t used;      /* of `bytes` */
    size_t read;      /* of templates' definitions, again for each place */
    size_t delivered; /* of payloads */
    size_t len;       /* of the payload under way */
    const char *reason;
    uint16_t slots[2 * SONDA__EVTX_SHAPES_MAX]; /* index + 1, by offset; 0: free */
    sonda__evtx_template templates[SONDA__EVTX_SHAPES_MAX];
    sonda__evtx_shape shape; /* being built */
    uint8_t bytes[SONDA__EVTX_SHAPE_BYTES_MAX];
    uint8_t header[SONDA_RECORD_HEADER_SIZE]; /* room for the record's */
    uint8_t payload[SONDA__EVTX_PAYLOAD_MAX];
} sonda__evtx_payloads;

/* Forgets the chunk before. `chunk` lives until the next call. */
void sonda__evtx_payloads_begin(sonda__evtx_payloads *self,
                                const uint8_t *chunk,
                                size_t chunk_len);

/*
 * Makes the payload of the record whose binary XML stands from `begin` to `end`
 * in the chunk: `payload` with `len` bytes, good until the next. On failure
 * SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED or SONDA_ERR_LIMIT, and `reason` says
 * why.
 */
sonda_status sonda__evtx_payloads_make(sonda__evtx_payloads *self, size_t begin, size_t end);

#endif
