/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is in force: one content and the policy about its rules, unchangeable.
 *
 * Published by swapping a pointer, held by counted references. Workers only
 * count; whoever publishes frees what nobody holds any more, so that no worker
 * ever calls the allocator.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_PUBLICATION_H
#define SONDA_CORE_ENGINE_PUBLICATION_H

#include "core/base/span.h"
#include "core/detect/programs.h"
#include "core/event/names.h"
#include "sonda/engine.h"

#include <stdatomic.h>

/* Verdicts of the policy on a rule; from SONDA__POLICY_DISABLED on, the slot
 * of the disabled id is added. */
#define SONDA__POLICY_SPEAK 0u
#define SONDA__POLICY_BELOW_LEVEL 1u
#define SONDA__POLICY_DISABLED 2u
/* Beside the verdict: what correlations want of the rule. */
#define SONDA__POLICY_VERDICT 0x3fffu
#define SONDA__POLICY_WAITED_FOR 0x8000u /* tell them */
#define SONDA__POLICY_SPOKEN_FOR 0x4000u /* and say nothing of it */

typedef struct sonda__publication {
    struct sonda__publication *next; /* among the retired */
    uint64_t serial;                 /* from 1, never reused */
    sonda_content *content;          /* NULL: nothing in force */
    const sonda__names *names;
    uint32_t rule_count;
    uint32_t response_mode; /* SONDA_RESPONSE_… */
    uint16_t *policy;
    uint8_t *levels;
    uint64_t throttle_ns;      /* of correlations */
    sonda__programs *programs; /* which are switched off */
    atomic_uint_fast32_t references;
} sonda__publication;

/* Borrowed from the engine until sonda__publication_leave(). */
sonda__publication *sonda__publication_enter(sonda_engine *engine);

/* Gives back what enter returned; NULL does nothing. */
void sonda__publication_leave(sonda__publication *publication);

/* The serial of what is in force: one atomic load, for asking before each event. */
uint64_t sonda__publication_serial(const sonda_engine *engine);

/* What the engine was opened for; empty: for nobody in particular. */
sonda__span sonda__engine_tenant(const sonda_engine *engine);

struct sonda__switches;
const struct sonda__switches *sonda__engine_switches(const sonda_engine *engine);

/* Counts one match kept silent for the disabled id of a slot. */
void sonda__engine_count_disabled(sonda_engine *engine, uint32_t slot);

#endif
