/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What each alternative waits for: literals of which at least one is in every
 * event that it matches.
 *
 * Chosen from the sections as they are written, so that the choice sees what
 * matching will see, and only that.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_MATCH_KEYS_H
#define SONDA_COMPILE_MATCH_KEYS_H

#include "compile/pack_sections.h"

/* A literal in a field. */
typedef struct sonda__match_key {
    uint32_t field;  /* index into FIELDS, or SONDA__SCAN_EVERY */
    uint32_t kind;   /* sonda__literal_kind */
    uint32_t offset; /* of its folded bytes in the keys of `known` */
    uint32_t len;
    uint32_t popularity; /* items of alternatives that ask for it */
} sonda__match_key;

/* An alternative that waits for a key. */
typedef struct sonda__match_wait {
    uint32_t key;
    uint32_t alternative;
} sonda__match_wait;

typedef struct sonda__match_keys {
    sonda__pack_intern known;
    sonda__pack_buffer keys;   /* sonda__match_key */
    sonda__pack_buffer waits;  /* sonda__match_wait */
    sonda__pack_buffer always; /* u32: alternatives that wait for nothing */
} sonda__match_keys;

void sonda__match_keys_init(sonda__match_keys *keys, const sonda_allocator *allocator);
void sonda__match_keys_reset(sonda__match_keys *keys);

/*
 * Chooses for every alternative of a rule, and writes the programs of all, which
 * go by what was chosen. SONDA_ERR_NO_MEMORY otherwise.
 */
sonda_status sonda__match_keys_choose(sonda__match_keys *keys, sonda__pack_sections *sections);

/*
 * Number of the key a pattern needs in a field, or SONDA__NO_KEY: any value the
 * pattern holds for has it, folded.
 */
#define SONDA__NO_KEY UINT32_MAX
uint32_t sonda__match_key_of(sonda__match_keys *keys,
                             const sonda__pack_sections *sections,
                             const uint8_t *pattern,
                             uint32_t field);

static inline sonda__match_key *sonda__match_key_at(const sonda__match_keys *keys, uint32_t i)
{
    return (sonda__match_key *)(void *)keys->keys.bytes + i;
}

#endif
