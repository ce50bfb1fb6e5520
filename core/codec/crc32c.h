/* SPDX-License-Identifier: Apache-2.0 */

/*
 * CRC-32C (Castagnoli), the checksum of recordings.
 *
 * It finds damage, not intent: signatures are core/crypto's.
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#ifndef SONDA_CORE_CODEC_CRC32C_H
#define SONDA_CORE_CODEC_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C of `len` bytes; `data` may be NULL when `len` is 0. */
uint32_t sonda__crc32c(const void *data, size_t len);

#endif
