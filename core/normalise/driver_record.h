/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of the Windows driver's payloads: sonda/spi/driver_record.h.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_DRIVER_RECORD_H
#define SONDA_CORE_NORMALISE_DRIVER_RECORD_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied with the record's
 * header; texts stand in the event's arena. SONDA_ERR_TRUNCATED,
 * SONDA_ERR_MALFORMED: not that layout, with the payload's offset in `error`.
 * SONDA_ERR_LIMIT: no room for the texts. The event is then not to be used.
 * Items of unknown kinds are passed over.
 */
sonda_status sonda__decode_driver(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
