/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Numbers of any length as text, compared without rounding.
 *
 * Telemetry holds numbers beyond 64 bits and beyond a double; comparing their
 * digits gives the same answer on every machine.
 *
 * Layer 1 (codec). No allocation.
 */

#ifndef SONDA_CORE_CODEC_DECIMAL_H
#define SONDA_CORE_CODEC_DECIMAL_H

#include "core/base/span.h"

/* Digits without leading and trailing zeros; -0 is 0. */
typedef struct sonda__decimal {
    bool negative;
    size_t whole_len;
    size_t fraction_len;
    const char *whole; /* into the text, or `converted` */
    const char *fraction;
    char converted[20]; /* of a hexadecimal number */
} sonda__decimal;

/*
 * Reads [+-]digits[.digits], or 0x and up to 16 hexadecimal digits; the whole
 * text or nothing. The text must outlive `number`, which must not be copied.
 */
bool sonda__decimal_parse(sonda__span text, sonda__decimal *number);

/* Below, equal to or above 0, as a is to b. */
int sonda__decimal_compare(const sonda__decimal *a, const sonda__decimal *b);

/*
 * The nearest double or one next to it: the same on every machine. False, and
 * nothing written, when the number is beyond 300 digits.
 */
bool sonda__decimal_to_double(const sonda__decimal *number, double *out);

#endif
