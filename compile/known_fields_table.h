/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which fields records of a source have.
 *
 * Module compile. Data only.
 */

#ifndef SONDA_COMPILE_KNOWN_FIELDS_TABLE_H
#define SONDA_COMPILE_KNOWN_FIELDS_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Names with a space between, for one event id or class. */
typedef struct sonda__known_fields_row {
    uint32_t key;
    const char *names;
} sonda__known_fields_row;

/* Sysmon's events by id; those of Sysmon for Linux have the same names. */
extern const sonda__known_fields_row sonda__sysmon_fields[];
extern const size_t sonda__sysmon_field_count;

/* Events of Linux adapters and joined audit lines, by class. */
extern const sonda__known_fields_row sonda__linux_fields[];
extern const size_t sonda__linux_field_count;

/* Security 4688. */
extern const char sonda__security_process_fields[];

/* What every event log record has besides. */
extern const char sonda__system_fields[];

#endif
