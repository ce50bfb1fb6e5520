/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Log sources, requirement by requirement.
 *
 * A log source is a row of things that are asked or not; they are gone through
 * in one order, so that counting and telling cannot come apart.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/codec/number.h"
#include "core/detect/explain.h"

static sonda__span pack_text(const sonda__explanation *walk, const uint8_t *at)
{
    return sonda__pack_text(&walk->question.content->pack, at);
}

static bool is_asked(const uint8_t *source, uint32_t asks)
{
    uint32_t flags = sonda__pack_u16(source + SONDA__AT_SOURCE_FLAGS);

    switch (asks) {
    case SONDA_EXPLAIN_PRODUCT:
        return sonda__pack_u16(source + SONDA__AT_SOURCE_PRODUCT) != 0;
    case SONDA_EXPLAIN_CHANNEL:
        return (flags & SONDA__SOURCE_CHANNEL_EMPTY) != 0 ||
               sonda__pack_list(source + SONDA__AT_SOURCE_CHANNELS).count != 0;
    case SONDA_EXPLAIN_EVENT_ID:
        return sonda__pack_list(source + SONDA__AT_SOURCE_EVENT_IDS).count != 0;
    case SONDA_EXPLAIN_CLASS:
        return (flags & SONDA__SOURCE_HAS_CLASS) != 0;
    case SONDA_EXPLAIN_ACTIVITY:
        return sonda__pack_list(source + SONDA__AT_SOURCE_ACTIVITIES).count != 0;
    default:
        return false;
    }
}

static bool channel_holds(const sonda__explanation *walk, const uint8_t *source)
{
    uint32_t flags = sonda__pack_u16(source + SONDA__AT_SOURCE_FLAGS);
    bool is_empty = walk->question.event->channel.len == 0;

    return ((flags & SONDA__SOURCE_CHANNEL_EMPTY) == 0 || is_empty) &&
           sonda__evaluate_channel(&walk->question, source + SONDA__AT_SOURCE_CHANNELS);
}

static bool holds(const sonda__explanation *walk, const uint8_t *source, uint32_t asks)
{
    const sonda_event *event = walk->question.event;

    switch (asks) {
    case SONDA_EXPLAIN_PRODUCT:
        return sonda__pack_u16(source + SONDA__AT_SOURCE_PRODUCT) == event->product;
    case SONDA_EXPLAIN_CHANNEL:
        return channel_holds(walk, source);
    case SONDA_EXPLAIN_EVENT_ID:
        return sonda__evaluate_number(&walk->question, source + SONDA__AT_SOURCE_EVENT_IDS,
                                      event->event_id);
    case SONDA_EXPLAIN_CLASS:
        return sonda__pack_u32(source + SONDA__AT_SOURCE_CLASS) == event->class_uid;
    default:
        return sonda__evaluate_number(&walk->question, source + SONDA__AT_SOURCE_ACTIVITIES,
                                      event->activity_id);
    }
}

/* Appends one of several accepted values; what does not fit is left out. */
static void list(sonda__explanation *walk, sonda__span text)
{
    size_t between = walk->wanted_len == 0 ? 0 : 2;
    size_t room = sizeof walk->wanted - walk->wanted_len;

    if (between + text.len > room) {
        return;
    }
    memcpy(walk->wanted + walk->wanted_len, ", ", between);
    if (text.len > 0) {
        memcpy(walk->wanted + walk->wanted_len + between, text.data, text.len);
    }
    walk->wanted_len += between + text.len;
}

static void list_number(sonda__explanation *walk, uint32_t number)
{
    char digits[SONDA__DECIMAL_MAX];

    list(walk, sonda__span_of(digits, sonda__format_decimal(number, digits)));
}

static void list_numbers(sonda__explanation *walk, const uint8_t *at)
{
    sonda__list numbers = sonda__pack_list(at);

    for (uint32_t i = 0; i < numbers.count; i++) {
        const uint8_t *entry = sonda__pack_listed(&walk->question.content->pack,
                                                  SONDA__SECTION_NUMBERS, numbers, i);

        list_number(walk, entry == NULL ? 0 : sonda__pack_u32(entry));
    }
}

static void list_texts(sonda__explanation *walk, const uint8_t *at)
{
    sonda__list texts = sonda__pack_list(at);

    for (uint32_t i = 0; i < texts.count; i++) {
        const uint8_t *entry =
            sonda__pack_listed(&walk->question.content->pack, SONDA__SECTION_SPANS, texts, i);

        if (entry != NULL) {
            list(walk, pack_text(walk, entry));
        }
    }
}

static sonda__span product_name(uint32_t product)
{
    static const char *const names[] = {"", "windows", "linux", "macos"};

    return sonda__span_text(product < sizeof names / sizeof names[0] ? names[product] : "");
}

