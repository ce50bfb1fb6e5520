/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of SONDA_SOURCE_SYSMON_XML: one rendered <Event> to an event.
 *
 * Sysmon for Linux writes one such element to a line of syslog; Windows renders
 * every event of its log in the same shape.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_SYSMON_XML_H
#define SONDA_CORE_NORMALISE_SYSMON_XML_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied. `payload` is an
 * <Event> element, with or without text before it on its line (the header of
 * RFC 3164 or RFC 5424, which is not read: the element says the same). Field
 * texts point into `payload` or the event's arena.
 *
 * SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED: no <Event>, or broken XML.
 * SONDA_ERR_LIMIT: nested too deep, or too many fields. The offset in `error`
 * counts from the payload's first byte; the event is then not to be used.
 */
sonda_status
sonda__decode_sysmon_xml(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
