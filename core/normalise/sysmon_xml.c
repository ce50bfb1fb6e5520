/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rendered Windows event XML, as Sysmon for Linux writes it to syslog, too.
 *
 * The System block is flattened as everywhere: an element's text under its
 * name, an attribute under Element_Attribute. Values stay as they are written:
 * rsyslog's #012 for a newline is not undone, because a command line may hold
 * the same four characters and rules see what the record says.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/sysmon_xml.h"

#include "core/base/error.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/codec/utf8.h"
#include "core/codec/xml.h"
#include "core/normalise/windows_class_table.h"

#define LINUX_SYSMON_CHANNEL "Linux-Sysmon/Operational"
#define LINUX_SYSMON_PROVIDER "Linux-Sysmon"

static uint16_t flags_of(sonda__span text)
{
    return sonda__utf8_valid(text) ? 0 : SONDA_VALUE_ILL_FORMED;
}

static sonda_status add(sonda_event *event, sonda__span name, sonda__span text)
{
    return sonda__event_add_named(event, name, text, flags_of(text));
}

/* The part of a name behind its namespace prefix. */
static sonda__span local_name(sonda__span name)
{
    const char *colon = name.len == 0 ? NULL : memchr(name.data, ':', name.len);

    if (colon == NULL) {
        return name;
    }
    return sonda__span_of(colon + 1, (size_t)(name.data + name.len - colon) - 1);
}

static sonda_status
add_attribute(sonda_event *event, sonda__span element, sonda__span attribute, sonda__span value)
{
    size_t len = element.len + 1 + attribute.len;
    char *name = sonda__arena_take(&event->arena, len, 1);

    if (name == NULL) {
        return SONDA_ERR_LIMIT;
    }
    memcpy(name, element.data, element.len);
    name[element.len] = '_';
    memcpy(name + element.len + 1, attribute.data, attribute.len);
    return add(event, sonda__span_of(name, len), value);
}

static bool is_namespace(sonda__span attribute)
{
    return attribute.len >= 5 && memcmp(attribute.data, "xmlns", 5) == 0;
}

/* One child of System, its START just read. */
static sonda_status read_system_element(sonda_event *event, sonda__xml *xml)
{
    sonda__span element = local_name(xml->name);
    sonda_status status = SONDA_OK;
    sonda__span name;
    sonda__span text;

    while (status == SONDA_OK && sonda__xml_attribute(xml, &name, &text)) {
        if (!is_namespace(name)) {
            status = add_attribute(event, element, name, text);
        }
    }
    if (status != SONDA_OK) {
        return status;
    }
    if (!sonda__xml_element_text(xml, &text)) {
        return xml->status;
    }
    return text.len == 0 ? SONDA_OK : add(event, element, text);
}

/*
 * One child of EventData: <Data Name="x">, or <Data> and <Binary> under their
 * own names, which may repeat.
 */
static sonda_status read_data_element(sonda_event *event, sonda__xml *xml)
{
    sonda__span key = local_name(xml->name);
    sonda__span name;
    sonda__span text;

    while (sonda__xml_attribute(xml, &name, &text)) {
        if (sonda__span_is(name, "Name") && text.len > 0) {
            key = text;
        }
    }
    if (!sonda__xml_element_text(xml, &text)) {
        return xml->status;
    }
    return add(event, key, text);
}

/* UserData has the provider's own elements: each that has no child is a field. */
static sonda_status read_user_data(sonda_event *event, sonda__xml *xml)
{
    uint32_t depth = xml->depth;
    bool leaf = false;
    sonda__span text = {NULL, 0};

    for (;;) {
        sonda__xml_token token = sonda__xml_next(xml);
        sonda_status status = SONDA_OK;
        if (token == SONDA__XML_START) {
            leaf = true;
            text = sonda__span_of(xml->name.data, 0);
        } else if (token == SONDA__XML_TEXT) {
            text = xml->text;
        } else if (token == SONDA__XML_END && leaf) {
            leaf = false;
            status = add(event, local_name(xml->name), text);
        } else if (token != SONDA__XML_END) {
            return xml->status;
        }
        if (status != SONDA_OK || xml->depth < depth) {
            return status;
        }
    }
}

/* RenderingInfo repeats the System block in words; only the message is new. */
static sonda_status read_rendering(sonda_event *event, sonda__xml *xml)
{
    sonda__span text;

    if (!sonda__span_is(local_name(xml->name), "Message")) {
        return sonda__xml_skip_element(xml) ? SONDA_OK : xml->status;
    }
    if (!sonda__xml_element_text(xml, &text)) {
        return xml->status;
    }
    return sonda__event_add(event, SONDA_FIELD_MESSAGE, sonda__span_of("", 0), text,
                            flags_of(text));
}

