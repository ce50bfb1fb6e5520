/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Structs whose first member is their size, across versions of the headers.
 *
 * A short struct comes from an older caller, a long one from a newer: it is
 * understood as long as what we do not know is zero.
 *
 * Layer 0 (base). No allocation.
 */

#ifndef SONDA_CORE_BASE_ABI_H
#define SONDA_CORE_BASE_ABI_H

#include <stddef.h>

#include "sonda/status.h"

/*
 * Checks the uint32_t size that `given` begins with: SONDA_ERR_ABI when it is
 * below `first_size`, the struct's size when it was introduced, or when a byte
 * past `our_size` is not zero.
 */
sonda_status sonda__abi_check(const void *given, size_t first_size, size_t our_size);

/*
 * Copies a checked struct of the caller's over ours: members the caller does
 * not know keep what `ours` holds, and struct_size becomes `our_size`.
 */
sonda_status sonda__abi_read(void *ours, size_t our_size, const void *given, size_t first_size);

/*
 * Copies our filled struct over a checked one of the caller's, as far as the
 * caller knows it, leaving its struct_size.
 */
sonda_status
sonda__abi_write(void *given, size_t first_size, const void *ours, size_t our_size);

#endif
