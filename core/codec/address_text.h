/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Internet addresses as text, as RFC 5952 and every tool writes them.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_ADDRESS_TEXT_H
#define SONDA_CORE_CODEC_ADDRESS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Room for eight groups of four digits; the mapped form is shorter. */
#define SONDA__ADDRESS_TEXT_MAX 39u

/* Four bytes in network order; no terminating zero; returns the length. */
size_t sonda__format_ipv4(const uint8_t *bytes, char *out);

/*
 * Sixteen bytes in network order: lower case, the first longest run of two
 * zero groups or more as "::", an IPv4-mapped address as "::ffff:192.0.2.1".
 */
size_t sonda__format_ipv6(const uint8_t *bytes, char *out);

#endif
