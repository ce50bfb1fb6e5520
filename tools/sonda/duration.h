/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Durations and times as people and machines write them.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_DURATION_H
#define SONDA_TOOLS_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for time_write(). */
#define TIME_ROOM 40u

/* "500ms", "10s", "5m", "2h"; a bare number is seconds. Not 0. */
bool duration_parse(const char *text, uint64_t *milliseconds);

/* "2026-11-23T18:44:02.125Z": RFC 3339, with as many threes of digits as needed. */
void time_write(uint64_t time_ns, char room[TIME_ROOM]);

#endif
