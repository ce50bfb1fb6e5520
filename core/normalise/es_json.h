/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Messages of Endpoint Security back to the JSON that eslogger writes of them:
 * for round trips in tests, and for who wants to see a record.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_ES_JSON_H
#define SONDA_CORE_NORMALISE_ES_JSON_H

#include "core/codec/json_writer.h"
#include "core/event/event.h"

/*
 * Writes the message of an event that was decoded from a record or a line: its
 * members only, as one object. From message version 10 on audit tokens are
 * arrays, as eslogger has them. Failure latches in `json`. Not for the event
 * path: time grows with the square of the number of fields.
 */
void sonda__es_write_json(const sonda_event *event, sonda__json_writer *json);

#endif
