/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hash of a short byte string, for the lookup tables we build ourselves.
 *
 * scripts/fields.py computes the same function to lay out the field table, so
 * a change here is a change there. Words are assembled from bytes, which makes
 * the result the same on every machine; compilers turn that into one load.
 * Not for secrets and not for keys an attacker may choose without bound.
 *
 * Layer 0 (base). No allocation.
 */

#ifndef SONDA_CORE_BASE_HASH_H
#define SONDA_CORE_BASE_HASH_H

#include "core/base/span.h"

/* Odd, with about half of the bits set: the golden ratio times 2^64. */
#define SONDA__HASH_FACTOR UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t sonda__hash_word(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The last word: eight bytes, or fewer that overlap. */
static inline uint64_t sonda__hash_tail(const unsigned char *p, size_t len)
{
    if (len >= 8) {
        return sonda__hash_word(p + len - 8);
    }
    if (len >= 4) {
        const unsigned char *q = p + len - 4;
        return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
               (uint64_t)p[3] << 24 | (uint64_t)q[0] << 32 | (uint64_t)q[1] << 40 |
               (uint64_t)q[2] << 48 | (uint64_t)q[3] << 56;
    }
    if (len == 0) {
        return 0;
    }
    return (uint64_t)p[0] | (uint64_t)p[len / 2] << 8 | (uint64_t)p[len - 1] << 16;
}

static inline uint64_t sonda__hash_step(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * SONDA__HASH_FACTOR;
    return hash ^ hash >> 32;
}

static inline uint64_t sonda__hash(sonda__span text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    uint64_t hash = text.len;
    size_t at = 0;

    for (; at + 8 < text.len; at += 8) {
        hash = sonda__hash_step(hash, sonda__hash_word(p + at));
    }
    return sonda__hash_step(hash, sonda__hash_tail(p, text.len));
}

#endif
