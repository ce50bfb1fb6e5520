/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What becomes of one finding by the policy, the mode and the switches.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_RESPOND_H
#define SONDA_CORE_ENGINE_RESPOND_H

#include "core/engine/publication.h"
#include "core/engine/switches.h"
#include "sonda/stats.h"

/* Whether an answer could still be given to what a finding is about. */
typedef enum sonda__answerable {
    SONDA__ANSWER_LATE,   /* no: a correlation, or an event that was held back */
    SONDA__ANSWER_NOBODY, /* it could, but nobody asked */
    SONDA__ANSWER_AWAITED /* by a ticket and on_verdict */
} sonda__answerable;

typedef struct sonda__decision {
    uint32_t action;  /* SONDA_ACTION_… */
    uint32_t outcome; /* SONDA_OUTCOME_… */
    bool is_silent;   /* the finding is not told */
    const sonda__switch *by;
    uint64_t features;
} sonda__decision;

/* Decides and counts. */
sonda__decision sonda__respond(const sonda_engine *engine,
                               const sonda__publication *publication,
                               uint32_t rule_index,
                               sonda__answerable answerable,
                               sonda_stats *stats);

#endif
