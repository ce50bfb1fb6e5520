/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What was delivered already and will be heard of again.
 *
 * Clients run in no order to each other, so each client that has events of a
 * process must have heard of the process: start, image change and end go to
 * all of them, and whoever hears first delivers. The second hearing is known
 * here and left out. A set of fixed size: what is too old gives way, and its
 * second hearing is then delivered too, which costs a duplicate, not a loss.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_LINEAGE_H
#define SONDA_PLATFORM_MAC_LINEAGE_H

#include <stdbool.h>
#include <stdint.h>

/* A client would have to be 16,384 process events behind another. */
#define LINEAGE_SETS 4096u
#define LINEAGE_WAYS 4u

struct lineage {
    uint64_t keys[LINEAGE_SETS][LINEAGE_WAYS]; /* 0: free; the newest first */
};

/* A key of up to three words; never 0. */
uint64_t lineage_key(uint64_t kind, uint64_t first, uint64_t second);

/* Remembers a key, once. */
void lineage_add(struct lineage *lineage, uint64_t key);

/* Was it remembered? It is forgotten then. */
bool lineage_take(struct lineage *lineage, uint64_t key);

#endif
