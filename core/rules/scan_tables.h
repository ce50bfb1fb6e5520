/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What matching looks literals up in: made of a verified pack's literals when
 * it is loaded, for the machine that runs it.
 *
 * A literal that begins, ends or is the value is found by the hash of those
 * bytes. One that may stand anywhere is found by four bytes of it. A value is
 * looked at in steps: of four bytes where literals are long enough that one of
 * four of their runs must fall on a step, else of two or one.
 *
 * Digests are literals that look alike everywhere: `sha256=` and hexadecimal digits.
 * Such a literal can stand only where the value has its equals sign, whatever the
 * value is, and is looked up there by the digits behind it.
 *
 * Hashes are of bytes with the bit set that tells the cases of ASCII apart: they
 * lead from a value as it is to the literals that its folded text may have.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#ifndef SONDA_CORE_RULES_SCAN_TABLES_H
#define SONDA_CORE_RULES_SCAN_TABLES_H

#include "core/rules/pack.h"
#include "sonda/allocator.h"
#include "sonda/field.h"

/* One way to a literal. */
typedef struct sonda__probe {
    uint32_t hash;
    uint32_t literal; /* index into LITERALS */
    uint32_t kind;    /* sonda__literal_kind */
    uint32_t len;     /* of the literal */
    uint32_t at;      /* of an inner one: where the bytes that were hashed are in it */
    /* Four other bytes of it as sonda__gram_case() makes them, and where: tell most apart. */
    uint32_t check;
    uint32_t check_at; /* UINT32_MAX: it is too short */
} sonda__probe;

/* Probes in the order of their hashes' upper bits. */
typedef struct sonda__probe_table {
    const sonda__probe *probes;
    const uint32_t *buckets; /* where those of each bucket begin, and the end */
    const uint32_t *bitmap;  /* bits of hashes that some probe has */
    uint32_t count;
    uint32_t least; /* bytes of the shortest literal */
    uint32_t step;  /* of the value */
    uint32_t shift;
    uint32_t bitmap_shift;
    uint32_t reserved;
} sonda__probe_table;

/*
 * The chosen run of each of a few literals, byte by byte, by
 * sonda__nibbles_byte(): bit n says that a literal of group n has such a byte
 * there.
 */
#define SONDA__NIBBLES_BYTES SONDA__LITERAL_INNER_MIN
typedef struct sonda__nibbles {
    uint8_t bytes[SONDA__NIBBLES_BYTES][64];
} sonda__nibbles;

/* Number of a byte but for its bit of case; those beyond ASCII have one of them, too. */
static inline uint32_t sonda__nibbles_byte(uint8_t byte)
{
    return (byte & 0x1fu) | (byte >> 1 & 0x20u);
}

/* More literals than this would let too many values pass. */
#define SONDA__NIBBLES_LITERALS 40u

/* Networks of one length of prefix, and of one family; their addresses ascend. */
typedef struct sonda__network_run {
    uint32_t first; /* index into LITERALS */
    uint32_t count;
    uint32_t size; /* bytes of the address */
    uint32_t bits;
} sonda__network_run;

#define SONDA__SCAN_STEPS 3u

/* What is hashed of a digest behind its equals sign; digits that make one. */
#define SONDA__DIGEST_WIDTH 8u
#define SONDA__DIGEST_MIN 32u

typedef struct sonda__scan_table {
    sonda__probe_table anchored;
    sonda__probe_table digests;                  /* `at` is behind the equals sign */
    sonda__probe_table inner[SONDA__SCAN_STEPS]; /* of those that have probes */
    const sonda__network_run *networks;
    const sonda__nibbles *nibbles; /* of the inner ones, when they are few; or NULL */
    /* By first and last byte: kinds of literals that begin and end so. */
    const uint16_t *first_kinds;
    const uint16_t *last_kinds;
    uint64_t whole_lengths; /* bit n: a whole of n bytes, or of 63 and more */
    uint32_t least;         /* bytes of the shortest literal */
    uint32_t slot;          /* of its field; UINT32_MAX: of none */
    uint32_t inner_count;
    uint32_t network_runs;
} sonda__scan_table;

typedef struct sonda__scan_tables {
    sonda__scan_table *tables; /* of SCANS; then those of keywords, by log source */
    uint32_t *of_source;       /* by log source: 1 + the table of its keywords */
    uint32_t *pool;            /* everything that tables point to */
    uint32_t count;
    uint32_t source_count;
} sonda__scan_tables;

/* Hash of the bytes by which a digest is looked up. */
static inline uint32_t sonda__digest_hash(const uint8_t *at)
{
    return (
        uint32_t)((sonda__cased_word(at, SONDA__DIGEST_WIDTH) * UINT64_C(0x9e3779b97f4a7c15)) >>
                  32);
}

/* `fields` has the id of each of FIELDS. */
sonda_status sonda__scan_tables_open(sonda__scan_tables *tables,
                                     const sonda__pack *pack,
                                     const sonda_field_id *fields,
                                     const sonda_allocator *allocator);

void sonda__scan_tables_close(sonda__scan_tables *tables, const sonda_allocator *allocator);

/* Slot of a field's id: rows of the table, then native names. UINT32_MAX: of none. */
static inline uint32_t sonda__scan_slot(sonda_field_id id)
{
    if (id < SONDA_FIELD_COUNT) {
        return id;
    }
    return id >= SONDA_FIELD_NATIVE ? SONDA_FIELD_COUNT + (id - SONDA_FIELD_NATIVE)
                                    : UINT32_MAX;
}

#endif
