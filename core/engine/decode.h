/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From a record to an event: the header, then the decoder of its source.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_DECODE_H
#define SONDA_CORE_ENGINE_DECODE_H

#include "core/event/event.h"

/*
 * Reads a record's header into `header` and decodes its payload into `event`.
 * `header->size` is 0 when not even the header could be read. On failure the
 * event is empty and `error` (not NULL) says why.
 */
sonda_status sonda__decode_record(sonda_event *event,
                                  sonda__span record,
                                  const sonda__names *names,
                                  sonda_record_header *header,
                                  sonda_error *error);

/*
 * The same for a record whose header has been read, or not: `read` is what
 * sonda_record_header_read() said, and `header` zeroes unless that is SONDA_OK.
 */
sonda_status sonda__decode_payload(sonda_event *event,
                                   sonda_status read,
                                   const sonda_record_header *header,
                                   sonda__span payload,
                                   const sonda__names *names,
                                   sonda_error *error);

#endif
