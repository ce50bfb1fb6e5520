/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events of case files become the records that adapters and logs would give:
 * a flat JSON object for Windows, a generic record for Linux and macOS, a line
 * of the audit log. So a case goes through the decoders like anything else.
 *
 * Module compile: uses core/codec for JSON and the public record builder.
 */

#include "compile/case_event.h"

#include "compile/refuse.h"
#include "core/base/error.h"
#include "core/codec/json_writer.h"
#include "sonda/event.h"

typedef struct named_activity {
    const char *class_name;
    const char *activity_name;
    uint32_t class_uid;
    uint32_t activity_id;
} named_activity;

static const named_activity activities[] = {
    {"process", "launch", SONDA_CLASS_PROCESS, SONDA_PROCESS_LAUNCH},
    {"process", "terminate", SONDA_CLASS_PROCESS, SONDA_PROCESS_TERMINATE},
    {"process", "open", SONDA_CLASS_PROCESS, SONDA_PROCESS_OPEN},
    {"process", "inject", SONDA_CLASS_PROCESS, SONDA_PROCESS_INJECT},
    {"file", "create", SONDA_CLASS_FILE, SONDA_FILE_CREATE},
    {"file", "read", SONDA_CLASS_FILE, SONDA_FILE_READ},
    {"file", "update", SONDA_CLASS_FILE, SONDA_FILE_UPDATE},
    {"file", "delete", SONDA_CLASS_FILE, SONDA_FILE_DELETE},
    {"file", "rename", SONDA_CLASS_FILE, SONDA_FILE_RENAME},
    {"file", "set_attributes", SONDA_CLASS_FILE, SONDA_FILE_SET_ATTRIBUTES},
    {"file", "set_security", SONDA_CLASS_FILE, SONDA_FILE_SET_SECURITY},
    {"file", "open", SONDA_CLASS_FILE, SONDA_FILE_OPEN},
    {"network", "open", SONDA_CLASS_NETWORK, SONDA_NETWORK_OPEN},
    {"network", "close", SONDA_CLASS_NETWORK, SONDA_NETWORK_CLOSE},
    {"network", "listen", SONDA_CLASS_NETWORK, SONDA_NETWORK_LISTEN},
    {"module", "load", SONDA_CLASS_MODULE, SONDA_MODULE_LOAD},
    {"dns", "query", SONDA_CLASS_DNS, SONDA_DNS_QUERY},
    {"script", "execute", SONDA_CLASS_SCRIPT, SONDA_SCRIPT_EXECUTE},
};

/* Room for the payload's fixed part of a generic record, and then some. */
#define GENERIC_FIXED 64u
/* Fixed part of one field of it. */
#define GENERIC_FIELD 16u

sonda_status sonda__case_refuse(sonda_error *error, uint32_t line, const char *reason)
{
    return sonda__at_line(error, line,
                          sonda__error_set(error, SONDA_ERR_MALFORMED, 0, "%s", reason));
}

static sonda__span scalar(const sonda__yaml_node *node)
{
    return node != NULL && node->kind == SONDA__YAML_SCALAR ? node->text
                                                            : sonda__span_of("", 0);
}

static const named_activity *activity_of(const sonda__yaml_node *event)
{
    sonda__span class_name = scalar(sonda__yaml_find(event, "class"));
    sonda__span activity_name = scalar(sonda__yaml_find(event, "activity"));

    for (size_t i = 0; i < sizeof activities / sizeof activities[0]; i++) {
        if (sonda__span_is(class_name, activities[i].class_name) &&
            sonda__span_is(activity_name, activities[i].activity_name)) {
            return &activities[i];
        }
    }
    return NULL;
}

/* Bytes that a record of these fields needs at most, in either form. */
static size_t record_room(const sonda__yaml_node *fields)
{
    size_t room = SONDA_RECORD_HEADER_SIZE + GENERIC_FIXED;

    for (const sonda__yaml_entry *pair = fields->first; pair != NULL; pair = pair->next) {
        size_t texts = pair->value->text.len;
        size_t count = 1;
        if (pair->value->kind == SONDA__YAML_LIST) {
            for (const sonda__yaml_entry *e = pair->value->first; e != NULL; e = e->next) {
                texts += e->value->text.len;
                count++;
            }
        }
        /* JSON writes a byte as up to six. */
        room +=
            count * (GENERIC_FIELD + pair->key->text.len) + 6 * (texts + pair->key->text.len);
    }
    return room;
}

/* The map of fields, scalars or lists of scalars; NULL, with the reason told. */
static const sonda__yaml_node *checked_fields(const sonda__yaml_node *event, sonda_error *error)
{
    const sonda__yaml_node *map = sonda__yaml_find(event, "fields");

    if (map == NULL || map->kind != SONDA__YAML_MAP || map->count == 0) {
        (void)sonda__case_refuse(error, event->line, "an event needs `fields`, a map");
        return NULL;
    }
    for (const sonda__yaml_entry *pair = map->first; pair != NULL; pair = pair->next) {
        if (pair->value->kind == SONDA__YAML_MAP) {
            (void)sonda__case_refuse(error, pair->value->line,
                                     "a field's value is text or a list");
            return NULL;
        }
        for (const sonda__yaml_entry *e = pair->value->first; e != NULL; e = e->next) {
            if (e->value->kind != SONDA__YAML_SCALAR) {
                (void)sonda__case_refuse(error, e->value->line,
                                         "a field's list holds text only");
                return NULL;
            }
        }
    }
    return map;
}

static void add_generic(sonda_record_builder *builder, sonda__span name, sonda__span text)
{
    (void)sonda_record_add_named(builder, name.data, name.len, text.data, text.len);
}

