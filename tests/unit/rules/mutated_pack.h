/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Packs that are wrong in every way the format leaves room for: a pack is taken
 * apart into its sections, which are spoiled, and put together again; then its
 * bytes are spoiled. What only keeps the rest from being reached, size and
 * digest, is made right afterwards.
 */

#ifndef SONDA_TESTS_UNIT_RULES_MUTATED_PACK_H
#define SONDA_TESTS_UNIT_RULES_MUTATED_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "core/rules/pack_format.h"
#include "tests/unit/detect/generated.h"

/* Room for a mutated pack; those of a few rules have a tenth of it. */
#define MUTATED_PACK_ROOM 131072u

typedef struct mutated_pack {
    uint8_t bytes[MUTATED_PACK_ROOM];
    size_t len;
} mutated_pack;

/* Byte at which a section begins, and its length. */
size_t mutated_section(const uint8_t *bytes, uint32_t kind, size_t *len);

/* Makes the digest right for what the bytes are now. */
void mutated_seal(uint8_t *bytes, size_t len);

/* Writes `value` where the format has a number of 4 or 8 bytes. */
void mutated_put32(uint8_t *at, uint32_t value);
void mutated_put64(uint8_t *at, uint64_t value);

/*
 * Spoils `pack`, a whole one, in one or several ways that `gen` chooses. Some
 * take a section of `other`.
 */
void mutated_make(mutated_pack *out,
                  generated *gen,
                  const uint8_t *pack,
                  size_t pack_len,
                  const uint8_t *other);

#endif
