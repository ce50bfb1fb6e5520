/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names of elements and attributes, and those of XML's entities.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#include "core/normalise/evtx_names.h"

#include "core/codec/bytes.h"
#include "core/codec/utf8.h"

/* u32 link to the next name of the same hash, u16 hash, u16 units. */
#define NAME_HEAD 8u
#define NAME_END 2u

bool sonda__evtx_name_read(
    sonda__evtx_name *name, const uint8_t *chunk, size_t chunk_len, size_t at, size_t *size)
{
    bool ill_formed = false;
    size_t units;
    size_t used;

    if (chunk_len < NAME_HEAD + NAME_END || at > chunk_len - NAME_HEAD - NAME_END) {
        return false;
    }
    units = sonda__u16le_at(chunk + at + 6);
    if (2 * units > chunk_len - at - NAME_HEAD - NAME_END) {
        return false;
    }
    *size = NAME_HEAD + 2 * units + NAME_END;
    used = units < SONDA__FIELD_NAME_MAX ? units : SONDA__FIELD_NAME_MAX;
    name->len = 0;
    (void)sonda__utf16le_to_utf8(sonda__span_of((const char *)chunk + at + NAME_HEAD, 2 * used),
                                 name->text, sizeof name->text, &name->len, &ill_formed);
    name->len = name->len < SONDA__FIELD_NAME_MAX ? name->len : SONDA__FIELD_NAME_MAX;
    return true;
}

const char *sonda__evtx_entity(sonda__span name)
{
    static const struct {
        const char *name;
        const char *utf16;
    } entities[] = {
        {"amp", "&\0"}, {"lt", "<\0"}, {"gt", ">\0"}, {"quot", "\"\0"}, {"apos", "'\0"},
    };

    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (sonda__span_is(name, entities[i].name)) {
            return entities[i].utf16;
        }
    }
    return NULL;
}
