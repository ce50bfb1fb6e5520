/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One JSON object to an event, in one pass: fields are added as they are read,
 * and what the record is shows at its end.
 *
 * A key met again removes what its first value gave. Fields that decide what
 * the event is (channel, event id, provider, times) are noted as they pass, so
 * that nothing is searched for afterwards. They count only at the top of a flat
 * record or in the System block of a nested one: an event's own data may have a
 * field named Channel.
 *
 * The keys that begin a flat record are mostly those of one before it: they pass
 * by json_shapes.h, up to the first that is not known there.
 *
 * Names below the System block and EventData join by '_' (Provider_Name,
 * Execution_ProcessID), where "#attributes" and "#text" add nothing; anywhere
 * else by '.'.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#include "core/normalise/json_event.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/normalise/es_event.h"
#include "core/normalise/eslogger.h"
#include "core/normalise/json_decoder.h"
#include "core/normalise/json_shapes.h"
#include "core/normalise/windows_class_table.h"

sonda_status sonda__json_over_limit(sonda__json_decoder *d, sonda_status status)
{
    d->limit = true;
    return status;
}

/* ---- roles ---- */

static sonda__json_role role_of_spelling(sonda__span name)
{
    if (sonda__span_is(name, "TimeCreated")) {
        return SONDA__ROLE_TIME_CREATED;
    }
    if (sonda__span_is(name, "@timestamp")) {
        return SONDA__ROLE_TIMESTAMP;
    }
    return sonda__span_is(name, "EventTime") ? SONDA__ROLE_EVENT_TIME : SONDA__ROLE_NONE;
}

static sonda__json_role role_of(sonda_field_id id, sonda__span name)
{
    switch (id) {
    case SONDA_FIELD_CHANNEL:
        return SONDA__ROLE_CHANNEL;
    case SONDA_FIELD_EVENT_ID:
        return SONDA__ROLE_EVENT_ID;
    case SONDA_FIELD_PROVIDER_NAME:
        return SONDA__ROLE_PROVIDER;
    case SONDA_FIELD_SOURCE_NAME:
        return SONDA__ROLE_SOURCE_NAME;
    case SONDA_FIELD_COMPUTER:
        return SONDA__ROLE_COMPUTER;
    case SONDA_FIELD_HOSTNAME:
        return SONDA__ROLE_HOSTNAME;
    case SONDA_FIELD_UTC_TIME:
        return SONDA__ROLE_UTC_TIME;
    case SONDA_FIELD_TIME_CREATED_SYSTEM_TIME:
        return SONDA__ROLE_TIME_CREATED;
    default:
        return id >= SONDA_FIELD_NATIVE ? role_of_spelling(name) : SONDA__ROLE_NONE;
    }
}

/* Notes the field added last when it has a role at this place. */
static void
note_role(sonda__json_decoder *d, sonda__json_place at, sonda_field_id id, sonda__span name)
{
    sonda__json_role found;

    if (at != SONDA__PLACE_TOP && at != SONDA__PLACE_SYSTEM && at != SONDA__PLACE_DATA) {
        return;
    }
    found = role_of(id, name);
    if (found != SONDA__ROLE_NONE &&
        (at != SONDA__PLACE_DATA || found == SONDA__ROLE_UTC_TIME)) {
        d->role_field[found] = d->event->field_count;
    }
}

static sonda__span role_text(const sonda__json_decoder *d, sonda__json_role which)
{
    size_t field = d->role_field[which];

    return field == 0 ? sonda__span_of("", 0) : d->event->fields[field - 1].text;
}

/* ---- names and fields ---- */

/* Adds a scalar whose field is known. */
static inline sonda_status add_resolved(sonda__json_decoder *d,
                                        sonda_field_id id,
                                        sonda__span name,
                                        const sonda__json_token *token)
{
    bool null = token->kind == SONDA__JSON_NULL;
    uint16_t flags = null ? SONDA_VALUE_NULL : 0;
    sonda_status status;

    if ((token->flags & SONDA__JSON_ILL_FORMED) != 0) {
        flags |= SONDA_VALUE_ILL_FORMED;
    }
    status =
        sonda__event_add(d->event, id, name, null ? sonda__span_of("", 0) : token->text, flags);
    return status != SONDA_OK ? sonda__json_over_limit(d, status) : SONDA_OK;
}

