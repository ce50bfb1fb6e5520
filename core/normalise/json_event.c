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
#include "core/codec/json.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "core/normalise/json_keys.h"
#include "core/normalise/windows_class_table.h"

/* Where in a record an object stands: how its members are named and used. */
typedef enum place {
    PLACE_TOP,
    PLACE_PLAIN,   /* below the top: names join by '.' */
    PLACE_EVENT,   /* the value of "Event" */
    PLACE_SYSTEM,  /* its System block */
    PLACE_DATA,    /* EventData */
    PLACE_USER,    /* UserData: one element that holds the data */
    PLACE_RENDER,  /* RenderingInfo */
    PLACE_ELEMENT, /* below these: names join by '_' */
    PLACE_NAMED    /* a Data element with its name as an attribute */
} place;

/* What decides on the event as a whole; times in order of trust. */
typedef enum role {
    ROLE_CHANNEL,
    ROLE_EVENT_ID,
    ROLE_PROVIDER,
    ROLE_SOURCE_NAME,
    ROLE_COMPUTER,
    ROLE_HOSTNAME,
    ROLE_UTC_TIME,
    ROLE_TIME_CREATED,
    ROLE_TIMESTAMP,
    ROLE_EVENT_TIME, /* nxlog writes local time without a zone */
    ROLE_COUNT,
    ROLE_NONE = ROLE_COUNT
} role;

/* An object or element being read. */
typedef struct scope {
    place at;
    sonda__span prefix; /* joined names so far */
} scope;

typedef struct decoder {
    sonda_event *event;
    sonda__json json;
    uint32_t objects;              /* met so far: a number for each */
    bool removed;                  /* some fields were marked as removed */
    bool limit;                    /* a limit of the event, not of JSON, stopped us */
    sonda__span data_name;         /* of the Data element being read */
    size_t role_field[ROLE_COUNT]; /* index + 1; 0: not met */
    sonda__json_keys keys;
} decoder;

static sonda_status
value(decoder *d, scope in, sonda__span name, const sonda__json_token *token);

static sonda_status over_limit(decoder *d, sonda_status status)
{
    d->limit = true;
    return status;
}

/* ---- roles ---- */

static role role_of_spelling(sonda__span name)
{
    if (sonda__span_is(name, "TimeCreated")) {
        return ROLE_TIME_CREATED;
    }
    if (sonda__span_is(name, "@timestamp")) {
        return ROLE_TIMESTAMP;
    }
    return sonda__span_is(name, "EventTime") ? ROLE_EVENT_TIME : ROLE_NONE;
}

static role role_of(sonda_field_id id, sonda__span name)
{
    switch (id) {
    case SONDA_FIELD_CHANNEL:
        return ROLE_CHANNEL;
    case SONDA_FIELD_EVENT_ID:
        return ROLE_EVENT_ID;
    case SONDA_FIELD_PROVIDER_NAME:
        return ROLE_PROVIDER;
    case SONDA_FIELD_SOURCE_NAME:
        return ROLE_SOURCE_NAME;
    case SONDA_FIELD_COMPUTER:
        return ROLE_COMPUTER;
    case SONDA_FIELD_HOSTNAME:
        return ROLE_HOSTNAME;
    case SONDA_FIELD_UTC_TIME:
        return ROLE_UTC_TIME;
    case SONDA_FIELD_TIME_CREATED_SYSTEM_TIME:
        return ROLE_TIME_CREATED;
    default:
        return id >= SONDA_FIELD_NATIVE ? role_of_spelling(name) : ROLE_NONE;
    }
}

/* Notes the field added last when it has a role at this place. */
static void note_role(decoder *d, place at, sonda_field_id id, sonda__span name)
{
    role found;

    if (at != PLACE_TOP && at != PLACE_SYSTEM && at != PLACE_DATA) {
        return;
    }
    found = role_of(id, name);
    if (found != ROLE_NONE && (at != PLACE_DATA || found == ROLE_UTC_TIME)) {
        d->role_field[found] = d->event->field_count;
    }
}

static sonda__span role_text(const decoder *d, role which)
{
    size_t field = d->role_field[which];

    return field == 0 ? sonda__span_of("", 0) : d->event->fields[field - 1].text;
}

/* ---- names and fields ---- */

/* Defender writes "Threat Name", rules ThreatName: names match without spaces. */
static sonda_field_id find_without_spaces(decoder *d, sonda__span name)
{
    char squeezed[SONDA__FIELD_NAME_MAX];
    size_t len = 0;

    if (name.len > sizeof squeezed || memchr(name.data, ' ', name.len) == NULL) {
        return SONDA_FIELD_UNKNOWN;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] != ' ') {
            squeezed[len++] = name.data[i];
        }
    }
    return sonda__names_find(d->event->names, sonda__span_of(squeezed, len));
}

