/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where fields go in OCSF, as scripts/fields.py lays it out from fields.tsv.
 *
 * Layer 2 (event): uses base.
 */

#ifndef SONDA_CORE_EVENT_OCSF_ROWS_H
#define SONDA_CORE_EVENT_OCSF_ROWS_H

#include "sonda/field.h"

/* What a route is for; numbers as KINDS in scripts/fields.py. */
typedef enum sonda__ocsf_kind {
    SONDA__OCSF_ANY,
    SONDA__OCSF_KIND_BASE,
    SONDA__OCSF_KIND_FILE,
    SONDA__OCSF_KIND_KERNEL,
    SONDA__OCSF_KIND_MEMORY,
    SONDA__OCSF_KIND_MODULE,
    SONDA__OCSF_KIND_JOB,
    SONDA__OCSF_KIND_PROCESS,
    SONDA__OCSF_KIND_SCRIPT,
    SONDA__OCSF_KIND_FINDING,
    SONDA__OCSF_KIND_AUTHENTICATION,
    SONDA__OCSF_KIND_NETWORK,
    SONDA__OCSF_KIND_DNS,
    SONDA__OCSF_KIND_REGISTRY_KEY,
    SONDA__OCSF_KIND_REGISTRY_VALUE,
    SONDA__OCSF_KIND_SERVICE
} sonda__ocsf_kind;

/* How a value is written; numbers as FORMS in scripts/fields.py. */
typedef enum sonda__ocsf_form {
    SONDA__OCSF_TEXT,      /* a string, as it is */
    SONDA__OCSF_INTEGER,   /* a number */
    SONDA__OCSF_TIME,      /* milliseconds since 1970 */
    SONDA__OCSF_BOOLEAN,   /* true or false */
    SONDA__OCSF_ADDRESS,   /* an IP address, as a string */
    SONDA__OCSF_HASHES,    /* an array of fingerprint objects */
    SONDA__OCSF_FILE,      /* path, name and type of a file */
    SONDA__OCSF_PIPE,      /* the same of a named pipe */
    SONDA__OCSF_ACCOUNT,   /* name, and domain where DOMAIN\name gives one */
    SONDA__OCSF_DIRECTION, /* true: outbound, false: inbound */
    SONDA__OCSF_REGISTRY   /* a value's name, and the path of its key */
} sonda__ocsf_form;

/* Not a leaf. */
#define SONDA__OCSF_NO_LEAF 0xffffu

/*
 * A place in the output. Leaves are sorted by the components of their paths:
 * what belongs to one object stands together. The acting process, where the
 * record does not tell it, is the parent of a launched process (`of_launch`)
 * and otherwise the process itself (`of_itself`).
 */
typedef struct sonda__ocsf_leaf {
    const char *path;
    uint16_t of_launch;
    uint16_t of_itself;
} sonda__ocsf_leaf;

/* Sources that name things their own way. */
#define SONDA__OCSF_SOURCE_ANY 0u
#define SONDA__OCSF_SOURCE_SECURITY 1u

/* Applies to events of this kind, activity (0: any) and source. */
typedef struct sonda__ocsf_route {
    uint8_t kind;
    uint8_t activity;
    uint8_t source;
    uint8_t form;
    uint16_t leaf;
} sonda__ocsf_route;

/* Kept current by scripts/fields.py. */
#define SONDA__OCSF_LEAVES 125u

extern const sonda__ocsf_leaf sonda__ocsf_leaves[SONDA__OCSF_LEAVES];
extern const sonda__ocsf_route sonda__ocsf_routes[];

/* Routes of field f: from element f to before element f + 1. */
extern const uint16_t sonda__ocsf_route_starts[SONDA_FIELD_COUNT + 1];

#endif
