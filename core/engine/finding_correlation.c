/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a correlation's finding says: the group, what was measured against what,
 * and the events of the window.
 *
 * Group and measure are told as evidence, so that whatever shows evidence shows
 * them: `group-by` with each field, then the type with the number.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/codec/number.h"
#include "core/engine/finding.h"
#include "core/rules/content_state.h"

/* Beyond this every double is whole, and as large as 64 bits hold. */
#define LARGEST_WHOLE 9007199254740992.0
#define FRACTION_DIGITS 6u
#define FRACTION_SCALE 1000000u

/* Fraction digits, without zeros at the end; a point in front. */
static size_t put_fraction(uint64_t fraction, char *out)
{
    size_t digits = FRACTION_DIGITS;

    if (fraction == 0) {
        return 0;
    }
    for (; fraction % 10 == 0; fraction /= 10) {
        digits--;
    }
    out[0] = '.';
    for (size_t i = digits; i > 0; i--, fraction /= 10) {
        out[i] = (char)('0' + fraction % 10);
    }
    return digits + 1;
}

/* A number with up to six digits of fraction; what is too large says so. */
static size_t put_number(double number, char *out)
{
    size_t len = 0;
    double size = number < 0 ? -number : number;
    uint64_t whole;
    uint64_t fraction;

    if (number < 0) {
        out[len++] = '-';
    }
    if (!(size < LARGEST_WHOLE)) {
        memcpy(out + len, "over 2^53", 9);
        return len + 9;
    }
    whole = (uint64_t)size;
    fraction = (uint64_t)((size - (double)whole) * FRACTION_SCALE + 0.5);
    if (fraction == FRACTION_SCALE) {
        whole++;
        fraction = 0;
    }
    len += sonda__format_decimal(whole, out + len);
    return len + put_fraction(fraction, out + len);
}

/* "gte 5", "gt 5 lte 10" */
static size_t put_condition(const uint8_t *correlation, char *out)
{
    static const char *const names[SONDA__BOUND_COUNT] = {"gt",  "gte", "lt",
                                                          "lte", "eq",  "neq"};
    uint32_t set = sonda__pack_u32(correlation + SONDA__AT_CORRELATION_COMPARES);
    size_t len = 0;

    for (uint32_t i = 0; i < SONDA__BOUND_COUNT; i++) {
        uint64_t bits =
            sonda__pack_u64(correlation + SONDA__AT_CORRELATION_BOUNDS + (size_t)8 * i);
        double limit;

        if ((set >> i & 1) == 0) {
            continue;
        }
        memcpy(&limit, &bits, sizeof limit);
        if (len != 0) {
            out[len++] = ' ';
        }
        memcpy(out + len, names[i], strlen(names[i]));
        len += strlen(names[i]);
        out[len++] = ' ';
        len += put_number(limit, out + len);
    }
    return len;
}

static sonda__evidence *add_evidence(sonda_finding *finding, sonda__span selection)
{
    sonda__evidence *evidence = &finding->evidence[finding->evidence_count++];

    memset(evidence, 0, sizeof *evidence);
    evidence->selection = selection;
    evidence->field = sonda__span_of("", 0);
    evidence->pattern = sonda__span_of("", 0);
    evidence->position = SONDA__EVIDENCE_WHOLE;
    return evidence;
}

static sonda__span name_of(const sonda__correlated *found, uint32_t number)
{
    const uint8_t *at = sonda__pack_listed(
        &found->content->pack, SONDA__SECTION_SPANS,
        sonda__pack_list(found->correlation + SONDA__AT_CORRELATION_NAMES), number);

    return at == NULL ? sonda__span_of("", 0) : sonda__pack_text(&found->content->pack, at);
}

static void tell_group(sonda_finding *finding, const sonda__correlated *found, uint32_t number)
{
    const sonda__field *field =
        sonda__correlation_field(found->content, found->input, number, finding->event);
    sonda__evidence *evidence = add_evidence(finding, sonda__span_text("group-by"));

    evidence->field = name_of(found, number);
    evidence->value = field != NULL ? field->text : sonda__span_of("", 0);
}

static void
tell_measure(sonda_finding *finding, const sonda__correlated *found, uint32_t groups)
{
    static const char *const types[SONDA__CORRELATION_TYPE_COUNT] = {
        "event_count", "value_count", "temporal",         "temporal_ordered",
        "value_sum",   "value_avg",   "value_percentile",
    };
    uint32_t type = sonda__pack_u32(found->correlation + SONDA__AT_CORRELATION_TYPE);
    sonda__evidence *evidence = add_evidence(
        finding, sonda__span_text(type < SONDA__CORRELATION_TYPE_COUNT ? types[type] : ""));

    evidence->field = name_of(found, groups);
    evidence->value =
        sonda__span_of(finding->measured, put_number(found->measured, finding->measured));
    evidence->pattern = sonda__span_of(finding->condition,
                                       put_condition(found->correlation, finding->condition));
}

/* Of the first of the correlation's rules that an event was. */
static uint32_t rule_of_mask(const sonda__correlated *found, uint64_t mask)
{
    const uint8_t *at;
    uint32_t position = 0;

    while (position < 63 && (mask >> position & 1) == 0) {
        position++;
    }
    at = sonda__pack_listed(&found->content->pack, SONDA__SECTION_NUMBERS,
                            sonda__pack_list(found->correlation + SONDA__AT_CORRELATION_RULES),
                            position);
    return found->content->first_rule + (at == NULL ? 0 : sonda__pack_u32(at));
}

static void put_member(sonda__member *member,
                       const sonda__correlated *found,
                       const sonda__window_event *event)
{
    member->time_ns = event->time_ns;
    member->seq = event->seq;
    member->stream = event->stream;
    member->rule_index = rule_of_mask(found, event->mask);
}

/* The latest of the window, in the order of time. */
static void tell_members(sonda_finding *finding, const sonda__correlated *found)
{
    uint32_t at = found->last;

    finding->member_total = sonda__window_count(found->windows, found->first, found->last);
    finding->member_count = finding->member_total < SONDA_MEMBERS_MAX
                                ? (size_t)finding->member_total
                                : SONDA_MEMBERS_MAX;
    for (size_t i = finding->member_count; i > 0; i--) {
        const sonda__window_entry *entry = sonda__windows_entry(found->windows, at);

        put_member(&finding->members[i - 1], found, &entry->event);
        at = entry->previous;
    }
}

/* A late event stands for itself. */
static void tell_alone(sonda_finding *finding, const sonda__correlated *found)
{
    const sonda__window_event event = {
        .time_ns = finding->event->time_ns,
        .seq = finding->event->header.seq,
        .stream = finding->event->header.stream,
        .mask = found->mask,
    };

    put_member(&finding->members[0], found, &event);
    finding->member_total = 1;
    finding->member_count = 1;
}

void sonda__finding_of_correlation(sonda_finding *finding, const sonda__correlated *found)
{
    uint32_t names = sonda__pack_list(found->correlation + SONDA__AT_CORRELATION_NAMES).count;
    uint32_t values = sonda__pack_u32(found->correlation + SONDA__AT_CORRELATION_VALUES);
    uint32_t groups = values <= names ? names - values : 0;

    finding->evidence_count = 0;
    for (uint32_t i = 0; i < groups && i < SONDA__CORRELATION_NAMES_MAX; i++) {
        tell_group(finding, found, i);
    }
    tell_measure(finding, found, groups);
    if (found->placed == SONDA__WINDOW_NONE) {
        tell_alone(finding, found);
    } else {
        tell_members(finding, found);
    }
}
