/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A chain of blocks, each an arena; one large request gets a block of its own.
 *
 * Module compile.
 */

#include "compile/lower_pool.h"

#include <stdalign.h>

#include "core/base/allocate.h"

#define BLOCK_BYTES ((size_t)65536)

struct sonda__lower_block {
    sonda__lower_block *older;
    sonda__arena arena;
};

void sonda__lower_pool_init(sonda__lower_pool *pool, const sonda_allocator *allocator)
{
    pool->allocator = allocator;
    pool->blocks = NULL;
}

void sonda__lower_pool_reset(sonda__lower_pool *pool)
{
    while (pool->blocks != NULL) {
        sonda__lower_block *older = pool->blocks->older;

        sonda__release(pool->allocator, pool->blocks);
        pool->blocks = older;
    }
}

static sonda__lower_block *add_block(sonda__lower_pool *pool, size_t bytes)
{
    size_t room = (bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES) + alignof(max_align_t);
    sonda__lower_block *block = sonda__allocate(pool->allocator, sizeof *block + room, 1);

    if (block != NULL) {
        sonda__arena_init(&block->arena, block + 1, room);
        block->older = pool->blocks;
        pool->blocks = block;
    }
    return block;
}

void *sonda__lower_pool_take(sonda__lower_pool *pool, size_t count, size_t size)
{
    size_t bytes;
    void *memory = NULL;

    if (count > (SIZE_MAX - BLOCK_BYTES) / 2 / size) {
        return NULL;
    }
    bytes = count * size + 1;
    if (pool->blocks != NULL) {
        memory = sonda__arena_take(&pool->blocks->arena, bytes, alignof(max_align_t));
    }
    if (memory == NULL && add_block(pool, bytes) != NULL) {
        memory = sonda__arena_take(&pool->blocks->arena, bytes, alignof(max_align_t));
    }
    return memory == NULL ? NULL : memset(memory, 0, bytes);
}
