/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Times as text, both ways, in UTC by the proleptic Gregorian calendar.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_TIME_TEXT_H
#define SONDA_CORE_CODEC_TIME_TEXT_H

#include "core/base/span.h"
#include "sonda/status.h"

/* Length of "2026-11-23T18:25:40.123456789Z". */
#define SONDA__TIME_LEN 30u

#define SONDA__NS_PER_SECOND UINT64_C(1000000000)

/*
 * RFC 3339 in UTC with nine digits of fraction; no terminating zero. Writes
 * and returns SONDA__TIME_LEN bytes.
 */
size_t sonda__format_time(uint64_t time_ns, char *out);

/*
 * "YYYY-MM-DD" then 'T', 't' or a space, "hh:mm:ss", an optional fraction (cut
 * to nanoseconds), and 'Z', 'z', an offset "+hh:mm", or nothing, which means
 * UTC. SONDA_ERR_LIMIT before 1970 and from 2554 on. A leap second counts as
 * the second before it.
 */
sonda_status sonda__parse_time(sonda__span text, uint64_t *time_ns);

/* Nanoseconds since 1970 of a Windows FILETIME; 0 for times before 1970. */
uint64_t sonda__time_of_filetime(uint64_t filetime);

#endif
