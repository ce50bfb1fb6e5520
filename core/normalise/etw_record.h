/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records of ETW events, of the adapter and of trace files, to events.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_ETW_RECORD_H
#define SONDA_CORE_NORMALISE_ETW_RECORD_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied; its link says what the
 * tracker has to resolve. An event whose provider, id or version has no layout
 * gets `is_raw`, the class base and its bytes in the field UserData.
 *
 * SONDA_ERR_TRUNCATED: the payload, or what its layout needs, is cut short.
 * SONDA_ERR_MALFORMED: not such a payload. SONDA_ERR_VERSION: another layout of
 * the payload. SONDA_ERR_LIMIT: more text than an event holds. The event is
 * then not to be used.
 */
sonda_status sonda__decode_etw(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