static sonda_text number_text(sonda__explanation *walk, uint32_t number)
{
    size_t len = sonda__format_decimal(number, walk->number);

    return sonda__explain_text(sonda__span_of(walk->number, len));
}

/* What is accepted, and what the event has. */
static void
fill(sonda__explanation *walk, const uint8_t *source, uint32_t asks, sonda_explain_node *node)
{
    const sonda_event *event = walk->question.event;

    walk->wanted_len = 0;
    switch (asks) {
    case SONDA_EXPLAIN_PRODUCT:
        list(walk, product_name(sonda__pack_u16(source + SONDA__AT_SOURCE_PRODUCT)));
        node->value = sonda__explain_text(product_name(event->product));
        break;
    case SONDA_EXPLAIN_CHANNEL:
        list_texts(walk, source + SONDA__AT_SOURCE_CHANNELS);
        node->value = sonda__explain_text(event->channel);
        break;
    case SONDA_EXPLAIN_EVENT_ID:
        list_numbers(walk, source + SONDA__AT_SOURCE_EVENT_IDS);
        node->value = number_text(walk, event->event_id);
        break;
    case SONDA_EXPLAIN_CLASS:
        list_number(walk, sonda__pack_u32(source + SONDA__AT_SOURCE_CLASS));
        node->value = number_text(walk, event->class_uid);
        break;
    default:
        list_numbers(walk, source + SONDA__AT_SOURCE_ACTIVITIES);
        node->value = number_text(walk, event->activity_id);
        break;
    }
    node->wanted = sonda__explain_text(sonda__span_of(walk->wanted, walk->wanted_len));
}

static sonda_status tell_condition(sonda__explanation *walk, const uint8_t *condition)
{
    const sonda__question *question = &walk->question;
    sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_REQUIREMENT);
    uint32_t index = sonda__pack_u32(condition + SONDA__AT_CONDITION_FIELD);
    sonda_field_id id = sonda__question_field(question, index);
    sonda__span name = sonda__names_spelling(question->content->names, id);
    uint32_t field = sonda__matcher_first(question->matcher, id);

    walk->wanted_len = 0;
    list_texts(walk, condition + SONDA__AT_CONDITION_VALUES);
    node.asks = SONDA_EXPLAIN_FIELD;
    node.name = sonda__explain_text(name);
    node.wanted = sonda__explain_text(sonda__span_of(walk->wanted, walk->wanted_len));
    node.holds = sonda__evaluate_condition(question, condition);
    node.missing = node.holds == 0;
    if (field != SONDA__NO_FIELD) {
        node.field = sonda__explain_text(question->event->fields[field].name);
        node.value = sonda__explain_text(question->event->fields[field].text);
    } else {
        sonda__explain_absence(walk, name, &node);
    }
    return sonda__explain_tell(walk, &node);
}

static const uint8_t *
condition_at(const sonda__explanation *walk, const uint8_t *source, uint32_t i)
{
    return sonda__pack_listed(&walk->question.content->pack, SONDA__SECTION_CONDITIONS,
                              sonda__pack_list(source + SONDA__AT_SOURCE_CONDITIONS), i);
}

uint32_t sonda__explain_source_missing(const sonda__explanation *walk, uint32_t source)
{
    const uint8_t *at =
        sonda__pack_entry(&walk->question.content->pack, SONDA__SECTION_SOURCES, source);
    const uint8_t *condition;
    uint32_t missing = 0;

    if (at == NULL) {
        return 1;
    }
    for (uint32_t asks = SONDA_EXPLAIN_PRODUCT; asks < SONDA_EXPLAIN_FIELD; asks++) {
        missing += is_asked(at, asks) && !holds(walk, at, asks);
    }
    for (uint32_t i = 0; (condition = condition_at(walk, at, i)) != NULL; i++) {
        missing += !sonda__evaluate_condition(&walk->question, condition);
    }
    return missing;
}

sonda_status sonda__explain_source(sonda__explanation *walk, uint32_t source)
{
    const uint8_t *at =
        sonda__pack_entry(&walk->question.content->pack, SONDA__SECTION_SOURCES, source);
    const uint8_t *condition;
    sonda_status status = SONDA_OK;

    if (at == NULL) {
        return SONDA_OK;
    }
    for (uint32_t asks = SONDA_EXPLAIN_PRODUCT;
         status == SONDA_OK && asks < SONDA_EXPLAIN_FIELD; asks++) {
        sonda_explain_node node = sonda__explain_node(walk, SONDA_EXPLAIN_REQUIREMENT);

        if (is_asked(at, asks)) {
            node.asks = asks;
            node.holds = holds(walk, at, asks);
            node.missing = node.holds == 0;
            fill(walk, at, asks, &node);
            status = sonda__explain_tell(walk, &node);
        }
    }
    for (uint32_t i = 0; status == SONDA_OK && (condition = condition_at(walk, at, i)) != NULL;
         i++) {
        status = tell_condition(walk, condition);
    }
    return status;
}
