/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Endpoint Security records made up item by item, for tests and seeds.
 *
 * Tests only.
 */

#ifndef SONDA_TESTS_ES_BUILD_H
#define SONDA_TESTS_ES_BUILD_H

#include "core/event/event.h"
#include "sonda/spi/es_record.h"

#define ES_PAYLOAD_MAX ((size_t)2 * 1024 * 1024)

typedef struct es_build {
    uint8_t *payload; /* ES_PAYLOAD_MAX bytes */
    size_t len;
    uint32_t type;
} es_build;

/* A process in the terms of a test. */
typedef struct es_process {
    uint32_t pid;
    uint32_t version;
    uint32_t parent_pid;
    uint32_t parent_version;
    const char *path;
} es_process;

/* Begins a message of an event type: NOTIFY, of a version, numbered 7 and 70. */
void es_begin(es_build *b, uint32_t type, uint32_t version);
void es_put(
    es_build *b, uint8_t block, uint16_t field, uint8_t flags, const void *bytes, size_t len);
void es_text(es_build *b, uint8_t block, uint16_t field, const char *text);
void es_number(es_build *b, uint8_t block, uint16_t field, uint64_t number, size_t bytes);
void es_null(es_build *b, uint8_t block, uint16_t field);
void es_stat(es_build *b, uint8_t block, uint16_t field);
/* All that a process block has. */
void es_process_block(es_build *b, uint8_t block, const es_process *process);

/* Sets the size; the payload is complete. */
sonda__span es_end(es_build *b);

/* A payload's head names its type. */
sonda_status es_decode(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
