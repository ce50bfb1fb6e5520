/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `--output findings`: one JSON object a line. docs/output.md is its contract.
 *
 * Module tools.
 */

#include "duration.h"
#include "emitter.h"
#include "response_words.h"
#include "text.h"

#include <string.h>

static void
key_text(sonda_output *out, const char *name, const char *text, size_t len, int first)
{
    json_key(out, name, first);
    json_string(out, text, len);
}

static void key_number(sonda_output *out, const char *name, uint64_t number, int first)
{
    json_key(out, name, first);
    json_number(out, number);
}

/* A finding has no tags of its own; its rule's stand in the content. */
static void write_tags(const emitter *self, const sonda_rule_view *rule)
{
    uint32_t index = 0;
    bool known =
        sonda_content_find_rule(self->content, rule->id.data, rule->id.len, &index) == SONDA_OK;

    json_key(self->out, "tags", 0);
    put(self->out, "[");
    for (uint32_t i = 0; known && i < rule->tag_count; i++) {
        sonda_text tag = {NULL, 0};

        if (sonda_content_rule_tag(self->content, index, i, &tag) == SONDA_OK) {
            put(self->out, i == 0 ? "" : ",");
            json_string(self->out, tag.data, tag.len);
        }
    }
    put(self->out, "]");
}

static void write_rule(const emitter *self, const sonda_rule_view *rule)
{
    json_key(self->out, "rule", 0);
    put(self->out, "{");
    key_text(self->out, "id", rule->id.data, rule->id.len, 1);
    key_text(self->out, "title", rule->title.data, rule->title.len, 0);
    write_tags(self, rule);
    put(self->out, "}");
}

static void write_record(const emitter *self, const sonda_record_header *record)
{
    json_key(self->out, "record", 0);
    put(self->out, "{");
    if (self->file != NULL) {
        key_text(self->out, "file", self->file, strlen(self->file), 1);
    }
    key_number(self->out, "number", record->seq, self->file == NULL);
    put(self->out, "}");
}

