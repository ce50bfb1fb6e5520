/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Keeping equal things once, in the order in which they first appear.
 *
 * Module compile.
 */

#include "compile/pack_sections.h"

#include "core/codec/code_point.h"
#include "sonda/field.h"

void sonda__pack_sections_init(sonda__pack_sections *sections, const sonda_allocator *allocator)
{
    memset(sections, 0, sizeof *sections);
    for (size_t i = 0; i < SONDA__SECTION_COUNT; i++) {
        sonda__pack_buffer_init(&sections->section[i], allocator);
    }
    sonda__pack_intern_init(&sections->strings, allocator);
    sonda__pack_intern_init(&sections->number_lists, allocator);
    sonda__pack_intern_init(&sections->span_lists, allocator);
    sonda__pack_intern_init(&sections->fields, allocator);
    sonda__pack_intern_init(&sections->condition_lists, allocator);
    sonda__pack_intern_init(&sections->sources, allocator);
    sonda__pack_intern_init(&sections->predicates, allocator);
    sonda__pack_intern_init(&sections->regexes, allocator);
    sonda__pack_buffer_init(&sections->temporary, allocator);
    sonda__pack_buffer_init(&sections->nested, allocator);
}

void sonda__pack_sections_reset(sonda__pack_sections *sections)
{
    for (size_t i = 0; i < SONDA__SECTION_COUNT; i++) {
        sonda__pack_buffer_reset(&sections->section[i]);
    }
    sonda__pack_intern_reset(&sections->strings);
    sonda__pack_intern_reset(&sections->number_lists);
    sonda__pack_intern_reset(&sections->span_lists);
    sonda__pack_intern_reset(&sections->fields);
    sonda__pack_intern_reset(&sections->condition_lists);
    sonda__pack_intern_reset(&sections->sources);
    sonda__pack_intern_reset(&sections->predicates);
    sonda__pack_intern_reset(&sections->regexes);
    sonda__pack_buffer_reset(&sections->temporary);
    sonda__pack_buffer_reset(&sections->nested);
}

bool sonda__pack_sections_sound(const sonda__pack_sections *sections)
{
    bool failed = sections->strings.failed || sections->number_lists.failed ||
                  sections->span_lists.failed || sections->fields.failed ||
                  sections->condition_lists.failed || sections->sources.failed ||
                  sections->predicates.failed || sections->regexes.failed ||
                  sections->temporary.failed || sections->nested.failed;

    for (size_t i = 0; i < SONDA__SECTION_COUNT; i++) {
        failed |= sections->section[i].failed || sections->section[i].len > UINT32_MAX;
    }
    return !failed;
}

uint32_t sonda__pack_entries(const sonda__pack_sections *sections, sonda__section_kind kind)
{
    return (uint32_t)(sections->section[kind].len / sonda__section_entry_size(kind));
}

void sonda__pack_put_text(sonda__pack_sections *sections,
                          sonda__pack_buffer *out,
                          sonda__span text)
{
    uint32_t offset = (uint32_t)sections->strings.keys.len;

    if (text.len == 0) {
        offset = 0;
    } else {
        (void)sonda__pack_intern_add(&sections->strings, text.data, text.len, &offset);
    }
    sonda__pack_buffer_u32(out, offset);
    sonda__pack_buffer_u32(out, (uint32_t)text.len);
}

/*
 * Appends a reference to the entries whose bytes are in `entries`, which are
 * added to the section unless the same run is there.
 */
static void put_list(sonda__pack_sections *sections,
                     sonda__pack_buffer *out,
                     sonda__section_kind kind,
                     sonda__pack_intern *lists,
                     const sonda__pack_buffer *entries)
{
    uint32_t first = sonda__pack_entries(sections, kind);
    uint32_t count = (uint32_t)(entries->len / sonda__section_entry_size(kind));

    if (count == 0) {
        first = 0;
    } else if (sonda__pack_intern_add(lists, entries->bytes, entries->len, &first)) {
        sonda__pack_buffer_bytes(&sections->section[kind], entries->bytes, entries->len);
    }
    sonda__pack_buffer_u32(out, first);
    sonda__pack_buffer_u32(out, count);
}

void sonda__pack_put_spans(sonda__pack_sections *sections,
                           sonda__pack_buffer *out,
                           const sonda__span *texts,
                           size_t count)
{
    sections->nested.len = 0;
    for (size_t i = 0; i < count; i++) {
        sonda__pack_put_text(sections, &sections->nested, texts[i]);
    }
    put_list(sections, out, SONDA__SECTION_SPANS, &sections->span_lists, &sections->nested);
}

