/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names in an event log's chunk: UTF-16 behind a link and a hash.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_NAMES_H
#define SONDA_CORE_NORMALISE_EVTX_NAMES_H

#include "core/base/limits.h"
#include "core/base/span.h"

/* A name as UTF-8, cut at the longest a field may have. */
typedef struct sonda__evtx_name {
    size_t len;
    char text[3 * SONDA__FIELD_NAME_MAX];
} sonda__evtx_name;

/*
 * Reads the name at offset `at` of a chunk. False when it does not lie within
 * it. `size`: the bytes it takes there.
 */
bool sonda__evtx_name_read(
    sonda__evtx_name *name, const uint8_t *chunk, size_t chunk_len, size_t at, size_t *size);

static inline sonda__span sonda__evtx_name_text(const sonda__evtx_name *name)
{
    return sonda__span_of(name->text, name->len);
}

/* The character of one of XML's five entities as UTF-16LE, or NULL. */
const char *sonda__evtx_entity(sonda__span name);

#endif
