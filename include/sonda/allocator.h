/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The allocator a caller hands to whatever it opens.
 *
 * Everything a handle needs is taken while opening or reloading and given back
 * when closing; the event path takes nothing.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_ALLOCATOR_H
#define SONDA_ALLOCATOR_H

#include "sonda/status.h"

/**
 * Two functions and their user pointer. The struct is copied by the call that
 * takes it; `user` must outlive every handle opened with it.
 */
typedef struct sonda_allocator {
    /** sizeof(sonda_allocator), set by SONDA_ALLOCATOR_INIT. */
    uint32_t struct_size;
    /** Zero. */
    uint32_t reserved;
    /**
     * Returns `size` bytes aligned for any type, contents undefined, or NULL.
     * Called on the thread that opens, reloads or closes; `size` is not 0.
     */
    void *(*allocate)(size_t size, void *user);
    /** Takes back what allocate returned. Never called with NULL. */
    void (*release)(void *memory, void *user);
    /** Passed to both. */
    void *user;
} sonda_allocator;

#define SONDA_ALLOCATOR_INIT                         \
    {                                                \
        sizeof(sonda_allocator), 0, NULL, NULL, NULL \
    }

SONDA_BEGIN_DECLS

/**
 * The allocator to use for one that a caller handed in: for adapters and hosts
 * that take one as this library does.
 *
 * @param given  The caller's, or NULL: malloc() and free(), as also when one
 *               of its functions is NULL.
 * @param ours   Output; both functions present. Untouched on failure.
 *
 * @retval SONDA_OK                    `ours` is ready for use.
 * @retval SONDA_ERR_ABI               As from sonda_abi_check().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `ours` is NULL.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_allocator_read(const sonda_allocator *given,
                                            sonda_allocator *ours);

SONDA_END_DECLS

#endif
