/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finding what was written before: equal bytes are kept once.
 *
 * Keys of any length map to a number the caller chooses when a key is new. The
 * keys stand one after another in `keys`; for strings that is the section.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_PACK_INTERN_H
#define SONDA_COMPILE_PACK_INTERN_H

#include "compile/pack_buffer.h"

typedef struct sonda__intern_slot {
    uint32_t hash;
    uint32_t used; /* 0: free */
    uint32_t offset;
    uint32_t len;
    uint32_t value;
} sonda__intern_slot;

typedef struct sonda__pack_intern {
    sonda__pack_buffer keys;
    sonda__intern_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
    bool failed; /* an allocation failed; values mean nothing any more */
} sonda__pack_intern;

void sonda__pack_intern_init(sonda__pack_intern *intern, const sonda_allocator *allocator);
void sonda__pack_intern_reset(sonda__pack_intern *intern);

/*
 * Looks up `key`. Known: returns false and stores its number in `value`. New:
 * keeps a copy with the number `*value` and returns true.
 */
bool sonda__pack_intern_add(sonda__pack_intern *intern,
                            const void *key,
                            size_t len,
                            uint32_t *value);

#endif