typedef sonda_status (*element_reader)(sonda_event *event, sonda__xml *xml);

/* Hands each child of the element whose START was just read to `reader`. */
static sonda_status read_children(sonda_event *event, sonda__xml *xml, element_reader reader)
{
    uint32_t depth = xml->depth;

    for (;;) {
        sonda__xml_token token = sonda__xml_next(xml);
        sonda_status status = SONDA_OK;
        if (token == SONDA__XML_START) {
            status = reader(event, xml);
        } else if (token == SONDA__XML_DONE || token == SONDA__XML_FAILED) {
            return xml->status;
        }
        if (status != SONDA_OK || xml->depth < depth) {
            return status;
        }
    }
}

/* One child of Event. */
static sonda_status read_section(sonda_event *event, sonda__xml *xml)
{
    sonda__span name = local_name(xml->name);

    if (sonda__span_is(name, "System")) {
        return read_children(event, xml, read_system_element);
    }
    if (sonda__span_is(name, "EventData")) {
        return read_children(event, xml, read_data_element);
    }
    if (sonda__span_is(name, "UserData")) {
        return read_user_data(event, xml);
    }
    if (sonda__span_is(name, "RenderingInfo")) {
        return read_children(event, xml, read_rendering);
    }
    return sonda__xml_skip_element(xml) ? SONDA_OK : xml->status;
}

/* Where "<Event" begins as a whole name; the payload's length if nowhere. */
static size_t find_element(sonda__span payload)
{
    static const char open[] = "<Event";
    size_t len = sizeof open - 1;

    for (size_t at = 0; at + len < payload.len; at++) {
        const char *hit = memchr(payload.data + at, '<', payload.len - at - len);
        if (hit == NULL) {
            break;
        }
        at = (size_t)(hit - payload.data);
        if (memcmp(hit, open, len) == 0 && strchr("> \t\r\n", hit[len]) != NULL) {
            return at;
        }
    }
    return payload.len;
}

static sonda_status read_event(sonda_event *event, sonda__xml *xml)
{
    sonda_status status;

    if (sonda__xml_next(xml) != SONDA__XML_START) {
        return xml->status;
    }
    status = read_children(event, xml, read_section);
    if (status == SONDA_OK && sonda__xml_next(xml) != SONDA__XML_DONE) {
        status = xml->status;
    }
    return status;
}

/* UtcTime is when it happened, SystemTime when it was written down. */
static uint64_t time_of(const sonda_event *event)
{
    static const sonda_field_id sources[] = {SONDA_FIELD_UTC_TIME,
                                             SONDA_FIELD_TIME_CREATED_SYSTEM_TIME};
    uint64_t time_ns;

    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (sonda__parse_time(sonda__event_text(event, sources[i]), &time_ns) == SONDA_OK) {
            return time_ns;
        }
    }
    return event->header.wall_ns;
}

/* What log sources are told apart by, from the System block. */
static void identify(sonda_event *event)
{
    uint64_t id = 0;

    event->channel = sonda__event_text(event, SONDA_FIELD_CHANNEL);
    event->provider = sonda__event_text(event, SONDA_FIELD_PROVIDER_NAME);
    if (sonda__parse_decimal(sonda__event_text(event, SONDA_FIELD_EVENT_ID), &id) == SONDA_OK &&
        id <= UINT32_MAX) {
        event->event_id = (uint32_t)id;
    }
    if (event->channel.len == 0 && sonda__span_is(event->provider, LINUX_SYSMON_PROVIDER)) {
        event->channel = sonda__span_text(LINUX_SYSMON_CHANNEL);
    }
    event->product =
        sonda__span_equal_ascii_case(event->channel, sonda__span_text(LINUX_SYSMON_CHANNEL))
            ? SONDA_PRODUCT_LINUX
            : SONDA_PRODUCT_WINDOWS;
    event->time_ns = time_of(event);
    sonda__windows_classify(event);
}

sonda_status
sonda__decode_sysmon_xml(sonda_event *event, sonda__span payload, sonda_error *error)
{
    size_t start = find_element(payload);
    sonda_status status;
    sonda__xml xml;

    if (start == payload.len) {
        return sonda__error_set(error, SONDA_ERR_MALFORMED, 0, "no <Event> element");
    }
    sonda__xml_init(&xml, sonda__span_of(payload.data + start, payload.len - start),
                    &event->arena);
    status = read_event(event, &xml);
    if (status != SONDA_OK) {
        return xml.status != SONDA_OK
                   ? sonda__error_set(error, status, start + xml.error_at, "%s", xml.reason)
                   : sonda__error_set(error, status, start + xml.at, "too many fields");
    }
    identify(event);
    return SONDA_OK;
}
