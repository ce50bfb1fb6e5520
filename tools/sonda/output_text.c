/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `--output text`: findings for people.
 *
 * A block of lines a finding: when, how bad and what; by which chain of
 * processes; which field held what the rule looks for, the place marked.
 *
 * Module tools.
 */

#include "duration.h"
#include "emitter.h"
#include "response_words.h"
#include "text.h"

#include <string.h>

/* Bytes of a value that fit a line of reading. */
#define VALUE_SHOWN 160u
/* Of them before the place that matched. */
#define VALUE_BEFORE 60u
/* Pieces of evidence worth a line each. */
#define EVIDENCE_SHOWN 8u
/* Records of a correlation; the latest tell most. */
#define MEMBERS_SHOWN 16u

static const char *const level_labels[] = {"INFO    ", "LOW     ", "MEDIUM  ", "HIGH    ",
                                           "CRITICAL"};
static const char *const level_colours[] = {"\033[2m", "\033[36m", "\033[33m", "\033[31m",
                                            "\033[1;37;41m"};

static void colour(const emitter *self, const char *code)
{
    if (self->program->out_colour) {
        put(self->out, code);
    }
}

static void label(const emitter *self, const char *name)
{
    put(self->out, "    ");
    colour(self, "\033[2m");
    put(self->out, name);
    colour(self, "\033[0m");
}

/* Milliseconds are what a reader can use. */
static void write_time(const emitter *self, const sonda_event *event)
{
    char time[TIME_ROOM];

    time_write(sonda_event_time_ns(event) / 1000000u * 1000000u, time);
    put(self->out, time);
    put(self->out, "  ");
}

static void
write_heading(const emitter *self, const sonda_rule_view *rule, const sonda_event *event)
{
    uint32_t level = rule->level <= SONDA_LEVEL_CRITICAL ? rule->level : SONDA_LEVEL_CRITICAL;

    write_time(self, event);
    colour(self, level_colours[level]);
    put(self->out, level_labels[level]);
    colour(self, "\033[0m");
    put(self->out, "  ");
    colour(self, "\033[1m");
    put_plain(self->out, rule->title.data, rule->title.len, VALUE_SHOWN);
    colour(self, "\033[0m");
    put(self->out, "\n");
}

static void write_name(const emitter *self, const char *image, size_t image_len, uint64_t pid)
{
    size_t len;
    const char *name = base_name(image, image_len, &len);

    put_plain(self->out, len != 0 ? name : "?", len != 0 ? len : 1, VALUE_SHOWN);
    if (pid != 0) {
        put(self->out, "(");
        json_number(self->out, pid);
        put(self->out, ")");
    }
}

static bool find_field(const sonda_event *event, sonda_field_id id, sonda_field_view *field)
{
    sonda_field_view empty = SONDA_FIELD_VIEW_INIT;

    *field = empty;
    return sonda_event_find(event, id, field) == SONDA_OK && field->text_len != 0;
}

/* Records of other machines: what the event itself says of parent and process. */
static void write_chain_of_event(const emitter *self, const sonda_event *event)
{
    sonda_field_view image;
    sonda_field_view parent;

    if (!find_field(event, SONDA_FIELD_IMAGE, &image)) {
        return;
    }
    label(self, "process  ");
    if (find_field(event, SONDA_FIELD_PARENT_IMAGE, &parent)) {
        write_name(self, parent.text, parent.text_len, 0);
        put(self->out, " > ");
    }
    write_name(self, image.text, image.text_len, 0);
    put(self->out, "\n");
}

/* From the oldest ancestor to the acting process. */
static void write_chain(const emitter *self, const sonda_finding *finding)
{
    size_t count = sonda_finding_process_count(finding);
    sonda_process_view process = SONDA_PROCESS_VIEW_INIT;

    if (count == 0) {
        write_chain_of_event(self, sonda_finding_event(finding));
        return;
    }
    label(self, "process  ");
    for (size_t i = count; i > 0; i--) {
        if (sonda_finding_process(finding, i - 1, &process) == SONDA_OK) {
            write_name(self, process.image, process.image_len, process.pid);
            put(self->out, i > 1 ? " > " : "");
        }
    }
    if (process.user_len != 0) {
        put(self->out, "  user ");
        put_plain(self->out, process.user, process.user_len, VALUE_SHOWN);
    }
    put(self->out, "\n");
}

