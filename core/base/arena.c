/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bump allocation with checked arithmetic: a size from outside cannot wrap.
 *
 * Layer 0 (base).
 */

#include "core/base/arena.h"

#include <assert.h>

void sonda__arena_init(sonda__arena *arena, void *block, size_t size)
{
    arena->block = block;
    arena->size = size;
    arena->used = 0;
}

void sonda__arena_reset(sonda__arena *arena)
{
    arena->used = 0;
}

void *sonda__arena_take(sonda__arena *arena, size_t size, size_t alignment)
{
    uintptr_t at = (uintptr_t)(arena->block + arena->used);
    size_t pad = (size_t)(-at & (alignment - 1));
    size_t room = arena->size - arena->used;

    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    if (pad > room || size > room - pad) {
        return NULL;
    }
    arena->used += pad + size;
    return arena->block + arena->used - size;
}

char *sonda__arena_rest(sonda__arena *arena, size_t *room)
{
    *room = arena->size - arena->used;
    return (char *)(arena->block + arena->used);
}

void sonda__arena_keep(sonda__arena *arena, size_t size)
{
    assert(size <= arena->size - arena->used);
    arena->used += size;
}
