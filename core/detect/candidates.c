/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Log sources that fit, their fields, the literals in those, and the
 * alternatives that wait for one: bits, so that each is evaluated once.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/candidates.h"

#include "core/detect/dispatch.h"
#include "core/detect/scan.h"

static void mark(const sonda__question *question, uint32_t alternative)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t word = alternative / 64;

    if (alternative >= SONDA__ALTERNATIVES_MAX) {
        return;
    }
    if (matcher->candidates[word] == 0) {
        matcher->candidate_words[matcher->candidate_word_count++] = word;
    }
    matcher->candidates[word] |= UINT64_C(1) << alternative % 64;
}

static bool fits(const sonda__matcher *matcher, uint32_t source)
{
    return source < SONDA__SOURCES_MAX &&
           (matcher->source_bits[source / 64] >> source % 64 & 1) != 0;
}

/* The alternatives of a literal, where their log source fits. */
static void take_literal(const sonda__question *question, const uint8_t *literal)
{
    const sonda__pack *pack = &question->content->pack;
    sonda__list postings = sonda__pack_list(literal + SONDA__AT_LITERAL_POSTINGS);

    if (!sonda__matcher_step(question->matcher, postings.count)) {
        return;
    }
    for (uint32_t i = 0; i < postings.count; i++) {
        const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_POSTINGS, postings, i);
        const uint8_t *at =
            number == NULL
                ? NULL
                : sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, sonda__pack_u32(number));

        if (at != NULL &&
            fits(question->matcher, sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_SOURCE))) {
            mark(question, sonda__pack_u32(number));
        }
    }
}

/* Every field that keywords ask. */
static void scan_every(const sonda__question *question, const uint8_t *scan)
{
    size_t count = question->event->field_count;

    for (uint32_t i = 0; i < count && i < SONDA__EVENT_FIELDS_MAX; i++) {
        if (sonda__pattern_asks(&question->event->fields[i])) {
            sonda__scan(question, scan, sonda__matcher_folded(question->matcher, i),
                        take_literal);
        }
    }
}

static void scan_field(const sonda__question *question, const uint8_t *scan)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t index = sonda__pack_u32(scan + SONDA__AT_SCAN_FIELD);
    uint32_t field;

    if (index == SONDA__SCAN_EVERY) {
        scan_every(question, scan);
        return;
    }
    field = sonda__matcher_first(matcher, sonda__question_field(question, index));
    for (; field != SONDA__NO_FIELD; field = sonda__matcher_next(matcher, field)) {
        sonda__scan(question, scan, sonda__matcher_folded(matcher, field), take_literal);
    }
}

/* The fields of a log source that no other one has had searched. */
static void scan_source(const sonda__question *question, const uint8_t *source)
{
    const sonda__pack *pack = &question->content->pack;
    uint64_t *done = question->matcher->scan_bits;
    sonda__list needs = sonda__pack_list(source + SONDA__AT_SOURCE_SCANS);

    for (uint32_t i = 0; i < needs.count; i++) {
        const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_SOURCE_SCANS, needs, i);
        uint32_t index = number == NULL ? UINT32_MAX : sonda__pack_u32(number);
        const uint8_t *scan = sonda__pack_entry(pack, SONDA__SECTION_SCANS, index);

        if (number == NULL) {
            return;
        }
        if (scan != NULL && index < SONDA__SCANS_MAX &&
            (done[index / 64] >> index % 64 & 1) == 0) {
            done[index / 64] |= UINT64_C(1) << index % 64;
            scan_field(question, scan);
        }
    }
}

static void mark_always(const sonda__question *question, const uint8_t *source)
{
    const sonda__pack *pack = &question->content->pack;
    sonda__list always = sonda__pack_list(source + SONDA__AT_SOURCE_ALWAYS);

    for (uint32_t i = 0; i < always.count; i++) {
        const uint8_t *number = sonda__pack_listed(pack, SONDA__SECTION_ALWAYS, always, i);

        if (number == NULL) {
            return;
        }
        mark(question, sonda__pack_u32(number));
    }
}

void sonda__candidates_find(const sonda__question *question)
{
    const sonda__pack *pack = &question->content->pack;
    sonda__matcher *matcher = question->matcher;
    uint32_t count = pack->count[SONDA__SECTION_SOURCES];

    count = count < SONDA__SOURCES_MAX ? count : SONDA__SOURCES_MAX;
    memset(matcher->scan_bits, 0, pack->count[SONDA__SECTION_SCANS] / 64 * 8 + 8);
    memset(matcher->source_bits, 0, (size_t)count / 64 * 8 + 8);
    sonda__dispatch(question);
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        uint32_t source = matcher->fitting[i];

        matcher->source_bits[source / 64] |= UINT64_C(1) << source % 64;
    }
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        const uint8_t *at =
            sonda__pack_entry(pack, SONDA__SECTION_SOURCES, matcher->fitting[i]);

        scan_source(question, at);
        mark_always(question, at);
    }
}

bool sonda__candidates_next(sonda__matcher *matcher, uint32_t *alternative)
{
    uint32_t word;
    uint32_t bit = 0;

    if (matcher->candidate_word_count == 0) {
        return false;
    }
    word = matcher->candidate_words[matcher->candidate_word_count - 1];
    while ((matcher->candidates[word] >> bit & 1) == 0) {
        bit++;
    }
    matcher->candidates[word] &= matcher->candidates[word] - 1;
    if (matcher->candidates[word] == 0) {
        matcher->candidate_word_count--;
    }
    *alternative = word * 64 + bit;
    return true;
}
