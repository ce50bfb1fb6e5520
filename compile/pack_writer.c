/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pack as a whole: rules in, bytes out.
 *
 * Module compile.
 */

#include "compile/pack_writer.h"

#include <stdlib.h>

#include "compile/lower_rule.h"
#include "compile/pack_correlations.h"
#include "compile/match_tables.h"
#include "compile/pack_emit.h"
#include "core/base/allocate.h"
#include "core/base/error.h"
#include "core/crypto/hash.h"

struct sonda__pack_writer {
    sonda_allocator allocator;
    sonda__pool pool; /* of the rule under way */
    sonda__pack_sections sections;
    sonda__pack_buffer out;
    bool finished;
    sonda__regex_scratch scratch;
};

sonda_status sonda__pack_writer_open(sonda__pack_writer **writer,
                                     const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda__pack_writer *opened;
    sonda_status status = sonda_allocator_read(allocator, &ours);

    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    sonda__pool_init(&opened->pool, &opened->allocator);
    sonda__pack_sections_init(&opened->sections, &opened->allocator);
    sonda__pack_buffer_init(&opened->out, &opened->allocator);
    *writer = opened;
    return SONDA_OK;
}

void sonda__pack_writer_close(sonda__pack_writer *writer)
{
    sonda_allocator allocator;

    if (writer == NULL) {
        return;
    }
    allocator = writer->allocator;
    sonda__pool_reset(&writer->pool);
    sonda__pack_sections_reset(&writer->sections);
    sonda__pack_buffer_reset(&writer->out);
    sonda__release(&allocator, writer);
}

/* All of a rule but its alternatives. */
static void put_head(sonda__pack_sections *sections, const sonda__rule *rule)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_RULES];
    sonda__span path = sonda__span_text(rule->path == NULL ? "" : rule->path);
    const sonda__span texts[] = {rule->id,      rule->title,   rule->description,
                                 rule->author,  rule->status,  rule->category,
                                 rule->product, rule->service, path};

    sonda__pack_buffer_u32(out, rule->level);
    sonda__pack_buffer_u32(out, rule->line);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sonda__pack_put_text(sections, out, texts[i]);
    }
    sonda__pack_put_spans(sections, out, rule->tags, rule->tag_count);
    sonda__pack_put_spans(sections, out, rule->falsepositives, rule->falsepositive_count);
}

static void put_rule(sonda__pack_sections *sections,
                     const sonda__rule *rule,
                     const sonda__lowered_rule *lowered)
{
    uint32_t index = sonda__pack_entries(sections, SONDA__SECTION_RULES);

    put_head(sections, rule);
    sonda__pack_emit_alternatives(sections, &sections->section[SONDA__SECTION_RULES], index,
                                  rule, lowered);
}

static void put_filter(sonda__pack_sections *sections,
                       const sonda__rule *filter,
                       const sonda__span *targets,
                       size_t target_count,
                       const sonda__lowered_rule *lowered)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_FILTERS];
    uint32_t index = sonda__pack_entries(sections, SONDA__SECTION_FILTERS);

    sonda__pack_put_text(sections, out, filter->id);
    sonda__pack_put_text(sections, out, filter->title);
    sonda__pack_put_spans(sections, out, targets, target_count);
    sonda__pack_emit_alternatives(sections, out, index | SONDA__ALTERNATIVE_FILTER, filter,
                                  lowered);
}

static sonda_status
check_rule(const sonda__pack_writer *writer, const sonda__rule *rule, sonda_error *error)
{
    if (writer->finished) {
        return sonda__error_set(error, SONDA_ERR_BAD_STATE, 0, "the pack is finished");
    }
    if (rule->level > SONDA__LEVEL_CRITICAL || rule->source_count == 0) {
        return sonda__error_set(error, SONDA_ERR_INVALID_ARGUMENT, 0,
                                "a rule without a level or a log source");
    }
    return SONDA_OK;
}

