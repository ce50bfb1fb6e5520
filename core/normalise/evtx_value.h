/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values of binary XML as the text that Windows renders them as.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_VALUE_H
#define SONDA_CORE_NORMALISE_EVTX_VALUE_H

#include "core/base/span.h"
#include "core/normalise/evtx_format.h"
#include "sonda/status.h"

/* A value as it stands in a record. */
typedef struct sonda__evtx_value {
    uint32_t type; /* SONDA__EVTX_…, with SONDA__EVTX_ARRAY or without */
    sonda__span bytes;
} sonda__evtx_value;

/*
 * Writes a value that is no array; `flags` gets SONDA_VALUE_ILL_FORMED where it
 * applies. A value whose length is not its type's is written like binary.
 * SONDA_ERR_LIMIT when `room` does not suffice.
 */
sonda_status sonda__evtx_render(
    sonda__evtx_value value, char *out, size_t room, size_t *len, uint16_t *flags);

/* The next element of an array, whose `bytes` move on; false at its end. */
bool sonda__evtx_next_element(sonda__evtx_value *array, sonda__evtx_value *element);

#endif
