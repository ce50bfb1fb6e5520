/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Shortest digits by the free-format algorithm of Steele, White and Dybvig, on
 * integers of our own: exact on every machine, and rare enough in telemetry
 * that its speed does not matter.
 *
 * A number is r/s; up/s and down/s reach halfway to its neighbours. Digits are
 * produced until what is left lies within them.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/real_text.h"

#include "core/codec/number.h"

#include <stdbool.h>
#include <string.h>

/* 2^1074 times 10, and 53 bits beside it. */
#define LIMBS 38

typedef struct whole {
    uint32_t limb[LIMBS];
} whole;

typedef struct real {
    uint64_t mantissa;
    int exponent;      /* of two */
    bool narrow_below; /* a power of two: the neighbour below is nearer */
} real;

typedef struct digits {
    char digit[20];
    size_t count;
    int point; /* the number is 0.digits times ten to this */
} digits;

static void set(whole *n, uint64_t value, int shift)
{
    int at = shift / 32;
    int bits = shift % 32;

    memset(n, 0, sizeof *n);
    n->limb[at] = (uint32_t)(value << bits);
    n->limb[at + 1] = (uint32_t)(value << bits >> 32);
    if (bits != 0) {
        n->limb[at + 2] = (uint32_t)(value >> (64 - bits));
    }
}

static void times_ten(whole *n)
{
    uint64_t carry = 0;

    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)n->limb[i] * 10;
        n->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static int compare(const whole *a, const whole *b)
{
    for (int i = LIMBS; i-- > 0;) {
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] < b->limb[i] ? -1 : 1;
        }
    }
    return 0;
}

static whole sum(const whole *a, const whole *b)
{
    uint64_t carry = 0;
    whole result;

    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)a->limb[i] + b->limb[i];
        result.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return result;
}

/* a -= b, which is not above it. */
static void subtract(whole *a, const whole *b)
{
    uint64_t borrow = 0;

    for (int i = 0; i < LIMBS; i++) {
        uint64_t difference = (uint64_t)a->limb[i] - b->limb[i] - borrow;

        a->limb[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
}

/* Whether a + b reaches beyond c; just reaching counts when `even`. */
static bool beyond(const whole *a, const whole *b, const whole *c, bool even)
{
    whole both = sum(a, b);

    return compare(&both, c) > (even ? -1 : 0);
}

static void produce(whole *r, const whole *s, whole *up, whole *down, bool even, digits *out)
{
    bool low = false;
    bool high = false;

    while (!low && !high) {
        char digit = '0';

        times_ten(r);
        times_ten(up);
        times_ten(down);
        while (compare(r, s) >= 0) {
            subtract(r, s);
            digit++;
        }
        low = compare(r, down) < (even ? 1 : 0);
        high = beyond(r, up, s, even);
        if (high && (!low || beyond(r, r, s, true))) {
            digit++;
        }
        out->digit[out->count++] = digit;
    }
}

static void shortest(const real *number, digits *out)
{
    int extra = number->narrow_below ? 2 : 1;
    int scale = number->exponent < 0 ? -number->exponent : 0;
    int shift = number->exponent < 0 ? 0 : number->exponent;
    bool even = (number->mantissa & 1) == 0;
    whole r;
    whole s;
    whole up;
    whole down;

    set(&r, number->mantissa, shift + extra);
    set(&s, 1, scale + extra);
    set(&up, 1, shift + extra - 1);
    set(&down, 1, shift);
    out->count = 0;
    out->point = 0;
    while (beyond(&r, &up, &s, even)) {
        times_ten(&s);
        out->point++;
    }
    for (;;) {
        whole reach = sum(&r, &up);

        times_ten(&reach);
        if (compare(&reach, &s) > (even ? -1 : 0)) {
            break;
        }
        times_ten(&r);
        times_ten(&up);
        times_ten(&down);
        out->point--;
    }
    produce(&r, &s, &up, &down, even, out);
}

static size_t put(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return len;
}

/* d.ddde+20 */
static size_t write_exponent(const digits *number, char *out)
{
    int exponent = number->point - 1;
    size_t len = put(out, number->digit, 1);

    if (number->count > 1) {
        out[len++] = '.';
        len += put(out + len, number->digit + 1, number->count - 1);
    }
    out[len++] = 'e';
    out[len++] = exponent < 0 ? '-' : '+';
    return len +
           sonda__format_decimal((uint64_t)(exponent < 0 ? -exponent : exponent), out + len);
}

static size_t write_full(const digits *number, char *out)
{
    size_t len = 0;

    if (number->point <= 0) {
        len = put(out, "0.000", 2 + (size_t)-number->point);
        return len + put(out + len, number->digit, number->count);
    }
    for (size_t i = 0; i < number->count || i < (size_t)number->point; i++) {
        if (i == (size_t)number->point) {
            out[len++] = '.';
        }
        out[len++] = i < number->count ? number->digit[i] : '0';
    }
    return len;
}

static size_t write(const real *number, bool negative, char *out)
{
    digits found;
    size_t len = 0;

    if (negative) {
        out[len++] = '-';
    }
    if (number->mantissa == 0) {
        out[len] = '0';
        return len + 1;
    }
    shortest(number, &found);
    return len + (found.point < -3 || found.point > 17 ? write_exponent(&found, out + len)
                                                       : write_full(&found, out + len));
}

static size_t write_special(uint64_t mantissa, bool negative, char *out)
{
    if (mantissa != 0) {
        return put(out, "NaN", 3);
    }
    return negative ? put(out, "-INF", 4) : put(out, "INF", 3);
}

/* `exponent` is the field of the format; `bias` turns it into one of a whole mantissa. */
static size_t
format(uint64_t mantissa, int exponent, int bias, uint64_t hidden, bool negative, char *out)
{
    real number;

    number.mantissa = exponent == 0 ? mantissa : mantissa | hidden;
    number.exponent = (exponent == 0 ? 1 : exponent) - bias;
    number.narrow_below = mantissa == 0 && exponent > 1;
    return write(&number, negative, out);
}

size_t sonda__format_double(uint64_t bits, char *out)
{
    uint64_t mantissa = bits & UINT64_C(0xfffffffffffff);
    int exponent = (int)(bits >> 52 & 0x7ff);
    bool negative = bits >> 63 != 0;

    return exponent == 0x7ff
               ? write_special(mantissa, negative, out)
               : format(mantissa, exponent, 1075, UINT64_C(1) << 52, negative, out);
}

size_t sonda__format_float(uint32_t bits, char *out)
{
    uint64_t mantissa = bits & 0x7fffffu;
    int exponent = (int)(bits >> 23 & 0xff);
    bool negative = bits >> 31 != 0;

    return exponent == 0xff ? write_special(mantissa, negative, out)
                            : format(mantissa, exponent, 150, UINT64_C(1) << 23, negative, out);
}
