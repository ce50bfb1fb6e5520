/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Structs whose first member is their size, across versions of the headers.
 *
 * Layer 0 (base). No allocation.
 */

#include "core/base/abi.h"

#include <assert.h>
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

sonda_status sonda__abi_check(const void *given, size_t first_size, size_t our_size)
{
    const unsigned char *bytes = given;
    uint32_t size = size_of(given);

    if (size < first_size) {
        return SONDA_ERR_ABI;
    }
    for (size_t i = our_size; i < size; i++) {
        if (bytes[i] != 0) {
            return SONDA_ERR_ABI;
        }
    }
    return SONDA_OK;
}

sonda_status sonda__abi_read(void *ours, size_t our_size, const void *given, size_t first_size)
{
    uint32_t size = (uint32_t)our_size;
    sonda_status status = sonda__abi_check(given, first_size, our_size);

    if (status != SONDA_OK) {
        return status;
    }
    memcpy(ours, given, smaller(our_size, size_of(given)));
    memcpy(ours, &size, sizeof size);
    return SONDA_OK;
}

sonda_status sonda__abi_write(void *given, size_t first_size, const void *ours, size_t our_size)
{
    sonda_status status = sonda__abi_check(given, first_size, our_size);
    size_t known;

    assert(our_size > sizeof(uint32_t));
    if (status != SONDA_OK) {
        return status;
    }
    known = smaller(our_size, size_of(given));
    memcpy((unsigned char *)given + sizeof(uint32_t),
           (const unsigned char *)ours + sizeof(uint32_t), known - sizeof(uint32_t));
    return SONDA_OK;
}
