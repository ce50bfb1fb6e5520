/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What callers may ask of content.
 *
 * Layer 3 (rules). No allocation.
 */

#include "core/rules/content_state.h"
#include "sonda/abi.h"

static sonda_text text_at(const sonda__pack *pack, const uint8_t *at)
{
    sonda__span span = sonda__pack_text(pack, at);
    sonda_text text = {span.data, span.len};

    return text;
}

/* Entry of a rule by its number over all packs, and its pack; or NULL. */
static const uint8_t *
rule_entry(const sonda_content *content, uint32_t index, const sonda__pack **pack)
{
    const sonda_content *owner = sonda__content_of_rule(content, &index);

    if (owner == NULL) {
        return NULL;
    }
    *pack = &owner->pack;
    return sonda__pack_entry(&owner->pack, SONDA__SECTION_RULES, index);
}

uint32_t sonda_content_rule_count(const sonda_content *content)
{
    return content == NULL ? 0
                           : content->first_rule + content->pack.count[SONDA__SECTION_RULES];
}

uint32_t sonda_content_correlation_count(const sonda_content *content)
{
    uint32_t count = 0;

    for (; content != NULL; content = content->base) {
        count += content->pack.count[SONDA__SECTION_CORRELATIONS];
    }
    return count;
}

static void fill_view(const sonda__pack *pack, const uint8_t *at, sonda_rule_view *view)
{
    view->level = sonda__pack_u32(at + SONDA__AT_RULE_LEVEL);
    view->line = sonda__pack_u32(at + SONDA__AT_RULE_LINE);
    view->tag_count = sonda__pack_list(at + SONDA__AT_RULE_TAGS).count;
    view->falsepositive_count = sonda__pack_list(at + SONDA__AT_RULE_FALSEPOSITIVES).count;
    view->id = text_at(pack, at + SONDA__AT_RULE_ID);
    view->title = text_at(pack, at + SONDA__AT_RULE_TITLE);
    view->description = text_at(pack, at + SONDA__AT_RULE_DESCRIPTION);
    view->author = text_at(pack, at + SONDA__AT_RULE_AUTHOR);
    view->status = text_at(pack, at + SONDA__AT_RULE_STATUS);
    view->category = text_at(pack, at + SONDA__AT_RULE_CATEGORY);
    view->product = text_at(pack, at + SONDA__AT_RULE_PRODUCT);
    view->service = text_at(pack, at + SONDA__AT_RULE_SERVICE);
    view->path = text_at(pack, at + SONDA__AT_RULE_PATH);
}

sonda_status
sonda_content_rule(const sonda_content *content, uint32_t index, sonda_rule_view *view)
{
    sonda_rule_view filled = SONDA_RULE_VIEW_INIT;
    const sonda__pack *pack = NULL;
    const uint8_t *at;

    if (content == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    at = rule_entry(content, index, &pack);
    if (at == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    fill_view(pack, at, &filled);
    return sonda_abi_write(&filled, sizeof filled, view);
}

/* Text `number` of one of a rule's lists. */
static sonda_status listed_text(const sonda_content *content,
                                uint32_t index,
                                uint32_t list_at,
                                uint32_t number,
                                sonda_text *text)
{
    const sonda__pack *pack = NULL;
    const uint8_t *at;
    const uint8_t *span;

    if (content == NULL || text == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    at = rule_entry(content, index, &pack);
    if (at == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    span =
        sonda__pack_listed(pack, SONDA__SECTION_SPANS, sonda__pack_list(at + list_at), number);
    if (span == NULL) {
        return SONDA_ERR_NOT_FOUND;
    }
    *text = text_at(pack, span);
    return SONDA_OK;
}

sonda_status sonda_content_rule_tag(const sonda_content *content,
                                    uint32_t index,
                                    uint32_t tag,
                                    sonda_text *text)
{
    return listed_text(content, index, SONDA__AT_RULE_TAGS, tag, text);
}

sonda_status sonda_content_rule_falsepositive(const sonda_content *content,
                                              uint32_t index,
                                              uint32_t number,
                                              sonda_text *text)
{
    return listed_text(content, index, SONDA__AT_RULE_FALSEPOSITIVES, number, text);
}

sonda_status sonda_content_find_rule(const sonda_content *content,
                                     const char *id,
                                     size_t id_len,
                                     uint32_t *index)
{
    sonda_status status = SONDA_ERR_NOT_FOUND;
    uint32_t own = 0;

    if (content == NULL || id == NULL || index == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    /* Bases come first, so the lowest pack that has the id decides. */
    for (; content != NULL; content = content->base) {
        if (sonda__content_find_own(content, sonda__span_of(id, id_len), &own) == SONDA_OK) {
            *index = content->first_rule + own;
            status = SONDA_OK;
        }
    }
    return status;
}

sonda_status sonda_content_info_get(const sonda_content *content, sonda_content_info *info)
{
    sonda_content_info filled = SONDA_CONTENT_INFO_INIT;
    const sonda__pack *pack;

    if (content == NULL || info == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    pack = &content->pack;
    filled.version = sonda__pack_u32(pack->bytes + SONDA__AT_VERSION);
    filled.rule_count = pack->count[SONDA__SECTION_RULES];
    filled.filter_count = pack->count[SONDA__SECTION_FILTERS];
    filled.source_count = pack->count[SONDA__SECTION_SOURCES];
    filled.native_count =
        (uint32_t)(content->native_count - (content->base ? content->base->native_count : 0));
    filled.regex_count = pack->count[SONDA__SECTION_REGEXES];
    filled.signature = content->signature;
    filled.size_bytes = pack->len;
    filled.cost_per_event = sonda__pack_u64(pack->bytes + SONDA__AT_COST_EVENT);
    filled.cost_per_byte = sonda__pack_u64(pack->bytes + SONDA__AT_COST_BYTE);
    filled.policy_count = pack->count[SONDA__SECTION_POLICY];
    memcpy(filled.digest, pack->bytes + SONDA__AT_DIGEST, sizeof filled.digest);
    return sonda_abi_write(&filled, sizeof filled, info);
}