static sonda_status add(decoder *d, place at, sonda__span name, const sonda__json_token *token)
{
    sonda_field_id id = sonda__names_find(d->event->names, name);
    bool null = token->kind == SONDA__JSON_NULL;
    uint16_t flags = null ? SONDA_VALUE_NULL : 0;
    sonda_status status;

    if (id == SONDA_FIELD_UNKNOWN) {
        id = find_without_spaces(d, name);
    }
    if ((token->flags & SONDA__JSON_ILL_FORMED) != 0) {
        flags |= SONDA_VALUE_ILL_FORMED;
    }
    status =
        sonda__event_add(d->event, id, name, null ? sonda__span_of("", 0) : token->text, flags);
    if (status != SONDA_OK) {
        return over_limit(d, status);
    }
    if (!null) {
        note_role(d, at, id, name);
    }
    return SONDA_OK;
}

/* `prefix`, a separator and `key`, cut at the longest name there is. */
static sonda_status
join(decoder *d, sonda__span prefix, char with, sonda__span key, sonda__span *joined)
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
        return over_limit(d, SONDA_ERR_LIMIT);
    }
    memcpy(text, prefix.data, prefix.len);
    text[prefix.len] = with;
    memcpy(text + prefix.len + 1, key.data, len - prefix.len - 1);
    *joined = sonda__span_of(text, len);
    return SONDA_OK;
}

static bool joins_by_underscore(place at)
{
    return at != PLACE_TOP && at != PLACE_PLAIN;
}

/* "#attributes" and "#text" are markup of the XML the record came from. */
static bool is_markup(sonda__span key)
{
    return key.len > 1 && key.data[0] == '#' &&
           (sonda__span_is(key, "#attributes") || sonda__span_is(key, "#text"));
}

static sonda_status name_of(decoder *d, scope in, sonda__span key, sonda__span *name)
{
    if (joins_by_underscore(in.at) && is_markup(key)) {
        *name = in.prefix;
        return SONDA_OK;
    }
    if (in.prefix.len == 0) {
        *name = key;
        return SONDA_OK;
    }
    return join(d, in.prefix, joins_by_underscore(in.at) ? '_' : '.', key, name);
}

/* ---- objects ---- */

/* Forgets what an earlier value of the same key gave. */
static void remove_fields(decoder *d, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        d->event->fields[i].id = SONDA_FIELD_NONE;
        d->removed = true;
    }
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (d->role_field[i] > first && d->role_field[i] <= end) {
            d->role_field[i] = 0;
        }
    }
}

static sonda_status
member(decoder *d, scope in, sonda__span key, const sonda__json_token *token);

/* The members of an object whose opening brace was read. */
static sonda_status object(decoder *d, scope in)
{
    uint32_t number = d->objects++;

    for (;;) {
        sonda__json_token key;
        sonda__json_token token;
        sonda__json_key *entered;
        uint32_t index = 0;
        sonda_status status = sonda__json_next(&d->json, &key);

        if (status != SONDA_OK || key.kind == SONDA__JSON_OBJECT_END) {
            return status;
        }
        status =
            sonda__json_keys_enter(&d->keys, number, key.text, sonda__hash(key.text), &index);
        if (status != SONDA_OK) {
            return over_limit(d, status);
        }
        entered = &d->keys.keys[index];
        remove_fields(d, entered->first_field, entered->end_field);
        entered->first_field = (uint32_t)d->event->field_count;
        status = sonda__json_next(&d->json, &token);
        if (status == SONDA_OK) {
            status = member(d, in, key.text, &token);
        }
        if (status != SONDA_OK) {
            return status;
        }
        d->keys.keys[index].end_field = (uint32_t)d->event->field_count;
    }
}

static sonda_status array(decoder *d, scope in, sonda__span name)
{
    for (;;) {
        sonda__json_token token;
        sonda_status status = sonda__json_next(&d->json, &token);

        if (status != SONDA_OK || token.kind == SONDA__JSON_ARRAY_END) {
            return status;
        }
        status = value(d, in, name, &token);
        if (status != SONDA_OK) {
            return status;
        }
    }
}

/* A value named `name`, of a member of `in` or an element of an array there. */
static sonda_status
value(decoder *d, scope in, sonda__span name, const sonda__json_token *token)
{
    if (token->kind == SONDA__JSON_OBJECT) {
        scope below = {joins_by_underscore(in.at) ? PLACE_ELEMENT : PLACE_PLAIN, name};

        below.at = in.at == PLACE_SYSTEM ? PLACE_SYSTEM : below.at;
        return object(d, below);
    }
    if (token->kind == SONDA__JSON_ARRAY) {
        return array(d, in, name);
    }
    return add(d, in.at, name, token);
}

