/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Target ids to rules, once, so that a match finds its filters by a search.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#include "core/rules/content_filters.h"

#include <stdlib.h>

#include "core/base/allocate.h"
#include "core/base/error.h"

static sonda__span own_id(const sonda_content *content, uint32_t position, uint32_t *rule)
{
    const uint8_t *number =
        sonda__pack_entry(&content->pack, SONDA__SECTION_RULE_INDEX, position);
    const uint8_t *entry;

    *rule = number == NULL ? 0 : sonda__pack_u32(number);
    entry = sonda__pack_entry(&content->pack, SONDA__SECTION_RULES, *rule);
    return entry == NULL ? sonda__span_of("", 0)
                         : sonda__pack_text(&content->pack, entry + SONDA__AT_RULE_ID);
}

/* Position in RULE_INDEX of the first id that is not below `id`. */
static uint32_t position_of(const sonda_content *content, sonda__span id)
{
    uint32_t low = 0;
    uint32_t high = content->pack.count[SONDA__SECTION_RULE_INDEX];
    uint32_t rule;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (sonda__pack_compare(own_id(content, middle, &rule), id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

sonda_status
sonda__content_find_own(const sonda_content *content, sonda__span id, uint32_t *index)
{
    uint32_t at = position_of(content, id);
    uint32_t rule;

    if (at >= content->pack.count[SONDA__SECTION_RULE_INDEX] ||
        !sonda__span_equal(own_id(content, at, &rule), id)) {
        return SONDA_ERR_NOT_FOUND;
    }
    *index = rule;
    return SONDA_OK;
}

/* Collects links; counts only while there is no room yet. */
typedef struct link_sink {
    sonda__filter_link *links;
    size_t count;
} link_sink;

static void add_link(link_sink *sink, uint32_t rule, uint32_t filter)
{
    if (sink->links != NULL) {
        sink->links[sink->count].rule = rule;
        sink->links[sink->count].filter = filter;
    }
    sink->count++;
}

/* All rules with an id, here and below. */
static void
link_target(const sonda_content *content, sonda__span id, uint32_t filter, link_sink *sink)
{
    for (const sonda_content *pack = content; pack != NULL; pack = pack->base) {
        uint32_t rule;

        for (uint32_t at = position_of(pack, id);
             at < pack->pack.count[SONDA__SECTION_RULE_INDEX] &&
             sonda__span_equal(own_id(pack, at, &rule), id) &&
             sink->count <= SONDA__FILTER_TARGETS_MAX;
             at++) {
            add_link(sink, pack->first_rule + rule, filter);
        }
    }
}

static void link_filter(const sonda_content *content, uint32_t filter, link_sink *sink)
{
    const uint8_t *at = sonda__pack_entry(&content->pack, SONDA__SECTION_FILTERS, filter);
    sonda__list targets = sonda__pack_list(at + SONDA__AT_FILTER_TARGETS);

    if (targets.count == 0) {
        add_link(sink, SONDA__EVERY_RULE, filter);
    }
    for (uint32_t i = 0; i < targets.count; i++) {
        const uint8_t *text =
            sonda__pack_listed(&content->pack, SONDA__SECTION_SPANS, targets, i);

        if (text != NULL) {
            link_target(content, sonda__pack_text(&content->pack, text), filter, sink);
        }
    }
}

static void link_all(const sonda_content *content, link_sink *sink)
{
    uint32_t count = content->pack.count[SONDA__SECTION_FILTERS];

    for (uint32_t i = 0; i < count && sink->count <= SONDA__FILTER_TARGETS_MAX; i++) {
        link_filter(content, i, sink);
    }
}

/* Filters may share a list of targets: count what all of them name. */
static bool names_too_many(const sonda_content *content)
{
    uint64_t named = 0;

    for (uint32_t i = 0; i < content->pack.count[SONDA__SECTION_FILTERS]; i++) {
        const uint8_t *at = sonda__pack_entry(&content->pack, SONDA__SECTION_FILTERS, i);

        named += sonda__pack_list(at + SONDA__AT_FILTER_TARGETS).count;
    }
    return named > SONDA__FILTER_TARGETS_MAX;
}

static int by_rule(const void *a, const void *b)
{
    const sonda__filter_link *one = a;
    const sonda__filter_link *other = b;

    if (one->rule != other->rule) {
        return one->rule < other->rule ? -1 : 1;
    }
    return one->filter < other->filter ? -1 : one->filter > other->filter;
}

sonda_status sonda__content_link_filters(sonda_content *content, sonda_error *error)
{
    link_sink sink = {NULL, 0};
    uint64_t at =
        sonda__pack_offset(&content->pack, content->pack.section[SONDA__SECTION_FILTERS]);

    if (names_too_many(content)) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, at, "the filters name too many rules");
    }
    link_all(content, &sink);
    if (sink.count > SONDA__FILTER_TARGETS_MAX) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, at,
                                "the filters apply to too many rules");
    }
    if (sink.count == 0) {
        return SONDA_OK;
    }
    content->links = sonda__allocate(&content->allocator, sink.count, sizeof *content->links);
    if (content->links == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    sink.links = content->links;
    sink.count = 0;
    link_all(content, &sink);
    content->link_count = sink.count;
    qsort(content->links, content->link_count, sizeof *content->links, by_rule);
    return SONDA_OK;
}

const sonda__filter_link *
sonda__content_links(const sonda_content *content, uint32_t rule, size_t *count)
{
    size_t low = 0;
    size_t high = content->link_count;
    size_t end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (content->links[middle].rule < rule) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    end = low;
    while (end < content->link_count && content->links[end].rule == rule) {
        end++;
    }
    *count = end - low;
    return content->links == NULL ? NULL : content->links + low;
}
