/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tables of CRC-32: [k][b] is the checksum of byte b followed by k zeroes.
 *
 * Layer 1 (codec).
 */

#ifndef SONDA_CORE_CODEC_CRC32_TABLE_H
#define SONDA_CORE_CODEC_CRC32_TABLE_H

#include <stdint.h>

extern const uint32_t sonda__crc32_table[16][256];

#endif
