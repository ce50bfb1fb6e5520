/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Line to event, for a benchmark in C++.
 *
 * Benchmarks only.
 */

#include "bench/json_visit.h"

#include "core/normalise/json_event.h"
#include "core/normalise/json_shapes.h"

#include <stdlib.h>

/* What a worker has for decoding. */
struct json_visit {
    sonda_event *event;
    sonda__json_shapes shapes;
};

json_visit *json_visit_open(void)
{
    json_visit *self = calloc(1, sizeof *self);

    if (self != NULL && sonda_event_open(&self->event, NULL) != SONDA_OK) {
        free(self);
        return NULL;
    }
    if (self != NULL) {
        sonda__json_shapes_reset(&self->shapes, sonda__names_of_table());
        self->event->shapes = &self->shapes;
    }
    return self;
}

void json_visit_close(json_visit *self)
{
    if (self != NULL) {
        sonda_event_close(self->event);
        free(self);
    }
}

size_t json_visit_decode(json_visit *self, const char *line, size_t len)
{
    static const sonda_record_header header;
    sonda_event *event = self->event;

    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_json(event, sonda__span_of(line, len), NULL) == SONDA_OK
               ? event->field_count
               : 0;
}
