/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What in the event came nearest to a value that does not hold.
 *
 * Each kind of value has its own reasons, from near to far; the first that fits
 * is told. Of several candidates (a list, or all fields for a keyword) the one
 * with most in common.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/codec/address.h"
#include "core/codec/code_point.h"
#include "core/codec/decimal.h"
#include "core/codec/likeness.h"
#include "core/detect/explain.h"
#include "core/detect/nearest.h"
#include "core/detect/search.h"
#include "core/detect/time_part.h"

/* Bytes of a pattern that are folded to see whether only case is wrong. */
#define FOLDED_MAX 1024u

/* A pattern and one candidate. */
typedef struct candidate {
    const sonda__explanation *walk;
    const uint8_t *pattern;
    uint32_t field;
    sonda__span raw;      /* the field's text */
    sonda__span compared; /* folded, unless case counts */
    sonda__span operand;
    uint32_t reason;
    sonda__span part;  /* of `compared` */
    sonda__span piece; /* of the operand, what `part` is a part of */
} candidate;

static bool has_flag(const uint8_t *pattern, uint32_t flag)
{
    return (sonda__pack_u16(pattern + SONDA__AT_PATTERN_FLAGS) & flag) != 0;
}

static bool is_cased(const candidate *one)
{
    return has_flag(one->pattern, SONDA__PATTERN_CASED);
}

/* A few letters in common are in any two texts. */
static bool is_worth_telling(sonda__span part, sonda__span whole)
{
    return part.len >= 3 || (part.len > 0 && part.len * 2 >= whole.len);
}

static void note_part(candidate *one, sonda__span piece)
{
    bool late = has_flag(one->pattern, SONDA__PATTERN_AT_END) &&
                !has_flag(one->pattern, SONDA__PATTERN_AT_START);
    sonda__span part = sonda__nearest_part(one->compared, piece, late);

    one->piece = piece;
    if (is_worth_telling(part, piece)) {
        one->reason = SONDA_EXPLAIN_NEAR_PART;
        one->part = part;
    } else {
        one->reason = SONDA_EXPLAIN_NEAR_OTHER;
    }
}

/* Whether it holds with both sides folded; then `compared` is the folded text. */
static bool holds_in_other_case(candidate *one, bool glob)
{
    bool at_start = has_flag(one->pattern, SONDA__PATTERN_AT_START);
    bool at_end = has_flag(one->pattern, SONDA__PATTERN_AT_END);
    char room[FOLDED_MAX + FOLDED_MAX / 2];
    sonda__span folded;
    sonda__span text;
    size_t at;

    if (!is_cased(one) || one->operand.len > FOLDED_MAX) {
        return false;
    }
    folded = sonda__span_of(room, sonda__fold_text(one->operand.data, one->operand.len, room));
    text = sonda__matcher_folded(one->walk->question.matcher, one->field);
    if (glob) {
        if (!sonda__search_glob(text, folded, at_start, at_end, &one->part)) {
            return false;
        }
    } else {
        at = sonda__search_anchored(text, folded, at_start, at_end);
        if (at == SONDA__NOT_FOUND) {
            return false;
        }
        one->part = sonda__span_of(text.data + at, folded.len);
    }
    one->compared = text;
    one->reason = SONDA_EXPLAIN_NEAR_CASE;
    return true;
}

static void near_literal(candidate *one)
{
    size_t at;

    if (holds_in_other_case(one, false)) {
        return;
    }
    at = sonda__search(one->compared, one->operand);
    if (at != SONDA__NOT_FOUND && one->operand.len > 0) {
        one->reason = SONDA_EXPLAIN_NEAR_PLACE;
        one->part = sonda__span_of(one->compared.data + at, one->operand.len);
        return;
    }
    note_part(one, one->operand);
}

/* The next run of plain bytes of a glob from `*at` on; empty at its end. */
static sonda__span next_piece(sonda__span glob, size_t *at)
{
    size_t start;

    while (*at < glob.len && (unsigned char)glob.data[*at] == SONDA__GLOB_ESCAPE) {
        *at += 2;
    }
    start = *at < glob.len ? *at : glob.len;
    *at = start;
    while (*at < glob.len && (unsigned char)glob.data[*at] != SONDA__GLOB_ESCAPE) {
        (*at)++;
    }
    return sonda__span_of(glob.data + start, *at - start);
}

static void near_glob(candidate *one)
{
    sonda__span piece;
    size_t at = 0;

    if (holds_in_other_case(one, true)) {
        return;
    }
    if (sonda__search_glob(one->compared, one->operand, false, false, &one->part)) {
        one->reason = SONDA_EXPLAIN_NEAR_PLACE;
        return;
    }
    while ((piece = next_piece(one->operand, &at)).len > 0) {
        if (sonda__search(one->compared, piece) == SONDA__NOT_FOUND) {
            note_part(one, piece);
            return;
        }
    }
    one->reason = SONDA_EXPLAIN_NEAR_ORDER;
}

