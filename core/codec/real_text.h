/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Floating-point numbers as text, without stdio and the locale.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_REAL_TEXT_H
#define SONDA_CORE_CODEC_REAL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Room for any number: sign, "0.0000", 17 digits; or an exponent. */
#define SONDA__REAL_MAX 32u

/*
 * The shortest decimal that reads back as the same number, given as the bits of
 * IEEE 754; in full from 0.0001 to below 10^17, with an exponent ("1e+20") beyond.
 * NaN, INF and -INF as XML Schema spells them. No terminating zero; returns the
 * length.
 */
size_t sonda__format_double(uint64_t bits, char *out);
size_t sonda__format_float(uint32_t bits, char *out);

#endif
