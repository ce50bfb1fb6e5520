/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fuzz target: any generic payload as an event written in OCSF.
 *
 * Whatever the record says, the output is one JSON object in well-formed UTF-8,
 * and a buffer of the size that was asked for suffices.
 */

#include <stdint.h>
#include <stdlib.h>

#include "core/codec/json.h"
#include "core/codec/utf8.h"
#include "core/normalise/generic_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_json(sonda__span text)
{
    sonda__json json;
    sonda__json_token token;
    sonda_status status;

    require(sonda__utf8_valid(text));
    sonda__json_init(&json, text, NULL);
    do {
        status = sonda__json_next(&json, &token);
        require(status == SONDA_OK);
    } while (token.kind != SONDA__JSON_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sonda_record_header header = {.seq = 1};
    static sonda_event *event;
    char *output;
    size_t needed = 0;
    size_t written = 0;

    require(event != NULL || sonda_event_open(&event, NULL) == SONDA_OK);
    sonda__event_begin(event, &header, sonda__names_of_table());
    if (sonda__decode_generic(event, sonda__span_of((const char *)data, size), NULL) !=
        SONDA_OK) {
        return 0;
    }
    require(sonda_event_to_ocsf(event, NULL, 0, &needed) == SONDA_ERR_FULL);
    output = malloc(needed);
    require(output != NULL);
    require(sonda_event_to_ocsf(event, output, needed, &written) == SONDA_OK);
    require(written == needed);
    check_json(sonda__span_of(output, needed));
    free(output);
    return 0;
}