/* ---- Windows Event Log, nested ---- */

static sonda_status skip(decoder *d, const sonda__json_token *token)
{
    bool container = token->kind == SONDA__JSON_OBJECT || token->kind == SONDA__JSON_ARRAY;

    return container ? sonda__json_skip(&d->json) : SONDA_OK;
}

/* A Data element's name arrived beside its text: gives it to its fields. */
static void rename_data(decoder *d, size_t first)
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
            d->role_field[ROLE_UTC_TIME] = i + 1;
        }
    }
}

/* The value of "Data" in EventData: text, {"#attributes": {"Name": …}, "#text": …}, or a list. */
static sonda_status data(decoder *d, const sonda__json_token *token)
{
    scope in = {PLACE_NAMED, sonda__span_text("Data")};
    size_t first = d->event->field_count;
    sonda_status status = SONDA_OK;
    sonda__json_token element;

    if (token->kind == SONDA__JSON_OBJECT) {
        d->data_name = sonda__span_of("", 0);
        status = object(d, in);
        rename_data(d, first);
        return status;
    }
    if (token->kind != SONDA__JSON_ARRAY) {
        return add(d, PLACE_ELEMENT, in.prefix, token);
    }
    while ((status = sonda__json_next(&d->json, &element)) == SONDA_OK &&
           element.kind != SONDA__JSON_ARRAY_END) {
        status =
            element.kind == SONDA__JSON_ARRAY ? array(d, in, in.prefix) : data(d, &element);
        if (status != SONDA_OK) {
            return status;
        }
    }
    return status;
}

static sonda_status
named_member(decoder *d, scope in, sonda__span key, const sonda__json_token *token)
{
    scope below = {PLACE_ELEMENT, in.prefix};
    sonda__span name;
    sonda_status status;

    if (token->kind == SONDA__JSON_OBJECT && sonda__span_is(key, "#attributes")) {
        return object(d, in);
    }
    if (token->kind == SONDA__JSON_STRING &&
        (sonda__span_is(key, "Name") || sonda__span_is(key, "@Name"))) {
        d->data_name = token->text;
        return SONDA_OK;
    }
    status = name_of(d, below, key, &name);
    return status != SONDA_OK ? status : value(d, below, name, token);
}

static sonda_status
data_member(decoder *d, scope in, sonda__span key, const sonda__json_token *token)
{
    scope attributes = {PLACE_ELEMENT, sonda__span_text("EventData")};

    if (sonda__span_is(key, "Data")) {
        return data(d, token);
    }
    if (is_markup(key)) {
        return value(d, attributes, attributes.prefix, token);
    }
    return value(d, in, key, token);
}

/* UserData holds one element of the provider's own; its children are the fields. */
static sonda_status
user_member(decoder *d, scope in, sonda__span key, const sonda__json_token *token)
{
    scope below = {PLACE_ELEMENT, sonda__span_of("", 0)};

    if (is_markup(key)) {
        return skip(d, token);
    }
    return token->kind == SONDA__JSON_OBJECT ? object(d, below) : value(d, in, key, token);
}

static sonda_status
render_member(decoder *d, scope in, sonda__span key, const sonda__json_token *token)
{
    scope below = {PLACE_ELEMENT, in.prefix};
    sonda__span name = key;
    sonda_status status = SONDA_OK;

    if (!sonda__span_is(key, "Message")) {
        status = name_of(d, below, key, &name);
    }
    return status != SONDA_OK ? status : value(d, below, name, token);
}

/* The place of a block of "Event", or PLACE_PLAIN for what is none. */
static place block_of(sonda__span key)
{
    if (sonda__span_is(key, "System")) {
        return PLACE_SYSTEM;
    }
    if (sonda__span_is(key, "EventData")) {
        return PLACE_DATA;
    }
    if (sonda__span_is(key, "UserData")) {
        return PLACE_USER;
    }
    return sonda__span_is(key, "RenderingInfo") ? PLACE_RENDER : PLACE_PLAIN;
}

static sonda_status event_member(decoder *d, sonda__span key, const sonda__json_token *token)
{
    scope below = {block_of(key), sonda__span_of("", 0)};
    sonda__span name = key;
    sonda_status status = SONDA_OK;

    if (is_markup(key) || (below.at != PLACE_PLAIN && token->kind == SONDA__JSON_NULL)) {
        return skip(d, token);
    }
    if (below.at != PLACE_PLAIN && token->kind == SONDA__JSON_OBJECT) {
        below.prefix = below.at == PLACE_RENDER ? key : below.prefix;
        return object(d, below);
    }
    if (below.at == PLACE_PLAIN) {
        status = join(d, sonda__span_text("Event"), '.', key, &name);
    }
    below.at = PLACE_PLAIN;
    return status != SONDA_OK ? status : value(d, below, name, token);
}

