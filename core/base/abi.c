/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Structs whose first member is their size, across versions of the headers.
 *
 * The size is copied out, never read through a struct: `given` may be any of
 * them.
 *
 * Layer 0 (base). No allocation.
 */

#include "sonda/abi.h"

#include <string.h>

static uint32_t size_of(const void *given)
{
    uint32_t size;

    memcpy(&size, given, sizeof size);
    return size;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

sonda_status sonda_abi_check(const void *given, size_t our_size)
{
    const unsigned char *bytes = given;
    uint32_t size;

    if (given == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    size = size_of(given);
    if (size < sizeof size || size > SONDA_STRUCT_MAX) {
        return SONDA_ERR_ABI;
    }
    for (size_t i = our_size; i < size; i++) {
        if (bytes[i] != 0) {
            return SONDA_ERR_ABI;
        }
    }
    return SONDA_OK;
}

sonda_status sonda_abi_read(const void *given, void *ours, size_t our_size)
{
    uint32_t size = (uint32_t)our_size;
    sonda_status status = sonda_abi_check(given, our_size);

    if (status != SONDA_OK || ours == NULL) {
        return status != SONDA_OK ? status : SONDA_ERR_INVALID_ARGUMENT;
    }
    memcpy(ours, given, smaller(our_size, size_of(given)));
    memcpy(ours, &size, sizeof size);
    return SONDA_OK;
}

sonda_status sonda_abi_write(const void *ours, size_t our_size, void *given)
{
    sonda_status status = sonda_abi_check(given, our_size);

    if (status != SONDA_OK || ours == NULL) {
        return status != SONDA_OK ? status : SONDA_ERR_INVALID_ARGUMENT;
    }
    memcpy((unsigned char *)given + sizeof(uint32_t),
           (const unsigned char *)ours + sizeof(uint32_t),
           smaller(our_size, size_of(given)) - sizeof(uint32_t));
    return SONDA_OK;
}
