/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the members of an Endpoint Security message are called in eslogger's
 * JSON, by the numbers of sonda/spi/es_record.h, and how their bytes are read.
 *
 * Layer 3 (normalise): uses base. Data only.
 */

#ifndef SONDA_CORE_NORMALISE_ES_NAME_TABLE_H
#define SONDA_CORE_NORMALISE_ES_NAME_TABLE_H

#include "sonda/spi/es_record.h"

#include <stdint.h>

typedef enum sonda__es_form {
    SONDA__ES_NONE,    /* no such field */
    SONDA__ES_TEXT,    /* bytes as they are */
    SONDA__ES_NUMBER,  /* unsigned, 1, 2, 4 or 8 bytes */
    SONDA__ES_SIGNED,  /* the same with a sign */
    SONDA__ES_BOOLEAN, /* one byte */
    SONDA__ES_HEX,     /* bytes as upper-case digits */
    SONDA__ES_TOKEN,   /* audit_token_t: eight members of their own */
    SONDA__ES_STAT,    /* sixteen members of their own */
    SONDA__ES_START,   /* nanoseconds as a time with six digits of fraction */
    SONDA__ES_FD,      /* fd and fdtype, an object of a list */
    SONDA__ES_ADDRESS, /* 4 or 16 bytes as an IP address */
    SONDA__ES_NAMED    /* a name, a zero, a text */
} sonda__es_form;

typedef struct sonda__es_field {
    const char *name; /* below its block */
    uint8_t form;     /* sonda__es_form */
    uint8_t is_list;
} sonda__es_field;

/* Members of an audit token in their order, and of a stat in theirs. */
#define SONDA__ES_TOKEN_WORDS 8u
#define SONDA__ES_TOKEN_BYTES 32u
#define SONDA__ES_STAT_WORDS 8u /* u32 */
#define SONDA__ES_STAT_LONGS 4u /* u64 */
#define SONDA__ES_STAT_TIMES 4u /* u64, nanoseconds */
#define SONDA__ES_STAT_MEMBERS \
    (SONDA__ES_STAT_WORDS + SONDA__ES_STAT_LONGS + SONDA__ES_STAT_TIMES)
#define SONDA__ES_STAT_BYTES 96u

extern const char *const sonda__es_token_names[SONDA__ES_TOKEN_WORDS];
extern const char *const sonda__es_stat_names[SONDA__ES_STAT_MEMBERS];

/* By SONDA_ES_…; a `name` of NULL: no such field. */
extern const sonda__es_field sonda__es_fields[SONDA_ES_FIELD_COUNT];

/* By SONDA_ES_BLOCK_…: the name below the event; NULL: no such block. */
extern const char *const sonda__es_blocks[SONDA_ES_BLOCK_COUNT];

#endif
