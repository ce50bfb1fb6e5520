/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Texts of varying length in a pool of fixed size.
 *
 * Most processes need two small blocks, some need a hundred. Chained blocks of
 * 128 bytes serve both without fragmentation, and a block that was never used
 * was never touched, so a quiet machine does not pay for the whole pool.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#ifndef SONDA_CORE_TRACK_TEXT_POOL_H
#define SONDA_CORE_TRACK_TEXT_POOL_H

#include "core/base/span.h"
#include "sonda/allocator.h"
#include "sonda/status.h"

/* No text: what an empty one is known by. */
#define SONDA__TEXT_NONE UINT32_MAX

typedef struct sonda__text_pool {
    uint8_t *blocks;
    uint32_t block_count;
    uint32_t untouched; /* first block that was never used */
    uint32_t free_head;
    uint32_t free_count; /* blocks in the free list */
} sonda__text_pool;

/* `bytes` is rounded down to whole blocks. */
sonda_status
sonda__text_pool_open(sonda__text_pool *pool, uint64_t bytes, const sonda_allocator *allocator);

void sonda__text_pool_close(sonda__text_pool *pool, const sonda_allocator *allocator);

/*
 * Stores the parts one after the other as one text. SONDA_ERR_FULL, and nothing
 * stored, when there are not enough blocks. An empty text is SONDA__TEXT_NONE.
 */
sonda_status sonda__text_put(sonda__text_pool *pool,
                             const sonda__span *parts,
                             size_t part_count,
                             uint32_t *text);

/* Gives a text back; SONDA__TEXT_NONE does nothing. */
void sonda__text_drop(sonda__text_pool *pool, uint32_t text);

/* Copies `len` bytes from `offset` of a text, which must have them. */
void sonda__text_copy(
    const sonda__text_pool *pool, uint32_t text, size_t offset, size_t len, char *out);

#endif
