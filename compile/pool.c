/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A list of chunks, newest first; only the newest is taken from.
 *
 * What does not fit the rest of a chunk opens the next one, as large as needed:
 * a rule file's own size bounds what is asked for.
 *
 * Module compile.
 */

#include "compile/pool.h"

#include "core/base/allocate.h"

#include <stdalign.h>
#include <string.h>

/* Some forty SigmaHQ rules fit a chunk, so the allocator is called rarely. */
#define CHUNK_BYTES ((size_t)64 * 1024)

typedef struct sonda__pool_chunk {
    struct sonda__pool_chunk *previous;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
} chunk;

void sonda__pool_init(sonda__pool *pool, const sonda_allocator *allocator)
{
    pool->allocator = *allocator;
    pool->last = NULL;
}

static chunk *open_chunk(sonda__pool *pool, size_t need)
{
    size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    chunk *fresh = sonda__allocate(&pool->allocator, 1, sizeof(chunk) + size);

    if (fresh != NULL) {
        fresh->previous = pool->last;
        fresh->size = size;
        fresh->used = 0;
        pool->last = fresh;
    }
    return fresh;
}

void *sonda__pool_take(sonda__pool *pool, size_t count, size_t size)
{
    const size_t mask = alignof(max_align_t) - 1;
    chunk *from = pool->last;
    size_t need;
    void *taken;

    if (size == 0 || count > (SIZE_MAX / 2 - mask) / size) {
        return NULL;
    }
    need = (count * size + mask) & ~mask;
    if (from == NULL || from->size - from->used < need) {
        from = open_chunk(pool, need);
    }
    if (from == NULL) {
        return NULL;
    }
    taken = from->bytes + from->used;
    from->used += need;
    memset(taken, 0, need);
    return taken;
}

sonda__span sonda__pool_text(sonda__pool *pool, sonda__span text)
{
    char *copy = sonda__pool_take(pool, text.len + 1, 1);

    if (copy == NULL) {
        return sonda__span_of(NULL, 0);
    }
    if (text.len != 0) {
        memcpy(copy, text.data, text.len);
    }
    return sonda__span_of(copy, text.len);
}

sonda__pool_mark sonda__pool_mark_here(const sonda__pool *pool)
{
    sonda__pool_mark mark = {pool->last, pool->last == NULL ? 0 : pool->last->used};

    return mark;
}

void sonda__pool_rewind(sonda__pool *pool, sonda__pool_mark mark)
{
    while (pool->last != mark.chunk) {
        chunk *dropped = pool->last;
        pool->last = dropped->previous;
        sonda__release(&pool->allocator, dropped);
    }
    if (pool->last != NULL) {
        pool->last->used = mark.used;
    }
}

void sonda__pool_reset(sonda__pool *pool)
{
    sonda__pool_mark empty = {NULL, 0};

    sonda__pool_rewind(pool, empty);
}
