/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A shape: the fields that a fragment of binary XML gives, and where each takes
 * its text from. Its layout is in evtx_format.h.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_SHAPE_H
#define SONDA_CORE_NORMALISE_EVTX_SHAPE_H

#include "core/base/limits.h"
#include "core/base/span.h"
#include "core/normalise/evtx_format.h"
#include "sonda/status.h"

/* A shape being built: storage of the caller, half of it ops, half text. */
typedef struct sonda__evtx_shape {
    uint32_t op_count;
    uint32_t text_len;
    const char *reason; /* why building it failed; static */
    uint8_t ops[SONDA__EVTX_SHAPE_OPS_MAX * SONDA__EVTX_OP_SIZE];
    char text[SONDA__EVTX_SHAPE_TEXT_MAX];
} sonda__evtx_shape;

/* Appends an op; `text` and `name` lie in the shape's text. SONDA_ERR_LIMIT when full. */
sonda_status sonda__evtx_put_op(sonda__evtx_shape *shape,
                                sonda__evtx_op_kind kind,
                                uint32_t role,
                                uint32_t index,
                                sonda__span text,
                                sonda__span name);

/* Appends UTF-16 to the shape's text; `kept` is where it stands there. */
sonda_status
sonda__evtx_put_utf16(sonda__evtx_shape *shape, sonda__span utf16, sonda__span *kept);

/* Appends a name: `prefix`, `with` and `name`, cut at the longest there is. */
sonda_status sonda__evtx_put_name(sonda__evtx_shape *shape,
                                  sonda__span prefix,
                                  const char *with,
                                  sonda__span name,
                                  sonda__span *kept);

/* Bytes the shape takes in a payload, and writes them. */
size_t sonda__evtx_shape_size(const sonda__evtx_shape *shape);
void sonda__evtx_shape_write(const sonda__evtx_shape *shape, uint8_t *out);

#endif
