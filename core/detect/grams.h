/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which places of a value may hold four bytes of a literal.
 *
 * There is one way to find out for each kind of processor, and a portable one;
 * all of them answer the same.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_GRAMS_H
#define SONDA_CORE_DETECT_GRAMS_H

#include "core/rules/scan_tables.h"

/* Places that are handed on at once. */
#define SONDA__GRAM_HITS 32u
/* Room beyond that: what one step of a processor may find at once. */
#define SONDA__GRAM_HITS_SPARE 8u

/* A search through a value, in parts. */
typedef struct sonda__gram_search {
    const uint8_t *text;
    size_t len;
    size_t at; /* next place to look at */
    const uint32_t *bitmap;
    uint32_t shift; /* of hashes, to a bit's number */
    uint32_t high;  /* some byte's highest bit is set: of all looked at */
    uint32_t hit_count;
    uint32_t reserved;
    size_t hits[SONDA__GRAM_HITS + SONDA__GRAM_HITS_SPARE]; /* places whose bits are set */
} sonda__gram_search;

/*
 * Goes on from `at` in steps of four bytes, until four bytes are not left or
 * there are SONDA__GRAM_HITS hits or more. Fills `hits` anew. False at the end.
 */
typedef bool (*sonda__gram_search_fn)(sonda__gram_search *search);

bool sonda__grams_portable(sonda__gram_search *search);

#endif
