/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of loaded content, for this module and for matching.
 *
 * Layer 3 (rules).
 */

#ifndef SONDA_CORE_RULES_CONTENT_STATE_H
#define SONDA_CORE_RULES_CONTENT_STATE_H

#include <stdatomic.h>

#include "core/rules/content.h"
#include "core/rules/content_policy.h"
#include "core/rules/pack.h"
#include "core/rules/program_shares.h"
#include "core/rules/scan_tables.h"
#include "core/rules/value_lists.h"

/*
 * Packs laid over one another at most. Bounds the walk through bases, which
 * ends at the depth of the content that it began with.
 */
#define SONDA__CONTENT_DEPTH_MAX 8u

/* A filter and one rule it silences; sorted by rule, then by filter. */
typedef struct sonda__filter_link {
    uint32_t rule; /* over all packs; SONDA__EVERY_RULE comes last */
    uint32_t filter;
} sonda__filter_link;

#define SONDA__EVERY_RULE UINT32_MAX

struct sonda_content {
    sonda_allocator allocator;
    atomic_uint references;
    uint32_t depth;         /* 0 without a base */
    uint32_t first_rule;    /* rules of the base */
    uint32_t signature;     /* SONDA_KEY_… that was accepted, or 0 */
    uint32_t first_program; /* alternatives of the base */
    sonda_content *base;    /* or NULL; a reference of ours */
    sonda__pack pack;
    uint8_t *owned;         /* the pack's bytes, unless borrowed */
    sonda_field_id *fields; /* id of each entry of FIELDS */
    sonda__span *native;    /* native names, the base's first */
    size_t native_count;
    sonda__names *names;
    sonda__program_share *shares; /* by alternative */
    uint64_t cost_event;          /* of this pack, as it was proven */
    uint64_t cost_byte;
    sonda__filter_link *links;
    size_t link_count;
    sonda__response *responses; /* of all rules; NULL: no pack has a policy */
    uint32_t feature_count;
    uint32_t first_filter; /* filters of the base */
    sonda__span features[SONDA__FEATURES_MAX];
    sonda__scan_tables scans;
    sonda__value_lists lists;
};

/* The pack a rule over all packs is from, and its index there; or NULL. */
static inline const sonda_content *sonda__content_of_rule(const sonda_content *content,
                                                          uint32_t *index)
{
    while (content->base != NULL && *index < content->first_rule) {
        content = content->base;
    }
    *index -= content->first_rule;
    return *index < content->pack.count[SONDA__SECTION_RULES] ? content : NULL;
}

/* First rule of this pack alone with an id; SONDA_ERR_NOT_FOUND otherwise. */
sonda_status
sonda__content_find_own(const sonda_content *content, sonda__span id, uint32_t *index);

#endif
