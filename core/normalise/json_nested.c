/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The nested shape of Windows Event Log: the blocks below "Event", and the forms
 * in which converters write EventData.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/json_decoder.h"

static sonda_status skip(sonda__json_decoder *d, const sonda__json_token *token)
{
    bool container = token->kind == SONDA__JSON_OBJECT || token->kind == SONDA__JSON_ARRAY;

    return container ? sonda__json_skip(&d->json) : SONDA_OK;
}

/* A Data element's name arrived beside its text: gives it to its fields. */
static void rename_data(sonda__json_decoder *d, size_t first)
{
    sonda_field_id id;

    if (d->data_name.len == 0) {
        return;
    }
    id = sonda__names_find(d->event->names, d->data_name);
    for (size_t i = first; i < d->event->field_count; i++) {
        sonda__field *field = &d->event->fields[i];

        if (field->id == SONDA_FIELD_DATA) {
            field->id = id;
            field->name = d->data_name;
        }
        if (id == SONDA_FIELD_UTC_TIME) {
            d->role_field[SONDA__ROLE_UTC_TIME] = i + 1;
        }
    }
}

/* The value of "Data" in EventData: text, {"#attributes": {"Name": …}, "#text": …}, or a list. */
static sonda_status data(sonda__json_decoder *d, const sonda__json_token *token)
{
    sonda__json_scope in = {SONDA__PLACE_NAMED, sonda__span_text("Data")};
    size_t first = d->event->field_count;
    sonda_status status = SONDA_OK;
    sonda__json_token element;

    if (token->kind == SONDA__JSON_OBJECT) {
        d->data_name = sonda__span_of("", 0);
        status = sonda__json_object(d, &in);
        rename_data(d, first);
        return status;
    }
    if (token->kind != SONDA__JSON_ARRAY) {
        return sonda__json_add(d, SONDA__PLACE_ELEMENT, in.prefix, token);
    }
    while ((status = sonda__json_next(&d->json, &element)) == SONDA_OK &&
           element.kind != SONDA__JSON_ARRAY_END) {
        status = element.kind == SONDA__JSON_ARRAY ? sonda__json_array(d, &in, in.prefix)
                                                   : data(d, &element);
        if (status != SONDA_OK) {
            return status;
        }
    }
    return status;
}

static sonda_status named_member(sonda__json_decoder *d,
                                 const sonda__json_scope *in,
                                 sonda__span key,
                                 const sonda__json_token *token)
{
    sonda__json_scope below = {SONDA__PLACE_ELEMENT, in->prefix};
    sonda__span name;
    sonda_status status;

    if (token->kind == SONDA__JSON_OBJECT && sonda__span_is(key, "#attributes")) {
        return sonda__json_object(d, in);
    }
    if (token->kind == SONDA__JSON_STRING &&
        (sonda__span_is(key, "Name") || sonda__span_is(key, "@Name"))) {
        d->data_name = token->text;
        return SONDA_OK;
    }
    status = sonda__json_name(d, &below, key, &name);
    return status != SONDA_OK ? status : sonda__json_value(d, &below, name, token);
}

static sonda_status data_member(sonda__json_decoder *d,
                                const sonda__json_scope *in,
                                sonda__span key,
                                const sonda__json_token *token)
{
    sonda__json_scope attributes = {SONDA__PLACE_ELEMENT, sonda__span_text("EventData")};

    if (sonda__span_is(key, "Data")) {
        return data(d, token);
    }
    if (sonda__json_is_markup(key)) {
        return sonda__json_value(d, &attributes, attributes.prefix, token);
    }
    return sonda__json_value(d, in, key, token);
}

/* UserData holds one element of the provider's own; its children are the fields. */
static sonda_status user_member(sonda__json_decoder *d,
                                const sonda__json_scope *in,
                                sonda__span key,
                                const sonda__json_token *token)
{
    sonda__json_scope below = {SONDA__PLACE_ELEMENT, sonda__span_of("", 0)};

    if (sonda__json_is_markup(key)) {
        return skip(d, token);
    }
    return token->kind == SONDA__JSON_OBJECT ? sonda__json_object(d, &below)
                                             : sonda__json_value(d, in, key, token);
}

static sonda_status render_member(sonda__json_decoder *d,
                                  const sonda__json_scope *in,
                                  sonda__span key,
                                  const sonda__json_token *token)
{
    sonda__json_scope below = {SONDA__PLACE_ELEMENT, in->prefix};
    sonda__span name = key;
    sonda_status status = SONDA_OK;

    if (!sonda__span_is(key, "Message")) {
        status = sonda__json_name(d, &below, key, &name);
    }
    return status != SONDA_OK ? status : sonda__json_value(d, &below, name, token);
}

/* The place of a block of "Event", or SONDA__PLACE_PLAIN for what is none. */
static sonda__json_place block_of(sonda__span key)
{
    if (sonda__span_is(key, "System")) {
        return SONDA__PLACE_SYSTEM;
    }
    if (sonda__span_is(key, "EventData")) {
        return SONDA__PLACE_DATA;
    }
    if (sonda__span_is(key, "UserData")) {
        return SONDA__PLACE_USER;
    }
    return sonda__span_is(key, "RenderingInfo") ? SONDA__PLACE_RENDER : SONDA__PLACE_PLAIN;
}

static sonda_status
event_member(sonda__json_decoder *d, sonda__span key, const sonda__json_token *token)
{
    sonda__json_scope below = {block_of(key), sonda__span_of("", 0)};
    sonda__span name = key;
    sonda_status status = SONDA_OK;

    if (sonda__json_is_markup(key) ||
        (below.at != SONDA__PLACE_PLAIN && token->kind == SONDA__JSON_NULL)) {
        return skip(d, token);
    }
    if (below.at != SONDA__PLACE_PLAIN && token->kind == SONDA__JSON_OBJECT) {
        below.prefix = below.at == SONDA__PLACE_RENDER ? key : below.prefix;
        return sonda__json_object(d, &below);
    }
    if (below.at == SONDA__PLACE_PLAIN) {
        status = sonda__json_join(d, sonda__span_text("Event"), '.', key, &name);
    }
    below.at = SONDA__PLACE_PLAIN;
    return status != SONDA_OK ? status : sonda__json_value(d, &below, name, token);
}

sonda_status sonda__json_nested_member(sonda__json_decoder *d,
                                       const sonda__json_scope *in,
                                       sonda__span key,
                                       const sonda__json_token *token)
{
    switch (in->at) {
    case SONDA__PLACE_EVENT:
        return event_member(d, key, token);
    case SONDA__PLACE_DATA:
        return data_member(d, in, key, token);
    case SONDA__PLACE_USER:
        return user_member(d, in, key, token);
    case SONDA__PLACE_RENDER:
        return render_member(d, in, key, token);
    case SONDA__PLACE_NAMED:
    case SONDA__PLACE_TOP:
    case SONDA__PLACE_PLAIN:
    case SONDA__PLACE_SYSTEM:
    case SONDA__PLACE_ELEMENT:
    default:
        return named_member(d, in, key, token);
    }
}
