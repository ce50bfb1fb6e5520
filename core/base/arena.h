/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A bump allocator over one block that its holder provides.
 *
 * Event work takes from an arena and never gives back piece by piece: reset
 * drops everything. When the block is used up, take returns NULL; callers pass
 * SONDA_ERR_LIMIT on.
 *
 * Layer 0 (base). Takes no memory of its own.
 */

#ifndef SONDA_CORE_BASE_ARENA_H
#define SONDA_CORE_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct sonda__arena {
    uint8_t *block;
    size_t size;
    size_t used;
} sonda__arena;

/* `block` stays the caller's; any alignment. */
void sonda__arena_init(sonda__arena *arena, void *block, size_t size);

/* Forgets everything taken. */
void sonda__arena_reset(sonda__arena *arena);

/* `size` bytes aligned to `alignment` (a power of two), or NULL. */
void *sonda__arena_take(sonda__arena *arena, size_t size, size_t alignment);

/*
 * The free rest of the block, for text whose length shows only while writing:
 * write there, then keep what was written.
 */
char *sonda__arena_rest(sonda__arena *arena, size_t *room);

/* Takes `size` bytes of what sonda__arena_rest() returned. */
void sonda__arena_keep(sonda__arena *arena, size_t size);

#endif
