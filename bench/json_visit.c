/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Line to event, for a benchmark in C++.
 *
 * Benchmarks only.
 */

#include "bench/json_visit.h"

#include "core/normalise/json_event.h"

/* There is nothing but the event: it is the handle. */
json_visit *json_visit_open(void)
{
    sonda_event *event = NULL;

    return sonda_event_open(&event, NULL) == SONDA_OK ? (json_visit *)event : NULL;
}

void json_visit_close(json_visit *self)
{
    sonda_event_close((sonda_event *)self);
}

size_t json_visit_decode(json_visit *self, const char *line, size_t len)
{
    static const sonda_record_header header;
    sonda_event *event = (sonda_event *)self;

    sonda__event_begin(event, &header, sonda__names_of_table());
    return sonda__decode_json(event, sonda__span_of(line, len), NULL) == SONDA_OK
               ? event->field_count
               : 0;
}