sonda_status sonda__json_add(sonda__json_decoder *d,
                             sonda__json_place at,
                             sonda__span name,
                             const sonda__json_token *token)
{
    /* A key borrowed from the input is met under one length only. */
    uint64_t hash = name.data == d->key ? d->key_hash : sonda__hash(name);
    sonda_field_id id = sonda__names_find_hashed(d->event->names, name, hash);
    sonda_status status;

    if (id == SONDA_FIELD_UNKNOWN) {
        id = sonda__names_find_spaceless(d->event->names, name);
    }
    status = add_resolved(d, id, name, token);
    if (status == SONDA_OK && token->kind != SONDA__JSON_NULL) {
        note_role(d, at, id, name);
    }
    return status;
}

/* By words that overlap at the end: names are too short for memcpy() to pay. */
static inline void copy_short(char *to, const char *from, size_t len)
{
    if (len < 8) {
        for (size_t at = 0; at < len; at++) {
            to[at] = from[at];
        }
        return;
    }
    for (size_t at = 0; at + 8 < len; at += 8) {
        memcpy(to + at, from + at, 8);
    }
    memcpy(to + len - 8, from + len - 8, 8);
}

sonda_status sonda__json_join(
    sonda__json_decoder *d, sonda__span prefix, char with, sonda__span key, sonda__span *joined)
{
    size_t len = prefix.len + 1 + key.len;
    char *text;

    if (prefix.len >= SONDA__FIELD_NAME_MAX) {
        *joined = prefix;
        return SONDA_OK;
    }
    len = len < SONDA__FIELD_NAME_MAX ? len : SONDA__FIELD_NAME_MAX;
    text = sonda__arena_take(&d->event->arena, len, 1);
    if (text == NULL) {
        return sonda__json_over_limit(d, SONDA_ERR_LIMIT);
    }
    copy_short(text, prefix.data, prefix.len);
    text[prefix.len] = with;
    copy_short(text + prefix.len + 1, key.data, len - prefix.len - 1);
    *joined = sonda__span_of(text, len);
    return SONDA_OK;
}

static bool joins_by_underscore(sonda__json_place at)
{
    return at != SONDA__PLACE_TOP && at != SONDA__PLACE_PLAIN;
}

bool sonda__json_is_markup(sonda__span key)
{
    return key.len > 1 && key.data[0] == '#' &&
           (sonda__span_is(key, "#attributes") || sonda__span_is(key, "#text"));
}

sonda_status sonda__json_name(sonda__json_decoder *d,
                              const sonda__json_scope *in,
                              sonda__span key,
                              sonda__span *name)
{
    if (joins_by_underscore(in->at) && sonda__json_is_markup(key)) {
        *name = in->prefix;
        return SONDA_OK;
    }
    if (in->prefix.len == 0) {
        *name = key;
        return SONDA_OK;
    }
    return sonda__json_join(d, in->prefix, joins_by_underscore(in->at) ? '_' : '.', key, name);
}

/* ---- objects ---- */

/* Forgets what an earlier value of the same key gave. */
static void remove_fields(sonda__json_decoder *d, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        d->event->fields[i].id = SONDA_FIELD_NONE;
        d->removed = true;
    }
    for (int i = 0; i < SONDA__ROLE_COUNT; i++) {
        if (d->role_field[i] > first && d->role_field[i] <= end) {
            d->role_field[i] = 0;
        }
    }
}

static sonda_status member(sonda__json_decoder *d,
                           const sonda__json_scope *in,
                           sonda__span key,
                           const sonda__json_token *token)
{
    static const sonda__json_scope event = {SONDA__PLACE_EVENT, {"", 0}};
    sonda__span name;
    sonda_status status;

    if (in->at == SONDA__PLACE_TOP) {
        return token->kind == SONDA__JSON_OBJECT && sonda__span_is(key, "Event")
                   ? sonda__json_object(d, &event)
                   : sonda__json_value(d, in, key, token);
    }
    if (in->at >= SONDA__PLACE_EVENT) {
        return sonda__json_nested_member(d, in, key, token);
    }
    status = sonda__json_name(d, in, key, &name);
    return status != SONDA_OK ? status : sonda__json_value(d, in, name, token);
}

