/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Chained blocks: four bytes of link, the rest text.
 *
 * The link is copied in and out with memcpy, so that a block is plain bytes
 * and text may start right behind it.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#include "core/track/text_pool.h"

#include "core/base/allocate.h"

#include <assert.h>

#define BLOCK_SIZE 128u
#define BLOCK_TEXT (BLOCK_SIZE - sizeof(uint32_t))

static uint8_t *block_at(const sonda__text_pool *pool, uint32_t block)
{
    assert(block < pool->block_count);
    return pool->blocks + (size_t)block * BLOCK_SIZE;
}

static uint32_t link_of(const sonda__text_pool *pool, uint32_t block)
{
    uint32_t next;

    memcpy(&next, block_at(pool, block), sizeof next);
    return next;
}

static void set_link(sonda__text_pool *pool, uint32_t block, uint32_t next)
{
    memcpy(block_at(pool, block), &next, sizeof next);
}

sonda_status
sonda__text_pool_open(sonda__text_pool *pool, uint64_t bytes, const sonda_allocator *allocator)
{
    uint64_t count = bytes / BLOCK_SIZE;

    if (count == 0 || count >= SONDA__TEXT_NONE) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    pool->blocks = sonda__allocate(allocator, (size_t)count, BLOCK_SIZE);
    if (pool->blocks == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    pool->block_count = (uint32_t)count;
    pool->untouched = 0;
    pool->free_head = SONDA__TEXT_NONE;
    pool->free_count = 0;
    return SONDA_OK;
}

void sonda__text_pool_close(sonda__text_pool *pool, const sonda_allocator *allocator)
{
    sonda__release(allocator, pool->blocks);
    pool->blocks = NULL;
}

static uint32_t take_block(sonda__text_pool *pool)
{
    uint32_t block = pool->free_head;

    if (block == SONDA__TEXT_NONE) {
        return pool->untouched++;
    }
    pool->free_head = link_of(pool, block);
    pool->free_count--;
    return block;
}

/* Writes a text front to back, taking blocks as it goes. */
typedef struct writer {
    sonda__text_pool *pool;
    uint32_t first;
    uint32_t last;
    size_t used; /* bytes of text in the last block */
} writer;

static void grow(writer *w)
{
    uint32_t block = take_block(w->pool);

    set_link(w->pool, block, SONDA__TEXT_NONE);
    if (w->first == SONDA__TEXT_NONE) {
        w->first = block;
    } else {
        set_link(w->pool, w->last, block);
    }
    w->last = block;
    w->used = 0;
}

static void write_part(writer *w, sonda__span part)
{
    while (part.len > 0) {
        size_t len;

        if (w->first == SONDA__TEXT_NONE || w->used == BLOCK_TEXT) {
            grow(w);
        }
        len = part.len < BLOCK_TEXT - w->used ? part.len : BLOCK_TEXT - w->used;
        memcpy(block_at(w->pool, w->last) + sizeof(uint32_t) + w->used, part.data, len);
        w->used += len;
        part.data += len;
        part.len -= len;
    }
}

sonda_status sonda__text_put(sonda__text_pool *pool,
                             const sonda__span *parts,
                             size_t part_count,
                             uint32_t *text)
{
    writer w = {pool, SONDA__TEXT_NONE, SONDA__TEXT_NONE, 0};
    size_t total = 0;
    size_t room = (size_t)(pool->block_count - pool->untouched) + pool->free_count;

    for (size_t i = 0; i < part_count; i++) {
        total += parts[i].len;
    }
    if ((total + BLOCK_TEXT - 1) / BLOCK_TEXT > room) {
        return SONDA_ERR_FULL;
    }
    for (size_t i = 0; i < part_count; i++) {
        write_part(&w, parts[i]);
    }
    *text = w.first;
    return SONDA_OK;
}

void sonda__text_drop(sonda__text_pool *pool, uint32_t text)
{
    while (text != SONDA__TEXT_NONE) {
        uint32_t next = link_of(pool, text);

        set_link(pool, text, pool->free_head);
        pool->free_head = text;
        pool->free_count++;
        text = next;
    }
}

void sonda__text_copy(
    const sonda__text_pool *pool, uint32_t text, size_t offset, size_t len, char *out)
{
    while (offset >= BLOCK_TEXT && len > 0) {
        text = link_of(pool, text);
        offset -= BLOCK_TEXT;
    }
    while (len > 0) {
        size_t here = len < BLOCK_TEXT - offset ? len : BLOCK_TEXT - offset;

        memcpy(out, block_at(pool, text) + sizeof(uint32_t) + offset, here);
        out += here;
        len -= here;
        offset = 0;
        text = link_of(pool, text);
    }
}
