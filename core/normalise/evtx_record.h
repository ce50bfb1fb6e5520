/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of SONDA_SOURCE_EVTX: one record of a Windows event log file, in the
 * layout of core/normalise/evtx_format.h, to an event.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_RECORD_H
#define SONDA_CORE_NORMALISE_EVTX_RECORD_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied, with the fields that
 * the JSON of the same record gives. Texts point into `payload` or the event's
 * arena.
 *
 * SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED: not such a payload. SONDA_ERR_LIMIT:
 * more fields or text than an event holds. SONDA_ERR_VERSION: another layout.
 * The event is then not to be used.
 */
sonda_status sonda__decode_evtx(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