void sonda__pack_put_numbers(sonda__pack_sections *sections,
                             sonda__pack_buffer *out,
                             const uint32_t *numbers,
                             size_t count)
{
    sections->nested.len = 0;
    for (size_t i = 0; i < count; i++) {
        sonda__pack_buffer_u32(&sections->nested, numbers[i]);
    }
    put_list(sections, out, SONDA__SECTION_NUMBERS, &sections->number_lists, &sections->nested);
}

uint32_t sonda__pack_field(sonda__pack_sections *sections, sonda__span name)
{
    sonda_field_id id = sonda_field_by_name(name.data, name.len);
    uint32_t index = sonda__pack_entries(sections, SONDA__SECTION_FIELDS);
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_FIELDS];

    if (!sonda__pack_intern_add(&sections->fields, name.data, name.len, &index)) {
        return index;
    }
    if (id != SONDA_FIELD_UNKNOWN) {
        sonda__pack_buffer_u32(out, id);
        sonda__pack_put_text(sections, out, sonda__span_of(NULL, 0));
    } else {
        sonda__pack_buffer_u32(out, SONDA_FIELD_NONE);
        sonda__pack_put_text(sections, out, name);
    }
    return index;
}

/* The values of one condition, folded as matching will fold the event's. */
static void put_values(sonda__pack_sections *sections,
                       sonda__pack_buffer *out,
                       const sonda__source_condition *condition,
                       sonda__pack_buffer *list)
{
    list->len = 0;
    for (size_t i = 0; i < condition->value_count; i++) {
        sonda__span value = condition->values[i];
        sonda__pack_buffer *folded = &sections->nested;

        folded->len = 0;
        sonda__pack_buffer_zeros(folded, sonda__fold_room(value.len) + 4);
        if (!folded->failed) {
            size_t len = sonda__fold_text(value.data, value.len, (char *)folded->bytes);

            sonda__pack_put_text(sections, list, sonda__span_of((char *)folded->bytes, len));
        }
    }
    put_list(sections, out, SONDA__SECTION_SPANS, &sections->span_lists, list);
}

static void put_conditions(sonda__pack_sections *sections, const sonda__log_source *source)
{
    const sonda_allocator *allocator = sections->temporary.allocator;
    sonda__pack_buffer entries;
    sonda__pack_buffer list;

    sonda__pack_buffer_init(&entries, allocator);
    sonda__pack_buffer_init(&list, allocator);
    for (size_t i = 0; i < source->condition_count; i++) {
        const sonda__source_condition *condition = &source->conditions[i];

        sonda__pack_buffer_u32(&entries, sonda__pack_field(sections, condition->field));
        put_values(sections, &entries, condition, &list);
    }
    put_list(sections, &sections->temporary, SONDA__SECTION_CONDITIONS,
             &sections->condition_lists, &entries);
    sections->temporary.failed |= entries.failed || list.failed;
    sonda__pack_buffer_reset(&entries);
    sonda__pack_buffer_reset(&list);
}

uint32_t sonda__pack_source(sonda__pack_sections *sections, const sonda__log_source *source)
{
    sonda__pack_buffer *key = &sections->temporary;
    uint32_t index = sonda__pack_entries(sections, SONDA__SECTION_SOURCES);
    uint32_t flags = (source->has_class ? SONDA__SOURCE_HAS_CLASS : 0u) |
                     (source->channel_empty ? SONDA__SOURCE_CHANNEL_EMPTY : 0u);

    key->len = 0;
    sonda__pack_buffer_u16(key, source->product);
    sonda__pack_buffer_u16(key, flags);
    sonda__pack_buffer_u32(key, source->has_class ? source->class_uid : 0);
    sonda__pack_put_numbers(sections, key, source->activities, source->activity_count);
    sonda__pack_put_spans(sections, key, source->channels, source->channel_count);
    sonda__pack_put_numbers(sections, key, source->event_ids, source->event_id_count);
    put_conditions(sections, source);
    /* Alternatives, scans, always: known when all rules are in. */
    sonda__pack_buffer_zeros(key, SONDA__SOURCE_SIZE - SONDA__AT_SOURCE_ALTERNATIVES);
    if (sonda__pack_intern_add(&sections->sources, key->bytes, key->len, &index)) {
        sonda__pack_buffer_bytes(&sections->section[SONDA__SECTION_SOURCES], key->bytes,
                                 key->len);
        sections->cost_event = sonda__cost_add(
            sections->cost_event,
            1 + source->activity_count + source->channel_count + source->event_id_count);
        for (size_t i = 0; i < source->condition_count; i++) {
            sections->cost_event =
                sonda__cost_add(sections->cost_event, 1 + source->conditions[i].value_count);
        }
    }
    return index;
}