/* One member: its key, met before or not, and its value. */
static sonda_status take_member(sonda__json_decoder *d,
                                const sonda__json_scope *in,
                                uint32_t object,
                                sonda__span key)
{
    sonda__json_token token;
    sonda__json_key *entered;
    uint32_t index = 0;
    sonda_status status;

    d->key = key.data;
    d->key_hash = sonda__hash(key);
    status = sonda__json_keys_enter(&d->keys, object, key, d->key_hash, &index);
    if (status != SONDA_OK) {
        return sonda__json_over_limit(d, status);
    }
    entered = &d->keys.keys[index];
    if (entered->first_field != entered->end_field) {
        remove_fields(d, entered->first_field, entered->end_field);
    }
    entered->first_field = (uint32_t)d->event->field_count;
    status = sonda__json_next(&d->json, &token);
    if (status == SONDA_OK) {
        status = member(d, in, key, &token);
    }
    if (status == SONDA_OK) {
        d->keys.keys[index].end_field = (uint32_t)d->event->field_count;
    }
    return status;
}

sonda_status sonda__json_object(sonda__json_decoder *d, const sonda__json_scope *in)
{
    uint32_t number = d->objects++;
    sonda_status status = SONDA_OK;

    while (status == SONDA_OK) {
        sonda__json_token key;

        status = sonda__json_next(&d->json, &key);
        if (status == SONDA_OK && key.kind == SONDA__JSON_OBJECT_END) {
            return SONDA_OK;
        }
        if (status == SONDA_OK) {
            status = take_member(d, in, number, key.text);
        }
    }
    return status;
}

/*
 * An element past the limit of a message's list: it lengthens the one before.
 * Objects (open descriptors, say) are left out.
 */
static sonda_status
surplus(sonda__json_decoder *d, sonda__span name, const sonda__json_token *token)
{
    size_t last = d->event->field_count - 1;
    uint16_t flags = (token->flags & SONDA__JSON_ILL_FORMED) != 0 ? SONDA_VALUE_ILL_FORMED : 0;

    if (token->kind == SONDA__JSON_OBJECT || token->kind == SONDA__JSON_ARRAY) {
        return sonda__json_skip(&d->json);
    }
    if (d->event->field_count == 0 || !sonda__span_equal(d->event->fields[last].name, name)) {
        return SONDA_OK;
    }
    return sonda__es_lengthen(d->event, last, token->text, flags) == SONDA_OK
               ? SONDA_OK
               : sonda__json_over_limit(d, SONDA_ERR_LIMIT);
}

sonda_status
sonda__json_array(sonda__json_decoder *d, const sonda__json_scope *in, sonda__span name)
{
    for (size_t count = 0;; count++) {
        sonda__json_token token;
        sonda_status status = sonda__json_next(&d->json, &token);

        if (status != SONDA_OK || token.kind == SONDA__JSON_ARRAY_END) {
            return status;
        }
        status = count >= SONDA__ES_LIST_MAX && in->at == SONDA__PLACE_PLAIN &&
                         sonda__eslogger_is_list(name)
                     ? surplus(d, name, &token)
                     : sonda__json_value(d, in, name, &token);
        if (status != SONDA_OK) {
            return status;
        }
    }
}

sonda_status sonda__json_value(sonda__json_decoder *d,
                               const sonda__json_scope *in,
                               sonda__span name,
                               const sonda__json_token *token)
{
    if (token->kind == SONDA__JSON_OBJECT) {
        sonda__json_scope below = {
            joins_by_underscore(in->at) ? SONDA__PLACE_ELEMENT : SONDA__PLACE_PLAIN, name};

        below.at = in->at == SONDA__PLACE_SYSTEM ? SONDA__PLACE_SYSTEM : below.at;
        return sonda__json_object(d, &below);
    }
    if (token->kind == SONDA__JSON_ARRAY) {
        return sonda__json_array(d, in, name);
    }
    return sonda__json_add(d, in->at, name, token);
}

