/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Integers as text, both ways.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/number.h"

size_t sonda__format_decimal(uint64_t number, char *out)
{
    char digits[SONDA__DECIMAL_MAX];
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    memcpy(out, digits + first, sizeof digits - first);
    return sizeof digits - first;
}

size_t sonda__format_signed(int64_t number, char *out)
{
    if (number >= 0) {
        return sonda__format_decimal((uint64_t)number, out);
    }
    out[0] = '-';
    return 1 + sonda__format_decimal(0 - (uint64_t)number, out + 1);
}

size_t sonda__format_hex(uint64_t number, char *out)
{
    char digits[16];
    size_t first = sizeof digits;

    do {
        digits[--first] = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number != 0);
    out[0] = '0';
    out[1] = 'x';
    memcpy(out + 2, digits + first, sizeof digits - first);
    return 2 + sizeof digits - first;
}

int sonda__hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* So many digits of any base here fit 64 bits. */
#define SAFE_DIGITS 16u

static inline sonda_status parse_base(sonda__span text, int base, uint64_t *number)
{
    uint64_t value = 0;

    if (text.len == 0) {
        return SONDA_ERR_MALFORMED;
    }
    for (size_t i = 0; i < text.len; i++) {
        int digit = sonda__hex_digit(text.data[i]);

        if (digit < 0 || digit >= base) {
            return SONDA_ERR_MALFORMED;
        }
        if (i >= SAFE_DIGITS && value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base) {
            return SONDA_ERR_LIMIT;
        }
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    *number = value;
    return SONDA_OK;
}

sonda_status sonda__parse_decimal(sonda__span text, uint64_t *number)
{
    return parse_base(text, 10, number);
}

sonda_status sonda__parse_hex(sonda__span text, uint64_t *number)
{
    return parse_base(text, 16, number);
}

sonda_status sonda__parse_number(sonda__span text, uint64_t *number)
{
    if (text.len > 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x') {
        return parse_base(sonda__span_of(text.data + 2, text.len - 2), 16, number);
    }
    return parse_base(text, 10, number);
}

sonda_status sonda__parse_signed(sonda__span text, int64_t *number)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    sonda__span digits = negative ? sonda__span_of(text.data + 1, text.len - 1) : text;
    uint64_t magnitude = 0;
    sonda_status status = parse_base(digits, 10, &magnitude);

    if (status != SONDA_OK) {
        return status;
    }
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return SONDA_ERR_LIMIT;
    }
    /* Through the complement: -INT64_MIN has no positive counterpart. */
    *number = negative && magnitude != 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return SONDA_OK;
}
