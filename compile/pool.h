/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Memory of a compilation: taken piece by piece, given back all at once.
 *
 * A pool grows by chunks from the handle's allocator. What is taken stays where
 * it is until the pool is rewound past it or released, so trees and rules point
 * at each other freely.
 *
 * Module compile. Not for the event path.
 */

#ifndef SONDA_COMPILE_POOL_H
#define SONDA_COMPILE_POOL_H

#include "core/base/span.h"
#include "sonda/allocator.h"

struct sonda__pool_chunk;

typedef struct sonda__pool {
    sonda_allocator allocator;
    struct sonda__pool_chunk *last;
} sonda__pool;

/* A place to rewind to. */
typedef struct sonda__pool_mark {
    struct sonda__pool_chunk *chunk;
    size_t used;
} sonda__pool_mark;

/* An empty pool; takes nothing yet. */
void sonda__pool_init(sonda__pool *pool, const sonda_allocator *allocator);

/* Zeroed memory aligned for any type; NULL when there is none or on overflow. */
void *sonda__pool_take(sonda__pool *pool, size_t count, size_t size);

/*
 * A copy of `text` with a zero behind it, which its length does not count. The
 * result's data is NULL when there is no memory, never otherwise.
 */
sonda__span sonda__pool_text(sonda__pool *pool, sonda__span text);

sonda__pool_mark sonda__pool_mark_here(const sonda__pool *pool);

/* Gives back everything taken since the mark. */
void sonda__pool_rewind(sonda__pool *pool, sonda__pool_mark mark);

/* Gives back everything. */
void sonda__pool_reset(sonda__pool *pool);

#endif
