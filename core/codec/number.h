/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Integers as text, both ways, without stdio and the locale.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_NUMBER_H
#define SONDA_CORE_CODEC_NUMBER_H

#include "core/base/span.h"
#include "sonda/status.h"

/* Room for any decimal of 64 bits, sign included. */
#define SONDA__DECIMAL_MAX 20u
/* Room for 0x and 16 digits. */
#define SONDA__HEX_MAX 18u

/* Each writes without a terminating zero and returns the length. */
size_t sonda__format_decimal(uint64_t number, char *out);
size_t sonda__format_signed(int64_t number, char *out);
/* As C's "0x%x": lower case, no leading zeroes. */
size_t sonda__format_hex(uint64_t number, char *out);

/*
 * Parsing takes the whole text or fails and leaves the output alone:
 * SONDA_ERR_MALFORMED for what is no number, SONDA_ERR_LIMIT for one beyond
 * the output's range.
 */
sonda_status sonda__parse_decimal(sonda__span text, uint64_t *number);
/* A minus may stand in front. */
sonda_status sonda__parse_signed(sonda__span text, int64_t *number);
/* Hexadecimal digits of either case, without prefix. */
sonda_status sonda__parse_hex(sonda__span text, uint64_t *number);
/* Decimal, or hexadecimal behind 0x or 0X. */
sonda_status sonda__parse_number(sonda__span text, uint64_t *number);

/* Value of a hexadecimal digit, or -1. */
int sonda__hex_digit(char c);

#endif
