/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Durations and times without the C library's calendar, which depends on the
 * machine's time zone and is not the same everywhere.
 *
 * Module tools.
 */

#include "duration.h"

#include <stdio.h>
#include <string.h>

#define SECOND_NS 1000000000u

static bool unit_of(const char *text, uint64_t *milliseconds)
{
    static const struct {
        const char *name;
        uint64_t milliseconds;
    } units[] = {{"", 1000},   {"ms", 1},      {"s", 1000},
                 {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].name, text) == 0) {
            *milliseconds = units[i].milliseconds;
            return true;
        }
    }
    return false;
}

bool duration_parse(const char *text, uint64_t *milliseconds)
{
    uint64_t number = 0;
    uint64_t unit;
    size_t digits = 0;

    while (text[digits] >= '0' && text[digits] <= '9' && digits < 10) {
        number = number * 10 + (uint64_t)(text[digits] - '0');
        digits++;
    }
    if (digits == 0 || number == 0 || !unit_of(text + digits, &unit)) {
        return false;
    }
    *milliseconds = number * unit;
    return true;
}

/* Days since 1970 to a civil date, by Howard Hinnant's algorithm. */
static void date_of(uint64_t days, uint64_t *year, unsigned *month, unsigned *day)
{
    uint64_t z = days + 719468;
    uint64_t era = z / 146097;
    uint64_t doe = z - era * 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;

    *day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2 ? 1 : 0);
}

void time_write(uint64_t time_ns, char room[TIME_ROOM])
{
    uint64_t seconds = time_ns / SECOND_NS;
    unsigned rest = (unsigned)(time_ns % SECOND_NS);
    unsigned of_day = (unsigned)(seconds % 86400);
    uint64_t year;
    unsigned month;
    unsigned day;
    char fraction[16] = "";

    date_of(seconds / 86400, &year, &month, &day);
    if (rest % 1000000 == 0 && rest != 0) {
        (void)snprintf(fraction, sizeof fraction, ".%03u", rest / 1000000);
    } else if (rest % 1000 == 0 && rest != 0) {
        (void)snprintf(fraction, sizeof fraction, ".%06u", rest / 1000);
    } else if (rest != 0) {
        (void)snprintf(fraction, sizeof fraction, ".%09u", rest);
    }
    (void)snprintf(room, TIME_ROOM, "%04u-%02u-%02uT%02u:%02u:%02u%sZ", (unsigned)year, month,
                   day, of_day / 3600, of_day / 60 % 60, of_day % 60, fraction);
}
