/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Framing: where one record of a text input ends and the next begins.
 *
 * A framing looks at a window of the input that begins with the first byte not
 * yet consumed. It answers with one unit; the caller drops the consumed bytes
 * and asks again, or adds bytes at the window's end and asks again. What comes
 * out depends on the input alone, never on how it was cut into windows; a
 * window longer than SONDA__FRAME_MAX is always enough to decide.
 *
 * Layer 3 (normalise): uses base and codec.
 */

#ifndef SONDA_CORE_NORMALISE_FRAMING_H
#define SONDA_CORE_NORMALISE_FRAMING_H

#include "core/base/span.h"
#include "core/codec/json.h"
#include "sonda/record.h"

/* Longest payload of a record. */
#define SONDA__FRAME_MAX ((size_t)SONDA_RECORD_MAX - SONDA_RECORD_HEADER_SIZE)

typedef enum sonda__unit_kind {
    SONDA__UNIT_MORE,   /* nothing to tell before more bytes come */
    SONDA__UNIT_NONE,   /* nothing to tell, ask again */
    SONDA__UNIT_RECORD, /* payload from `begin` to `end` */
    SONDA__UNIT_SKIPPED /* one unreadable record; the trouble is at `begin` */
} sonda__unit_kind;

typedef struct sonda__unit {
    sonda__unit_kind kind;
    sonda_status status;
    size_t begin;
    size_t end;
    size_t consumed; /* bytes of the window that are done with, for every kind */
    const char *reason;
} sonda__unit;

/* JSON: see sonda/input.h for the rules. Members are private. */
typedef struct sonda__json_framing {
    uint8_t mode;
    bool begun;    /* something other than white space was met */
    bool in_array; /* the input is one array of records */
    bool reading;  /* `json` stands in the value at the window's start */
    bool in_string;
    bool escaped;
    uint32_t depth;
    size_t searched; /* bytes of the window known to hold no line end */
    sonda__json json;
} sonda__json_framing;

void sonda__json_framing_init(sonda__json_framing *framing);

/* `last`: no bytes follow the window's. */
sonda__unit
sonda__json_framing_next(sonda__json_framing *framing, sonda__span window, bool last);

/* Lines: each that is not blank is a record. Members are private. */
typedef struct sonda__line_framing {
    bool discarding;
    size_t searched;
} sonda__line_framing;

void sonda__line_framing_init(sonda__line_framing *framing);

sonda__unit
sonda__line_framing_next(sonda__line_framing *framing, sonda__span window, bool last);

/* Event XML: <Event> elements; what stands between counts nothing. Private members. */
typedef struct sonda__event_framing {
    bool inside; /* the window begins with an element */
    size_t searched;
} sonda__event_framing;

void sonda__event_framing_init(sonda__event_framing *framing);

sonda__unit
sonda__event_framing_next(sonda__event_framing *framing, sonda__span window, bool last);

#endif