static sonda_status
member(decoder *d, scope in, sonda__span key, const sonda__json_token *token)
{
    scope event = {PLACE_EVENT, sonda__span_of("", 0)};
    sonda__span name;
    sonda_status status;

    switch (in.at) {
    case PLACE_TOP:
        if (token->kind == SONDA__JSON_OBJECT && sonda__span_is(key, "Event")) {
            return object(d, event);
        }
        return value(d, in, key, token);
    case PLACE_EVENT:
        return event_member(d, key, token);
    case PLACE_DATA:
        return data_member(d, in, key, token);
    case PLACE_USER:
        return user_member(d, in, key, token);
    case PLACE_RENDER:
        return render_member(d, in, key, token);
    case PLACE_NAMED:
        return named_member(d, in, key, token);
    case PLACE_SYSTEM:
    case PLACE_ELEMENT:
    case PLACE_PLAIN:
    default:
        status = name_of(d, in, key, &name);
        return status != SONDA_OK ? status : value(d, in, name, token);
    }
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
static void set_time(decoder *d)
{
    for (int i = ROLE_UTC_TIME; i <= ROLE_EVENT_TIME; i++) {
        if (d->role_field[i] != 0 &&
            sonda__parse_time(role_text(d, (role)i), &d->event->time_ns) == SONDA_OK) {
            return;
        }
    }
}

/* Flat records say SourceName and Hostname where rules say Provider_Name and Computer. */
static sonda_status add_alias(decoder *d, role own, role other, sonda_field_id id)
{
    sonda__field *field;

    if (d->role_field[own] != 0 || d->role_field[other] == 0) {
        return SONDA_OK;
    }
    field = &d->event->fields[d->role_field[other] - 1];
    if (sonda__event_add(d->event, id, sonda__span_of("", 0), field->text, field->flags) !=
        SONDA_OK) {
        return over_limit(d, SONDA_ERR_LIMIT);
    }
    d->role_field[own] = d->event->field_count;
    return SONDA_OK;
}

static sonda_status finish_windows(decoder *d)
{
    sonda_event *event = d->event;
    uint64_t event_id = 0;
    sonda_status status =
        add_alias(d, ROLE_PROVIDER, ROLE_SOURCE_NAME, SONDA_FIELD_PROVIDER_NAME);

    if (status == SONDA_OK) {
        status = add_alias(d, ROLE_COMPUTER, ROLE_HOSTNAME, SONDA_FIELD_COMPUTER);
    }
    event->channel = role_text(d, ROLE_CHANNEL);
    event->provider = role_text(d, ROLE_PROVIDER);
    event->product = sonda__span_equal_ascii_case(event->channel,
                                                  sonda__span_text("Linux-Sysmon/Operational"))
                         ? SONDA_PRODUCT_LINUX
                         : SONDA_PRODUCT_WINDOWS;
    if (sonda__parse_decimal(role_text(d, ROLE_EVENT_ID), &event_id) == SONDA_OK &&
        event_id <= UINT32_MAX) {
        event->event_id = (uint32_t)event_id;
    }
    return status;
}

static sonda_status finish(decoder *d)
{
    bool windows = role_text(d, ROLE_CHANNEL).len != 0 && d->role_field[ROLE_EVENT_ID] != 0;
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
    }
    return status;
}

static sonda_status top(decoder *d)
{
    scope in = {PLACE_TOP, sonda__span_of("", 0)};
    sonda__json_token token;
    sonda_status status = sonda__json_next(&d->json, &token);

    if (status != SONDA_OK) {
        return status;
    }
    if (token.kind != SONDA__JSON_OBJECT) {
        return over_limit(d, SONDA_ERR_MALFORMED);
    }
    status = object(d, in);
    /* Nothing may follow: the reader answers with END or a failure. */
    return status != SONDA_OK ? status : sonda__json_next(&d->json, &token);
}

sonda_status sonda__decode_json(sonda_event *event, sonda__span payload, sonda_error *error)
{
    decoder d;
    sonda_status status;

    d.event = event;
    d.objects = 0;
    d.removed = false;
    d.limit = false;
    d.data_name = sonda__span_of("", 0);
    memset(d.role_field, 0, sizeof d.role_field);
    sonda__json_init(&d.json, payload, &event->arena);
    sonda__json_keys_init(&d.keys, &event->arena);
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
