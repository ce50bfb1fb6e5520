/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Memory for the lowering of one rule, given back at once.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOWER_POOL_H
#define SONDA_COMPILE_LOWER_POOL_H

#include "core/base/arena.h"
#include "core/base/span.h"
#include "sonda/allocator.h"

typedef struct sonda__lower_block sonda__lower_block;

typedef struct sonda__lower_pool {
    const sonda_allocator *allocator;
    sonda__lower_block *blocks; /* the newest first */
} sonda__lower_pool;

/* `allocator` outlives the pool. */
void sonda__lower_pool_init(sonda__lower_pool *pool, const sonda_allocator *allocator);

/* Gives everything back. */
void sonda__lower_pool_reset(sonda__lower_pool *pool);

/* Zeroed memory for `count` things of `size` bytes, or NULL. `count` may be 0. */
void *sonda__lower_pool_take(sonda__lower_pool *pool, size_t count, size_t size);

#endif
