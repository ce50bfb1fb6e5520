/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of a finding: what the accessors read while on_finding runs.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_FINDING_H
#define SONDA_CORE_ENGINE_FINDING_H

#include "core/detect/correlate.h"
#include "core/detect/match.h"
#include "core/engine/respond.h"
#include "sonda/finding.h"

/* The text of a measured number, and of a condition with six bounds. */
#define SONDA__MEASURE_TEXT_MAX 32u
#define SONDA__CONDITION_TEXT_MAX 256u

/* One event that made a correlation. */
typedef struct sonda__member {
    uint64_t time_ns;
    uint64_t seq;
    uint32_t stream;
    uint32_t rule_index; /* the first rule of the correlation that it matched */
} sonda__member;

struct sonda_finding {
    const sonda_content *content;
    const sonda_event *event;
    uint32_t rule_index;
    uint32_t level;
    sonda__decision decision;
    size_t evidence_count;
    sonda__evidence evidence[SONDA_EVIDENCE_MAX];
    /* Of a correlation; 0 for other rules. */
    uint64_t member_total;
    size_t member_count;
    sonda__member members[SONDA_MEMBERS_MAX];
    char measured[SONDA__MEASURE_TEXT_MAX];
    char condition[SONDA__CONDITION_TEXT_MAX];
};

/* Fills evidence and members of a finding, whose content and event are set. */
void sonda__finding_of_correlation(sonda_finding *finding, const sonda__correlated *found);

#endif
