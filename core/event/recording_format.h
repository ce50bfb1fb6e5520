/* SPDX-License-Identifier: Apache-2.0 */

/*
 * File header and frames of recordings; sonda/recording.h has the layout.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#ifndef SONDA_CORE_EVENT_RECORDING_FORMAT_H
#define SONDA_CORE_EVENT_RECORDING_FORMAT_H

#include "core/base/span.h"
#include "sonda/recording.h"

/* What every frame begins with. */
#define SONDA__RECORDING_MARK "SREC"

typedef struct sonda__recording_frame {
    uint32_t size; /* of the record, 64 to SONDA_RECORD_MAX */
    uint32_t record_checksum;
} sonda__recording_frame;

/*
 * Parses the SONDA_RECORDING_HEADER_SIZE bytes at the start of a file.
 * SONDA_ERR_MALFORMED without the magic, SONDA_ERR_CHECKSUM when damaged,
 * SONDA_ERR_VERSION for another version or size of header.
 */
sonda_status sonda__recording_header_parse(sonda__span bytes, sonda_recording_info *info);

/* Whether `bytes`, fewer than a file header, may begin one. */
bool sonda__recording_magic_begins(sonda__span bytes);

/*
 * Parses the SONDA_RECORDING_FRAME_SIZE bytes of a frame; false when it has
 * not the mark, a wrong checksum of its own, or an impossible size.
 */
bool sonda__recording_frame_parse(sonda__span bytes, sonda__recording_frame *frame);

#endif
