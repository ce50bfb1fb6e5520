/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The calendar backwards: from nanoseconds to a date.
 *
 * Weeks are those of ISO 8601: they begin on Monday, and week 1 is the one
 * with the year's first Thursday.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/time_part.h"

#include "core/codec/time_text.h"
#include "core/rules/pack_format.h"

typedef struct date {
    uint32_t year;
    uint32_t month;
    uint32_t day;
} date;

/* Days from 0000-03-01, from which every leap day is the last of its year. */
#define EPOCH_FROM_MARCH_0 719468u
#define DAYS_OF_400_YEARS 146097u

static date date_of(uint32_t days_since_1970)
{
    uint32_t days = days_since_1970 + EPOCH_FROM_MARCH_0;
    uint32_t era = days / DAYS_OF_400_YEARS;
    uint32_t in_era = days % DAYS_OF_400_YEARS;
    uint32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint32_t in_year = in_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * in_year + 2) / 153; /* from March */
    date found;

    found.day = in_year - (153 * month + 2) / 5 + 1;
    found.month = month < 10 ? month + 3 : month - 9;
    found.year = era * 400 + year + (found.month <= 2 ? 1 : 0);
    return found;
}

static bool is_leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Day of the year, from 0. */
static uint32_t day_of_year(date when)
{
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

    return before[when.month - 1] + when.day - 1 +
           (when.month > 2 && is_leap(when.year) ? 1 : 0);
}

static uint32_t week_of(uint32_t days)
{
    /* 1970-01-01 was a Thursday, the fourth day. The week's Thursday decides. */
    uint32_t weekday = (days + 3) % 7;
    uint32_t thursday = days + 3 - weekday;

    return day_of_year(date_of(thursday)) / 7 + 1;
}

bool sonda__time_part_of(sonda__span text, uint32_t part, uint32_t *number)
{
    uint64_t time_ns;
    uint64_t minutes;
    uint32_t days;

    if (sonda__parse_time(text, &time_ns) != SONDA_OK) {
        return false;
    }
    minutes = time_ns / (60 * SONDA__NS_PER_SECOND);
    days = (uint32_t)(minutes / 1440);
    switch (part) {
    case SONDA__PART_MINUTE:
        *number = (uint32_t)(minutes % 60);
        return true;
    case SONDA__PART_HOUR:
        *number = (uint32_t)(minutes / 60 % 24);
        return true;
    case SONDA__PART_DAY:
        *number = date_of(days).day;
        return true;
    case SONDA__PART_WEEK:
        *number = week_of(days);
        return true;
    case SONDA__PART_MONTH:
        *number = date_of(days).month;
        return true;
    case SONDA__PART_YEAR:
        *number = date_of(days).year;
        return true;
    default:
        return false;
    }
}