/* Lowers into the pool; what is lowered lives until the pool is reset. */
static sonda_status lower(sonda__pack_writer *writer,
                          const sonda__rule *rule,
                          sonda__lowered_rule *lowered,
                          sonda_error *error)
{
    sonda_status status = check_rule(writer, rule, error);

    if (status == SONDA_OK) {
        status = sonda__lower_rule(&writer->pool, &writer->scratch, rule, lowered, error);
    }
    if (status == SONDA_ERR_NO_MEMORY) {
        (void)sonda__error_set(error, status, 0, "out of memory");
    }
    return status;
}

static sonda_status check_memory(const sonda__pack_writer *writer, sonda_error *error)
{
    return sonda__pack_sections_sound(&writer->sections)
               ? SONDA_OK
               : sonda__error_set(error, SONDA_ERR_NO_MEMORY, 0, "out of memory");
}

sonda_status sonda__pack_writer_add_rule(sonda__pack_writer *writer,
                                         const sonda__rule *rule,
                                         sonda_error *error)
{
    sonda__lowered_rule lowered = {0};
    sonda_status status = lower(writer, rule, &lowered, error);

    if (status == SONDA_OK) {
        put_rule(&writer->sections, rule, &lowered);
        status = check_memory(writer, error);
    }
    sonda__pool_reset(&writer->pool);
    return status;
}

sonda_status sonda__pack_writer_add_filter(sonda__pack_writer *writer,
                                           const sonda__rule *filter,
                                           const sonda__span *targets,
                                           size_t target_count,
                                           sonda_error *error)
{
    sonda__lowered_rule lowered = {0};
    sonda_status status = lower(writer, filter, &lowered, error);

    if (status == SONDA_OK) {
        put_filter(&writer->sections, filter, targets, target_count, &lowered);
        status = check_memory(writer, error);
    }
    sonda__pool_reset(&writer->pool);
    return status;
}

sonda_status sonda__pack_writer_add_correlation(sonda__pack_writer *writer,
                                                const sonda__correlation *correlation,
                                                const uint32_t *rules,
                                                const sonda__pack_input *inputs,
                                                size_t input_count,
                                                uint32_t *index,
                                                sonda_error *error)
{
    sonda__pack_sections *sections = &writer->sections;
    uint32_t rule = sonda__pack_entries(sections, SONDA__SECTION_RULES);

    *index = sonda__pack_entries(sections, SONDA__SECTION_CORRELATIONS);
    if (writer->finished || correlation->rule.level > SONDA__LEVEL_CRITICAL) {
        return sonda__error_set(error, SONDA_ERR_INVALID_ARGUMENT, 0,
                                "a correlation without a level");
    }
    if (*index == SONDA__CORRELATIONS_MAX ||
        input_count >
            SONDA__INPUTS_MAX - sonda__pack_entries(sections, SONDA__SECTION_INPUTS)) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0,
                                "more correlations than a pack may hold");
    }
    put_head(sections, &correlation->rule);
    sonda__pack_buffer_zeros(&sections->section[SONDA__SECTION_RULES], SONDA__LIST_SIZE);
    sonda__pack_put_correlation(sections, rule, *index, correlation, rules, inputs,
                                input_count);
    return check_memory(writer, error);
}

sonda_status sonda__pack_writer_set_policy(sonda__pack_writer *writer,
                                           const sonda__policy *policy,
                                           sonda_error *error)
{
    sonda__policy_put(&writer->sections, policy);
    return check_memory(writer, error);
}

uint32_t sonda__pack_writer_rule_count(const sonda__pack_writer *writer)
{
    return sonda__pack_entries(&writer->sections, SONDA__SECTION_RULES);
}

