/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the policies of packs over one another come to for each rule.
 *
 * Layer 3 (rules).
 */

#ifndef SONDA_CORE_RULES_CONTENT_POLICY_H
#define SONDA_CORE_RULES_CONTENT_POLICY_H

#include "core/base/span.h"
#include "core/rules/pack_format.h"
#include "sonda/content.h"

/* What a rule's findings shall lead to, and the features that want it so. */
typedef struct sonda__response {
    uint64_t features; /* bits: numbers of sonda__content_feature() */
    uint32_t action;   /* SONDA_ACTION_… */
    uint32_t reserved;
} sonda__response;

/*
 * Resolves the policies of content and its bases, which are linked, for every
 * rule. SONDA_ERR_LIMIT for more features or tags than the format allows.
 */
sonda_status sonda__content_link_policy(sonda_content *content, sonda_error *error);

/* Of any rule; an alert where no policy speaks. */
sonda__response sonda__content_response(const sonda_content *content, uint32_t rule);

/* Name of a feature; empty past the last one. */
sonda__span sonda__content_feature(const sonda_content *content, uint32_t number);

/*
 * An entry of any of the packs, in an order that does not matter, that names a
 * rule none of them has; `*index` is where to go on. False: no further.
 */
bool sonda__content_policy_astray(const sonda_content *content,
                                  uint32_t *index,
                                  sonda__span *id);

#endif
