/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions as programs: which item is asked first, and where each answer
 * leads.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_MATCH_PROGRAM_H
#define SONDA_COMPILE_MATCH_PROGRAM_H

#include "compile/pack_sections.h"

/* What is expected of an item or a part of a condition. */
typedef struct sonda__program_guess {
    uint64_t cost;   /* of asking, in no unit */
    uint32_t likely; /* that it holds, in a million: 1 to 999999 */
} sonda__program_guess;

/* A node while a program is made of its tree. */
typedef struct sonda__program_node {
    sonda__program_guess guess;
    uint32_t tests; /* in its subtree */
    uint32_t first; /* step of the subtree */
    uint32_t then;  /* where its answer leads */
    uint32_t otherwise;
    uint32_t awaited; /* TEST: a literal of it was seen, or nobody would ask */
} sonda__program_node;

/* A member of a group, to be put in order. */
typedef struct sonda__program_member {
    uint64_t cost;
    uint64_t weight; /* how likely it settles the group */
    uint32_t node;
} sonda__program_member;

/* Room for the largest tree. */
typedef struct sonda__program_scratch {
    sonda__program_node *nodes;
    sonda__program_member *members;
} sonda__program_scratch;

/*
 * Guesses for every predicate. `pattern_costs` has for each pattern how often
 * it is expected to hold, in a million, or UINT64_MAX for no idea.
 */
void sonda__program_guess_items(const sonda__pack_sections *sections,
                                const uint64_t *pattern_costs,
                                sonda__program_guess *guesses);

/*
 * Writes the program of one alternative, whose tree is written, and adds up its
 * cost. `awaited` is set in the entries of `scratch` for its nodes.
 */
void sonda__program_put(sonda__pack_sections *sections,
                        uint32_t alternative,
                        const sonda__program_guess *guesses,
                        sonda__program_scratch *scratch);

#endif
