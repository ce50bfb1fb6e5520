/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Damage of a file that cost no record: kept while the file is read and told at
 * its end, so that the lines come in one order whatever the number of threads.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_DAMAGE_H
#define SONDA_TOOLS_DAMAGE_H

#include "complaints.h"

typedef struct damage_place {
    uint64_t offset;
    const char *reason;
} damage_place;

typedef struct damage {
    damage_place shown[COMPLAINTS_SHOWN];
    uint64_t count;
} damage;

/* Before each file. */
void damage_begin(damage *self);

/* `reason` is static. */
void damage_note(damage *self, uint64_t offset, const char *reason);

/* A line for each of the first, then how many more there were. */
void damage_tell(const damage *self, program *to, const char *file);

#endif