static void near_regex(candidate *one)
{
    const sonda__question *question = &one->walk->question;
    uint32_t regex = sonda__pack_u32(one->pattern + SONDA__AT_PATTERN_A);

    one->compared = one->raw;
    if (sonda__regex_nearest(&question->matcher->regex, &question->content->pack, regex,
                             one->raw, &one->part)) {
        one->reason = SONDA_EXPLAIN_NEAR_CASE;
    } else {
        one->reason = one->part.len > 0 ? SONDA_EXPLAIN_NEAR_PART : SONDA_EXPLAIN_NEAR_OTHER;
    }
}

static uint32_t common_bits(const uint8_t *a, const uint8_t *b, uint32_t most)
{
    uint32_t bits = 0;

    while (bits < most && sonda__address_prefix_equal(a, b, bits + 1)) {
        bits++;
    }
    return bits;
}

/* The number of equal bits is told as a length. */
static void near_cidr(candidate *one)
{
    uint32_t bits = sonda__pack_u32(one->pattern + SONDA__AT_PATTERN_C);
    sonda__address address;

    if (!sonda__address_parse(one->raw, &address)) {
        one->reason = SONDA_EXPLAIN_NEAR_KIND;
    } else if (address.size != one->operand.len) {
        one->reason = SONDA_EXPLAIN_NEAR_FAMILY;
    } else {
        uint32_t most = bits < address.size * 8 ? bits : address.size * 8;

        one->reason = SONDA_EXPLAIN_NEAR_OUTSIDE;
        one->part.len = common_bits(address.bytes, (const uint8_t *)one->operand.data, most);
    }
}

static void near_number(candidate *one)
{
    sonda__decimal number;

    one->reason = sonda__decimal_parse(one->raw, &number) ? SONDA_EXPLAIN_NEAR_OTHER
                                                          : SONDA_EXPLAIN_NEAR_KIND;
}

static void near_time(candidate *one)
{
    uint32_t part = sonda__pack_u32(one->pattern + SONDA__AT_PATTERN_B);
    uint32_t number;

    one->reason = sonda__time_part_of(one->raw, part, &number) ? SONDA_EXPLAIN_NEAR_OTHER
                                                               : SONDA_EXPLAIN_NEAR_KIND;
}

/* The other field is there and different, or it is not there. */
static void near_fieldref(candidate *one)
{
    const sonda__question *question = &one->walk->question;
    uint32_t index = sonda__pack_u32(one->pattern + SONDA__AT_PATTERN_A);
    uint32_t other =
        sonda__matcher_first(question->matcher, sonda__question_field(question, index));

    one->reason = SONDA_EXPLAIN_NEAR_OTHER;
    if (other == SONDA__NO_FIELD ||
        (question->event->fields[other].flags & SONDA_VALUE_NULL) != 0) {
        one->reason = SONDA_EXPLAIN_NEAR_NO_OTHER;
    } else {
        one->piece = question->event->fields[other].text;
    }
}

/* A value that is text, not null. */
static void near_text(candidate *one)
{
    uint32_t op = sonda__pack_u16(one->pattern + SONDA__AT_PATTERN_OP);

    switch (op) {
    case SONDA__OP_LITERAL:
        near_literal(one);
        break;
    case SONDA__OP_GLOB:
        near_glob(one);
        break;
    case SONDA__OP_REGEX:
        near_regex(one);
        break;
    case SONDA__OP_NUMBER:
        near_number(one);
        break;
    case SONDA__OP_TIME_PART:
        near_time(one);
        break;
    case SONDA__OP_CIDR:
        near_cidr(one);
        break;
    case SONDA__OP_FIELDREF:
        near_fieldref(one);
        break;
    default:
        one->reason = SONDA_EXPLAIN_NEAR_PRESENT;
        break;
    }
}

static void weigh(candidate *one)
{
    const sonda__question *question = &one->walk->question;
    const sonda__field *field = &question->event->fields[one->field];
    uint32_t op = sonda__pack_u16(one->pattern + SONDA__AT_PATTERN_OP);
    bool absence = op == SONDA__OP_NULL || op == SONDA__OP_EXISTS;

    one->raw = field->text;
    one->operand =
        sonda__pack_text(&question->content->pack, one->pattern + SONDA__AT_PATTERN_A);
    one->compared =
        is_cased(one) ? one->raw : sonda__matcher_folded(question->matcher, one->field);
    one->part = sonda__span_of(one->compared.data, 0);
    one->piece = sonda__span_of("", 0);
    if ((field->flags & SONDA_VALUE_NULL) != 0) {
        one->reason = SONDA_EXPLAIN_NEAR_NULL;
    } else if (field->text.len == 0) {
        one->reason = SONDA_EXPLAIN_NEAR_EMPTY;
    } else if (absence) {
        one->reason = SONDA_EXPLAIN_NEAR_PRESENT;
    } else {
        near_text(one);
    }
}

