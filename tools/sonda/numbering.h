/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records named by their place in a file.
 *
 * A recording's records carry the numbers of the rings they came from, so those
 * get a copy with the other number; all others have it already.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_NUMBERING_H
#define SONDA_TOOLS_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

typedef struct numbering {
    uint8_t *copy; /* taken when first needed */
} numbering;

/* The record under that number, good until the next call; itself without memory. */
const void *numbering_apply(numbering *self, const void *record, size_t len, uint64_t number);

void numbering_close(numbering *self);

#endif
