/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Indexing and folding.
 *
 * The step budget of a search for candidates is what the pack's cost summary
 * proves for this event, that of a program its own share of it. Using it up
 * means that the proof or the evaluator is wrong; then that one stops.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#include "core/detect/matcher.h"

#include "core/base/allocate.h"
#include "core/codec/code_point.h"

static bool take_memory(sonda__matcher *opened)
{
    const sonda_allocator *ours = &opened->allocator;

    opened->slots = sonda__allocate_zeroed(ours, SONDA__SLOT_COUNT, sizeof *opened->slots);
    opened->rule_bits =
        sonda__allocate_zeroed(ours, SONDA__RULES_MAX / 64, sizeof *opened->rule_bits);
    opened->fold_bytes = sonda__allocate(ours, SONDA__FOLD_BYTES, 1);
    opened->candidates =
        sonda__allocate_zeroed(ours, SONDA__ALTERNATIVES_MAX / 64, sizeof *opened->candidates);
    opened->candidate_words =
        sonda__allocate(ours, SONDA__ALTERNATIVES_MAX / 64, sizeof *opened->candidate_words);
    opened->fitting = sonda__allocate(ours, SONDA__SOURCES_MAX, sizeof *opened->fitting);
    opened->source_bits =
        sonda__allocate(ours, SONDA__SOURCES_MAX / 64 + 1, sizeof *opened->source_bits);
    opened->dispatch =
        sonda__allocate_zeroed(ours, SONDA__DISPATCH_PLACES, sizeof *opened->dispatch);
    opened->scan_bits =
        sonda__allocate(ours, SONDA__SCANS_MAX / 64 + 1, sizeof *opened->scan_bits);
    opened->regex.cache = sonda__regex_cache_open(ours, SONDA__REGEX_CACHE_WORDS);
    opened->scan_list = sonda__allocate(ours, SONDA__SCANS_MAX, sizeof *opened->scan_list);
    return opened->regex.cache != NULL && opened->slots != NULL && opened->rule_bits != NULL &&
           opened->fold_bytes != NULL && opened->candidates != NULL &&
           opened->candidate_words != NULL && opened->fitting != NULL &&
           opened->source_bits != NULL && opened->dispatch != NULL &&
           opened->scan_bits != NULL && opened->scan_list != NULL;
}

void sonda__matcher_use_simd(sonda__matcher *matcher, bool simd)
{
    matcher->grams = sonda__grams_choose(simd);
    matcher->gram_fields = simd ? sonda__gram_fields_avx512() : NULL;
    matcher->nibbles = simd ? sonda__nibbles_avx512() : NULL;
}

sonda_status sonda__matcher_open(sonda__matcher **matcher, const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda__matcher *opened;
    sonda_status status = sonda_allocator_read(allocator, &ours);

    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    sonda__matcher_use_simd(opened, true);
    if (!take_memory(opened)) {
        sonda__matcher_close(opened);
        return SONDA_ERR_NO_MEMORY;
    }
    *matcher = opened;
    return SONDA_OK;
}

void sonda__matcher_close(sonda__matcher *matcher)
{
    if (matcher != NULL) {
        sonda_allocator allocator = matcher->allocator;

        sonda__release(&allocator, matcher->regex.cache);
        sonda__release(&allocator, matcher->dispatch);
        sonda__release(&allocator, matcher->scan_list);
        sonda__release(&allocator, matcher->scan_bits);
        sonda__release(&allocator, matcher->source_bits);
        sonda__release(&allocator, matcher->fitting);
        sonda__release(&allocator, matcher->candidate_words);
        sonda__release(&allocator, matcher->candidates);
        sonda__release(&allocator, matcher->fold_bytes);
        sonda__release(&allocator, matcher->rule_bits);
        sonda__release(&allocator, matcher->slots);
        sonda__release(&allocator, matcher);
    }
}

