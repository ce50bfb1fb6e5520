/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The fixed parts of sonda/spi/driver_record.h as C structs, for the driver and
 * its client, which run on the same little-endian machine. What each member
 * means stands there, at the offset of the same name. Decoders of recordings do
 * not use these: they read offsets from bytes they do not trust.
 *
 * Public, for implementers. Compiles alone as C99 and C++11; no implicit padding.
 */

#ifndef SONDA_SPI_DRIVER_LAYOUT_H
#define SONDA_SPI_DRIVER_LAYOUT_H

#include <stdint.h>

#include "sonda/spi/driver_record.h"

/** The head of a payload: SONDA_DRIVER_HEAD_SIZE bytes. */
typedef struct sonda_driver_head {
    uint32_t size;
    uint16_t type, flags;
    uint64_t time, uptime, sequence;
    uint32_t pid, tid;
    uint64_t start;
    uint32_t other_pid, other_id;
    uint64_t other_start, stream, address, length;
    uint32_t argument, argument2;
    uint64_t request;
    uint32_t session, zero[5];
} sonda_driver_head;

/** The head of an item, before its bytes: SONDA_DRIVER_ITEM_HEAD_SIZE bytes. */
typedef struct sonda_driver_item {
    uint16_t kind, flags;
    uint32_t len;
} sonda_driver_item;

/** What the client sends to the event port: SONDA_DRIVER_COMMAND_SIZE bytes. */
typedef struct sonda_driver_command {
    uint32_t version, kind, argument, deadline_ms;
    uint32_t watched[SONDA_DRIVER_WATCHED_COUNT];
} sonda_driver_command;

/** What it gets for COUNTERS: SONDA_DRIVER_COUNTERS_SIZE bytes. */
typedef struct sonda_driver_counters {
    uint64_t produced[SONDA_DRIVER_TYPE_COUNT], dropped[SONDA_DRIVER_TYPE_COUNT];
    int64_t outcomes[SONDA_DRIVER_OUTCOME_COUNT], cached, forgotten, nameless;
    uint64_t queued, queued_most, memory;
} sonda_driver_counters;

/** A request, before its record: SONDA_DRIVER_REQUEST_AT_RECORD bytes. */
typedef struct sonda_driver_request {
    uint32_t version, size;
    uint64_t id, deadline;
} sonda_driver_request;

/** The answer to it: SONDA_DRIVER_REPLY_SIZE bytes. */
typedef struct sonda_driver_reply {
    uint32_t version, verdict;
    uint64_t id;
    uint32_t cache_ms, zero;
} sonda_driver_reply;

#endif