static sonda_status build_generic(const sonda__yaml_node *event,
                                  const sonda__yaml_node *fields,
                                  uint16_t product,
                                  const sonda_record_header *header,
                                  uint8_t *buffer,
                                  size_t capacity,
                                  size_t *len,
                                  sonda_error *error)
{
    const named_activity *activity = activity_of(event);
    sonda_record_builder builder;
    sonda_status status;

    if (activity == NULL) {
        return sonda__case_refuse(error, event->line, "no such `class` and `activity`");
    }
    status = sonda_record_begin(&builder, buffer, capacity, header, activity->class_uid,
                                activity->activity_id, product);
    if (status != SONDA_OK) {
        return status;
    }
    for (const sonda__yaml_entry *pair = fields->first; pair != NULL; pair = pair->next) {
        if (pair->value->kind == SONDA__YAML_SCALAR) {
            add_generic(&builder, pair->key->text, pair->value->text);
        }
        for (const sonda__yaml_entry *e = pair->value->first; e != NULL; e = e->next) {
            add_generic(&builder, pair->key->text, e->value->text);
        }
    }
    return sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, len);
}

static void json_scalar(sonda__json_writer *json, const sonda__yaml_node *node)
{
    if (node->value == SONDA__VALUE_NONE) {
        sonda__json_writer_null(json);
    } else {
        sonda__json_writer_string(json, node->text);
    }
}

static size_t build_json(const sonda__yaml_node *fields, uint8_t *buffer, size_t capacity)
{
    sonda__json_writer json;

    sonda__json_writer_init(&json, buffer, capacity);
    sonda__json_writer_object_begin(&json);
    for (const sonda__yaml_entry *pair = fields->first; pair != NULL; pair = pair->next) {
        sonda__json_writer_key(&json, pair->key->text);
        if (pair->value->kind == SONDA__YAML_SCALAR) {
            json_scalar(&json, pair->value);
            continue;
        }
        sonda__json_writer_array_begin(&json);
        for (const sonda__yaml_entry *e = pair->value->first; e != NULL; e = e->next) {
            json_scalar(&json, e->value);
        }
        sonda__json_writer_array_end(&json);
    }
    sonda__json_writer_object_end(&json);
    return json.out.needed;
}

/* A header in front of a text payload that stands behind it already. */
static sonda_status finish_text(uint8_t *buffer,
                                size_t payload_len,
                                uint16_t source,
                                sonda_record_header *header,
                                size_t *len)
{
    if (payload_len > SONDA_RECORD_MAX - SONDA_RECORD_HEADER_SIZE) {
        return SONDA_ERR_LIMIT;
    }
    header->size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + payload_len);
    header->source = source;
    *len = header->size;
    return sonda_record_header_write(header, buffer);
}

static sonda_status build_fields(const sonda__yaml_node *event,
                                 sonda__span source,
                                 sonda_record_header *header,
                                 sonda__pool *pool,
                                 sonda__span *record,
                                 sonda_error *error)
{
    const sonda__yaml_node *fields = checked_fields(event, error);
    sonda_status status;
    size_t room;
    size_t len = 0;
    uint8_t *buffer;

    if (fields == NULL) {
        return SONDA_ERR_MALFORMED;
    }
    room = record_room(fields);
    buffer = sonda__pool_take(pool, room, 1);
    if (buffer == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (sonda__span_is(source, "windows")) {
        len = build_json(fields, buffer + SONDA_RECORD_HEADER_SIZE,
                         room - SONDA_RECORD_HEADER_SIZE);
        status = finish_text(buffer, len, SONDA_SOURCE_JSON, header, &len);
    } else {
        uint16_t product =
            sonda__span_is(source, "linux") ? SONDA_PRODUCT_LINUX : SONDA_PRODUCT_MACOS;
        status = build_generic(event, fields, product, header, buffer, room, &len, error);
    }
    *record = sonda__span_of((const char *)buffer, len);
    return status;
}

static sonda_status build_line(const sonda__yaml_node *event,
                               sonda_record_header *header,
                               sonda__pool *pool,
                               sonda__span *record,
                               sonda_error *error)
{
    sonda__span line = scalar(sonda__yaml_find(event, "line"));
    uint8_t *buffer;
    size_t len = 0;
    sonda_status status;

    if (line.len == 0) {
        return sonda__case_refuse(error, event->line, "an audit event needs `line`");
    }
    buffer = sonda__pool_take(pool, SONDA_RECORD_HEADER_SIZE + line.len, 1);
    if (buffer == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(buffer + SONDA_RECORD_HEADER_SIZE, line.data, line.len);
    status = finish_text(buffer, line.len, SONDA_SOURCE_AUDIT, header, &len);
    *record = sonda__span_of((const char *)buffer, len);
    return status;
}

sonda_status sonda__case_event_build(const sonda__yaml_node *event,
                                     uint64_t time_ns,
                                     uint64_t seq,
                                     sonda__pool *pool,
                                     sonda__span *record,
                                     sonda_error *error)
{
    sonda__span source = scalar(sonda__yaml_find(event, "source"));
    sonda_record_header header = {0};

    header.wall_ns = time_ns;
    header.seq = seq;
    if (sonda__span_is(source, "audit")) {
        return build_line(event, &header, pool, record, error);
    }
    if (sonda__span_is(source, "windows") || sonda__span_is(source, "linux") ||
        sonda__span_is(source, "macos")) {
        return build_fields(event, source, &header, pool, record, error);
    }
    return sonda__case_refuse(error, event->line,
                              "`source` is one of windows, linux, macos, audit");
}
