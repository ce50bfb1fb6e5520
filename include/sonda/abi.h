/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Structs whose first member is their size, across versions of the headers.
 *
 * Every struct of this library that begins with `uint32_t struct_size` crosses
 * the boundary by these three calls, and by the same rule: a short one comes
 * from an older caller and lacks its last members; a long one comes from a
 * newer caller and is understood while all that we do not know is zero.
 * They are public because adapters and hosts stand on both sides of it.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_ABI_H
#define SONDA_ABI_H

#include "sonda/status.h"

/**
 * Longest struct that is looked at. No struct here is near it: a size above is
 * memory that was never set, and must not send a check through 4 GiB.
 */
#define SONDA_STRUCT_MAX 65536u

SONDA_BEGIN_DECLS

/**
 * Check the uint32_t size that a struct begins with, and what lies behind the
 * members we know.
 *
 * @param given     The struct, with as many bytes as its size says.
 * @param our_size  The struct's size in our headers.
 *
 * @retval SONDA_OK                    Its members up to the smaller of both
 *                                     sizes may be read and written.
 * @retval SONDA_ERR_ABI               A size below its own 4 bytes or above
 *                                     SONDA_STRUCT_MAX, or a byte past
 *                                     `our_size` that is not zero.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_abi_check(const void *given, size_t our_size);

/**
 * Check a struct, then copy it over ours. Members that the caller does not
 * know keep what `ours` holds, and its struct_size becomes `our_size`.
 *
 * @param given     The caller's struct.
 * @param ours      Output, filled with the defaults; untouched on failure.
 * @param our_size  The struct's size in our headers.
 *
 * @retval SONDA_OK                    Copied.
 * @retval SONDA_ERR_ABI               As from sonda_abi_check().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_abi_read(const void *given, void *ours, size_t our_size);

/**
 * Check a struct that the caller wants filled, then copy ours over it as far
 * as the caller knows it. Its struct_size stays.
 *
 * @param ours      Our struct, filled.
 * @param our_size  The struct's size in our headers.
 * @param given     Output, the caller's struct; untouched on failure.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_ABI               As from sonda_abi_check().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_abi_write(const void *ours, size_t our_size, void *given);

SONDA_END_DECLS

#endif
