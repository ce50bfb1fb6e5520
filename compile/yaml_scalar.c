/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The regular expressions of YAML 1.2's core schema, by hand.
 *
 * Integers are brought to decimal because Sigma compares values as strings and
 * YAML says that 0x10 *is* 16. Fractions keep their spelling: there is no one
 * decimal text for them that an event could be expected to hold.
 *
 * Module compile. No allocation.
 */

#include "compile/yaml_scalar.h"

static bool is_one_of(sonda__span text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sonda__span_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

static size_t skip_digits(sonda__span text, size_t at)
{
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

static size_t skip_sign(sonda__span text)
{
    return text.len > 0 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_decimal(sonda__span text)
{
    size_t begin = skip_sign(text);
    size_t at = skip_digits(text, begin);
    size_t digits = at - begin;

    if (at < text.len && text.data[at] == '.') {
        size_t fraction = skip_digits(text, at + 1);
        digits += fraction - at - 1;
        at = fraction;
    }
    if (digits == 0) {
        return false;
    }
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        size_t first = at + 1;
        if (first < text.len && (text.data[first] == '-' || text.data[first] == '+')) {
            first++;
        }
        at = skip_digits(text, first);
        return at > first && at == text.len;
    }
    return at == text.len;
}

static bool is_infinite_or_nan(sonda__span text)
{
    static const char *const infinite[] = {".inf", ".Inf", ".INF"};
    static const char *const nan[] = {".nan", ".NaN", ".NAN"};
    size_t sign = skip_sign(text);

    return is_one_of(text, nan, 3) ||
           is_one_of(sonda__span_of(text.data + sign, text.len - sign), infinite, 3);
}

bool sonda__scalar_is_finite(sonda__span text)
{
    return is_decimal(text);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* True when all of `text` is digits of `base`; `fits` says whether 64 bits do. */
static bool read_integer(sonda__span text, uint64_t base, uint64_t *number, bool *fits)
{
    *number = 0;
    *fits = true;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit = (uint64_t)digit_of(text.data[i]);
        if (digit >= base) {
            return false;
        }
        if (*number > (UINT64_MAX - digit) / base) {
            *fits = false;
        }
        *number = *number * base + digit;
    }
    return text.len > 0;
}

static sonda__span write_integer(uint64_t number, bool negative, char *room)
{
    size_t at = SONDA__SCALAR_NUMBER_MAX;

    do {
        room[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    if (negative) {
        room[--at] = '-';
    }
    return sonda__span_of(room + at, SONDA__SCALAR_NUMBER_MAX - at);
}

/* [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+ */
static bool resolve_integer(sonda__span text, char *room, sonda__span *canonical)
{
    size_t prefix = skip_sign(text);
    uint64_t base = 10;
    uint64_t number;
    bool fits;

    if (text.len > 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'o')) {
        base = text.data[1] == 'x' ? 16 : 8;
        prefix = 2;
    }
    if (!read_integer(sonda__span_of(text.data + prefix, text.len - prefix), base, &number,
                      &fits)) {
        return false;
    }
    *canonical = fits ? write_integer(number, text.data[0] == '-' && number != 0, room) : text;
    return true;
}

sonda__value_kind sonda__scalar_resolve(sonda__span text,
                                        char room[SONDA__SCALAR_NUMBER_MAX],
                                        sonda__span *canonical)
{
    static const char *const none[] = {"", "~", "null", "Null", "NULL"};
    static const char *const yes[] = {"true", "True", "TRUE"};
    static const char *const no[] = {"false", "False", "FALSE"};

    *canonical = text;
    if (is_one_of(text, none, 5)) {
        return SONDA__VALUE_NONE;
    }
    if (is_one_of(text, yes, 3) || is_one_of(text, no, 3)) {
        *canonical = sonda__span_text(is_one_of(text, yes, 3) ? "true" : "false");
        return SONDA__VALUE_BOOLEAN;
    }
    if (resolve_integer(text, room, canonical) || is_decimal(text) ||
        is_infinite_or_nan(text)) {
        return SONDA__VALUE_NUMBER;
    }
    return SONDA__VALUE_STRING;
}