static void write_command(const emitter *self, const sonda_finding *finding)
{
    sonda_process_view process = SONDA_PROCESS_VIEW_INIT;
    sonda_field_view field;
    const char *text = NULL;
    size_t len = 0;

    if (find_field(sonda_finding_event(finding), SONDA_FIELD_COMMAND_LINE, &field)) {
        text = field.text;
        len = field.text_len;
    } else if (sonda_finding_process(finding, 0, &process) == SONDA_OK) {
        text = process.command_line;
        len = process.command_line_len;
    }
    if (len != 0) {
        label(self, "command  ");
        put_plain(self->out, text, len, VALUE_SHOWN);
        put(self->out, "\n");
    }
}

/* The value around the place that matched, so that a long one shows it. */
static void write_value(const emitter *self, const sonda_evidence_view *evidence)
{
    size_t at = evidence->position < evidence->value_len ? evidence->position : 0;
    size_t from = at > VALUE_BEFORE ? at - VALUE_BEFORE : 0;
    const char *value = evidence->value;

    /* Not into the middle of a character. */
    while (from > 0 && ((unsigned char)value[from] & 0xc0) == 0x80) {
        from--;
    }
    put(self->out, from != 0 ? "..." : "");
    put_plain(self->out, value + from, at - from, VALUE_SHOWN);
    colour(self, "\033[1m");
    put_plain(self->out, value + at, evidence->value_len - at, VALUE_SHOWN - VALUE_BEFORE);
    colour(self, "\033[0m");
}

static void write_evidence(const emitter *self, const sonda_finding *finding)
{
    size_t count = sonda_finding_evidence_count(finding);

    for (size_t i = 0; i < count && i < EVIDENCE_SHOWN; i++) {
        sonda_evidence_view evidence = SONDA_EVIDENCE_VIEW_INIT;

        if (sonda_finding_evidence(finding, i, &evidence) != SONDA_OK) {
            continue;
        }
        label(self, "matched  ");
        put_plain(self->out, evidence.field, evidence.field_len, VALUE_SHOWN);
        put(self->out, evidence.field_len != 0 ? ": " : "");
        write_value(self, &evidence);
        colour(self, "\033[2m");
        put(self->out, evidence.pattern_len != 0 ? "  by " : " ");
        put_plain(self->out, evidence.pattern, evidence.pattern_len, VALUE_BEFORE);
        put(self->out, " in ");
        put_plain(self->out, evidence.selection, evidence.selection_len, VALUE_BEFORE);
        colour(self, "\033[0m");
        put(self->out, "\n");
    }
}

/* The numbers of the records that made a correlation, the first few. */
static void write_members(const emitter *self, const sonda_finding *finding)
{
    uint64_t total = 0;
    size_t count = sonda_finding_member_count(finding, &total);

    if (count == 0) {
        return;
    }
    label(self, "events   ");
    json_number(self->out, total);
    put(self->out, ": records ");
    for (size_t i = count > MEMBERS_SHOWN ? count - MEMBERS_SHOWN : 0; i < count; i++) {
        sonda_member_view member = SONDA_MEMBER_VIEW_INIT;

        if (sonda_finding_member(finding, i, &member) == SONDA_OK) {
            json_number(self->out, member.seq);
            put(self->out, i + 1 < count ? ", " : "");
        }
    }
    put(self->out, total > MEMBERS_SHOWN ? " (the latest)\n" : "\n");
}

