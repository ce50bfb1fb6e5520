/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Internet addresses from text.
 *
 * IPv4 as four decimal numbers without leading zeros, IPv6 as RFC 4291 writes
 * it, with an optional zone behind '%', which is left out.
 *
 * Layer 1 (codec). No allocation.
 */

#ifndef SONDA_CORE_CODEC_ADDRESS_H
#define SONDA_CORE_CODEC_ADDRESS_H

#include "core/base/span.h"

/* `size` is 4 or 16 and tells the family. */
typedef struct sonda__address {
    uint32_t size;
    uint8_t bytes[16];
} sonda__address;

/* The whole text or nothing. */
bool sonda__address_parse(sonda__span text, sonda__address *address);

/* Whether the first `bits` bits of `size` bytes are equal. */
bool sonda__address_prefix_equal(const uint8_t *a, const uint8_t *b, uint32_t bits);

#endif
