/* SPDX-License-Identifier: Apache-2.0 */

/*
 * CRC-32 sixteen bytes at a time, by tables, where the machine has nothing for
 * it: an event log's chunk is summed before its records are read, so this is a
 * good part of reading the file.
 *
 * Row k holds the checksum of each byte followed by k zero bytes; the test
 * recomputes it from the polynomial 0xedb88320 (reflected).
 *
 * Layer 1 (codec): uses core/base only. No allocation.
 */

#include "core/codec/crc32.h"

#include "core/codec/bytes.h"
#include "core/codec/crc32_fold.h"
#include "core/codec/crc32_table.h"

/* The part of four bytes that stand `row` bytes before the end of a step. */
static inline uint32_t part(uint32_t word, int row)
{
    return sonda__crc32_table[row + 3][word & 255] ^
           sonda__crc32_table[row + 2][word >> 8 & 255] ^
           sonda__crc32_table[row + 1][word >> 16 & 255] ^ sonda__crc32_table[row][word >> 24];
}

uint32_t sonda__crc32(uint32_t crc, const void *data, size_t len)
{
    sonda__crc32_folder *fold = len < SONDA__CRC32_FOLD_MIN ? NULL : sonda__crc32_fold();

    if (fold != NULL) {
        size_t done;

        crc = ~crc;
        done = fold(&crc, data, len);
        return sonda__crc32_by_table(~crc, (const uint8_t *)data + done, len - done);
    }
    return sonda__crc32_by_table(crc, data, len);
}

uint32_t sonda__crc32_by_table(uint32_t crc, const void *data, size_t len)
{
    const uint8_t *p = data;

    crc = ~crc;
    for (; len >= 16; len -= 16, p += 16) {
        crc = part(crc ^ sonda__u32le_at(p), 12) ^ part(sonda__u32le_at(p + 4), 8) ^
              part(sonda__u32le_at(p + 8), 4) ^ part(sonda__u32le_at(p + 12), 0);
    }
    for (; len > 0; len--, p++) {
        crc = crc >> 8 ^ sonda__crc32_table[0][(crc ^ *p) & 255];
    }
    return ~crc;
}
