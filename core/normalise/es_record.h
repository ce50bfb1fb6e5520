/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of SONDA_SOURCE_ES, see sonda/spi/es_record.h.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_ES_RECORD_H
#define SONDA_CORE_NORMALISE_ES_RECORD_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied: the same event as of
 * the line eslogger would have written. SONDA_ERR_TRUNCATED, SONDA_ERR_MALFORMED:
 * the payload contradicts itself. SONDA_ERR_LIMIT: more fields than an event has.
 */
sonda_status sonda__decode_es(sonda_event *event, sonda__span payload, sonda_error *error);

/* The head, decoded. */
typedef struct sonda__es_head {
    uint32_t type;
    uint32_t message_version;
    uint32_t action;
    uint32_t flags;
    uint32_t result_type;
    uint32_t result;
    uint64_t time_ns;
    uint64_t mach_time;
    uint64_t seq;
    uint64_t global_seq;
    uint64_t thread;
} sonda__es_head;

/* One item; `bytes.data` is never NULL. */
typedef struct sonda__es_item {
    uint16_t field;
    uint8_t block;
    uint8_t flags;
    sonda__span bytes;
} sonda__es_item;

/* Reads a payload's head; the items follow from SONDA_ES_HEAD_SIZE on. */
sonda_status sonda__es_read_head(sonda__span payload, sonda__es_head *head, sonda_error *error);

/*
 * Reads the item at `*offset` and moves it behind; false at the end, or when
 * the item ends behind the payload: then `*offset` is not the payload's length.
 */
bool sonda__es_next_item(sonda__span payload, size_t *offset, sonda__es_item *item);

/* Little-endian number of one to eight bytes; 0 of any other length. */
uint64_t sonda__es_number(sonda__span bytes);
int64_t sonda__es_signed(sonda__span bytes);

#endif
