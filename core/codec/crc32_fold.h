/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The part of CRC-32 that some machines have instructions for.
 *
 * Layer 1 (codec).
 */

#ifndef SONDA_CORE_CODEC_CRC32_FOLD_H
#define SONDA_CORE_CODEC_CRC32_FOLD_H

#include <stddef.h>
#include <stdint.h>

/* Shorter texts are not worth it, and not allowed. */
#define SONDA__CRC32_FOLD_MIN 64u

/*
 * Takes whole steps of at least SONDA__CRC32_FOLD_MIN bytes into a checksum that
 * is not inverted; returns how many bytes.
 */
typedef size_t sonda__crc32_folder(uint32_t *crc, const uint8_t *p, size_t len);

/* NULL where the machine has none. */
sonda__crc32_folder *sonda__crc32_fold(void);

#endif
