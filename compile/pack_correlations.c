/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writing correlations and what they hear of.
 *
 * The hash stands for what a correlation asks: state that was kept for it is
 * good for another pack's correlation with the same one. Titles, levels and
 * `generate` are not part of it.
 *
 * Module compile.
 */

#include "compile/pack_correlations.h"

#include <stdlib.h>

#include "core/crypto/hash.h"

static void hash_span(sonda__sha256_state *state, sonda__span text)
{
    uint8_t length[4];

    for (size_t i = 0; i < sizeof length; i++) {
        length[i] = (uint8_t)(text.len >> 8 * i);
    }
    sonda__sha256_add(state, length, sizeof length);
    sonda__sha256_add(state, text.data, text.len);
}

/* `numbers` are the bytes of the entry before the names. */
static void put_hash(sonda__pack_buffer *out,
                     const uint8_t *numbers,
                     const sonda__correlation *correlation,
                     const sonda__pack_input *inputs,
                     size_t input_count)
{
    sonda__sha256_state state;
    uint8_t digest[SONDA__SHA256_SIZE];

    sonda__sha256_begin(&state);
    sonda__sha256_add(&state, numbers + SONDA__AT_CORRELATION_TYPE, 4);
    sonda__sha256_add(&state, numbers + SONDA__AT_CORRELATION_POSITIONS,
                      SONDA__AT_CORRELATION_NAMES - SONDA__AT_CORRELATION_POSITIONS);
    hash_span(&state, correlation->rule.id);
    for (size_t i = 0; i < correlation->target_count; i++) {
        hash_span(&state, correlation->targets[i].text);
    }
    for (size_t i = 0; i < input_count; i++) {
        for (size_t j = 0; j < inputs[i].field_count; j++) {
            sonda__span field = inputs[i].fields[j];

            hash_span(&state, field.data == NULL ? sonda__span_of("", 0) : field);
        }
    }
    sonda__sha256_end(&state, digest);
    sonda__pack_buffer_bytes(out, digest, 16);
}

static void put_entry(sonda__pack_sections *sections,
                      uint32_t rule,
                      const sonda__correlation *correlation,
                      const sonda__pack_input *inputs,
                      size_t input_count)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_CORRELATIONS];
    sonda__span names[SONDA__CORRELATION_NAMES_MAX];
    size_t start = out->len;
    size_t count = 0;

    for (size_t i = 0; i < correlation->group_count; i++) {
        names[count++] = correlation->groups[i];
    }
    for (size_t i = 0; i < correlation->value_count; i++) {
        names[count++] = correlation->values[i];
    }
    sonda__pack_buffer_u32(out, rule);
    sonda__pack_buffer_u32(out, correlation->type);
    sonda__pack_buffer_u32(out, correlation->flags);
    sonda__pack_buffer_u32(out, (uint32_t)correlation->target_count);
    sonda__pack_buffer_u64(out, correlation->timespan_ns);
    sonda__pack_buffer_u32(out, correlation->compares);
    sonda__pack_buffer_u32(out, correlation->percent);
    for (size_t i = 0; i < SONDA__BOUND_COUNT; i++) {
        uint64_t bits;

        memcpy(&bits, &correlation->bounds[i], sizeof bits);
        sonda__pack_buffer_u64(out, bits);
    }
    sonda__pack_buffer_u32(out, (uint32_t)correlation->value_count);
    sonda__pack_buffer_u32(out, 0);
    sonda__pack_put_spans(sections, out, names, count);
    if (!out->failed) {
        put_hash(out, out->bytes + start, correlation, inputs, input_count);
    }
}

static void
put_input(sonda__pack_sections *sections, uint32_t correlation, const sonda__pack_input *input)
{
    sonda__pack_buffer *out = &sections->section[SONDA__SECTION_INPUTS];
    uint32_t fields[SONDA__INPUT_FIELDS_MAX];
    size_t count = 0;

    for (; count < input->field_count && count < SONDA__INPUT_FIELDS_MAX; count++) {
        sonda__span field = input->fields[count];

        fields[count] =
            field.data == NULL ? SONDA__INPUT_NEXT_NAME : sonda__pack_field(sections, field);
    }
    sonda__pack_buffer_u32(out, input->from);
    sonda__pack_buffer_u32(out, input->event);
    sonda__pack_buffer_u32(out, correlation);
    sonda__pack_buffer_u32(out, input->position);
    sonda__pack_put_numbers(sections, out, fields, count);
}

void sonda__pack_put_correlation(sonda__pack_sections *sections,
                                 uint32_t rule,
                                 uint32_t index,
                                 const sonda__correlation *correlation,
                                 const uint32_t *rules,
                                 const sonda__pack_input *inputs,
                                 size_t input_count)
{
    put_entry(sections, rule, correlation, inputs, input_count);
    sonda__pack_put_numbers(sections, &sections->section[SONDA__SECTION_CORRELATIONS], rules,
                            correlation->target_count);
    for (size_t i = 0; i < input_count; i++) {
        put_input(sections, index, &inputs[i]);
    }
}

static int compare_inputs(const void *a, const void *b)
{
    for (uint32_t at = SONDA__AT_INPUT_FROM; at <= SONDA__AT_INPUT_POSITION; at += 4) {
        uint32_t left = sonda__pack_u32((const uint8_t *)a + at);
        uint32_t right = sonda__pack_u32((const uint8_t *)b + at);

        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return 0;
}

void sonda__pack_sort_inputs(sonda__pack_sections *sections)
{
    sonda__pack_buffer *inputs = &sections->section[SONDA__SECTION_INPUTS];

    if (!inputs->failed && inputs->len > SONDA__INPUT_SIZE) {
        qsort(inputs->bytes, inputs->len / SONDA__INPUT_SIZE, SONDA__INPUT_SIZE,
              compare_inputs);
    }
}
