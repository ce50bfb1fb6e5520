/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Times as text, both ways.
 *
 * Days are counted by the civil-from-days method (H. Hinnant, "chrono-
 * compatible low-level date algorithms"): years begin in March, so that the
 * leap day is the last one and needs no case of its own.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/time_text.h"

#define SECONDS_PER_DAY 86400
/* Windows counts 100 ns from 1601; this many of them lie before 1970. */
#define FILETIME_OF_1970 UINT64_C(116444736000000000)
/* Where 64 bits of nanoseconds end, in whole seconds. */
#define SECONDS_MAX (int64_t)(UINT64_MAX / SONDA__NS_PER_SECOND - 1)

typedef struct civil {
    int64_t year;
    int64_t month;
    int64_t day;
} civil;

static int64_t days_of_civil(civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static civil civil_of_days(int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    civil date;

    date.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    date.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

/* `value` in `width` digits, zeroes in front. */
static char *put(char *out, uint64_t value, size_t width, char after)
{
    for (size_t i = width; i-- > 0; value /= 10) {
        out[i] = (char)('0' + value % 10);
    }
    out[width] = after;
    return out + width + 1;
}

size_t sonda__format_time(uint64_t time_ns, char *out)
{
    uint64_t seconds = time_ns / SONDA__NS_PER_SECOND;
    uint64_t of_day = seconds % SECONDS_PER_DAY;
    civil date = civil_of_days((int64_t)(seconds / SECONDS_PER_DAY));
    char *at = out;

    at = put(at, (uint64_t)date.year, 4, '-');
    at = put(at, (uint64_t)date.month, 2, '-');
    at = put(at, (uint64_t)date.day, 2, 'T');
    at = put(at, of_day / 3600, 2, ':');
    at = put(at, of_day / 60 % 60, 2, ':');
    at = put(at, of_day % 60, 2, '.');
    put(at, time_ns % SONDA__NS_PER_SECOND, 9, 'Z');
    return SONDA__TIME_LEN;
}

/* Reads digits and separators in a row; the first that is wrong latches. */
typedef struct scanner {
    sonda__span rest;
    bool failed;
} scanner;

static char peek(const scanner *scan)
{
    if (scan->rest.len == 0) {
        return 0;
    }
    return scan->rest.data[0];
}

static void advance(scanner *scan)
{
    scan->rest.data++;
    scan->rest.len--;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool accept(scanner *scan, char wanted)
{
    if (peek(scan) != wanted || scan->rest.len == 0) {
        return false;
    }
    advance(scan);
    return true;
}

static void expect(scanner *scan, char wanted)
{
    scan->failed = scan->failed || !accept(scan, wanted);
}

/* Exactly `width` digits between `min` and `max`. */
static int64_t digits(scanner *scan, size_t width, int64_t min, int64_t max)
{
    int64_t value = 0;

    for (size_t i = 0; i < width && !scan->failed; i++) {
        scan->failed = !is_digit(peek(scan));
        if (!scan->failed) {
            value = value * 10 + (peek(scan) - '0');
            advance(scan);
        }
    }
    scan->failed = scan->failed || value < min || value > max;
    return scan->failed ? min : value;
}

static uint64_t fraction_ns(scanner *scan)
{
    uint64_t value = 0;
    uint64_t unit = SONDA__NS_PER_SECOND;

    if (!accept(scan, '.')) {
        return 0;
    }
    scan->failed = scan->failed || !is_digit(peek(scan));
    for (; is_digit(peek(scan)); advance(scan)) {
        unit /= 10;
        value += unit * (uint64_t)(peek(scan) - '0');
    }
    return value;
}

static int64_t offset_seconds(scanner *scan)
{
    bool behind = peek(scan) == '-';
    int64_t hours;
    int64_t minutes;

    if (scan->rest.len == 0 || accept(scan, 'Z') || accept(scan, 'z')) {
        return 0;
    }
    if (!accept(scan, '+')) {
        expect(scan, '-');
    }
    hours = digits(scan, 2, 0, 23);
    expect(scan, ':');
    minutes = digits(scan, 2, 0, 59);
    return (hours * 3600 + minutes * 60) * (behind ? -1 : 1);
}

static int64_t date_seconds(scanner *scan)
{
    static const uint8_t month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    civil date;
    bool leap;

    date.year = digits(scan, 4, 0, 9999);
    expect(scan, '-');
    date.month = digits(scan, 2, 1, 12);
    expect(scan, '-');
    date.day = digits(scan, 2, 1, month_days[date.month - 1]);
    leap = (date.year % 4 == 0 && date.year % 100 != 0) || date.year % 400 == 0;
    scan->failed = scan->failed || (date.month == 2 && date.day == 29 && !leap);
    return days_of_civil(date) * SECONDS_PER_DAY;
}

static int64_t clock_seconds(scanner *scan)
{
    int64_t hours = digits(scan, 2, 0, 23);
    int64_t minutes;
    int64_t seconds;

    expect(scan, ':');
    minutes = digits(scan, 2, 0, 59);
    expect(scan, ':');
    seconds = digits(scan, 2, 0, 60);
    return hours * 3600 + minutes * 60 + (seconds == 60 ? 59 : seconds);
}

sonda_status sonda__parse_time(sonda__span text, uint64_t *time_ns)
{
    scanner scan = {text, false};
    int64_t seconds = date_seconds(&scan);
    uint64_t fraction;

    if (!accept(&scan, 'T') && !accept(&scan, 't')) {
        expect(&scan, ' ');
    }
    seconds += clock_seconds(&scan);
    fraction = fraction_ns(&scan);
    seconds -= offset_seconds(&scan);
    if (scan.failed || scan.rest.len != 0) {
        return SONDA_ERR_MALFORMED;
    }
    if (seconds < 0 || seconds > SECONDS_MAX) {
        return SONDA_ERR_LIMIT;
    }
    *time_ns = (uint64_t)seconds * SONDA__NS_PER_SECOND + fraction;
    return SONDA_OK;
}

uint64_t sonda__time_of_filetime(uint64_t filetime)
{
    uint64_t since;

    if (filetime < FILETIME_OF_1970) {
        return 0;
    }
    since = filetime - FILETIME_OF_1970;
    return since > UINT64_MAX / 100 ? UINT64_MAX : since * 100;
}