/* Slot of an id, or SONDA__SLOT_COUNT. */
static uint32_t slot_of(sonda_field_id id)
{
    if (id < SONDA_FIELD_COUNT) {
        return id;
    }
    if (id >= SONDA_FIELD_NATIVE && id - SONDA_FIELD_NATIVE < SONDA__NAMES_NATIVE_MAX) {
        return SONDA_FIELD_COUNT + (id - SONDA_FIELD_NATIVE);
    }
    return SONDA__SLOT_COUNT;
}

uint32_t sonda__matcher_first(const sonda__matcher *matcher, sonda_field_id id)
{
    return sonda__matcher_at(matcher, slot_of(id));
}

/* The field's id in this content. */
static sonda_field_id
id_in(const sonda_content *content, const sonda_event *event, const sonda__field *field)
{
    if (field->id < SONDA_FIELD_COUNT || event->names == content->names) {
        return field->id;
    }
    return sonda__names_find(content->names, field->name);
}

static uint64_t budget_of(const sonda_content *content, uint64_t bytes)
{
    uint64_t budget = 1; /* so that a pack of nothing does not look used up */

    for (; content != NULL; content = content->base) {
        bool fits = content->cost_byte == 0 || bytes <= UINT64_MAX / content->cost_byte;

        budget = sonda__cost_add(budget, content->cost_event);
        budget = sonda__cost_add(budget, fits ? content->cost_byte * bytes : UINT64_MAX);
    }
    return budget;
}

static void forget(sonda__matcher *matcher)
{
    for (size_t i = 0; i < matcher->used_count; i++) {
        matcher->slots[matcher->used[i]] = 0;
    }
    matcher->used_count = 0;
    matcher->fold_used = 0;
    matcher->fold_generation++;
    matcher->event_number++;
}

void sonda__matcher_index(sonda__matcher *matcher,
                          const sonda_content *content,
                          const sonda_event *event)
{
    /* A list keeps its order: fields are put in front of their chain, last first. */
    size_t count = sonda__matcher_field_count(event);
    uint64_t bytes = 0;

    forget(matcher);
    matcher->event = event;
    matcher->event_serial++;
    memset(matcher->is_folded, 0, count);
    for (size_t i = count; i-- > 0;) {
        const sonda__field *field = &event->fields[i];
        uint32_t slot = slot_of(id_in(content, event, field));

        slot = (field->flags & SONDA_VALUE_HIDDEN) != 0 ? SONDA__SLOT_COUNT : slot;
        matcher->next[i] = 0;
        bytes += field->text.len + 1;
        if (slot == SONDA__SLOT_COUNT) {
            continue;
        }
        if (matcher->slots[slot] == 0) {
            matcher->used[matcher->used_count++] = slot;
        }
        matcher->next[i] = matcher->slots[slot];
        matcher->slots[slot] = (uint16_t)(i + 1);
    }
    /* Twice: folding may make a value half as long again. Some for rounding up. */
    matcher->event_bytes = 2 * bytes + 64;
    /* The search looks at a value as it is and folded. */
    matcher->steps_left = budget_of(content, 3 * bytes + 64);
    matcher->trapped = SONDA__TRAP_NONE;
}

sonda__span sonda__matcher_folded(sonda__matcher *matcher, uint32_t field)
{
    sonda__span text = matcher->event->fields[field].text;
    size_t room = sonda__fold_room(text.len) + 4;
    char *out;

    if (matcher->is_folded[field] != 0) {
        return matcher->folded[field];
    }
    if (sonda__is_folded(text.data, text.len)) {
        matcher->folded[field] = text;
        matcher->is_folded[field] = 1;
        return text;
    }
    if (room > SONDA__FOLD_BYTES - matcher->fold_used) {
        memset(matcher->is_folded, 0, sizeof matcher->is_folded);
        matcher->fold_used = 0;
        matcher->fold_generation++;
    }
    if (room > SONDA__FOLD_BYTES) {
        return sonda__span_of("", 0);
    }
    out = matcher->fold_bytes + matcher->fold_used;
    matcher->folded[field] = sonda__span_of(out, sonda__fold_text(text.data, text.len, out));
    matcher->is_folded[field] = 1;
    matcher->fold_used += matcher->folded[field].len;
    return matcher->folded[field];
}
