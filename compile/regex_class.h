/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Sets of code points while a regular expression is read.
 *
 * Ranges are added in any order and put in order once. The universe includes
 * the code points that stand for ill-formed bytes: [^a] matches those.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_REGEX_CLASS_H
#define SONDA_COMPILE_REGEX_CLASS_H

#include "compile/lowered.h"
#include "sonda/status.h"

/* Last of all: the code point of the ill-formed byte 0xff. */
#define SONDA__CODE_POINT_LAST (SONDA__CODE_POINT_BYTE + 0xffu)

typedef struct sonda__class_builder {
    sonda__pool *pool;
    uint32_t (*ranges)[2];
    size_t count;
    size_t room;
    bool failed; /* out of memory, for good */
} sonda__class_builder;

void sonda__class_init(sonda__class_builder *set, sonda__pool *pool);
void sonda__class_add(sonda__class_builder *set, uint32_t first, uint32_t last);

/*
 * Adds what an escape letter names: d, w, s, h or the upper case for all else.
 * False when the letter names no set.
 */
bool sonda__class_add_escape(sonda__class_builder *set, char letter);

/* Adds a POSIX class by name, such as "alpha", of ASCII; false when unknown. */
bool sonda__class_add_posix(sonda__class_builder *set, sonda__span name);

/* Sorts and joins. */
void sonda__class_order(sonda__class_builder *set);

/* Adds every code point that folds to the same as one inside; orders. */
void sonda__class_fold(sonda__class_builder *set);

#endif
