/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values read by their type, when somebody asks.
 *
 * An event keeps the source's text only: rules match it and most values are
 * never needed in another form. What asks pays for the parsing.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#ifndef SONDA_CORE_EVENT_VALUE_H
#define SONDA_CORE_EVENT_VALUE_H

#include "core/base/span.h"
#include "core/codec/address.h"
#include "sonda/field.h"

/* Each leaves its output alone unless it returns SONDA_OK. */

/* Decimal, or hexadecimal behind 0x. */
sonda_status sonda__value_number(sonda__span text, uint64_t *number);

/* Nanoseconds since 1970, by the forms of SONDA_TYPE_TIME. */
sonda_status sonda__value_time(sonda__span text, uint64_t *time_ns);

/* "true" and "false" in any case, "1" and "0". */
sonda_status sonda__value_boolean(sonda__span text, bool *value);

/* IPv4 or IPv6. */
sonda_status sonda__value_address(sonda__span text, sonda__address *address);

/* "DOMAIN\name" in two; without a backslash the domain is empty. */
typedef struct sonda__account {
    sonda__span domain;
    sonda__span name;
} sonda__account;

sonda__account sonda__value_account(sonda__span text);

/* The last part of a path, behind '/' or '\'; the whole where there is none. */
sonda__span sonda__value_file_name(sonda__span path);

/* What comes before that last part, without the separator. */
sonda__span sonda__value_folder(sonda__span path);

/* One digest of Sysmon's "ALG=HEX,ALG=HEX". */
typedef struct sonda__digest {
    sonda__span algorithm;
    sonda__span hex;
} sonda__digest;

/* Takes the next digest off `rest`; false when there is none. */
bool sonda__value_next_digest(sonda__span *rest, sonda__digest *digest);

#endif
