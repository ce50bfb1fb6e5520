/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Loading content: check the pack, then build the few tables matching needs
 * that a pack cannot hold, because they depend on what lies below it.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#include "core/rules/content.h"

#include "core/base/allocate.h"
#include "core/base/error.h"
#include "core/rules/content_filters.h"
#include "core/rules/content_policy.h"
#include "core/rules/content_signature.h"
#include "core/rules/content_state.h"
#include "sonda/abi.h"

/*
 * Default ceiling of the worst case of a pack, in steps a byte, all rules
 * together. All of SigmaHQ comes to 2.6 million: room for twenty times as much.
 */
#define COST_PER_BYTE_DEFAULT UINT64_C(64000000)

/* What we know of the caller's options; the rest keeps its default. */
static sonda_status take_options(const sonda_content_options *given,
                                 sonda_content_options *options)
{
    sonda_content_options defaults = SONDA_CONTENT_OPTIONS_INIT;

    *options = defaults;
    if (given != NULL) {
        sonda_status status = sonda_abi_read(given, options, sizeof *options);

        if (status != SONDA_OK) {
            return status;
        }
    }
    if (options->max_cost_per_byte == 0) {
        options->max_cost_per_byte = COST_PER_BYTE_DEFAULT;
    }
    return options->trusted_key_count > 0 && options->trusted_keys == NULL
               ? SONDA_ERR_INVALID_ARGUMENT
               : SONDA_OK;
}

static sonda_status take_bytes(sonda_content *content,
                               const void *pack,
                               size_t pack_len,
                               uint32_t borrow,
                               const uint8_t **bytes)
{
    *bytes = pack;
    if (borrow != 0 || pack_len == 0) {
        return SONDA_OK;
    }
    content->owned = sonda__allocate(&content->allocator, pack_len, 1);
    if (content->owned == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(content->owned, pack, pack_len);
    *bytes = content->owned;
    return SONDA_OK;
}

/* Verifies, and keeps what was proven of each program. */
static sonda_status
verify(sonda_content *content, const sonda_content_options *options, sonda_error *error)
{
    size_t count = (size_t)content->pack.count[SONDA__SECTION_PATTERNS] + 1;
    uint64_t *scratch = sonda__allocate(&content->allocator, count, sizeof *scratch);
    sonda_status status =
        scratch == NULL
            ? SONDA_ERR_NO_MEMORY
            : sonda__pack_verify(&content->pack, options->max_cost_per_byte, scratch, error);

    if (status == SONDA_OK) {
        content->cost_event = sonda__pack_u64(content->pack.bytes + SONDA__AT_COST_EVENT);
        content->cost_byte = sonda__pack_u64(content->pack.bytes + SONDA__AT_COST_BYTE);
        content->shares = sonda__program_shares(&content->pack, scratch, &content->allocator);
        status = content->shares != NULL ? SONDA_OK : SONDA_ERR_NO_MEMORY;
    }
    sonda__release(&content->allocator, scratch);
    return status;
}

static sonda_status take_base(sonda_content *content, sonda_content *base, sonda_error *error)
{
    content->depth = base == NULL ? 0 : base->depth + 1;
    content->first_rule = sonda_content_rule_count(base);
    content->first_program =
        base == NULL ? 0 : base->first_program + base->pack.count[SONDA__SECTION_ALTERNATIVES];
    content->first_filter =
        base == NULL ? 0 : base->first_filter + base->pack.count[SONDA__SECTION_FILTERS];
    if (content->depth >= SONDA__CONTENT_DEPTH_MAX) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0, "too many packs over one another");
    }
    if (content->pack.count[SONDA__SECTION_RULES] > SONDA__RULES_MAX - content->first_rule) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0, "too many rules");
    }
    if (content->pack.count[SONDA__SECTION_FILTERS] >=
        SONDA__FILTERS_MAX - content->first_filter) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0, "too many filters");
    }
    content->base = sonda_content_acquire(base);
    return SONDA_OK;
}

/* Ids of fields, and the names that are neither the table's nor the base's. */
static void intern_fields(sonda_content *content)
{
    const sonda__names *below =
        content->base != NULL ? content->base->names : sonda__names_of_table();

    for (uint32_t i = 0; i < content->pack.count[SONDA__SECTION_FIELDS]; i++) {
        const uint8_t *at = sonda__pack_entry(&content->pack, SONDA__SECTION_FIELDS, i);
        sonda__span name = sonda__pack_text(&content->pack, at + SONDA__AT_FIELD_NAME);
        sonda_field_id id = sonda__pack_u32(at + SONDA__AT_FIELD_ID);

        if (id == SONDA_FIELD_NONE) {
            id = sonda__names_find(below, name);
        }
        if (id == SONDA_FIELD_UNKNOWN) {
            id = SONDA_FIELD_NATIVE + (sonda_field_id)content->native_count;
            content->native[content->native_count++] = name;
        }
        content->fields[i] = id;
    }
}

