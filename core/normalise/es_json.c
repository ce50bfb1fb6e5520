/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Field names to nested objects: the members of one object are those whose names
 * begin with its name. Whether a text is a number, a literal or a string is
 * known by the member's form; of members the table lacks by their looks.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/es_json.h"

#include "core/codec/number.h"
#include "core/normalise/es_name_table.h"

/* Deeper names stay in one piece: read again they are the same. */
#define DEPTH_MAX 16u
#define ARRAY_TOKENS_SINCE 10u

typedef struct writing {
    const sonda_event *event;
    sonda__json_writer *json;
    bool array_tokens;
} writing;

static bool begins(sonda__span text, sonda__span with)
{
    return text.len >= with.len && memcmp(text.data, with.data, with.len) == 0;
}

static bool ends(sonda__span text, const char *with)
{
    size_t len = strlen(with);

    return text.len >= len && memcmp(text.data + text.len - len, with, len) == 0;
}

static sonda__span to_dot(sonda__span text)
{
    const char *dot = memchr(text.data, '.', text.len);

    return sonda__span_of(text.data, dot != NULL ? (size_t)(dot - text.data) : text.len);
}

static bool is_of_message(sonda__span name)
{
    static const char *const tops[] = {"schema_version", "version",    "time",
                                       "mach_time",      "seq_num",    "global_seq_num",
                                       "event_type",     "action_type"};
    static const char *const objects[] = {"process.", "event.", "action.", "thread."};

    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        if (begins(name, sonda__span_text(objects[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        if (sonda__span_is(name, tops[i])) {
            return true;
        }
    }
    return false;
}

/* ---- values ---- */

static bool is_number(sonda__span text)
{
    uint64_t magnitude = 0;
    size_t sign = text.len > 1 && text.data[0] == '-';

    text = sonda__span_of(text.data + sign, text.len - sign);
    return sonda__parse_decimal(text, &magnitude) == SONDA_OK &&
           (text.len == 1 || text.data[0] != '0');
}

/* The form of a member by the end of its name; a name with a dot before it. */
static sonda__es_form form_of(sonda__span name)
{
    for (size_t i = 0; i < SONDA_ES_FIELD_COUNT; i++) {
        const sonda__es_field *row = &sonda__es_fields[i];
        size_t len = row->name != NULL ? strlen(row->name) : 0;

        if (len > 0 && name.len > len && ends(name, row->name) &&
            name.data[name.len - len - 1] == '.' && row->form == SONDA__ES_TEXT) {
            return SONDA__ES_TEXT;
        }
    }
    return SONDA__ES_NONE;
}

static void write_digits(sonda__json_writer *json, sonda__span text)
{
    char digits[SONDA__DECIMAL_MAX + 2];

    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    sonda__json_writer_raw(json, digits);
}

static void write_value(sonda__json_writer *json, const sonda__field *field)
{
    bool text = form_of(field->name) == SONDA__ES_TEXT;

    if ((field->flags & SONDA_VALUE_NULL) != 0) {
        sonda__json_writer_null(json);
    } else if (!text && sonda__span_is(field->text, "true")) {
        sonda__json_writer_boolean(json, true);
    } else if (!text && sonda__span_is(field->text, "false")) {
        sonda__json_writer_boolean(json, false);
    } else if (!text && field->text.len <= SONDA__DECIMAL_MAX && is_number(field->text)) {
        write_digits(json, field->text);
    } else {
        sonda__json_writer_string(json, field->text);
    }
}

/* ---- members ---- */

static size_t count_named(const sonda_event *event, sonda__span name)
{
    size_t count = 0;

    for (size_t i = 0; i < event->field_count; i++) {
        count += sonda__span_equal(event->fields[i].name, name);
    }
    return count;
}

static bool is_list(sonda__span name)
{
    return ends(name, ".args") || ends(name, ".env") || ends(name, ".argv") ||
           ends(name, ".rights");
}

/* All fields of one name: a value, or an array of them. */
static void write_leaf(const writing *w, sonda__span name)
{
    size_t count = count_named(w->event, name);
    bool is_array = count > 1 || is_list(name);

    if (is_array) {
        sonda__json_writer_array_begin(w->json);
    }
    for (size_t i = 0; i < w->event->field_count; i++) {
        if (sonda__span_equal(w->event->fields[i].name, name)) {
            write_value(w->json, &w->event->fields[i]);
        }
    }
    if (is_array) {
        sonda__json_writer_array_end(w->json);
    }
}

/* The field named `object`.`member`; NULL: none, or not the only one. */
static const sonda__field *only(const writing *w, sonda__span object, const char *member)
{
    const sonda__field *found = NULL;

    for (size_t i = 0; i < w->event->field_count; i++) {
        const sonda__field *field = &w->event->fields[i];

        if (field->name.len == object.len + 1 + strlen(member) && begins(field->name, object) &&
            ends(field->name, member) && field->name.data[object.len] == '.') {
            if (found != NULL) {
                return NULL;
            }
            found = field;
        }
    }
    return found;
}

static bool write_token(const writing *w, sonda__span object)
{
    const sonda__field *words[SONDA__ES_TOKEN_WORDS];

    for (size_t i = 0; i < SONDA__ES_TOKEN_WORDS; i++) {
        words[i] = only(w, object, sonda__es_token_names[i]);
        if (words[i] == NULL) {
            return false;
        }
    }
    sonda__json_writer_array_begin(w->json);
    for (size_t i = 0; i < SONDA__ES_TOKEN_WORDS; i++) {
        write_value(w->json, words[i]);
    }
    sonda__json_writer_array_end(w->json);
    return true;
}

/* Descriptors: each `fd` opens an object that holds what comes to the next one. */
static void write_descriptors(const writing *w, sonda__span object)
{
    bool open = false;

    sonda__json_writer_array_begin(w->json);
    for (size_t i = 0; i < w->event->field_count; i++) {
        const sonda__field *field = &w->event->fields[i];
        sonda__span rest = field->name;

        if (rest.len <= object.len + 1 || !begins(rest, object) ||
            rest.data[object.len] != '.') {
            continue;
        }
        rest = sonda__span_of(rest.data + object.len + 1, rest.len - object.len - 1);
        if (sonda__span_is(rest, "fd") || !open) {
            if (open) {
                sonda__json_writer_object_end(w->json);
            }
            sonda__json_writer_object_begin(w->json);
            open = true;
        }
        sonda__json_writer_key(w->json, rest);
        write_value(w->json, field);
    }
    if (open) {
        sonda__json_writer_object_end(w->json);
    }
    sonda__json_writer_array_end(w->json);
}

static void write_members(const writing *w, sonda__span object, uint32_t depth);

/* What stands at `name`, which some field is named by or begins with. */
static void write_member(const writing *w, sonda__span name, uint32_t depth)
{
    if (ends(name, "audit_token") && w->array_tokens && write_token(w, name)) {
        return;
    }
    if (ends(name, ".fds")) {
        write_descriptors(w, name);
        return;
    }
    sonda__json_writer_object_begin(w->json);
    write_members(w, name, depth + 1);
    sonda__json_writer_object_end(w->json);
}

/* The name of a member of `object` that `field` is or stands below; empty: none. */
static sonda__span
member_of(const sonda__field *field, sonda__span object, uint32_t depth, bool *is_leaf)
{
    size_t skip = object.len > 0 ? object.len + 1 : 0;
    sonda__span rest;
    sonda__span key;

    if (field->name.len < skip || !begins(field->name, object) ||
        (skip > 0 && field->name.data[object.len] != '.') || !is_of_message(field->name)) {
        return sonda__span_of("", 0);
    }
    rest = sonda__span_of(field->name.data + skip, field->name.len - skip);
    key = depth < DEPTH_MAX ? to_dot(rest) : rest;
    *is_leaf = key.len == rest.len;
    return sonda__span_of(field->name.data, skip + key.len);
}

/* Whether an object of that name follows: it hides a null in its place. */
static bool has_members(const sonda_event *event, sonda__span name)
{
    for (size_t i = 0; i < event->field_count; i++) {
        sonda__span other = event->fields[i].name;

        if (other.len > name.len && begins(other, name) && other.data[name.len] == '.') {
            return true;
        }
    }
    return false;
}

static bool is_written(
    const writing *w, size_t before, sonda__span object, sonda__span name, uint32_t depth)
{
    for (size_t i = 0; i < before; i++) {
        bool leaf = false;

        if (sonda__span_equal(member_of(&w->event->fields[i], object, depth, &leaf), name)) {
            return true;
        }
    }
    return false;
}

static void write_members(const writing *w, sonda__span object, uint32_t depth)
{
    size_t skip = object.len > 0 ? object.len + 1 : 0;

    for (size_t i = 0; i < w->event->field_count; i++) {
        bool is_leaf = false;
        sonda__span name = member_of(&w->event->fields[i], object, depth, &is_leaf);

        if (name.len == 0 || is_written(w, i, object, name, depth)) {
            continue;
        }
        sonda__json_writer_key(w->json, sonda__span_of(name.data + skip, name.len - skip));
        if (is_leaf && !(depth < DEPTH_MAX && has_members(w->event, name))) {
            write_leaf(w, name);
        } else {
            write_member(w, name, depth);
        }
    }
}

void sonda__es_write_json(const sonda_event *event, sonda__json_writer *json)
{
    writing w = {event, json, false};
    uint64_t version = 0;

    for (size_t i = 0; i < event->field_count; i++) {
        if (sonda__span_is(event->fields[i].name, "version")) {
            (void)sonda__parse_decimal(event->fields[i].text, &version);
        }
    }
    w.array_tokens = version >= ARRAY_TOKENS_SINCE;
    sonda__json_writer_object_begin(json);
    write_members(&w, sonda__span_of("", 0), 0);
    sonda__json_writer_object_end(json);
}
