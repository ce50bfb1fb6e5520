/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of SONDA_SOURCE_JSON: one JSON object to an event.
 *
 * Windows Event Log comes in two shapes, nested ({"Event":{"System":…,
 * "EventData":…}}) and flat (Channel, EventID and the event's own names at the
 * top). Messages of Endpoint Security come as eslogger writes them (eslogger.h).
 * Any other object becomes a base event with its keys as fields.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_JSON_EVENT_H
#define SONDA_CORE_NORMALISE_JSON_EVENT_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied. Field texts point into
 * `payload` or the event's arena. Keys of nested objects are joined with '.';
 * an array repeats its field; of duplicate keys the last counts; a number's
 * text is as written.
 *
 * SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED: not one JSON object. SONDA_ERR_LIMIT:
 * nested too deep, or too many fields. The offset in `error` counts from the
 * payload's first byte; the event is then not to be used.
 */
sonda_status sonda__decode_json(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
