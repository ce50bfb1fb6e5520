/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines of eslogger, and of exporters that write nearly the same, told from
 * other JSON by content.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#ifndef SONDA_CORE_NORMALISE_ESLOGGER_H
#define SONDA_CORE_NORMALISE_ESLOGGER_H

#include "core/event/event.h"

/* Whether the fields of a JSON record are those of an Endpoint Security message. */
bool sonda__eslogger_is(const sonda_event *event);

/*
 * Whether a list of that name belongs to an Endpoint Security message: such a
 * list may be longer than an event has fields, and the record counts all the
 * same. See SONDA__ES_LIST_MAX.
 */
bool sonda__eslogger_is_list(sonda__span name);

/*
 * Gives the fields the names that messages of every version have, and
 * interprets them. SONDA_ERR_LIMIT: no room.
 */
sonda_status sonda__eslogger_finish(sonda_event *event);

#endif
