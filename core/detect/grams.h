/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which places of a value may hold four bytes of a literal.
 *
 * There is a portable way to find out, and one for each kind of processor that
 * does it faster; all of them answer the same, which tests/unit/detect/test_grams.c
 * demands.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_GRAMS_H
#define SONDA_CORE_DETECT_GRAMS_H

#include "core/event/event.h"
#include "core/rules/scan_tables.h"

/* Places that are handed on at once. */
#define SONDA__GRAM_HITS 32u
/* Room beyond that: what one step of a processor may find at once. */
#define SONDA__GRAM_HITS_SPARE 16u

/* A search through a value, in parts. */
typedef struct sonda__gram_search {
    const uint8_t *text;
    size_t len;
    size_t at; /* next place to look at */
    const uint32_t *bitmap;
    uint32_t shift; /* of hashes, to a bit's number */
    uint32_t high;  /* after the end: not 0 when a byte is beyond ASCII */
    size_t hit_count;
    size_t hits[SONDA__GRAM_HITS + SONDA__GRAM_HITS_SPARE]; /* places whose bits are set */
} sonda__gram_search;

/*
 * Goes on from `at` in steps of four bytes, until four bytes are not left or
 * there are SONDA__GRAM_HITS hits or more. Fills `hits` anew. False at the end.
 */
typedef bool (*sonda__gram_search_fn)(sonda__gram_search *search);

bool sonda__grams_portable(sonda__gram_search *search);

/* Those of processors; NULL where this is another one. */
sonda__gram_search_fn sonda__grams_avx512(void);
sonda__gram_search_fn sonda__grams_avx2(void);
sonda__gram_search_fn sonda__grams_neon(void);

/* The fastest one here, or, without `simd`, the portable one. */
sonda__gram_search_fn sonda__grams_choose(bool simd);

/*
 * Of up to 64 fields the ones that are to be searched, as bits: the table's
 * bitmap has the bit of some place, or a byte is beyond ASCII. Never those that
 * are too short for `least` bytes of folded text.
 */
typedef uint64_t (*sonda__gram_fields_fn)(const sonda__probe_table *table,
                                          const sonda__field *fields,
                                          size_t count,
                                          uint32_t least);

/* What this processor has, or NULL. */
sonda__gram_fields_fn sonda__gram_fields_avx512(void);

/* Bytes behind the last place that is looked at; their highest bits. */
static inline uint32_t sonda__grams_rest(const sonda__gram_search *search)
{
    uint32_t rest = 0;

    if (search->len >= 4) {
        return sonda__pack_u32(search->text + search->len - 4) & 0x80808080u;
    }
    for (size_t i = 0; i < search->len; i++) {
        rest |= search->text[i] & 0x80u;
    }
    return rest;
}

#endif
