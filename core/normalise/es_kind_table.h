/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events of Endpoint Security: number, name, OCSF class and activity, and which
 * of their members become which fields.
 *
 * Layer 3 (normalise): uses base and event. Data and a search.
 */

#ifndef SONDA_CORE_NORMALISE_ES_KIND_TABLE_H
#define SONDA_CORE_NORMALISE_ES_KIND_TABLE_H

#include "core/base/span.h"
#include "sonda/field.h"

/* What a member of an event is used for. */
typedef enum sonda__es_use_as {
    SONDA__ES_AS_FIELD,   /* its text is the field's, unless the row before gave it */
    SONDA__ES_AS_LIST,    /* its elements joined by blanks are */
    SONDA__ES_AS_HEX,     /* its number is, in hexadecimal */
    SONDA__ES_AS_OCTAL,   /* its permission bits are, in octal */
    SONDA__ES_AS_DIR,     /* a directory; the next row names the file within it */
    SONDA__ES_AS_OUTCOME, /* true: "success", false: "failed" */
    SONDA__ES_AS_EXIT,    /* a wait status: exit code and signal */
    SONDA__ES_AS_FLAG,    /* it decides on the activity */
    /* Process blocks: */
    SONDA__ES_AS_SUBJECT, /* the process the event is about, instead of the acting one */
    SONDA__ES_AS_TARGET,  /* the process that is acted on */
    SONDA__ES_AS_ACTOR    /* who really acts: `process` does it in their name */
} sonda__es_use_as;

typedef struct sonda__es_use {
    const char *member; /* below the event; of a block without the dot behind it */
    uint8_t len;
    uint8_t as; /* sonda__es_use_as */
    sonda_field_id field;
} sonda__es_use;

/* What makes of some events another class or activity. */
typedef enum sonda__es_twist {
    SONDA__ES_PLAIN,
    SONDA__ES_FORK,
    SONDA__ES_CLOSE,
    SONDA__ES_MMAP,
    SONDA__ES_FLOW
} sonda__es_twist;

#define SONDA__ES_USES_MAX 7u
#define SONDA__ES_NO_TYPE 0xffffu

typedef struct sonda__es_kind {
    const char *name; /* as eslogger has it below "event" */
    uint16_t auth;    /* es_event_type_t, or SONDA__ES_NO_TYPE */
    uint16_t notify;
    uint32_t class_uid;
    uint32_t activity_id;
    uint32_t twist; /* sonda__es_twist */
    uint32_t use_count;
    sonda__es_use uses[SONDA__ES_USES_MAX];
} sonda__es_kind;

extern const sonda__es_kind sonda__es_kinds[];
extern const size_t sonda__es_kind_count;

/* NULL: not one we know. */
const sonda__es_kind *sonda__es_kind_by_name(sonda__span name);
const sonda__es_kind *sonda__es_kind_by_type(uint32_t type);

#endif
