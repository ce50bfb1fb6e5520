/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One event of a trace file: its length, and its bytes as an ETW record.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_ETL_EVENT_H
#define SONDA_CORE_NORMALISE_ETL_EVENT_H

#include "core/normalise/etl_file.h"

/* Bytes needed to know an event's length. */
#define SONDA__ETL_EVENT_LEAST 8u

typedef enum sonda__etl_found {
    SONDA__ETL_FOUND_RECORD, /* the file's `record` has it, without its header */
    SONDA__ETL_FOUND_OWN,    /* the file speaks of itself */
    SONDA__ETL_FOUND_OTHER,  /* an event of a kind that is not read */
    SONDA__ETL_FOUND_BROKEN  /* it contradicts itself */
} sonda__etl_found;

/* Length of the event that begins here, or 0 when it cannot be known. */
size_t sonda__etl_event_len(const uint8_t *bytes);

/* Reads one event, `len` bytes by sonda__etl_event_len(). `*time_ns`: when. */
sonda__etl_found sonda__etl_event_read(sonda__etl_file *file,
                                       const uint8_t *bytes,
                                       size_t len,
                                       uint64_t *time_ns);

#endif
