/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What this process has used, and what time it is: the two things core never
 * asks for itself.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_USAGE_H
#define SONDA_HOST_USAGE_H

#include "sonda/status.h"

/** What the process has used since it started. */
typedef struct sonda_usage {
    /** sizeof(sonda_usage), set by SONDA_USAGE_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** Time on a processor, in user and kernel mode, all threads. */
    uint64_t cpu_ns;
    /** Largest resident memory so far. */
    uint64_t peak_bytes;
} sonda_usage;

#define SONDA_USAGE_INIT                \
    {                                   \
        sizeof(sonda_usage), 0u, 0u, 0u \
    }

SONDA_BEGIN_DECLS

/**
 * Measure this process.
 *
 * @param usage  Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `usage` is NULL.
 * @retval SONDA_ERR_ABI               The struct's size is not one we know.
 * @retval SONDA_ERR_IO                The system does not say.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_usage_read(sonda_usage *usage);

/**
 * Wall clock, for calls that take `now_ns`.
 *
 * @return  Nanoseconds since 1970 UTC; may step back.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint64_t sonda_clock_wall_ns(void);

/**
 * Monotonic clock, for measuring how long something takes.
 *
 * @return  Nanoseconds from an arbitrary start; never steps back.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint64_t sonda_clock_monotonic_ns(void);

SONDA_END_DECLS

#endif
