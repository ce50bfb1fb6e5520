/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The caller's allocator or the default one, and checked use of any.
 *
 * Layer 0 (base).
 */

#include "core/base/allocate.h"

#include <stdlib.h>
#include <string.h>

#include "sonda/abi.h"

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

sonda_status sonda_allocator_read(const sonda_allocator *given, sonda_allocator *ours)
{
    sonda_allocator standard = SONDA_ALLOCATOR_INIT;
    sonda_allocator wanted = SONDA_ALLOCATOR_INIT;

    if (ours == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    standard.allocate = default_allocate;
    standard.release = default_release;
    if (given != NULL) {
        sonda_status status = sonda_abi_read(given, &wanted, sizeof wanted);

        if (status != SONDA_OK) {
            return status;
        }
    }
    *ours = wanted.allocate != NULL && wanted.release != NULL ? wanted : standard;
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
