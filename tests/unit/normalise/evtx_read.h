/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads a built event log as the library's users do, and writes down what came.
 *
 * Tests only.
 */

#ifndef SONDA_TESTS_EVTX_READ_H
#define SONDA_TESTS_EVTX_READ_H

#include "core/event/event.h"

#define EVTX_TEXT_MAX 65536u

typedef struct evtx_read {
    sonda_event *event; /* of the record read last */
    uint64_t records;
    uint64_t skipped;
    uint64_t damaged;
    uint64_t undecoded;
    const char *reason; /* of what was skipped, damaged or not decoded last */
    /* For each record its fields as "Name=text;" (null: "Name;"), then a newline. */
    size_t len;
    char text[EVTX_TEXT_MAX];
    char record[EVTX_TEXT_MAX]; /* the last one that was read */
} evtx_read;

/* Reads anew, in pieces; close with evtx_read_close(). */
void evtx_read_bytes(evtx_read *seen, const void *bytes, size_t len, size_t piece);
void evtx_read_close(evtx_read *seen);

#endif
