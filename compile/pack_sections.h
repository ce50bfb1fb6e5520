/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The sections of a pack while they are written, and what is kept once in them:
 * texts, lists, fields, log sources.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_PACK_SECTIONS_H
#define SONDA_COMPILE_PACK_SECTIONS_H

#include "compile/lowered.h"
#include "compile/pack_intern.h"

typedef struct sonda__pack_sections {
    /* All but STRINGS, which are the keys of `strings`. */
    sonda__pack_buffer section[SONDA__SECTION_COUNT];
    sonda__pack_intern strings;
    sonda__pack_intern number_lists;
    sonda__pack_intern span_lists;
    sonda__pack_intern fields;
    sonda__pack_intern condition_lists;
    sonda__pack_intern sources;
    sonda__pack_intern predicates;
    sonda__pack_intern regexes;
    sonda__pack_buffer temporary; /* a key under construction */
    sonda__pack_buffer nested;    /* a key within it */
    uint64_t cost_event;
    uint64_t cost_byte;
} sonda__pack_sections;

void sonda__pack_sections_init(sonda__pack_sections *sections,
                               const sonda_allocator *allocator);
void sonda__pack_sections_reset(sonda__pack_sections *sections);

/* Whether every allocation so far succeeded and all offsets fit. */
bool sonda__pack_sections_sound(const sonda__pack_sections *sections);

/* Entries a section has. */
uint32_t sonda__pack_entries(const sonda__pack_sections *sections, sonda__section_kind kind);

/* Appends a reference to `text`, which is kept once. */
void sonda__pack_put_text(sonda__pack_sections *sections,
                          sonda__pack_buffer *out,
                          sonda__span text);

/* Appends a reference to a list of texts. */
void sonda__pack_put_spans(sonda__pack_sections *sections,
                           sonda__pack_buffer *out,
                           const sonda__span *texts,
                           size_t count);

/* Appends a reference to a list of numbers. */
void sonda__pack_put_numbers(sonda__pack_sections *sections,
                             sonda__pack_buffer *out,
                             const uint32_t *numbers,
                             size_t count);

/* Index of a field by the name the record has for it. */
uint32_t sonda__pack_field(sonda__pack_sections *sections, sonda__span name);

/* Index of a log source; equal ones are one. */
uint32_t sonda__pack_source(sonda__pack_sections *sections, const sonda__log_source *source);

#endif
