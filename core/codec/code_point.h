/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Code points as matching sees them: read from text that may be ill-formed,
 * folded, and told apart as word, digit or space.
 *
 * Nothing here fails: a byte that begins no well-formed sequence is a code
 * point of its own beyond Unicode, so that a bad byte cannot hide the rest of
 * a value. Lone surrogates as WTF-8 writes them are read as surrogates.
 *
 * Folding is simple lower-casing, and only where its result is one code point:
 * the same for values and for patterns, on every machine.
 *
 * Layer 1 (codec). No allocation.
 */

#ifndef SONDA_CORE_CODEC_CODE_POINT_H
#define SONDA_CORE_CODEC_CODE_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What byte b of ill-formed text reads as: this plus b. */
#define SONDA__CODE_POINT_ILL_FORMED 0x110000u

/* A folding (from, to) or a range (first, last); ascending by the first. */
typedef struct sonda__code_point_pair {
    uint32_t first;
    uint32_t second;
} sonda__code_point_pair;

extern const sonda__code_point_pair sonda__fold_pairs[];
extern const size_t sonda__fold_pairs_count;
extern const sonda__code_point_pair sonda__word_ranges[];
extern const size_t sonda__word_ranges_count;
extern const sonda__code_point_pair sonda__digit_ranges[];
extern const size_t sonda__digit_ranges_count;
extern const sonda__code_point_pair sonda__space_ranges[];
extern const size_t sonda__space_ranges_count;

/* Reads the code point at `text`; returns its bytes, 1 to 4. `len` is not 0. */
size_t sonda__code_point_read(const char *text, size_t len, uint32_t *code_point);

/* Reads the one that ends at `end` of the text that begins at `start`; not empty. */
size_t sonda__code_point_read_back(const char *start, const char *end, uint32_t *code_point);

/* Writes a code point, or the byte it stands for; returns bytes, 1 to 4. */
size_t sonda__code_point_write(uint32_t code_point, char bytes[4]);

/* Lower case of a code point, or itself. */
uint32_t sonda__code_point_fold(uint32_t code_point);

/* A letter, a number or the underscore. */
bool sonda__code_point_is_word(uint32_t code_point);

/* Most bytes that folding makes of `len` bytes: U+023A grows from two to three. */
static inline size_t sonda__fold_room(size_t len)
{
    return len + len / 2;
}

/* Folds `len` bytes into `out`, which has sonda__fold_room(len); returns bytes. */
size_t sonda__fold_text(const char *text, size_t len, char *out);

/* Whether folding would change nothing. */
bool sonda__is_folded(const char *text, size_t len);

#endif