/* Which alternatives of rules a log source has: what matching starts from. */
static void put_source_lists(sonda__pack_sections *sections)
{
    sonda__pack_buffer *sources = &sections->section[SONDA__SECTION_SOURCES];
    sonda__pack_buffer *numbers = &sections->section[SONDA__SECTION_NUMBERS];
    const sonda__pack_buffer *from = &sections->section[SONDA__SECTION_ALTERNATIVES];
    uint32_t source_count = sonda__pack_entries(sections, SONDA__SECTION_SOURCES);
    uint32_t alternative_count = sonda__pack_entries(sections, SONDA__SECTION_ALTERNATIVES);

    for (uint32_t source = 0; source < source_count; source++) {
        size_t list = source * (size_t)SONDA__SOURCE_SIZE + SONDA__AT_SOURCE_ALTERNATIVES;
        uint32_t first = sonda__pack_entries(sections, SONDA__SECTION_NUMBERS);

        for (uint32_t i = 0; i < alternative_count; i++) {
            const uint8_t *at = from->bytes + i * (size_t)SONDA__ALTERNATIVE_SIZE;
            uint32_t owner = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER);

            if (sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE) == source &&
                (owner & SONDA__ALTERNATIVE_FILTER) == 0) {
                sonda__pack_buffer_u32(numbers, i);
            }
        }
        sonda__pack_buffer_patch(sources, list, first);
        sonda__pack_buffer_patch(sources, list + 4,
                                 sonda__pack_entries(sections, SONDA__SECTION_NUMBERS) - first);
    }
}

typedef struct index_entry {
    sonda__span id;
    uint32_t rule;
} index_entry;

static int by_id(const void *a, const void *b)
{
    const index_entry *one = a;
    const index_entry *other = b;
    size_t both = one->id.len < other->id.len ? one->id.len : other->id.len;
    int order = both == 0 ? 0 : memcmp(one->id.data, other->id.data, both);

    if (order == 0 && one->id.len != other->id.len) {
        order = one->id.len < other->id.len ? -1 : 1;
    }
    return order != 0 ? order : one->rule < other->rule ? -1 : one->rule > other->rule;
}

static sonda_status put_rule_index(sonda__pack_writer *writer)
{
    sonda__pack_sections *sections = &writer->sections;
    uint32_t count = sonda__pack_entries(sections, SONDA__SECTION_RULES);
    const sonda__pack_buffer *rules = &sections->section[SONDA__SECTION_RULES];
    index_entry *entries;

    if (count == 0) {
        return SONDA_OK;
    }
    entries = sonda__allocate(&writer->allocator, count, sizeof *entries);
    if (entries == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *id = rules->bytes + i * (size_t)SONDA__RULE_SIZE + SONDA__AT_RULE_ID;
        size_t len = sonda__pack_u32(id + 4);
        const uint8_t *strings = sections->strings.keys.bytes;

        entries[i].id =
            sonda__span_of(len == 0 ? NULL : (const char *)strings + sonda__pack_u32(id), len);
        entries[i].rule = i;
    }
    qsort(entries, count, sizeof *entries, by_id);
    for (uint32_t i = 0; i < count; i++) {
        sonda__pack_buffer_u32(&sections->section[SONDA__SECTION_RULE_INDEX], entries[i].rule);
    }
    sonda__release(&writer->allocator, entries);
    return SONDA_OK;
}

static const sonda__pack_buffer *section_bytes(const sonda__pack_writer *writer, uint32_t kind)
{
    return kind == SONDA__SECTION_STRINGS ? &writer->sections.strings.keys
                                          : &writer->sections.section[kind];
}

static uint64_t aligned(uint64_t offset)
{
    return (offset + 7) & ~UINT64_C(7);
}

#define TABLE_END \
    (SONDA__PACK_HEADER_SIZE + (uint64_t)SONDA__SECTION_COUNT * SONDA__SECTION_ENTRY_SIZE)

static uint64_t total_size(const sonda__pack_writer *writer)
{
    uint64_t offset = TABLE_END;

    for (uint32_t kind = 0; kind < SONDA__SECTION_COUNT; kind++) {
        offset = aligned(offset) + section_bytes(writer, kind)->len;
    }
    return offset;
}

