/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The default allocator and checked use of any.
 *
 * Layer 0 (base).
 */

#include "core/base/allocate.h"

#include <stdlib.h>
#include <string.h>

static void *default_allocate(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void default_release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

sonda_status sonda__allocator_copy(sonda_allocator *ours, const sonda_allocator *given)
{
    sonda_allocator standard = SONDA_ALLOCATOR_INIT;

    standard.allocate = default_allocate;
    standard.release = default_release;
    if (given == NULL) {
        *ours = standard;
        return SONDA_OK;
    }
    if (given->struct_size != sizeof(sonda_allocator)) {
        return SONDA_ERR_ABI;
    }
    *ours = given->allocate != NULL && given->release != NULL ? *given : standard;
    return SONDA_OK;
}

void *sonda__allocate(const sonda_allocator *allocator, size_t count, size_t size)
{
    if (count == 0 || size == 0 || count > SIZE_MAX / size) {
        return NULL;
    }
    return allocator->allocate(count * size, allocator->user);
}

void *sonda__allocate_zeroed(const sonda_allocator *allocator, size_t count, size_t size)
{
    void *memory = sonda__allocate(allocator, count, size);

    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void sonda__release(const sonda_allocator *allocator, void *memory)
{
    if (memory != NULL) {
        allocator->release(memory, allocator->user);
    }
}