static bool same_name(const sonda_field_view *a, const sonda_field_view *b)
{
    return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

static bool field_at(const sonda_event *event, size_t index, sonda_field_view *view)
{
    sonda_field_view empty = SONDA_FIELD_VIEW_INIT;

    *view = empty;
    return sonda_event_field(event, index, view) == SONDA_OK;
}

static bool was_written(const sonda_event *event, const sonda_field_view *field, size_t index)
{
    sonda_field_view before;

    for (size_t i = 0; i < index; i++) {
        if (field_at(event, i, &before) && same_name(&before, field)) {
            return true;
        }
    }
    return false;
}

static void write_value(sonda_output *out, const sonda_field_view *field)
{
    if ((field->flags & SONDA_VALUE_NULL) != 0) {
        put(out, "null");
    } else {
        json_string(out, field->text, field->text_len);
    }
}

/* The value, or an array of all values of the same name from `index` on. */
static void write_values(sonda_output *out,
                         const sonda_event *event,
                         size_t index,
                         const sonda_field_view *field)
{
    sonda_field_view next;
    size_t count = sonda_event_field_count(event);
    bool many = false;

    for (size_t i = index + 1; i < count && !many; i++) {
        many = field_at(event, i, &next) && same_name(&next, field);
    }
    put(out, many ? "[" : "");
    write_value(out, field);
    for (size_t i = index + 1; many && i < count; i++) {
        if (field_at(event, i, &next) && same_name(&next, field)) {
            put(out, ",");
            write_value(out, &next);
        }
    }
    put(out, many ? "]" : "");
}

static void write_fields(sonda_output *out, const sonda_event *event)
{
    size_t count = sonda_event_field_count(event);
    bool first = true;

    json_key(out, "fields", 0);
    put(out, "{");
    for (size_t i = 0; i < count; i++) {
        sonda_field_view field;

        if (field_at(event, i, &field) && !was_written(event, &field, i)) {
            put(out, first ? "" : ",");
            json_string(out, field.name, field.name_len);
            put(out, ":");
            write_values(out, event, i, &field);
            first = false;
        }
    }
    put(out, "}");
}

static void write_event(sonda_output *out, const sonda_event *event)
{
    const char *class_word = class_name(sonda_event_class(event));
    const char *activity = activity_name(sonda_event_class(event), sonda_event_activity(event));

    json_key(out, "event", 0);
    put(out, "{");
    key_text(out, "class", class_word, strlen(class_word), 1);
    key_text(out, "activity", activity, strlen(activity), 0);
    write_fields(out, event);
    put(out, "}");
}

static void write_evidence(sonda_output *out, const sonda_evidence_view *evidence)
{
    put(out, "{");
    key_text(out, "selection", evidence->selection, evidence->selection_len, 1);
    key_text(out, "field", evidence->field, evidence->field_len, 0);
    key_text(out, "value", evidence->value, evidence->value_len, 0);
    key_text(out, "pattern", evidence->pattern, evidence->pattern_len, 0);
    key_number(out, "position", evidence->position, 0);
    put(out, "}");
}

static void write_matched(sonda_output *out, const sonda_finding *finding)
{
    size_t count = sonda_finding_evidence_count(finding);

    json_key(out, "matched", 0);
    put(out, "[");
    for (size_t i = 0; i < count; i++) {
        sonda_evidence_view evidence = SONDA_EVIDENCE_VIEW_INIT;

        if (sonda_finding_evidence(finding, i, &evidence) == SONDA_OK) {
            put(out, i == 0 ? "" : ",");
            write_evidence(out, &evidence);
        }
    }
    put(out, "]");
}

static void write_process(sonda_output *out, const sonda_process_view *process)
{
    put(out, "{");
    key_number(out, "pid", process->pid, 1);
    key_text(out, "image", process->image, process->image_len, 0);
    key_text(out, "command_line", process->command_line, process->command_line_len, 0);
    key_text(out, "user", process->user, process->user_len, 0);
    put(out, "}");
}

static void write_chain(sonda_output *out, const sonda_finding *finding)
{
    size_t count = sonda_finding_process_count(finding);

    json_key(out, "process", 0);
    put(out, "[");
    for (size_t i = 0; i < count; i++) {
        sonda_process_view process = SONDA_PROCESS_VIEW_INIT;

        if (sonda_finding_process(finding, i, &process) == SONDA_OK) {
            put(out, i == 0 ? "" : ",");
            write_process(out, &process);
        }
    }
    put(out, "]");
}

static void write_member(const emitter *self, const sonda_member_view *member)
{
    char time[TIME_ROOM];

    time_write(member->time_ns, time);
    put(self->out, "{");
    key_number(self->out, "number", member->seq, 1);
    if (self->file == NULL) {
        key_number(self->out, "stream", member->stream, 0);
    }
    key_text(self->out, "time", time, strlen(time), 0);
    key_text(self->out, "rule", member->rule_id.data, member->rule_id.len, 0);
    put(self->out, "}");
}

/* The events that made a correlation; nothing for other rules. */
static void write_members(const emitter *self, const sonda_finding *finding)
{
    uint64_t total = 0;
    size_t count = sonda_finding_member_count(finding, &total);

    if (count == 0) {
        return;
    }
    json_key(self->out, "correlated", 0);
    put(self->out, "{");
    key_number(self->out, "count", total, 1);
    json_key(self->out, "records", 0);
    put(self->out, "[");
    for (size_t i = 0; i < count; i++) {
        sonda_member_view member = SONDA_MEMBER_VIEW_INIT;

        if (sonda_finding_member(finding, i, &member) == SONDA_OK) {
            put(self->out, i == 0 ? "" : ",");
            write_member(self, &member);
        }
    }
    put(self->out, "]}");
}

static void write_features(sonda_output *out, const sonda_finding *finding)
{
    sonda_text feature = {NULL, 0};

    json_key(out, "features", 0);
    put(out, "[");
    for (uint32_t i = 0; sonda_finding_feature(finding, i, &feature) == SONDA_OK; i++) {
        put(out, i == 0 ? "" : ",");
        json_string(out, feature.data, feature.len);
    }
    put(out, "]");
}

static void write_switch(sonda_output *out, const sonda_response_view *response)
{
    const char *kind = switch_word(response->switch_kind);

    json_key(out, "switch", 0);
    put(out, "{");
    key_text(out, "kind", kind, strlen(kind), 1);
    if (response->switch_name.len != 0) {
        key_text(out, "name", response->switch_name.data, response->switch_name.len, 0);
    }
    put(out, "}");
}

/* What the policy made of it; nothing for an alert, which every finding is. */
static void write_response(sonda_output *out, const sonda_finding *finding)
{
    sonda_response_view response = SONDA_RESPONSE_VIEW_INIT;
    const char *action;
    const char *outcome;

    if (sonda_finding_response(finding, &response) != SONDA_OK ||
        response.action == SONDA_ACTION_ALERT) {
        return;
    }
    action = action_word(response.action);
    outcome = outcome_word(response.outcome);
    json_key(out, "response", 0);
    put(out, "{");
    key_text(out, "action", action, strlen(action), 1);
    key_text(out, "outcome", outcome, strlen(outcome), 0);
    write_features(out, finding);
    if (response.switch_kind != 0) {
        write_switch(out, &response);
    }
    put(out, "}");
}

static void on_finding(emitter *self, const sonda_finding *finding)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    const sonda_event *event = sonda_finding_event(finding);
    const char *level;
    char time[TIME_ROOM];

    if (sonda_finding_rule(finding, &rule) != SONDA_OK) {
        return;
    }
    level = level_names[rule.level <= SONDA_LEVEL_CRITICAL ? rule.level : 0];
    time_write(sonda_event_time_ns(event), time);
    put(self->out, "{");
    key_text(self->out, "time", time, strlen(time), 1);
    key_text(self->out, "level", level, strlen(level), 0);
    write_rule(self, &rule);
    write_record(self, sonda_finding_record(finding));
    write_event(self->out, event);
    write_matched(self->out, finding);
    write_chain(self->out, finding);
    write_members(self, finding);
    write_response(self->out, finding);
    put(self->out, "}\n");
}

static void on_event(emitter *self, const sonda_event *event)
{
    char time[TIME_ROOM];

    time_write(sonda_event_time_ns(event), time);
    put(self->out, "{");
    key_text(self->out, "time", time, strlen(time), 1);
    write_record(self, sonda_event_header(event));
    write_event(self->out, event);
    put(self->out, "}\n");
}

const emitter_ops emitter_findings = {on_event, on_finding};
