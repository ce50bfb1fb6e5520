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

/* The fields in which log sources of the event wait for literals. */
static void scan_fields(const sonda__question *question)
{
    const sonda__matcher *matcher = question->matcher;

    for (uint32_t i = 0; i < matcher->scan_count; i++) {
        const sonda__scan_table *table = &question->content->scans.tables[matcher->scans[i]];
        uint32_t field = sonda__matcher_at(matcher, table->slot);

        for (; field != SONDA__NO_FIELD; field = sonda__matcher_next(matcher, field)) {
            sonda__scan(question, table, field, take_literal);
        }
    }
}

/* Every field, for the keywords of one log source. */
static void scan_keywords(const sonda__question *question, const sonda__scan_table *table)
{
    const sonda_event *event = question->event;
    size_t count = sonda__matcher_field_count(event);

    for (uint32_t first = 0; first < count; first += SONDA__NIBBLES_FIELDS) {
        size_t some =
            count - first < SONDA__NIBBLES_FIELDS ? count - first : SONDA__NIBBLES_FIELDS;
        uint64_t left = sonda__scan_may_hold(question, table, first, some);

        for (; left != 0; left &= left - 1) {
            uint32_t field = first + (uint32_t)__builtin_ctzll(left);

            if (sonda__pattern_asks(&event->fields[field])) {
                sonda__scan(question, table, field, take_literal);
            }
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
    const sonda__scan_tables *scans = &question->content->scans;
    sonda__matcher *matcher = question->matcher;

    sonda__dispatch(question);
    memset(matcher->source_bits, 0, pack->count[SONDA__SECTION_SOURCES] / 64 * 8 + 8);
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        uint32_t source = matcher->fitting[i];

        matcher->source_bits[source / 64] |= UINT64_C(1) << source % 64;
    }
    if (matcher->fitting_count > 0) {
        scan_fields(question);
    }
    for (uint32_t i = 0; i < matcher->fitting_count; i++) {
        uint32_t source = matcher->fitting[i];

        if (scans->of_source[source] != 0) {
            scan_keywords(question, &scans->tables[scans->of_source[source] - 1]);
        }
        mark_always(question, sonda__pack_entry(pack, SONDA__SECTION_SOURCES, source));
    }
}

bool sonda__candidates_next(sonda__matcher *matcher, uint32_t *alternative)
{
    uint32_t word;
    uint32_t bit;

    if (matcher->candidate_word_count == 0) {
        return false;
    }
    word = matcher->candidate_words[matcher->candidate_word_count - 1];
    bit = (uint32_t)__builtin_ctzll(matcher->candidates[word]);
    matcher->candidates[word] &= matcher->candidates[word] - 1;
    if (matcher->candidates[word] == 0) {
        matcher->candidate_word_count--;
    }
    *alternative = word * 64 + bit;
    return true;
}
