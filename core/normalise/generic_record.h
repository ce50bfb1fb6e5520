/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of generic payloads: (field, type, text) triples as
 * sonda_record_builder writes them. Vendors' sources and Sonda's own health
 * records use it.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_GENERIC_RECORD_H
#define SONDA_CORE_NORMALISE_GENERIC_RECORD_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied; texts borrow from
 * `payload`. SONDA_ERR_TRUNCATED, SONDA_ERR_MALFORMED: not that layout, with the
 * payload's offset in `error`. SONDA_ERR_LIMIT: too many fields. The event is
 * then not to be used.
 */
sonda_status sonda__decode_generic(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
