/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What each kind of pattern means.
 *
 * A null is no text: it answers NULL and EXISTS only. Of a list any element
 * may answer, but all must be null for NULL.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/pattern.h"

#include "core/codec/code_point.h"
#include "core/codec/decimal.h"
#include "core/detect/networks.h"
#include "core/detect/search.h"
#include "core/detect/time_part.h"

static bool has_flag(const uint8_t *pattern, uint32_t flag)
{
    return (sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS) & flag) != 0;
}

/* The text to compare: folded unless case counts. */
static sonda__span
text_of(const sonda__question *question, const uint8_t *pattern, uint32_t field)
{
    return has_flag(pattern, SONDA__PATTERN_CASED)
               ? question->event->fields[field].text
               : sonda__matcher_folded(question->matcher, field);
}

/* Byte of `raw` from which the folded text's byte `folded_at` comes. */
static size_t unfolded(sonda__span raw, size_t folded_at)
{
    size_t at = 0;
    size_t folded = 0;

    while (at < raw.len && folded < folded_at) {
        uint32_t code_point;
        char bytes[4];

        at += sonda__code_point_read(raw.data + at, raw.len - at, &code_point);
        folded += sonda__code_point_write(sonda__code_point_fold(code_point), bytes);
    }
    return at;
}

void sonda__pattern_place(const sonda__question *question,
                          sonda__answer *answer,
                          sonda__span compared,
                          sonda__span part)
{
    sonda__span raw = question->event->fields[answer->field].text;
    size_t first = (size_t)(part.data - compared.data);

    if (compared.data == raw.data) {
        answer->position = first;
        answer->length = part.len;
    } else {
        answer->position = unfolded(raw, first);
        answer->length = unfolded(raw, first + part.len) - answer->position;
    }
}

/* Fills an answer that is wanted with a part of the compared text. */
static void answer_part(const sonda__question *question,
                        sonda__answer *answer,
                        uint32_t field,
                        sonda__span compared,
                        sonda__span part)
{
    if (answer != NULL) {
        answer->field = field;
        sonda__pattern_place(question, answer, compared, part);
    }
}

/* Likewise with the value as a whole, or with its absence. */
static void answer_whole(const sonda__question *question, sonda__answer *answer, uint32_t field)
{
    if (answer != NULL) {
        answer->field = field;
        answer->position = SONDA__EVIDENCE_WHOLE;
        answer->length = field == SONDA__NO_FIELD ? 0 : question->event->fields[field].text.len;
    }
}

static bool literal_holds(const sonda__question *question,
                          const uint8_t *pattern,
                          sonda__span needle,
                          uint32_t field,
                          sonda__answer *answer)
{
    sonda__span text = text_of(question, pattern, field);
    size_t at = sonda__search_anchored(text, needle, has_flag(pattern, SONDA__PATTERN_AT_START),
                                       has_flag(pattern, SONDA__PATTERN_AT_END));

    (void)sonda__matcher_step(question->matcher, text.len);
    if (at == SONDA__NOT_FOUND) {
        return false;
    }
    answer_part(question, answer, field, text, sonda__span_of(text.data + at, needle.len));
    return true;
}

static bool glob_holds(const sonda__question *question,
                       const uint8_t *pattern,
                       sonda__span glob,
                       uint32_t field,
                       sonda__answer *answer)
{
    sonda__span text = text_of(question, pattern, field);
    sonda__span part;

    (void)sonda__matcher_step(question->matcher, text.len);
    if (!sonda__search_glob(text, glob, has_flag(pattern, SONDA__PATTERN_AT_START),
                            has_flag(pattern, SONDA__PATTERN_AT_END), &part)) {
        return false;
    }
    answer_part(question, answer, field, text, part);
    return true;
}

/* Where the answer is kept; it may be another's. */
static sonda__regex_answer *
kept_answer(const sonda__question *question, uint32_t regex, uint32_t field)
{
    return &question->matcher->regex_answers[(regex * 7 + field) % SONDA__REGEX_ANSWERS];
}

static bool is_kept(const sonda__question *question,
                    const sonda__regex_answer *kept,
                    uint32_t regex,
                    uint32_t field)
{
    return kept->event == question->matcher->event_serial && kept->regex == regex &&
           kept->field == field && kept->content == question->content;
}

static bool regex_search(const sonda__question *question,
                         uint32_t regex,
                         uint32_t field,
                         sonda__answer *answer)
{
    sonda__span text = question->event->fields[field].text;
    sonda__span part;
    uint64_t steps = 0;
    bool found = sonda__regex_search(&question->matcher->regex, &question->content->pack, regex,
                                     text, answer == NULL ? NULL : &part, &steps);

    (void)sonda__matcher_step(question->matcher, steps);
    if (found && answer != NULL) {
        answer_part(question, answer, field, text, part);
    }
    return found;
}

