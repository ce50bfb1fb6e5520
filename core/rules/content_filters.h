/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which filters silence which rules.
 *
 * Layer 3 (rules).
 */

#ifndef SONDA_CORE_RULES_CONTENT_FILTERS_H
#define SONDA_CORE_RULES_CONTENT_FILTERS_H

#include "core/rules/content_state.h"

/*
 * Looks up the targets of the pack's filters in the pack and in its bases and
 * fills `links`. Targets that no rule has are passed over: a filter may be
 * older or newer than the rules. SONDA_ERR_LIMIT beyond
 * SONDA__FILTER_TARGETS_MAX.
 */
sonda_status sonda__content_link_filters(sonda_content *content, sonda_error *error);

/* The first of the links of one rule in this pack's; `*count` of them follow. */
const sonda__filter_link *
sonda__content_links(const sonda_content *content, uint32_t rule, size_t *count);

#endif