/* ---- the end of the record ---- */

static void compact(sonda_event *event)
{
    size_t kept = 0;

    for (size_t i = 0; i < event->field_count; i++) {
        if (event->fields[i].id != SONDA_FIELD_NONE) {
            event->fields[kept++] = event->fields[i];
        }
    }
    event->field_count = kept;
}

/* The most trusted time that can be read; else the header's stays. */
static void set_time(sonda__json_decoder *d)
{
    for (int i = SONDA__ROLE_UTC_TIME; i <= SONDA__ROLE_EVENT_TIME; i++) {
        if (d->role_field[i] != 0 && sonda__parse_time(role_text(d, (sonda__json_role)i),
                                                       &d->event->time_ns) == SONDA_OK) {
            return;
        }
    }
}

/* Flat records say SourceName and Hostname where rules say Provider_Name and Computer. */
static sonda_status add_alias(sonda__json_decoder *d,
                              sonda__json_role own,
                              sonda__json_role other,
                              sonda_field_id id)
{
    sonda__field *field;

    if (d->role_field[own] != 0 || d->role_field[other] == 0) {
        return SONDA_OK;
    }
    field = &d->event->fields[d->role_field[other] - 1];
    if (sonda__event_add(d->event, id, sonda__span_of("", 0), field->text, field->flags) !=
        SONDA_OK) {
        return sonda__json_over_limit(d, SONDA_ERR_LIMIT);
    }
    d->role_field[own] = d->event->field_count;
    return SONDA_OK;
}

static sonda_status finish_windows(sonda__json_decoder *d)
{
    sonda_event *event = d->event;
    uint64_t event_id = 0;
    sonda_status status =
        add_alias(d, SONDA__ROLE_PROVIDER, SONDA__ROLE_SOURCE_NAME, SONDA_FIELD_PROVIDER_NAME);

    if (status == SONDA_OK) {
        status = add_alias(d, SONDA__ROLE_COMPUTER, SONDA__ROLE_HOSTNAME, SONDA_FIELD_COMPUTER);
    }
    event->channel = role_text(d, SONDA__ROLE_CHANNEL);
    event->provider = role_text(d, SONDA__ROLE_PROVIDER);
    event->product = sonda__span_equal_ascii_case(event->channel,
                                                  sonda__span_text("Linux-Sysmon/Operational"))
                         ? SONDA_PRODUCT_LINUX
                         : SONDA_PRODUCT_WINDOWS;
    if (sonda__parse_decimal(role_text(d, SONDA__ROLE_EVENT_ID), &event_id) == SONDA_OK &&
        event_id <= UINT32_MAX) {
        event->event_id = (uint32_t)event_id;
    }
    return status;
}

static sonda_status finish(sonda__json_decoder *d)
{
    bool windows =
        role_text(d, SONDA__ROLE_CHANNEL).len != 0 && d->role_field[SONDA__ROLE_EVENT_ID] != 0;
    sonda_status status = SONDA_OK;

    set_time(d);
    if (windows) {
        status = finish_windows(d);
    }
    if (d->removed) {
        compact(d->event);
    }
    if (windows) {
        sonda__windows_classify(d->event);
    } else if (sonda__eslogger_is(d->event) && sonda__eslogger_finish(d->event) != SONDA_OK) {
        return sonda__json_over_limit(d, SONDA_ERR_LIMIT);
    }
    return status;
}

/* ---- the top of the record ---- */

/* Members that come as in an earlier record, scalars all. */
static sonda_status known_members(sonda__json_decoder *d)
{
    sonda__json_shapes *shapes = d->shapes;
    uint32_t at = 0;

    for (;;) {
        sonda__json_token token;
        sonda__span key;
        sonda_status status;

        at = sonda__json_shapes_take(shapes, at, &d->json, &key);
        if (at == 0) {
            return SONDA_OK;
        }
        status = sonda__json_next(&d->json, &token);
        if (status == SONDA_OK) {
            status = add_resolved(d, shapes->shapes[at].id, key, &token);
        }
        if (status != SONDA_OK) {
            return status;
        }
        if (shapes->shapes[at].role != SONDA__ROLE_NONE && token.kind != SONDA__JSON_NULL) {
            d->role_field[shapes->shapes[at].role] = d->event->field_count;
        }
    }
}

