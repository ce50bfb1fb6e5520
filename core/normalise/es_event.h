/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fields of an Endpoint Security message to the event they tell of.
 *
 * Both decoders (lines of eslogger, records of the adapter) add a message's
 * members under the names eslogger gives them; what those mean is here, once.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#ifndef SONDA_CORE_NORMALISE_ES_EVENT_H
#define SONDA_CORE_NORMALISE_ES_EVENT_H

#include "core/event/event.h"

/* Elements of one list that become a field each; the rest is one more field. */
#define SONDA__ES_LIST_MAX 512u

/*
 * Appends an element past that limit to the field at `index`, behind a blank.
 * SONDA_ERR_LIMIT: no room.
 */
sonda_status
sonda__es_lengthen(sonda_event *event, size_t index, sonda__span text, uint16_t flags);

/*
 * Sets class, activity, product and time of an event that holds a message's
 * members, and adds the fields of the table. An event of a kind we do not know
 * becomes a base event, marked as raw. SONDA_ERR_LIMIT: no room.
 */
sonda_status sonda__es_interpret(sonda_event *event);

#endif
