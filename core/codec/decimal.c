/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Comparing digit strings: the longer whole part is the larger number.
 *
 * Layer 1 (codec). No allocation.
 */

#include "core/codec/decimal.h"

#include "core/codec/number.h"

static size_t count_digits(sonda__span text, size_t from)
{
    size_t at = from;

    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at - from;
}

static bool parse_hex(sonda__span digits, sonda__decimal *number)
{
    uint64_t value = 0;
    size_t first = sizeof number->converted;

    if (digits.len > 16 || sonda__parse_hex(digits, &value) != SONDA_OK) {
        return false;
    }
    for (; value != 0; value /= 10) {
        number->converted[--first] = (char)('0' + value % 10);
    }
    number->negative = false;
    number->whole = number->converted + first;
    number->whole_len = sizeof number->converted - first;
    number->fraction = number->whole;
    number->fraction_len = 0;
    return true;
}

static void drop_zeros(sonda__decimal *number)
{
    while (number->whole_len > 0 && number->whole[0] == '0') {
        number->whole++;
        number->whole_len--;
    }
    while (number->fraction_len > 0 && number->fraction[number->fraction_len - 1] == '0') {
        number->fraction_len--;
    }
    if (number->whole_len == 0 && number->fraction_len == 0) {
        number->negative = false;
    }
}

bool sonda__decimal_parse(sonda__span text, sonda__decimal *number)
{
    size_t at = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;

    if (text.len > 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X')) {
        return parse_hex(sonda__span_of(text.data + 2, text.len - 2), number);
    }
    number->negative = at == 1 && text.data[0] == '-';
    number->whole_len = count_digits(text, at);
    if (number->whole_len == 0) {
        return false;
    }
    number->whole = text.data + at;
    at += number->whole_len;
    number->fraction = text.data + at;
    number->fraction_len = 0;
    if (at < text.len && text.data[at] == '.') {
        number->fraction_len = count_digits(text, at + 1);
        if (number->fraction_len == 0) {
            return false;
        }
        number->fraction = text.data + at + 1;
        at += 1 + number->fraction_len;
    }
    if (at != text.len) {
        return false;
    }
    drop_zeros(number);
    return true;
}

static int compare_digits(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t both = a_len < b_len ? a_len : b_len;
    int order = both == 0 ? 0 : memcmp(a, b, both);

    if (order != 0 || a_len == b_len) {
        return order;
    }
    return a_len < b_len ? -1 : 1;
}

static int compare_sizes(const sonda__decimal *a, const sonda__decimal *b)
{
    int order;

    if (a->whole_len != b->whole_len) {
        return a->whole_len < b->whole_len ? -1 : 1;
    }
    order = compare_digits(a->whole, a->whole_len, b->whole, b->whole_len);
    return order != 0
               ? order
               : compare_digits(a->fraction, a->fraction_len, b->fraction, b->fraction_len);
}

int sonda__decimal_compare(const sonda__decimal *a, const sonda__decimal *b)
{
    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    return a->negative ? compare_sizes(b, a) : compare_sizes(a, b);
}

/* Digits that 64 bits hold; the rest only moves the point. */
#define DIGITS_KEPT 19u
#define DIGITS_MAX 300u

static double power_of_ten(size_t exponent)
{
    double power = 1;

    for (size_t i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

bool sonda__decimal_to_double(const sonda__decimal *number, double *out)
{
    uint64_t digits = 0;
    size_t kept = 0;
    size_t behind = 0; /* digits kept of the fraction */
    double value;

    if (number->whole_len > DIGITS_MAX) {
        return false;
    }
    for (; kept < number->whole_len && kept < DIGITS_KEPT; kept++) {
        digits = digits * 10 + (uint64_t)(number->whole[kept] - '0');
    }
    for (; kept + behind < DIGITS_KEPT && behind < number->fraction_len; behind++) {
        digits = digits * 10 + (uint64_t)(number->fraction[behind] - '0');
    }
    value = (double)digits / power_of_ten(behind);
    if (kept < number->whole_len) {
        value *= power_of_ten(number->whole_len - kept);
    }
    *out = number->negative ? -value : value;
    return true;
}
