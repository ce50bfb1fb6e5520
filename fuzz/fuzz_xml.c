/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The XML reader on any bytes: it ends, stays in bounds, and what it returns
 * lies in the input or the arena.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/codec/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t block[1 << 16];

static void check(const sonda__xml *xml, sonda__span span)
{
    const char *from = (const char *)xml->arena->block;
    const char *input = xml->input.data;

    if (span.len == 0 ||
        (span.data >= from && span.data + span.len <= from + xml->arena->used) ||
        (span.data >= input && span.data + span.len <= input + xml->input.len)) {
        return;
    }
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sonda__arena arena;
    sonda__xml xml;
    sonda__xml_token token = SONDA__XML_START;

    sonda__arena_init(&arena, block, sizeof block);
    sonda__xml_init(&xml, sonda__span_of((const char *)data, size), &arena);
    while (token != SONDA__XML_DONE && token != SONDA__XML_FAILED) {
        sonda__span name;
        sonda__span value;
        token = sonda__xml_next(&xml);
        if (token == SONDA__XML_TEXT) {
            check(&xml, xml.text);
            continue;
        }
        check(&xml, xml.name);
        while (token == SONDA__XML_START && sonda__xml_attribute(&xml, &name, &value)) {
            check(&xml, name);
            check(&xml, value);
        }
    }
    return 0;
}
