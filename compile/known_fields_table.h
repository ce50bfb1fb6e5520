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

/* Names for one event id of a channel, of one provider unless NULL. */
typedef struct sonda__channel_fields_row {
    const char *channel;
    const char *provider;
    uint32_t id;
    const char *names;
} sonda__channel_fields_row;

/* Events of Windows' own channels whose fields are documented. */
extern const sonda__channel_fields_row sonda__channel_fields[];
extern const size_t sonda__channel_field_count;

/* What every event log record has besides. */
extern const char sonda__system_fields[];

/* What some forwarder puts beside it, under names that no provider means by it. */
extern const char sonda__forwarded_fields[];

#endif
