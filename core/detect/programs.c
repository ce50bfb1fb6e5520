/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Two bits a program, set once and read without locks.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#include "core/detect/programs.h"

#include "core/base/allocate.h"
#include "core/rules/content_state.h"

#define PER_WORD 16u
#define REASON_BITS 3u

static uint32_t program_count(const sonda_content *content)
{
    return content == NULL
               ? 0
               : content->first_program + content->pack.count[SONDA__SECTION_ALTERNATIVES];
}

sonda_status sonda__programs_open(sonda__programs **programs,
                                  const sonda_content *content,
                                  const sonda_allocator *allocator)
{
    sonda__programs *opened = sonda__allocate(allocator, 1, sizeof *opened);
    uint32_t count = program_count(content);
    size_t words = (size_t)count / PER_WORD + 1;

    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = *allocator;
    opened->count = count;
    opened->references = 1;
    atomic_init(&opened->off_count, 0);
    opened->reasons = sonda__allocate(allocator, words, sizeof *opened->reasons);
    if (opened->reasons == NULL) {
        sonda__programs_release(opened);
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < words; i++) {
        atomic_init(&opened->reasons[i], 0);
    }
    *programs = opened;
    return SONDA_OK;
}

sonda__programs *sonda__programs_acquire(sonda__programs *programs)
{
    if (programs != NULL) {
        programs->references++;
    }
    return programs;
}

void sonda__programs_release(sonda__programs *programs)
{
    if (programs != NULL && --programs->references == 0) {
        sonda_allocator allocator = programs->allocator;

        sonda__release(&allocator, programs->reasons);
        sonda__release(&allocator, programs);
    }
}

uint32_t sonda__programs_reason(const sonda__programs *programs, uint32_t program)
{
    unsigned word;

    if (program >= programs->count) {
        return SONDA__TRAP_NONE;
    }
    word = atomic_load_explicit(&programs->reasons[program / PER_WORD], memory_order_relaxed);
    return word >> 2 * (program % PER_WORD) & REASON_BITS;
}

bool sonda__programs_switch_off(sonda__programs *programs, uint32_t program, uint32_t reason)
{
    uint32_t shift = 2 * (program % PER_WORD);
    unsigned before;

    if (program >= programs->count) {
        return false;
    }
    before = atomic_fetch_or_explicit(&programs->reasons[program / PER_WORD],
                                      (reason & REASON_BITS) << shift, memory_order_relaxed);
    if ((before >> shift & REASON_BITS) != SONDA__TRAP_NONE) {
        return false;
    }
    atomic_fetch_add_explicit(&programs->off_count, 1, memory_order_relaxed);
    return true;
}

uint32_t sonda__programs_find_off(const sonda__programs *programs, size_t index)
{
    for (uint32_t i = 0; i < programs->count; i++) {
        if (sonda__programs_reason(programs, i) != SONDA__TRAP_NONE && index-- == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

sonda_text sonda__program_owner(const sonda_content *content, uint32_t program)
{
    sonda_text none = {"", 0};
    const uint8_t *at;
    const uint8_t *owner;
    uint32_t number;
    sonda__span id;

    while (content != NULL && content->base != NULL && program < content->first_program) {
        content = content->base;
    }
    at = content == NULL ? NULL
                         : sonda__pack_entry(&content->pack, SONDA__SECTION_ALTERNATIVES,
                                             program - content->first_program);
    if (at == NULL) {
        return none;
    }
    number = sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER);
    owner = (number & SONDA__ALTERNATIVE_FILTER) != 0
                ? sonda__pack_entry(&content->pack, SONDA__SECTION_FILTERS,
                                    number ^ SONDA__ALTERNATIVE_FILTER)
                : sonda__pack_entry(&content->pack, SONDA__SECTION_RULES, number);
    if (owner == NULL) {
        return none;
    }
    id = sonda__pack_text(&content->pack, owner + ((number & SONDA__ALTERNATIVE_FILTER) != 0
                                                       ? SONDA__AT_FILTER_ID
                                                       : SONDA__AT_RULE_ID));
    none.data = id.data;
    none.len = id.len;
    return none;
}