/* Where in the value is asked of few: each event's rules that hold. */
static bool regex_holds(const sonda__question *question,
                        uint32_t regex,
                        uint32_t field,
                        sonda__answer *answer)
{
    sonda__regex_answer *kept = kept_answer(question, regex, field);

    if (answer != NULL) {
        return regex_search(question, regex, field, answer);
    }
    if (!is_kept(question, kept, regex, field)) {
        bool found = regex_search(question, regex, field, NULL);

        kept->content = question->content;
        kept->event = question->matcher->event_serial;
        kept->regex = regex;
        kept->field = (uint16_t)field;
        kept->found = found ? 1 : 0;
    }
    return kept->found != 0;
}

/* `order` is below, at or above 0 as the event's value is to the rule's. */
static bool compares(uint32_t comparison, int order)
{
    switch (comparison) {
    case SONDA__COMPARE_EQUAL:
        return order == 0;
    case SONDA__COMPARE_LESS:
        return order < 0;
    case SONDA__COMPARE_LESS_EQUAL:
        return order <= 0;
    case SONDA__COMPARE_GREATER:
        return order > 0;
    case SONDA__COMPARE_GREATER_EQUAL:
        return order >= 0;
    default:
        return false;
    }
}

static bool number_holds(sonda__span text, sonda__span bound, uint32_t comparison)
{
    sonda__decimal value;
    sonda__decimal limit;

    return sonda__decimal_parse(text, &value) && sonda__decimal_parse(bound, &limit) &&
           compares(comparison, sonda__decimal_compare(&value, &limit));
}

static bool time_holds(sonda__span text, uint32_t number, uint32_t part, uint32_t comparison)
{
    uint32_t value;

    return sonda__time_part_of(text, part, &value) &&
           compares(comparison, value < number ? -1 : value > number);
}

static bool
cidr_holds(const sonda__question *question, uint32_t field, sonda__span network, uint32_t bits)
{
    const sonda__address *address = sonda__networks_address(question->matcher, field);

    return address != NULL && address->size == network.len && bits <= address->size * 8 &&
           sonda__address_prefix_equal(address->bytes, (const uint8_t *)network.data, bits);
}

/* Whether what a pattern refers to is in the pack. */
static bool operands_are_inside(const sonda__question *question, const uint8_t *pattern)
{
    const sonda__pack *pack = &question->content->pack;
    uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);
    uint32_t a = sonda__pack_u32(pattern + SONDA__AT_PATTERN_A);

    if (op == SONDA__OP_REGEX) {
        return a < pack->count[SONDA__SECTION_REGEXES];
    }
    return op == SONDA__OP_TIME_PART ||
           sonda__pack_has_text(pack, a, sonda__pack_u32(pattern + SONDA__AT_PATTERN_B));
}

/* A pattern that compares a value as a whole, which must be parsed for it. */
static bool parsed_holds(const sonda__question *question,
                         const uint8_t *pattern,
                         sonda__span operand,
                         uint32_t field)
{
    sonda__span text = question->event->fields[field].text;
    uint32_t a = sonda__pack_u32(pattern + SONDA__AT_PATTERN_A);
    uint32_t b = sonda__pack_u32(pattern + SONDA__AT_PATTERN_B);
    uint32_t c = sonda__pack_u32(pattern + SONDA__AT_PATTERN_C);

    switch (sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP)) {
    case SONDA__OP_NUMBER:
        return number_holds(text, operand, c);
    case SONDA__OP_TIME_PART:
        return time_holds(text, a, b, c);
    case SONDA__OP_CIDR:
        return cidr_holds(question, field, operand, c);
    default:
        sonda__matcher_trap(question->matcher);
        return false;
    }
}

/* A pattern that asks about text, and one value that is not null. */
static bool value_holds(const sonda__question *question,
                        const uint8_t *pattern,
                        uint32_t field,
                        sonda__answer *answer)
{
    sonda__span operand =
        sonda__pack_text(&question->content->pack, pattern + SONDA__AT_PATTERN_A);

    if (!operands_are_inside(question, pattern)) {
        sonda__matcher_trap(question->matcher);
        return false;
    }
    switch (sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP)) {
    case SONDA__OP_LITERAL:
        return literal_holds(question, pattern, operand, field, answer);
    case SONDA__OP_GLOB:
        return glob_holds(question, pattern, operand, field, answer);
    case SONDA__OP_REGEX:
        return regex_holds(question, sonda__pack_u32(pattern + SONDA__AT_PATTERN_A), field,
                           answer);
    default:
        if (!parsed_holds(question, pattern, operand, field)) {
            return false;
        }
        answer_whole(question, answer, field);
        return true;
    }
}