/* What the policy made of it; nothing for an alert. */
static void write_response(const emitter *self, const sonda_finding *finding)
{
    static const char *const said[] = {
        [SONDA_OUTCOME_ALERTED] = "",
        [SONDA_OUTCOME_WOULD] = ": would be done, observing only",
        [SONDA_OUTCOME_DENIED] = ": denied",
        [SONDA_OUTCOME_WITHHELD] = ": withheld by a switch, ",
        [SONDA_OUTCOME_NO_TICKET] = ": not done, nobody awaits an answer",
    };
    sonda_response_view response = SONDA_RESPONSE_VIEW_INIT;

    if (sonda_finding_response(finding, &response) != SONDA_OK ||
        response.action == SONDA_ACTION_ALERT) {
        return;
    }
    label(self, "response ");
    put(self->out, action_word(response.action));
    put(self->out,
        response.outcome < sizeof said / sizeof said[0] ? said[response.outcome] : "");
    if (response.switch_kind != 0) {
        put(self->out, switch_word(response.switch_kind));
        put(self->out, response.switch_name.len != 0 ? " " : "");
        put_plain(self->out, response.switch_name.data, response.switch_name.len, VALUE_SHOWN);
    }
    put(self->out, "\n");
}

static void
write_origin(const emitter *self, const sonda_finding *finding, const sonda_rule_view *rule)
{
    label(self, "rule     ");
    put_plain(self->out, rule->id.data, rule->id.len, VALUE_SHOWN);
    if (self->file != NULL) {
        put(self->out, "  record ");
        json_number(self->out, sonda_finding_record(finding)->seq);
        put(self->out, " of ");
        put_plain(self->out, self->file, strlen(self->file), VALUE_SHOWN);
    }
    put(self->out, "\n");
}

/* The line of progress, if there is one, makes room before the first byte. */
static void make_room(const emitter *self)
{
    if (self->program->out_is_terminal && !self->aside) {
        show_progress(self->program, NULL);
    }
}

static void on_finding(emitter *self, const sonda_finding *finding)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

    if (sonda_finding_rule(finding, &rule) != SONDA_OK) {
        return;
    }
    make_room(self);
    write_heading(self, &rule, sonda_finding_event(finding));
    write_chain(self, finding);
    write_command(self, finding);
    write_evidence(self, finding);
    write_members(self, finding);
    write_response(self, finding);
    write_origin(self, finding, &rule);
}

/* What an event is about, by what it has; the first that is there is shown. */
static const sonda_field_id subjects[] = {
    SONDA_FIELD_TARGET_FILENAME, SONDA_FIELD_DESTINATION_IP, SONDA_FIELD_QUERY_NAME,
    SONDA_FIELD_TARGET_OBJECT,   SONDA_FIELD_IMAGE_LOADED,   SONDA_FIELD_COMMAND_LINE,
    SONDA_FIELD_MESSAGE,
};

static void write_subject(const emitter *self, const sonda_event *event)
{
    sonda_field_view field;

    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        if (find_field(event, subjects[i], &field)) {
            put(self->out, "  ");
            put_plain(self->out, field.text, field.text_len, VALUE_SHOWN);
            break;
        }
    }
    if (find_field(event, SONDA_FIELD_DESTINATION_PORT, &field)) {
        put(self->out, " port ");
        put_plain(self->out, field.text, field.text_len, VALUE_SHOWN);
    }
}

/* One line an event, where they are asked for. */
static void on_event(emitter *self, const sonda_event *event)
{
    uint32_t class_uid = sonda_event_class(event);
    sonda_field_view image;
    sonda_field_view pid;
    uint64_t number = 0;

    make_room(self);
    write_time(self, event);
    put(self->out, class_name(class_uid));
    put(self->out, " ");
    put(self->out, activity_name(class_uid, sonda_event_activity(event)));
    if (find_field(event, SONDA_FIELD_IMAGE, &image)) {
        if (find_field(event, SONDA_FIELD_PROCESS_ID, &pid)) {
            (void)sonda_field_number(&pid, &number);
        }
        put(self->out, "  ");
        write_name(self, image.text, image.text_len, number);
    }
    write_subject(self, event);
    put(self->out, "\n");
}

const emitter_ops emitter_text = {on_event, on_finding};
