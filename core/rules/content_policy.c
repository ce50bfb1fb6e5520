/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Policies to rules, once, so that a match finds its response by an index.
 *
 * The uppermost pack whose policy says anything about a rule decides. Within
 * it the rule's id comes before its tags and these before its level. Tags that
 * disagree are something nobody has thought through, so of deny and kill deny
 * stays, and everything else becomes an alert.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#include "core/rules/content_policy.h"

#include "core/base/allocate.h"
#include "core/base/error.h"
#include "core/rules/content_state.h"
#include "sonda/abi.h"
#include "sonda/response.h"

static const sonda__response alert = {0, SONDA_ACTION_ALERT, 0};

static const uint8_t *entry_at(const sonda_content *content, uint32_t index)
{
    return sonda__pack_entry(&content->pack, SONDA__SECTION_POLICY, index);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* As sonda__pack_compare(), of `name` in lower case. */
static int compare_lower(sonda__span name, sonda__span other)
{
    for (size_t i = 0; i < name.len && i < other.len; i++) {
        int order = (int)lower(name.data[i]) - (int)(unsigned char)other.data[i];

        if (order != 0) {
            return order;
        }
    }
    return (name.len > other.len) - (name.len < other.len);
}

/* Order of what is looked for against an entry; names count for its own kind. */
static int compare(const sonda_content *content,
                   const uint8_t *at,
                   uint32_t kind,
                   uint32_t level,
                   sonda__span name)
{
    uint32_t kind_there = sonda__pack_u32(at + SONDA__AT_POLICY_KIND);
    uint32_t level_there = sonda__pack_u32(at + SONDA__AT_POLICY_LEVEL);
    sonda__span there = sonda__pack_text(&content->pack, at + SONDA__AT_POLICY_NAME);

    if (kind != kind_there) {
        return kind < kind_there ? -1 : 1;
    }
    if (level != level_there) {
        return level < level_there ? -1 : 1;
    }
    return kind == SONDA__POLICY_OF_TAG ? compare_lower(name, there)
                                        : sonda__pack_compare(name, there);
}

/* The entry of one pack for one thing, or NULL. */
static const uint8_t *
find(const sonda_content *content, uint32_t kind, uint32_t level, sonda__span name)
{
    uint32_t low = 0;
    uint32_t high = content->pack.count[SONDA__SECTION_POLICY];

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *at = entry_at(content, middle);
        int order = compare(content, at, kind, level, name);

        if (order == 0) {
            return at;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* Number of a feature among those of `top`; 64: none, or not there. */
static uint32_t number_of(const sonda_content *top, sonda__span feature)
{
    for (uint32_t i = 0; i < top->feature_count; i++) {
        if (sonda__span_equal(top->features[i], feature)) {
            return i;
        }
    }
    return SONDA__FEATURES_MAX;
}

static sonda__response
response_of(const sonda_content *top, const sonda_content *pack, const uint8_t *at)
{
    sonda__response response = {0, sonda__pack_u32(at + SONDA__AT_POLICY_ACTION), 0};
    uint32_t number =
        number_of(top, sonda__pack_text(&pack->pack, at + SONDA__AT_POLICY_FEATURE));

    response.features = number < SONDA__FEATURES_MAX ? UINT64_C(1) << number : 0;
    return response;
}

/* Of two tags' actions: what they agree on, or the mildest. */
static uint32_t agree(uint32_t a, uint32_t b)
{
    bool answers = (a == SONDA_ACTION_DENY || a == SONDA_ACTION_KILL) &&
                   (b == SONDA_ACTION_DENY || b == SONDA_ACTION_KILL);

    if (a == b) {
        return a;
    }
    return answers ? SONDA_ACTION_DENY : SONDA_ACTION_ALERT;
}

/* What one pack's policy says about the tags of a rule; action 0: nothing. */
static sonda__response of_tags(const sonda_content *top,
                               const sonda_content *pack,
                               const sonda__pack *owner,
                               const uint8_t *rule)
{
    sonda__list tags = sonda__pack_list(rule + SONDA__AT_RULE_TAGS);
    sonda__response whole = {0, 0, 0};

    for (uint32_t i = 0; i < tags.count; i++) {
        const uint8_t *span = sonda__pack_listed(owner, SONDA__SECTION_SPANS, tags, i);
        const uint8_t *at =
            span == NULL ? NULL
                         : find(pack, SONDA__POLICY_OF_TAG, 0, sonda__pack_text(owner, span));

        if (at != NULL) {
            sonda__response one = response_of(top, pack, at);

            whole.action = whole.action == 0 ? one.action : agree(whole.action, one.action);
            whole.features |= one.features;
        }
    }
    return whole;
}

/* What one pack's policy says about a rule; action 0: nothing. */
static sonda__response of_pack(const sonda_content *top,
                               const sonda_content *pack,
                               const sonda__pack *owner,
                               const uint8_t *rule)
{
    const sonda__span none = {"", 0};
    const uint8_t *at =
        find(pack, SONDA__POLICY_OF_RULE, 0, sonda__pack_text(owner, rule + SONDA__AT_RULE_ID));
    sonda__response response = {0, 0, 0};

    if (at == NULL) {
        response = of_tags(top, pack, owner, rule);
    }
    if (at == NULL && response.action == 0) {
        at = find(pack, SONDA__POLICY_OF_LEVEL, sonda__pack_u32(rule + SONDA__AT_RULE_LEVEL),
                  none);
    }
    return at != NULL ? response_of(top, pack, at) : response;
}

static sonda__response resolve(const sonda_content *top, uint32_t index)
{
    const sonda_content *owner = sonda__content_of_rule(top, &index);
    const uint8_t *rule =
        owner == NULL ? NULL : sonda__pack_entry(&owner->pack, SONDA__SECTION_RULES, index);

    for (const sonda_content *pack = top; rule != NULL && pack != NULL; pack = pack->base) {
        sonda__response response = of_pack(top, pack, &owner->pack, rule);

        if (response.action != 0) {
            return response;
        }
    }
    return alert;
}

static sonda_status add_features(sonda_content *top, const sonda_content *pack)
{
    for (uint32_t i = 0; i < pack->pack.count[SONDA__SECTION_POLICY]; i++) {
        sonda__span feature =
            sonda__pack_text(&pack->pack, entry_at(pack, i) + SONDA__AT_POLICY_FEATURE);

        if (feature.len == 0 || number_of(top, feature) < SONDA__FEATURES_MAX) {
            continue;
        }
        if (top->feature_count == SONDA__FEATURES_MAX) {
            return SONDA_ERR_LIMIT;
        }
        top->features[top->feature_count++] = feature;
    }
    return SONDA_OK;
}

/* Rules may share a list of tags: count what all of them look up. */
static bool has_too_many_tags(const sonda_content *top)
{
    uint64_t tags = 0;

    for (const sonda_content *pack = top; pack != NULL; pack = pack->base) {
        for (uint32_t i = 0; i < pack->pack.count[SONDA__SECTION_RULES]; i++) {
            const uint8_t *rule = sonda__pack_entry(&pack->pack, SONDA__SECTION_RULES, i);

            tags += sonda__pack_list(rule + SONDA__AT_RULE_TAGS).count;
        }
    }
    return tags > SONDA__POLICY_TAGS_MAX;
}

static sonda_status gather(sonda_content *top, bool *any, sonda_error *error)
{
    *any = false;
    for (const sonda_content *pack = top; pack != NULL; pack = pack->base) {
        *any = *any || pack->pack.count[SONDA__SECTION_POLICY] != 0;
        if (add_features(top, pack) != SONDA_OK) {
            return sonda__error_set(error, SONDA_ERR_LIMIT, 0,
                                    "the policies name more than %u features",
                                    (uint64_t)SONDA__FEATURES_MAX);
        }
    }
    return *any && has_too_many_tags(top)
               ? sonda__error_set(error, SONDA_ERR_LIMIT, 0,
                                  "too many tags of rules for a policy")
               : SONDA_OK;
}

sonda_status sonda__content_link_policy(sonda_content *content, sonda_error *error)
{
    uint32_t count = sonda_content_rule_count(content);
    bool any;
    sonda_status status = gather(content, &any, error);

    if (status != SONDA_OK || !any) {
        return status;
    }
    content->responses =
        sonda__allocate(&content->allocator, (size_t)count + 1, sizeof *content->responses);
    if (content->responses == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        content->responses[i] = resolve(content, i);
    }
    return SONDA_OK;
}

sonda__response sonda__content_response(const sonda_content *content, uint32_t rule)
{
    return content != NULL && content->responses != NULL &&
                   rule < sonda_content_rule_count(content)
               ? content->responses[rule]
               : alert;
}

sonda__span sonda__content_feature(const sonda_content *content, uint32_t number)
{
    return number < content->feature_count ? content->features[number] : sonda__span_of("", 0);
}

bool sonda__content_policy_astray(const sonda_content *content,
                                  uint32_t *index,
                                  sonda__span *id)
{
    uint32_t before = 0;

    for (const sonda_content *pack = content; pack != NULL; pack = pack->base) {
        uint32_t count = pack->pack.count[SONDA__SECTION_POLICY];

        for (; *index >= before && *index - before < count; *index += 1) {
            const uint8_t *at = entry_at(pack, *index - before);
            uint32_t found;

            *id = sonda__pack_text(&pack->pack, at + SONDA__AT_POLICY_NAME);
            if (sonda__pack_u32(at + SONDA__AT_POLICY_KIND) == SONDA__POLICY_OF_RULE &&
                sonda_content_find_rule(content, id->data, id->len, &found) != SONDA_OK) {
                *index += 1;
                return true;
            }
        }
        before += count;
    }
    return false;
}

sonda_status
sonda_content_rule_action(const sonda_content *content, uint32_t index, uint32_t *action)
{
    if (content == NULL || action == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (index >= sonda_content_rule_count(content)) {
        return SONDA_ERR_NOT_FOUND;
    }
    *action = sonda__content_response(content, index).action;
    return SONDA_OK;
}

static sonda_text text_of(const sonda_content *content, const uint8_t *at)
{
    sonda__span span = sonda__pack_text(&content->pack, at);
    sonda_text text = {span.data, span.len};

    return text;
}

sonda_status
sonda_content_policy(const sonda_content *content, uint32_t index, sonda_policy_view *view)
{
    sonda_policy_view filled = SONDA_POLICY_VIEW_INIT;
    const uint8_t *at;

    if (content == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    at = entry_at(content, index);
    if (at == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    filled.kind = sonda__pack_u32(at + SONDA__AT_POLICY_KIND);
    filled.action = sonda__pack_u32(at + SONDA__AT_POLICY_ACTION);
    filled.level = sonda__pack_u32(at + SONDA__AT_POLICY_LEVEL);
    filled.line = sonda__pack_u32(at + SONDA__AT_POLICY_LINE);
    filled.name = text_of(content, at + SONDA__AT_POLICY_NAME);
    filled.feature = text_of(content, at + SONDA__AT_POLICY_FEATURE);
    return sonda_abi_write(&filled, sizeof filled, view);
}
