/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules and events made up at random from a seed: all modifiers, and values of
 * events made from those of rules, changed a little: a byte, a case, a dash,
 * what stands before and behind.
 */

#ifndef SONDA_TESTS_UNIT_DETECT_GENERATED_H
#define SONDA_TESTS_UNIT_DETECT_GENERATED_H

#include <stddef.h>
#include <stdint.h>

#include "core/event/event.h"

#define GENERATED_VALUES 512
#define GENERATED_VALUE_ROOM 160
#define GENERATED_YAML_ROOM 262144
#define GENERATED_LONG_VALUE 5000

typedef struct generated_text {
    char bytes[GENERATED_VALUE_ROOM];
    size_t len;
} generated_text;

typedef struct generated {
    uint64_t state;
    char yaml[GENERATED_YAML_ROOM];
    size_t yaml_len;
    generated_text values[GENERATED_VALUES]; /* that rules ask for */
    size_t value_count;
    char room[64][GENERATED_LONG_VALUE + 2 * GENERATED_VALUE_ROOM];
    size_t room_used;
} generated;

/* The next random number, below `limit`; 0 when that is 0. */
uint32_t generated_below(generated *gen, uint32_t limit);

/* Writes so many rules to `yaml`. Some of them the compiler may refuse. */
void generated_rules(generated *gen, uint64_t seed, uint32_t rules);

/* Adds filters and correlations about `rules` rules that stand there. */
void generated_followers(generated *gen, uint32_t rules);

/* An event that rules may match; its texts are good until the next one. */
void generated_event(generated *gen, sonda_event *event, const sonda__names *names);

#endif