/* Whether `next` is nearer than what the node has. */
static bool is_nearer(const candidate *next, const sonda_explain_node *node)
{
    static const uint8_t ranks[] = {0, 1, 1, 2, 2, 2, 6, 5, 4, 3, 2, 2, 2, 3, 2};
    uint8_t old_rank = ranks[node->near_miss];
    uint8_t new_rank = ranks[next->reason];

    return new_rank > old_rank || (new_rank == old_rank && next->part.len > node->length);
}

/* `what` was looked for, where it differs from what the rule has written. */
static void note_piece(sonda__span what, sonda_explain_node *node)
{
    sonda__span written = {node->wanted.data, node->wanted.len};

    if (what.len > 0 && !sonda__span_equal_ascii_case(what, written)) {
        node->part = sonda__explain_text(what);
    }
}

static void take(const candidate *one, sonda_explain_node *node)
{
    const sonda__question *question = &one->walk->question;

    node->near_miss = one->reason;
    node->field = sonda__explain_text(question->event->fields[one->field].name);
    node->value = sonda__explain_text(one->raw);
    node->position = 0;
    node->length = 0;
    if (one->reason == SONDA_EXPLAIN_NEAR_OUTSIDE) {
        node->length = one->part.len;
    } else if (one->part.len > 0) {
        sonda__answer answer = {one->field, 0, 0};

        sonda__pattern_place(question, &answer, one->compared, one->part);
        node->position = answer.position;
        node->length = answer.length;
    }
    note_piece(one->piece, node);
}

static void
near_keyword(const sonda__explanation *walk, const uint8_t *pattern, sonda_explain_node *node)
{
    const uint32_t passed = SONDA_VALUE_NULL | SONDA_VALUE_HIDDEN | SONDA_VALUE_ENRICHED;
    const sonda_event *event = walk->question.event;
    candidate one = {.walk = walk, .pattern = pattern};

    for (uint32_t i = 0; i < event->field_count && i < SONDA__EVENT_FIELDS_MAX; i++) {
        one.field = i;
        if ((event->fields[i].flags & passed) == 0) {
            weigh(&one);
            if (is_nearer(&one, node)) {
                take(&one, node);
            }
        }
    }
}

void sonda__explain_near(const sonda__explanation *walk,
                         const uint8_t *pattern,
                         sonda_field_id id,
                         sonda_explain_node *node)
{
    const sonda__question *question = &walk->question;
    candidate one = {.walk = walk, .pattern = pattern};
    uint32_t field = sonda__matcher_first(question->matcher, id);

    if ((node->flags & SONDA_EXPLAIN_KEYWORD) != 0) {
        near_keyword(walk, pattern, node);
        return;
    }
    if (field == SONDA__NO_FIELD) {
        sonda__explain_absence(walk, sonda__span_of(node->name.data, node->name.len), node);
        return;
    }
    for (; field != SONDA__NO_FIELD; field = sonda__matcher_next(question->matcher, field)) {
        one.field = field;
        weigh(&one);
        if (is_nearer(&one, node)) {
            take(&one, node);
        }
    }
}

/* The name of a visible field that is most like `name`; empty when none is. */
static sonda__span nearest_name(const sonda_event *event, sonda__span name)
{
    sonda__span best = {"", 0};
    uint32_t least = UINT32_MAX;

    for (size_t i = 0; i < event->field_count; i++) {
        const sonda__field *field = &event->fields[i];
        uint32_t distance = sonda__name_distance(name, field->name);

        if ((field->flags & SONDA_VALUE_HIDDEN) == 0 && distance < least &&
            sonda__name_is_like(name, field->name, distance)) {
            best = field->name;
            least = distance;
        }
    }
    return best;
}

void sonda__explain_absence(const sonda__explanation *walk,
                            sonda__span name,
                            sonda_explain_node *node)
{
    const sonda_event *event = walk->question.event;

    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_equal(event->fields[i].name, name)) {
            node->near_miss = SONDA_EXPLAIN_NEAR_HIDDEN;
            node->field = sonda__explain_text(name);
            node->value = sonda__explain_text(event->fields[i].text);
            return;
        }
    }
    node->near_miss = SONDA_EXPLAIN_NEAR_ABSENT;
    node->field = sonda__explain_text(nearest_name(event, name));
}
