/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Taking a caller's allocator and using it.
 *
 * Layer 0 (base).
 */

#ifndef SONDA_CORE_BASE_ALLOCATE_H
#define SONDA_CORE_BASE_ALLOCATE_H

#include "sonda/allocator.h"
#include "sonda/status.h"

/* Uninitialised memory, or NULL; `count * size` is checked. */
void *sonda__allocate(const sonda_allocator *allocator, size_t count, size_t size);

/* Zeroed memory, or NULL; `count * size` is checked. */
void *sonda__allocate_zeroed(const sonda_allocator *allocator, size_t count, size_t size);

/* NULL does nothing. */
void sonda__release(const sonda_allocator *allocator, void *memory);

#endif