static sonda_status open_names(sonda_content *content, sonda_error *error)
{
    size_t field_count = content->pack.count[SONDA__SECTION_FIELDS];
    size_t below = content->base != NULL ? content->base->native_count : 0;
    uint64_t fields_at =
        sonda__pack_offset(&content->pack, content->pack.section[SONDA__SECTION_FIELDS]);
    sonda_status status;

    /* One more than needed: a pack without fields is no special case. */
    content->fields =
        sonda__allocate(&content->allocator, field_count + 1, sizeof *content->fields);
    content->native =
        sonda__allocate(&content->allocator, below + field_count + 1, sizeof *content->native);
    if (content->fields == NULL || content->native == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (below > 0) {
        memcpy(content->native, content->base->native, below * sizeof *content->native);
    }
    content->native_count = below;
    intern_fields(content);
    status = sonda__names_open(&content->names, content->native, content->native_count,
                               &content->allocator);
    if (status == SONDA_ERR_INVALID_ARGUMENT) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, fields_at,
                                "a field that stands in the pack twice");
    }
    return status == SONDA_ERR_LIMIT
               ? sonda__error_set(error, status, fields_at, "more names of fields than %u",
                                  (uint64_t)SONDA__NAMES_NATIVE_MAX)
               : status;
}

static sonda_status load(sonda_content *content,
                         const uint8_t *bytes,
                         size_t len,
                         const sonda_content_options *options,
                         sonda_error *error)
{
    sonda_status status = sonda__pack_open(&content->pack, bytes, len, error);

    if (status == SONDA_OK) {
        status =
            sonda__content_check_signature(&content->pack, options, &content->signature, error);
    }
    if (status == SONDA_OK) {
        status = verify(content, options, error);
    }
    if (status == SONDA_OK) {
        status = take_base(content, options->base, error);
    }
    if (status == SONDA_OK) {
        status = open_names(content, error);
    }
    if (status == SONDA_OK) {
        status = sonda__scan_tables_open(&content->scans, &content->pack, content->fields,
                                         &content->allocator);
    }
    if (status == SONDA_OK) {
        status = sonda__value_lists_open(&content->lists, &content->pack, &content->allocator);
    }
    if (status == SONDA_OK) {
        status = sonda__content_link_filters(content, error);
    }
    return status == SONDA_OK ? sonda__content_link_policy(content, error) : status;
}

sonda_status sonda_content_load(sonda_content **content,
                                const void *pack,
                                size_t pack_len,
                                const sonda_content_options *options,
                                const sonda_allocator *allocator,
                                sonda_error *error)
{
    sonda_content_options ours;
    sonda_allocator memory;
    sonda_content *loaded;
    const uint8_t *bytes;
    sonda_status status = take_options(options, &ours);

    if (content == NULL || pack == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (status == SONDA_OK) {
        status = sonda_allocator_read(allocator, &memory);
    }
    if (status != SONDA_OK) {
        return status;
    }
    loaded = sonda__allocate_zeroed(&memory, 1, sizeof *loaded);
    if (loaded == NULL) {
        return sonda__error_set(error, SONDA_ERR_NO_MEMORY, 0, "out of memory");
    }
    loaded->allocator = memory;
    atomic_init(&loaded->references, 1);
    status = take_bytes(loaded, pack, pack_len, ours.borrow, &bytes);
    if (status == SONDA_OK) {
        status = load(loaded, bytes, pack_len, &ours, error);
    }
    if (status != SONDA_OK) {
        sonda_content_release(loaded);
        return status == SONDA_ERR_NO_MEMORY
                   ? sonda__error_set(error, status, 0, "out of memory")
                   : status;
    }
    *content = loaded;
    return SONDA_OK;
}

sonda_content *sonda_content_acquire(sonda_content *content)
{
    if (content != NULL) {
        atomic_fetch_add_explicit(&content->references, 1, memory_order_relaxed);
    }
    return content;
}

static void close_one(sonda_content *content)
{
    sonda_allocator allocator = content->allocator;

    sonda__value_lists_close(&content->lists, &allocator);
    sonda__scan_tables_close(&content->scans, &allocator);
    sonda__names_close(content->names);
    sonda__release(&allocator, content->responses);
    sonda__release(&allocator, content->links);
    sonda__release(&allocator, content->shares);
    sonda__release(&allocator, content->native);
    sonda__release(&allocator, content->fields);
    sonda__release(&allocator, content->owned);
    sonda__release(&allocator, content);
}

void sonda_content_release(sonda_content *content)
{
    /* A loop, not recursion: giving back content gives back its base. */
    while (content != NULL &&
           atomic_fetch_sub_explicit(&content->references, 1, memory_order_acq_rel) == 1) {
        sonda_content *base = content->base;

        close_one(content);
        content = base;
    }
}

const sonda__names *sonda__content_names(const sonda_content *content)
{
    return content->names;
}
