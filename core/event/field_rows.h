/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The field table as core sees it: rows by id and a lookup laid out at build
 * time.
 *
 * scripts/fields.py writes field_table.c from fields.tsv; nothing else does.
 *
 * Layer 2 (event): uses base.
 */

#ifndef SONDA_CORE_EVENT_FIELD_ROWS_H
#define SONDA_CORE_EVENT_FIELD_ROWS_H

#include "core/base/span.h"
#include "sonda/field.h"

typedef struct sonda__field_row {
    const char *name;
    uint16_t name_len;
    sonda_value_type type;
} sonda__field_row;

/*
 * A place in an open-addressing table of names; `id` SONDA_FIELD_NONE is free.
 * The tag is the upper half of the name's hash, its lower bits the place.
 */
typedef struct sonda__name_slot {
    uint32_t tag;
    sonda_field_id id;
} sonda__name_slot;

/* A power of two, a quarter filled, so that a miss costs one or two looks. */
#define SONDA__FIELD_SLOTS 1024u

/* By id; row 0 is empty. */
extern const sonda__field_row sonda__field_rows[SONDA_FIELD_COUNT];
extern const sonda__name_slot sonda__field_slots[SONDA__FIELD_SLOTS];
extern const uint8_t sonda__field_schema_sha256[32];

#endif
