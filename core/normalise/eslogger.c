/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The JSON of eslogger differs by version and by who wrote it: an audit token is
 * an object up to version 9 and an array from version 10 on, and Jamf's export
 * has glob_seq_num for global_seq_num. Here the differences end: rules find a
 * member by one name.
 *
 * Layer 3 (normalise): uses base, codec, event. No allocation.
 */

#include "core/normalise/eslogger.h"

#include "core/normalise/es_event.h"
#include "core/normalise/es_name_table.h"

#define TOKEN "audit_token"

static bool begins(sonda__span text, const char *with)
{
    size_t len = strlen(with);

    return text.len >= len && memcmp(text.data, with, len) == 0;
}

/* Names of the message itself, of which every exporter has some. */
static bool is_of_message(sonda__span name)
{
    return sonda__span_is(name, "mach_time") || sonda__span_is(name, "global_seq_num") ||
           sonda__span_is(name, "seq_num") || sonda__span_is(name, "glob_seq_num");
}

bool sonda__eslogger_is(const sonda_event *event)
{
    bool process = false;
    bool happening = false; /* an event without members leaves no field of its name */
    bool numbered = false;

    for (size_t i = 0; i < event->field_count && !(process && happening && numbered); i++) {
        sonda__span name = event->fields[i].name;

        if (name.len > 8 && name.data[0] == 'p') {
            process = process || begins(name, "process.audit_token") ||
                      begins(name, "process.executable.path");
        } else if (name.len > 6 && name.data[0] == 'e') {
            bool type = sonda__span_is(name, "event_type");

            happening = happening || type || begins(name, "event.");
            numbered = numbered || type;
        } else if (!numbered) {
            numbered = is_of_message(name);
        }
    }
    return process && happening && numbered;
}

bool sonda__eslogger_is_list(sonda__span name)
{
    return begins(name, "event.");
}

static bool is_array_token(sonda__span name)
{
    size_t len = sizeof TOKEN - 1;

    return name.len >= len && name.data[name.len - 1] == 'n' &&
           memcmp(name.data + name.len - len, TOKEN, len) == 0;
}

static sonda_status rename_field(sonda_event *event, sonda__field *field, const char *member)
{
    size_t len = strlen(member);
    char *name = sonda__arena_take(&event->arena, field->name.len + 1 + len, 1);

    if (name == NULL) {
        return SONDA_ERR_LIMIT;
    }
    memcpy(name, field->name.data, field->name.len);
    name[field->name.len] = '.';
    memcpy(name + field->name.len + 1, member, len);
    field->name = sonda__span_of(name, field->name.len + 1 + len);
    field->id = sonda__names_find(event->names, field->name);
    return SONDA_OK;
}

/* Eight elements of one name in a row get the names of their words. */
static sonda_status name_words(sonda_event *event, size_t first)
{
    sonda__span name = event->fields[first].name;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < SONDA__ES_TOKEN_WORDS; i++) {
        if (first + i >= event->field_count ||
            !sonda__span_equal(event->fields[first + i].name, name)) {
            return SONDA_OK; /* not a token after all: stays as it is */
        }
    }
    for (size_t i = 0; i < SONDA__ES_TOKEN_WORDS && status == SONDA_OK; i++) {
        status = rename_field(event, &event->fields[first + i], sonda__es_token_names[i]);
    }
    return status;
}

static sonda_status align_names(sonda_event *event)
{
    static const char other[] = "glob_seq_num";
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < event->field_count && status == SONDA_OK; i++) {
        sonda__field *field = &event->fields[i];

        if (is_array_token(field->name)) {
            status = name_words(event, i);
        } else if (field->name.len == sizeof other - 1 && sonda__span_is(field->name, other)) {
            field->id = SONDA_FIELD_GLOBAL_SEQ_NUM;
            field->name = sonda__span_text("global_seq_num");
        }
    }
    return status;
}

sonda_status sonda__eslogger_finish(sonda_event *event)
{
    sonda_status status = align_names(event);

    return status == SONDA_OK ? sonda__es_interpret(event) : status;
}
