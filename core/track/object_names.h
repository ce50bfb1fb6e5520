/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What kernel objects are called: (stream, kind, number) to text.
 *
 * A fixed number of entries over a fixed pool of text. A name that is learnt
 * again is replaced; when either is full the oldest go, and are counted.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#ifndef SONDA_CORE_TRACK_OBJECT_NAMES_H
#define SONDA_CORE_TRACK_OBJECT_NAMES_H

#include "core/track/text_pool.h"

typedef struct sonda__object_names sonda__object_names;

/* Kinds are the caller's; numbers of one kind share a name space. */
typedef struct sonda__object_key {
    uint32_t stream;
    uint32_t kind;
    uint64_t number;
} sonda__object_key;

typedef struct sonda__object_numbers {
    uint64_t known;   /* now */
    uint64_t evicted; /* for want of room */
} sonda__object_numbers;

sonda_status sonda__object_names_open(sonda__object_names **names,
                                      uint32_t capacity,
                                      uint64_t text_bytes,
                                      const sonda_allocator *allocator);

void sonda__object_names_close(sonda__object_names *names);

/* Number 0 is no object and never kept. Names are cut at SONDA__OBJECT_NAME_MAX. */
void sonda__object_names_put(sonda__object_names *names,
                             const sonda__object_key *key,
                             sonda__span name);

/* Length of a name, or 0 when it is not known. */
size_t sonda__object_names_find(const sonda__object_names *names, const sonda__object_key *key);

/* The name found; `out` has room for its length. */
void sonda__object_names_copy(const sonda__object_names *names,
                              const sonda__object_key *key,
                              char *out);

void sonda__object_names_forget(sonda__object_names *names, const sonda__object_key *key);

void sonda__object_names_get_numbers(const sonda__object_names *names,
                                     sonda__object_numbers *numbers);

#endif
