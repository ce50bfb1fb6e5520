/* SPDX-License-Identifier: Apache-2.0 */

/*
 * For developers: the Endpoint Security messages of a recording on standard
 * input, a line each as eslogger writes it, to standard output. Records of other
 * sources are left out.
 *
 *   write_eslogger < RECORDING
 */

#include <stdio.h>
#include <stdlib.h>

#include "core/engine/decode.h"
#include "core/normalise/es_json.h"
#include "sonda/input.h"

#define JSON_MAX ((size_t)64 * 1024 * 1024)

typedef struct state {
    sonda_event *event;
    char *json;
} state;

static sonda_status
on_record(const void *record, size_t len, uint64_t number, uint64_t offset, void *user)
{
    state *self = user;
    sonda_record_header header;
    sonda_error error = SONDA_ERROR_INIT;
    sonda__json_writer json;

    (void)offset;
    if (sonda__decode_record(self->event, sonda__span_of(record, len), sonda__names_of_table(),
                             &header, &error) != SONDA_OK) {
        (void)fprintf(stderr, "record %llu: %s\n", (unsigned long long)number, error.message);
        return SONDA_OK;
    }
    if (sonda__event_find(self->event, SONDA_FIELD_ES_EVENT) == NULL) {
        return SONDA_OK;
    }
    sonda__json_writer_init(&json, self->json, JSON_MAX);
    sonda__es_write_json(self->event, &json);
    if (json.out.status == SONDA_OK) {
        (void)fwrite(self->json, 1, json.out.needed, stdout);
        (void)fputc('\n', stdout);
    }
    return SONDA_OK;
}

int main(void)
{
    static char block[256 * 1024];
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;
    state self = {NULL, malloc(JSON_MAX)};
    sonda_input *input = NULL;
    sonda_status status = SONDA_ERR_NO_MEMORY;
    size_t len;

    callbacks.on_record = on_record;
    callbacks.user = &self;
    if (self.json != NULL && sonda_event_open(&self.event, NULL) == SONDA_OK) {
        status = sonda_input_open(&input, NULL, NULL);
    }
    while (status == SONDA_OK && (len = fread(block, 1, sizeof block, stdin)) > 0) {
        status = sonda_input_feed(input, block, len, &callbacks);
    }
    if (status == SONDA_OK) {
        status = sonda_input_finish(input, &callbacks);
    }
    sonda_input_close(input);
    sonda_event_close(self.event);
    free(self.json);
    return status == SONDA_OK ? 0 : 1;
}
