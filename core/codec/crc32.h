/* SPDX-License-Identifier: Apache-2.0 */

/*
 * CRC-32 (IEEE 802.3), the checksum of Windows' event log files.
 *
 * It finds damage, not intent: signatures are core/crypto's.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_CRC32_H
#define SONDA_CORE_CODEC_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * Goes on from `crc`, the checksum of what stands before: 0 at the start.
 * `data` may be NULL when `len` is 0.
 */
uint32_t sonda__crc32(uint32_t crc, const void *data, size_t len);

/* The same on any machine, for tests. */
uint32_t sonda__crc32_by_table(uint32_t crc, const void *data, size_t len);

#endif