static void put_header(sonda__pack_writer *writer)
{
    sonda__pack_buffer *out = &writer->out;
    uint64_t offset = TABLE_END;

    sonda__pack_buffer_bytes(out, SONDA__PACK_MAGIC, 8);
    sonda__pack_buffer_u32(out, SONDA__PACK_VERSION);
    sonda__pack_buffer_u32(out, SONDA__SECTION_COUNT);
    sonda__pack_buffer_u64(out, total_size(writer));
    sonda__pack_buffer_zeros(out, SONDA__SHA256_SIZE);
    sonda__pack_buffer_bytes(out, sonda_field_schema_hash(), SONDA__SHA256_SIZE);
    sonda__pack_buffer_u64(out, writer->sections.cost_event);
    sonda__pack_buffer_u64(out, writer->sections.cost_byte);
    for (uint32_t kind = 0; kind < SONDA__SECTION_COUNT; kind++) {
        uint64_t size = section_bytes(writer, kind)->len;

        offset = aligned(offset);
        sonda__pack_buffer_u32(out, kind);
        sonda__pack_buffer_u32(out, sonda__section_entry_size((sonda__section_kind)kind));
        sonda__pack_buffer_u64(out, offset);
        sonda__pack_buffer_u64(out, size);
        offset += size;
    }
}

/* SHA-256 of all but its own place and the signature, which comes last. */
static void put_digest(sonda__pack_buffer *out)
{
    uint8_t digest[SONDA__SHA256_SIZE];
    size_t after = SONDA__AT_DIGEST + SONDA__SHA256_SIZE;
    sonda__sha256_state state;

    if (out->failed) {
        return;
    }
    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, out->bytes, SONDA__AT_DIGEST);
    sonda__sha256_add(&state, out->bytes + after, out->len - after - SONDA__SIGNATURE_SIZE);
    sonda__sha256_end(&state, digest);
    memcpy(out->bytes + SONDA__AT_DIGEST, digest, sizeof digest);
}

static sonda_status assemble(sonda__pack_writer *writer)
{
    sonda__pack_sections *sections = &writer->sections;
    sonda__pack_buffer *out = &writer->out;
    sonda_status status = put_rule_index(writer);

    if (status != SONDA_OK) {
        return status;
    }
    put_source_lists(sections);
    sonda__pack_sort_inputs(sections);
    if (!sonda__pack_sections_sound(sections)) {
        return SONDA_ERR_NO_MEMORY;
    }
    status = sonda__match_tables_put(sections);
    if (status != SONDA_OK) {
        return status;
    }
    sonda__pack_buffer_zeros(&sections->section[SONDA__SECTION_SIGNATURE],
                             SONDA__SIGNATURE_SIZE);
    put_header(writer);
    for (uint32_t kind = 0; kind < SONDA__SECTION_COUNT; kind++) {
        const sonda__pack_buffer *from = section_bytes(writer, kind);

        sonda__pack_buffer_zeros(out, (size_t)(aligned(out->len) - out->len));
        sonda__pack_buffer_bytes(out, from->bytes, from->len);
    }
    put_digest(out);
    return out->failed || !sonda__pack_sections_sound(sections) ? SONDA_ERR_NO_MEMORY
                                                                : SONDA_OK;
}

sonda_status sonda__pack_writer_finish(sonda__pack_writer *writer,
                                       const uint8_t **bytes,
                                       size_t *len,
                                       sonda_error *error)
{
    sonda_status status;

    if (writer->finished) {
        return sonda__error_set(error, SONDA_ERR_BAD_STATE, 0, "the pack is finished");
    }
    writer->finished = true;
    status = assemble(writer);
    if (status != SONDA_OK) {
        return sonda__error_set(error, status, 0, "out of memory");
    }
    *bytes = writer->out.bytes;
    *len = writer->out.len;
    return SONDA_OK;
}

void sonda__pack_writer_costs(const sonda__pack_writer *writer, sonda__rule_cost *costs)
{
    sonda__rule_costs(&writer->sections, costs);
}
