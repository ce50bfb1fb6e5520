/* SPDX-License-Identifier: Apache-2.0 */

/*
 * UTF-8: check, decode, encode; UTF-16 and lone surrogates as WTF-8.
 *
 * Sonda keeps ill-formed text as it came, because a bad byte must not hide an
 * event. A lone surrogate of a UTF-16 source is kept in the three bytes UTF-8
 * would give it if it were a character (WTF-8); the check calls such text ill
 * formed, so it gets flagged and leaves as U+FFFD.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_UTF8_H
#define SONDA_CORE_CODEC_UTF8_H

#include "core/base/span.h"
#include "sonda/status.h"

/* What sonda__utf8_decode() gives for bytes that are no character. */
#define SONDA__UTF8_ILL_FORMED UINT32_MAX

/* Most bytes sonda__utf8_encode() writes. */
#define SONDA__UTF8_MAX 4u

/* Well-formed UTF-8 by Unicode's table 3-7: shortest form, no surrogates. */
bool sonda__utf8_valid(sonda__span text);

/*
 * Decodes the first character of a text that is not empty. Returns the bytes
 * it takes, at least 1. Ill-formed bytes give SONDA__UTF8_ILL_FORMED and the
 * length to replace by one U+FFFD: the maximal subpart of Unicode 3.9, or the
 * three bytes of a surrogate in WTF-8.
 */
size_t sonda__utf8_decode(sonda__span text, uint32_t *code);

/*
 * Writes a code point up to 0x10ffff in 1 to 4 bytes and returns how many; a
 * surrogate is written as WTF-8. `out` has room for SONDA__UTF8_MAX.
 */
size_t sonda__utf8_encode(uint32_t code, char *out);

static inline bool sonda__utf16_is_high(uint32_t unit)
{
    return (unit & 0xfffffc00u) == 0xd800u;
}

static inline bool sonda__utf16_is_low(uint32_t unit)
{
    return (unit & 0xfffffc00u) == 0xdc00u;
}

/* The character of a high and a low surrogate. */
static inline uint32_t sonda__utf16_pair(uint32_t high, uint32_t low)
{
    return 0x10000u + ((high & 0x3ffu) << 10) + (low & 0x3ffu);
}

/*
 * Converts UTF-16LE bytes to WTF-8. `room` of 3 bytes for each unit always
 * suffices; SONDA_ERR_FULL otherwise, SONDA_ERR_TRUNCATED for an odd length.
 * `ill_formed` is set true when a surrogate stood alone, else left as it is.
 */
sonda_status sonda__utf16le_to_utf8(
    sonda__span utf16, char *out, size_t room, size_t *out_len, bool *ill_formed);

#endif
