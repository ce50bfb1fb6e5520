/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The public view of the field table.
 *
 * Layer 2 (event). No allocation.
 */

#include "core/event/field_rows.h"
#include "core/event/names.h"

const char *sonda_field_name(sonda_field_id id)
{
    if (id == SONDA_FIELD_NONE || id >= SONDA_FIELD_COUNT) {
        return NULL;
    }
    return sonda__field_rows[id].name;
}

sonda_field_id sonda_field_by_name(const char *name, size_t name_len)
{
    if (name == NULL) {
        return SONDA_FIELD_UNKNOWN;
    }
    return sonda__names_find(sonda__names_of_table(), sonda__span_of(name, name_len));
}

const uint8_t *sonda_field_schema_hash(void)
{
    return sonda__field_schema_sha256;
}