static bool is_null(const sonda__question *question, uint32_t field)
{
    return (question->event->fields[field].flags & SONDA_VALUE_NULL) != 0;
}

static bool all_null(const sonda__question *question, sonda_field_id id, sonda__answer *answer)
{
    uint32_t first = sonda__matcher_first(question->matcher, id);

    for (uint32_t field = first; field != SONDA__NO_FIELD;
         field = sonda__matcher_next(question->matcher, field)) {
        if (!is_null(question, field)) {
            return false;
        }
    }
    answer_whole(question, answer, first);
    return true;
}

static bool presence_is(const sonda__question *question,
                        sonda_field_id id,
                        bool wanted,
                        sonda__answer *answer)
{
    uint32_t field = sonda__matcher_first(question->matcher, id);

    answer_whole(question, answer, field);
    return (field != SONDA__NO_FIELD) == wanted;
}

/* Whether the value of `field` has that of `other` in it, as the flags ask. */
static bool pair_holds(const sonda__question *question,
                       const uint8_t *pattern,
                       uint32_t other,
                       uint32_t field,
                       sonda__answer *answer)
{
    sonda__span needle = text_of(question, pattern, other);
    uint32_t generation = question->matcher->fold_generation;

    /* Folding this one may drop the other when both do not fit at once. */
    (void)text_of(question, pattern, field);
    if (generation != question->matcher->fold_generation) {
        needle = text_of(question, pattern, other);
    }
    return literal_holds(question, pattern, needle, field, answer);
}

static bool any_pair_holds(const sonda__question *question,
                           const uint8_t *pattern,
                           uint32_t first,
                           uint32_t field,
                           sonda__answer *answer)
{
    uint32_t other = first;

    for (uint32_t i = 0; other != SONDA__NO_FIELD && i < SONDA__FIELDREF_ELEMENTS_MAX; i++) {
        if (!is_null(question, other) && pair_holds(question, pattern, other, field, answer)) {
            return true;
        }
        other = sonda__matcher_next(question->matcher, other);
    }
    return false;
}

static bool fieldref_holds(const sonda__question *question,
                           const uint8_t *pattern,
                           sonda_field_id id,
                           sonda__answer *answer)
{
    sonda__matcher *matcher = question->matcher;
    uint32_t index = sonda__pack_u32(pattern + SONDA__AT_PATTERN_A);
    uint32_t first = sonda__matcher_first(matcher, sonda__question_field(question, index));

    for (uint32_t field = sonda__matcher_first(matcher, id); field != SONDA__NO_FIELD;
         field = sonda__matcher_next(matcher, field)) {
        if (!is_null(question, field) &&
            any_pair_holds(question, pattern, first, field, answer)) {
            return true;
        }
    }
    return false;
}

bool sonda__pattern_holds(const sonda__question *question,
                          const uint8_t *pattern,
                          sonda_field_id id,
                          sonda__answer *answer)
{
    uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);

    if (op == SONDA__OP_NULL) {
        return all_null(question, id, answer);
    }
    if (op == SONDA__OP_EXISTS) {
        return presence_is(question, id, sonda__pack_u32(pattern + SONDA__AT_PATTERN_C) != 0,
                           answer);
    }
    if (op == SONDA__OP_FIELDREF) {
        return fieldref_holds(question, pattern, id, answer);
    }
    for (uint32_t field = sonda__matcher_first(question->matcher, id); field != SONDA__NO_FIELD;
         field = sonda__matcher_next(question->matcher, field)) {
        if (!is_null(question, field) && value_holds(question, pattern, field, answer)) {
            return true;
        }
    }
    return false;
}

bool sonda__pattern_holds_anywhere(const sonda__question *question,
                                   const uint8_t *pattern,
                                   sonda__answer *answer)
{
    size_t count = question->event->field_count;
    uint32_t op = sonda__pack_u16(pattern + SONDA__AT_PATTERN_OP);

    /* Presence and other fields are asked of a named one: a pack that does otherwise
     * is sound, and such a question has no answer. */
    if (op == SONDA__OP_NULL || op == SONDA__OP_EXISTS || op == SONDA__OP_FIELDREF) {
        return false;
    }
    for (uint32_t i = 0; i < count && i < SONDA__EVENT_FIELDS_MAX; i++) {
        if (sonda__pattern_asks(&question->event->fields[i]) &&
            value_holds(question, pattern, i, answer)) {
            return true;
        }
    }
    return false;
}
