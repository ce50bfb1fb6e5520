/* SPDX-License-Identifier: Apache-2.0 */

/*
 * CRC-32C four bytes at a time, by tables.
 *
 * Row k holds the checksum of each byte followed by k zero bytes; the test
 * recomputes it from the polynomial 0x82f63b78 (reflected).
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/crc32c.h"

#include "core/codec/crc32c_table.h"

uint32_t sonda__crc32c(const void *data, size_t len)
{
    const uint8_t *p = data;
    uint32_t crc = 0xffffffffu;

    for (; len >= 4; len -= 4, p += 4) {
        crc ^=
            (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        crc = sonda__crc32c_table[3][crc & 255] ^ sonda__crc32c_table[2][crc >> 8 & 255] ^
              sonda__crc32c_table[1][crc >> 16 & 255] ^ sonda__crc32c_table[0][crc >> 24];
    }
    for (; len > 0; len--, p++) {
        crc = crc >> 8 ^ sonda__crc32c_table[0][(crc ^ *p) & 255];
    }
    return ~crc;
}
