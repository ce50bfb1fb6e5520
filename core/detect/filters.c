/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A filter is asked once an event, whatever number of its rules hold: so all
 * filters together cost what the pack's sums say, once.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/filters.h"

#include "core/detect/evaluate.h"
#include "core/rules/content_filters.h"

static uint32_t filter_count(const sonda_content *content)
{
    return content->first_filter + content->pack.count[SONDA__SECTION_FILTERS];
}

void sonda__filters_begin(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    size_t bytes = ((size_t)filter_count(question->content) / 64 + 1) * sizeof(uint64_t);

    memset(matcher->filter_asked, 0, bytes);
    memset(matcher->filter_held, 0, bytes);
    matcher->every_asked = 0;
    matcher->every_held = 0;
}

/* One filter of the question's pack. */
static bool filter_holds(const sonda__question *question, uint32_t filter)
{
    sonda__matcher *matcher = question->matcher;
    const uint8_t *at =
        sonda__pack_entry(&question->content->pack, SONDA__SECTION_FILTERS, filter);
    uint32_t index = question->content->first_filter + filter;
    uint64_t bit = UINT64_C(1) << index % 64;

    if (at == NULL || index >= SONDA__FILTERS_MAX) {
        return false;
    }
    if ((matcher->filter_asked[index / 64] & bit) == 0) {
        matcher->filter_asked[index / 64] |= bit;
        matcher->counts.filters++;
        if (sonda__evaluate_alternatives(
                question, sonda__pack_list(at + SONDA__AT_FILTER_ALTERNATIVES), NULL)) {
            matcher->filter_held[index / 64] |= bit;
        }
    }
    return (matcher->filter_held[index / 64] & bit) != 0;
}

static bool any_holds(const sonda__question *question, uint32_t rule)
{
    size_t count;
    const sonda__filter_link *links = sonda__content_links(question->content, rule, &count);

    for (size_t i = 0; i < count; i++) {
        if (filter_holds(question, links[i].filter)) {
            return true;
        }
    }
    return false;
}

/* Those about every rule: the answer is the same for each. */
static bool every_holds(const sonda__question *question)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t bit = 1u << question->content->depth;

    if ((matcher->every_asked & bit) == 0) {
        matcher->every_asked |= bit;
        matcher->every_held |= any_holds(question, SONDA__EVERY_RULE) ? bit : 0;
    }
    return (matcher->every_held & bit) != 0;
}

/* Filters of each pack that has or lies over the rule. */
bool sonda__filters_hold(const sonda__question *question, uint32_t rule)
{
    const sonda_content *content = question->content;

    for (; content != NULL && rule < sonda_content_rule_count(content);
         content = content->base) {
        sonda__question of = {content, question->event, question->matcher};

        if (any_holds(&of, rule) || every_holds(&of)) {
            return true;
        }
    }
    return false;
}
