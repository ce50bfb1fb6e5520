/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of a finding: what the accessors read while on_finding runs.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_FINDING_H
#define SONDA_CORE_ENGINE_FINDING_H

#include "core/detect/match.h"
#include "sonda/finding.h"

struct sonda_finding {
    const sonda_content *content;
    const sonda_event *event;
    uint32_t rule_index;
    uint32_t level;
    size_t evidence_count;
    sonda__evidence evidence[SONDA_EVIDENCE_MAX];
};

#endif
