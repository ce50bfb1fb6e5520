/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Trees, items, patterns and automata as bytes.
 *
 * Items and automata are kept once: rules ask the same of the same field again
 * and again.
 *
 * Module compile.
 */

#include "compile/pack_emit.h"

sonda__span sonda__pack_record_name(const sonda__log_source *source, sonda__span name)
{
    for (size_t i = 0; i < source->alias_count; i++) {
        if (sonda__span_equal(source->aliases[i].rule_name, name)) {
            return source->aliases[i].record_name;
        }
    }
    return name;
}

static void put_class(sonda__pack_sections *sections, const sonda__lowered_class *set)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_CLASSES];
    sonda__pack_buffer *ranges = &sections->section[SONDA__SECTION_RANGES];
    uint8_t ascii[16] = {0};

    sonda__pack_buffer_u32(out, sonda__pack_entries(sections, SONDA__SECTION_RANGES));
    sonda__pack_buffer_u32(out, (uint32_t)set->range_count);
    for (size_t i = 0; i < set->range_count; i++) {
        for (uint32_t c = set->ranges[i][0]; c <= set->ranges[i][1] && c < 128; c++) {
            ascii[c / 8] |= (uint8_t)(1u << c % 8);
        }
        sonda__pack_buffer_u32(ranges, set->ranges[i][0]);
        sonda__pack_buffer_u32(ranges, set->ranges[i][1]);
    }
    sonda__pack_buffer_bytes(out, ascii, sizeof ascii);
}

/* What tells automata apart: instructions, and the ranges of each class. */
static const sonda__pack_buffer *key_of(sonda__pack_sections *sections,
                                        const sonda__lowered_regex *regex)
{
    sonda__pack_buffer *key = &sections->nested;

    key->len = 0;
    sonda__pack_buffer_u32(key, (uint32_t)regex->code_count);
    for (size_t i = 0; i < regex->code_count; i++) {
        sonda__pack_buffer_u32(key, regex->code[i].op);
        sonda__pack_buffer_u32(key, regex->code[i].a);
        sonda__pack_buffer_u32(key, regex->code[i].b);
    }
    for (size_t i = 0; i < regex->class_count; i++) {
        const sonda__lowered_class *set = &regex->classes[i];

        sonda__pack_buffer_u32(key, (uint32_t)set->range_count);
        for (size_t k = 0; k < set->range_count; k++) {
            sonda__pack_buffer_u32(key, set->ranges[k][0]);
            sonda__pack_buffer_u32(key, set->ranges[k][1]);
        }
    }
    return key;
}

static void put_code(sonda__pack_sections *sections, const sonda__lowered_regex *regex)
{
    sonda__pack_buffer *code = &sections->section[SONDA__SECTION_INSTRUCTIONS];
    uint32_t first_class = sonda__pack_entries(sections, SONDA__SECTION_CLASSES);

    for (size_t i = 0; i < regex->code_count; i++) {
        const sonda__lowered_code *from = &regex->code[i];
        bool has_class = from->op == SONDA__CODE_CLASS;

        sonda__pack_buffer_u32(code, from->op);
        sonda__pack_buffer_u32(code, has_class ? from->a + first_class : from->a);
        sonda__pack_buffer_u32(code, from->b);
    }
    for (size_t i = 0; i < regex->class_count; i++) {
        put_class(sections, &regex->classes[i]);
    }
}

/* Equal automata are one: what a worker learns of one serves all rules that have it. */
static uint32_t put_regex(sonda__pack_sections *sections, sonda__lowered_regex *regex)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_REGEXES];
    uint32_t index = sonda__pack_entries(sections, SONDA__SECTION_REGEXES);
    const sonda__pack_buffer *key;

    if (regex->written != 0) {
        return regex->written - 1;
    }
    key = key_of(sections, regex);
    if (!key->failed &&
        sonda__pack_intern_add(&sections->regexes, key->bytes, key->len, &index)) {
        sonda__pack_buffer_u32(out, sonda__pack_entries(sections, SONDA__SECTION_INSTRUCTIONS));
        sonda__pack_buffer_u32(out, (uint32_t)regex->code_count);
        put_code(sections, regex);
    }
    regex->written = index + 1;
    return index;
}

/* A, B and C of a pattern. */
static void put_arguments(sonda__pack_sections *sections,
                          sonda__pack_buffer *out,
                          const sonda__log_source *source,
                          const sonda__lowered_pattern *pattern)
{
    if (pattern->op == SONDA__OP_REGEX) {
        sonda__pack_buffer_u32(out, put_regex(sections, pattern->regex));
        sonda__pack_buffer_u32(out, 0);
    } else if (pattern->op == SONDA__OP_FIELDREF) {
        sonda__span name = sonda__pack_record_name(source, pattern->field);

        sonda__pack_buffer_u32(out, sonda__pack_field(sections, name));
        sonda__pack_buffer_u32(out, 0);
    } else if (pattern->op == SONDA__OP_TIME_PART) {
        sonda__pack_buffer_u32(out, pattern->a);
        sonda__pack_buffer_u32(out, pattern->b);
    } else {
        sonda__pack_put_text(sections, out, pattern->bytes);
    }
    sonda__pack_buffer_u32(out, pattern->c);
}

