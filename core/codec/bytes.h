/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Little-endian integers at a place whose bounds the caller has checked.
 *
 * For tables of fixed rows, where one check of the table's length stands for
 * all its rows; everything else is read by core/codec/reader. Integers are
 * assembled from bytes, which compilers turn into one load.
 *
 * Layer 1 (codec). No allocation.
 */

#ifndef SONDA_CORE_CODEC_BYTES_H
#define SONDA_CORE_CODEC_BYTES_H

#include <stdint.h>

static inline uint16_t sonda__u16le_at(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t sonda__u32le_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t sonda__u64le_at(const uint8_t *p)
{
    return sonda__u32le_at(p) | (uint64_t)sonda__u32le_at(p + 4) << 32;
}

static inline void sonda__put_u16le(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void sonda__put_u32le(uint8_t *p, uint32_t value)
{
    sonda__put_u16le(p, (uint16_t)value);
    sonda__put_u16le(p + 2, (uint16_t)(value >> 16));
}

static inline void sonda__put_u64le(uint8_t *p, uint64_t value)
{
    sonda__put_u32le(p, (uint32_t)value);
    sonda__put_u32le(p + 4, (uint32_t)(value >> 32));
}

#endif
