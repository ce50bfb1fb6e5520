/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decoder of SONDA_SOURCE_AUDIT: one line of the Linux audit log to an event.
 *
 * The event is what the line says, for rules of service auditd. Putting the
 * lines of one serial together is core/track/audit_join.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_AUDIT_LINE_H
#define SONDA_CORE_NORMALISE_AUDIT_LINE_H

#include "core/event/event.h"

/*
 * Fills `event`, which sonda__event_begin() has emptied: base class, channel
 * "auditd", and the line's own fields under their own names, in order. A name
 * that comes twice is a list. Quotes are stripped; a value that the audit
 * format writes in hexadecimal because it holds blanks or control characters is
 * decoded, and only such: `exe=2F62…` is, `a0=7ffe` of a system call is not.
 * msg='…' is flattened. Added are `audit_serial` (hidden from rules) and, for
 * words that belong to no key, `audit_text`; an AVC's verdict and permissions,
 * which have no key, get auparse's names `seresult` and `seperms`.
 *
 * SONDA_ERR_MALFORMED: no "type=" and "audit(SECONDS.MS:SERIAL)"; the offset
 * in `error` counts from the payload's first byte. SONDA_ERR_LIMIT: too many
 * fields. The event is then not to be used. Anything else is kept as it is.
 */
sonda_status sonda__decode_audit(sonda_event *event, sonda__span payload, sonda_error *error);

#endif