/* Whether a value needs a byte beyond ASCII to meet the pattern. */
static bool is_beyond_ascii(const sonda__lowered_pattern *pattern)
{
    bool glob = pattern->op == SONDA__OP_GLOB;

    if (pattern->op != SONDA__OP_LITERAL && !glob) {
        return false;
    }
    for (size_t i = 0; i < pattern->bytes.len; i++) {
        uint8_t byte = (uint8_t)pattern->bytes.data[i];

        if (glob && byte == SONDA__GLOB_ESCAPE) {
            i++;
        } else if (byte >= 0x80) {
            return true;
        }
    }
    return false;
}

static uint32_t flags_of(const sonda__lowered_item *item)
{
    uint32_t flags = item->flags | SONDA__PREDICATE_BEYOND_ASCII;

    for (size_t i = 0; i < item->pattern_count; i++) {
        if (!is_beyond_ascii(&item->patterns[i])) {
            return item->flags;
        }
    }
    return flags;
}

/* Index of the item as this source's records have it. */
static uint32_t put_predicate(sonda__pack_sections *sections,
                              const sonda__log_source *source,
                              const sonda__lowered_item *item)
{
    sonda__pack_buffer *key = &sections->temporary;
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_PREDICATES];
    uint32_t index = sonda__pack_entries(sections, SONDA__SECTION_PREDICATES);
    bool keyword = (item->flags & SONDA__PREDICATE_KEYWORD) != 0;

    key->len = 0;
    sonda__pack_buffer_u32(key, flags_of(item));
    sonda__pack_buffer_u32(
        key, keyword
                 ? 0
                 : sonda__pack_field(sections, sonda__pack_record_name(source, item->field)));
    for (size_t i = 0; i < item->pattern_count; i++) {
        sonda__pack_buffer_u16(key, item->patterns[i].op);
        sonda__pack_buffer_u16(key, item->patterns[i].flags);
        put_arguments(sections, key, source, &item->patterns[i]);
        sonda__pack_put_text(sections, key, item->patterns[i].text);
    }
    if (!key->failed &&
        sonda__pack_intern_add(&sections->predicates, key->bytes, key->len, &index)) {
        sonda__pack_buffer *patterns = &sections->section[SONDA__SECTION_PATTERNS];

        sonda__pack_buffer_bytes(out, key->bytes, 8);
        sonda__pack_buffer_u32(out, sonda__pack_entries(sections, SONDA__SECTION_PATTERNS));
        sonda__pack_buffer_u32(out, (uint32_t)item->pattern_count);
        sonda__pack_buffer_bytes(patterns, key->bytes + 8, key->len - 8);
    }
    return index;
}

static void add_cost(sonda__pack_sections *sections, const sonda__lowered_item *item)
{
    for (size_t i = 0; i < item->pattern_count; i++) {
        const sonda__lowered_pattern *pattern = &item->patterns[i];
        uint32_t code_count = pattern->regex == NULL ? 0 : (uint32_t)pattern->regex->code_count;

        sections->cost_byte = sonda__cost_add(
            sections->cost_byte,
            sonda__pattern_cost(pattern->op, (uint32_t)pattern->bytes.len, code_count));
    }
    sections->cost_event = sonda__cost_add(sections->cost_event, 1 + item->pattern_count);
}

static void put_nodes(sonda__pack_sections *sections,
                      const sonda__log_source *source,
                      const sonda__lowered_rule *lowered)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_NODES];

    for (size_t i = 0; i < lowered->node_count; i++) {
        const sonda__lowered_node *node = &lowered->nodes[i];

        sonda__pack_buffer_u32(out, node->kind);
        sonda__pack_buffer_u32(out, node->end);
        if (node->kind == SONDA__PACK_TEST) {
            add_cost(sections, node->item);
            sonda__pack_buffer_u32(out, put_predicate(sections, source, node->item));
            sonda__pack_buffer_u32(out, 0);
        } else {
            sonda__pack_put_text(sections, out, node->name);
        }
    }
    sections->cost_event = sonda__cost_add(sections->cost_event, 1);
}

void sonda__pack_emit_alternatives(sonda__pack_sections *sections,
                                   sonda__pack_buffer *out,
                                   uint32_t owner,
                                   const sonda__rule *rule,
                                   const sonda__lowered_rule *lowered)
{
    sonda__pack_buffer *alternatives = &sections->section[SONDA__SECTION_ALTERNATIVES];
    uint32_t first = sonda__pack_entries(sections, SONDA__SECTION_ALTERNATIVES);

    for (size_t i = 0; i < rule->source_count; i++) {
        uint32_t source = sonda__pack_source(sections, &rule->sources[i]);
        uint32_t node = sonda__pack_entries(sections, SONDA__SECTION_NODES);

        put_nodes(sections, &rule->sources[i], lowered);
        sonda__pack_buffer_u32(alternatives, owner);
        sonda__pack_buffer_u32(alternatives, source);
        sonda__pack_buffer_u32(alternatives, node);
        sonda__pack_buffer_u32(alternatives, (uint32_t)lowered->node_count);
        /* Steps: known when all rules are in. */
        sonda__pack_buffer_zeros(alternatives, SONDA__LIST_SIZE);
    }
    sonda__pack_buffer_u32(out, first);
    sonda__pack_buffer_u32(out, (uint32_t)rule->source_count);
}