/* Enters the keys of known members, each of which gave one field, for those to come. */
static sonda_status enter_known(sonda__json_decoder *d)
{
    sonda__json_keys_init(&d->keys, &d->event->arena);
    for (uint32_t i = 0; i < d->event->field_count; i++) {
        sonda__span name = d->event->fields[i].name;
        uint32_t index = 0;
        sonda_status status =
            sonda__json_keys_enter(&d->keys, 0, name, sonda__hash(name), &index);

        if (status != SONDA_OK) {
            return sonda__json_over_limit(d, status);
        }
        d->keys.keys[index].first_field = i;
        d->keys.keys[index].end_field = i + 1;
    }
    return SONDA_OK;
}

/* A flat record whose keys were entered, without duplicates, one field each? */
static bool may_learn(const sonda__json_decoder *d)
{
    if (d->shapes == NULL || d->objects != 1 || d->removed ||
        d->keys.count != d->event->field_count || d->keys.count > SONDA__JSON_SHAPE_KEYS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < d->keys.count; i++) {
        if (d->keys.keys[i].first_field != i || d->keys.keys[i].end_field != i + 1) {
            return false;
        }
    }
    return true;
}

static void learn(sonda__json_decoder *d)
{
    uint32_t at = 0;

    for (size_t i = 0; i < d->event->field_count; i++) {
        const sonda__field *field = &d->event->fields[i];

        at = sonda__json_shapes_learn(d->shapes, at, field,
                                      (uint8_t)role_of(field->id, field->name));
        if (at == 0) {
            return;
        }
    }
}

static sonda_status top_object(sonda__json_decoder *d)
{
    static const sonda__json_scope in = {SONDA__PLACE_TOP, {"", 0}};
    sonda_status status = SONDA_OK;
    sonda__json_token key;

    if (d->shapes != NULL) {
        status = known_members(d);
    }
    if (status == SONDA_OK) {
        status = sonda__json_next(&d->json, &key);
    }
    if (status != SONDA_OK || key.kind == SONDA__JSON_OBJECT_END) {
        return status;
    }
    d->objects = 1;
    status = enter_known(d);
    while (status == SONDA_OK && key.kind != SONDA__JSON_OBJECT_END) {
        status = take_member(d, &in, 0, key.text);
        if (status == SONDA_OK) {
            status = sonda__json_next(&d->json, &key);
        }
    }
    if (status == SONDA_OK && may_learn(d)) {
        learn(d);
    }
    return status;
}

static sonda_status top(sonda__json_decoder *d)
{
    sonda__json_token token;
    sonda_status status = sonda__json_next(&d->json, &token);

    if (status != SONDA_OK) {
        return status;
    }
    if (token.kind != SONDA__JSON_OBJECT) {
        return sonda__json_over_limit(d, SONDA_ERR_MALFORMED);
    }
    status = top_object(d);
    /* Nothing may follow: the reader answers with END or a failure. */
    return status != SONDA_OK ? status : sonda__json_next(&d->json, &token);
}

sonda_status sonda__decode_json(sonda_event *event, sonda__span payload, sonda_error *error)
{
    sonda__json_shapes *shapes = event->shapes;
    sonda__json_decoder d;
    sonda_status status;

    d.event = event;
    d.shapes = shapes != NULL && shapes->names == event->names ? shapes : NULL;
    d.objects = 0;
    d.removed = false;
    d.key = NULL;
    d.key_hash = 0;
    d.limit = false;
    d.data_name = sonda__span_of("", 0);
    memset(d.role_field, 0, sizeof d.role_field);
    sonda__json_init(&d.json, payload, &event->arena);
    status = top(&d);
    if (status == SONDA_OK) {
        status = finish(&d);
    }
    if (status == SONDA_OK) {
        return SONDA_OK;
    }
    if (!d.limit) {
        return sonda__json_error(&d.json, error);
    }
    return sonda__error_set(error, status, sonda__json_offset(&d.json), "%s",
                            status == SONDA_ERR_LIMIT ? "more fields than an event holds"
                                                      : "not a JSON object");
}
