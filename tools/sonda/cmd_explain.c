/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda explain`: why a rule matches an event, or does not.
 *
 * Events come the whole way of `replay`, process table and joined lines
 * included, so that what is explained is what was matched. Of a file without a
 * record number every event is looked at and the nearest explained.
 *
 * Module tools.
 */

#include "commands.h"
#include "complaints.h"
#include "config.h"
#include "contents.h"
#include "explanation.h"
#include "numbering.h"
#include "ruleset.h"
#include "sonda/input.h"
#include "sonda/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct explaining {
    program *program;
    const arguments *given;
    sonda_content *content;
    sonda_engine *engine;
    sonda_explainer *explainer;
    explanation *rules; /* one for each rule that is asked about */
    size_t rule_count;
    /* Of the operand under way. */
    sonda_tracker *tracker;
    sonda_worker *worker;
    sonda_input *input;
    complaints unreadable;
    numbering numbers;
    char *file;
    uint64_t record; /* 0: any */
    sonda_status failure;
    bool found_bad; /* the record asked for could not be read */
} explaining;

/* Events. */

static void on_event(const sonda_event *event, void *user)
{
    explaining *self = user;

    if (self->record != 0 && sonda_event_header(event)->seq != self->record) {
        return;
    }
    for (size_t i = 0; self->failure == SONDA_OK && i < self->rule_count; i++) {
        self->failure = explanation_add(&self->rules[i], self->explainer, event);
    }
}

/* Counts what the rules found: a correlation is complete only in its context. */
static void on_finding(const sonda_finding *finding, void *user)
{
    explaining *self = user;
    sonda_rule_view found = SONDA_RULE_VIEW_INIT;

    (void)sonda_finding_rule(finding, &found);
    for (size_t i = 0; i < self->rule_count; i++) {
        sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

        (void)sonda_content_rule(self->content, self->rules[i].rule_index, &rule);
        self->rules[i].found += rule.id.len == found.id.len &&
                                memcmp(rule.id.data, found.id.data, rule.id.len) == 0;
    }
}

static void tell_unreadable(explaining *self, uint64_t number, uint64_t offset, const char *why)
{
    if (self->record != 0 && self->record != number) {
        return;
    }
    self->found_bad = true;
    if (complaints_admit(&self->unreadable)) {
        complain(self->program, "%s: record %llu, byte %llu: %s", self->file,
                 (unsigned long long)number, (unsigned long long)offset, why);
    }
}

static void on_skipped(
    uint64_t number, uint64_t offset, sonda_status status, const char *reason, void *user)
{
    (void)status;
    tell_unreadable(user, number, offset, reason);
}

static sonda_status
on_record(const void *record, size_t record_len, uint64_t number, uint64_t offset, void *user)
{
    explaining *self = user;
    const void *numbered = numbering_apply(&self->numbers, record, record_len, number);
    sonda_status status = sonda_worker_process(self->worker, numbered, record_len, 0);

    if (status != SONDA_OK) {
        const sonda_error *error = sonda_worker_error(self->worker);
        bool told = error->status != SONDA_OK && error->message[0] != '\0';

        tell_unreadable(self, number, offset + (told ? error->offset : 0),
                        told ? error->message : sonda_status_text(status));
    }
    return self->failure;
}

static sonda_input_callbacks callbacks_of(explaining *self)
{
    sonda_input_callbacks callbacks = SONDA_INPUT_CALLBACKS_INIT;

    callbacks.on_record = on_record;
    callbacks.on_skipped = on_skipped;
    callbacks.user = self;
    return callbacks;
}

static sonda_status
on_bytes(const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user)
{
    explaining *self = user;
    sonda_input_callbacks callbacks = callbacks_of(self);

    (void)offset;
    (void)total;
    return sonda_input_feed(self->input, bytes, len, &callbacks);
}

/* One operand. */

static sonda_status begin(explaining *self)
{
    sonda_input_options input = SONDA_INPUT_OPTIONS_INIT;
    sonda_worker_options options = SONDA_WORKER_OPTIONS_INIT;
    sonda_status status;

    input.format = self->given->format;
    options.on_event = on_event;
    options.on_finding = on_finding;
    options.user = self;
    status = sonda_input_open(&self->input, &input, NULL);
    if (status == SONDA_OK) {
        status = sonda_tracker_open(&self->tracker, NULL, NULL);
    }
    if (status == SONDA_OK) {
        status = sonda_worker_open(&self->worker, self->engine, self->tracker, &options, NULL);
    }
    return status;
}

static void end(explaining *self)
{
    sonda_worker_close(self->worker);
    sonda_tracker_close(self->tracker);
    sonda_input_close(self->input);
    self->worker = NULL;
    self->tracker = NULL;
    self->input = NULL;
}

static sonda_status read_all(explaining *self, sonda_error *error)
{
    sonda_host_read_options options = SONDA_HOST_READ_OPTIONS_INIT;
    sonda_input_callbacks callbacks = callbacks_of(self);
    sonda_status status = begin(self);

    options.on_bytes = on_bytes;
    options.user = self;
    if (status == SONDA_OK) {
        status = sonda_host_read(self->program->host, self->file, &options, error);
    }
    if (status == SONDA_OK) {
        status = sonda_input_finish(self->input, &callbacks);
    }
    if (status == SONDA_OK) {
        (void)sonda_worker_finish(self->worker, 0);
        status = self->failure;
    }
    return status;
}

static bool can_be_opened(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file != NULL) {
        (void)fclose(file);
    }
    return file != NULL;
}

/* FILE:RECORD, unless a file has that name. The copy is the caller's. */
static char *split(const char *operand, uint64_t *record)
{
    size_t size = strlen(operand) + 1;
    char *copy = malloc(size);
    uint64_t number = 0;
    const char *digit;
    char *colon;

    *record = 0;
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, operand, size);
    colon = strrchr(copy, ':');
    digit = colon != NULL ? colon + 1 : "";
    while (*digit >= '0' && *digit <= '9' && number < UINT64_MAX / 100) {
        number = number * 10 + (uint64_t)(*digit++ - '0');
    }
    if (colon != NULL && colon != copy && *digit == '\0' && number != 0 &&
        !can_be_opened(operand)) {
        *colon = '\0';
        *record = number;
    }
    return copy;
}

static bool is_disabled(const explaining *self, sonda_text id)
{
    const text_list *disabled = &self->given->disable;

    for (size_t i = 0; i < disabled->count; i++) {
        if (strlen(disabled->items[i]) == id.len &&
            memcmp(disabled->items[i], id.data, id.len) == 0) {
            return true;
        }
    }
    return false;
}

static void write_explanation(const explaining *self, size_t i)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    explanation_frame frame = {.file = self->file};

    (void)sonda_content_rule(self->content, self->rules[i].rule_index, &rule);
    frame.disabled = is_disabled(self, rule.id);
    frame.below_level = rule.level < self->given->min_level;
    if (self->given->report == REPORT_JSON) {
        explanation_write_json(&self->rules[i], self->program, &frame);
    } else {
        explanation_write_text(&self->rules[i], self->program, &frame);
    }
}

/* No event was there to explain: says why. */
static int tell_nothing(const explaining *self)
{
    if (self->record == 0) {
        complain(self->program, self->found_bad ? "%s: no readable record" : "%s: no event",
                 self->file);
    } else if (!self->found_bad) {
        complain(self->program, "%s: record %llu gives no event; records in the file: %llu",
                 self->file, (unsigned long long)self->record,
                 (unsigned long long)sonda_input_count(self->input));
    }
    return EXIT_INPUT;
}

static int write_all(const explaining *self)
{
    bool text = self->given->report != REPORT_JSON;

    if (self->rules[0].events == 0) {
        return tell_nothing(self);
    }
    for (size_t i = 0; i < self->rule_count; i++) {
        print(self->program, "%s", text && i > 0 ? "\n" : "");
        write_explanation(self, i);
    }
    return EXIT_DONE;
}

static int explain_operand(explaining *self, const char *operand)
{
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;
    int code;

    self->file = split(operand, &self->record);
    self->found_bad = false;
    for (size_t i = 0; i < self->rule_count; i++) {
        explanation_reset(&self->rules[i]);
    }
    status = self->file == NULL ? SONDA_ERR_NO_MEMORY : read_all(self, &error);
    if (status == SONDA_ERR_CANCELLED) {
        code = EXIT_INTERRUPTED;
    } else if (status != SONDA_OK) {
        complain(self->program, "%s: %s", operand,
                 error.message[0] != '\0' ? error.message : sonda_status_text(status));
        code = EXIT_INPUT;
    } else {
        code = write_all(self);
    }
    end(self);
    free(self->file);
    self->file = NULL;
    return code;
}

static int explain_all(explaining *self)
{
    const text_list *operands = &self->given->operands;
    int code = EXIT_DONE;

    for (size_t i = 0; i < operands->count && code != EXIT_INTERRUPTED; i++) {
        int one;

        print(self->program, "%s", i > 0 && self->given->report != REPORT_JSON ? "\n" : "");
        one = explain_operand(self, operands->items[i]);
        code = one != EXIT_DONE ? one : code;
    }
    complaints_close(&self->unreadable, "records could not be read");
    return code;
}

/* Rules. */

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text);
    size_t tail = strlen(ending);

    return len >= tail && strcmp(text + len - tail, ending) == 0;
}

static bool names_file(const char *rule)
{
    return strchr(rule, '/') != NULL || ends_with(rule, ".yml") || ends_with(rule, ".yaml");
}

/* A rule that is not in the content may be among those that did not compile. */
static bool tell_uncompiled(program *self, const arguments *given)
{
    size_t len = strlen(given->rule);
    ruleset set;
    bool told = false;
    int code = ruleset_open(&set, self, &given->rules, &given->filters, given->placeholders,
                            NULL, false);
    size_t count = code == EXIT_DONE ? sonda_compile_count(set.compile, 0) : 0;

    for (size_t i = 0; !told && i < count; i++) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

        told = sonda_compile_entry_get(set.compile, i, &entry) == SONDA_OK &&
               entry.outcome != SONDA_COMPILE_COMPILED && entry.id.len == len &&
               memcmp(entry.id.data, given->rule, len) == 0;
        if (told) {
            complain(self, "%.*s:%u: rule %s never runs: %s: %.*s", (int)entry.path.len,
                     entry.path.data, entry.line, given->rule,
                     sonda_compile_outcome_name(entry.outcome), (int)entry.reason.len,
                     entry.reason.data);
        }
    }
    ruleset_close(&set);
    return told;
}

static int add_rule(explaining *self, uint32_t index)
{
    explanation *rules = realloc(self->rules, (self->rule_count + 1) * sizeof *self->rules);
    const explanation empty = {.content = self->content, .rule_index = index};

    if (rules == NULL) {
        complain(self->program, "out of memory");
        return EXIT_REFUSED;
    }
    self->rules = rules;
    self->rules[self->rule_count++] = empty;
    return EXIT_DONE;
}

/* All rules of the file, or the one with the id. */
static int choose_rules(explaining *self)
{
    const char *id = self->given->rule;
    int code = EXIT_DONE;
    uint32_t index;

    if (names_file(id)) {
        for (uint32_t i = 0; code == EXIT_DONE && i < sonda_content_rule_count(self->content);
             i++) {
            code = add_rule(self, i);
        }
        return code;
    }
    if (sonda_content_find_rule(self->content, id, strlen(id), &index) == SONDA_OK) {
        return add_rule(self, index);
    }
    if (self->given->rules.count == 0 || !tell_uncompiled(self->program, self->given)) {
        complain(self->program, "--rule: no rule has the id '%s'", id);
    }
    return EXIT_INPUT;
}

static int open_content(explaining *self, arguments *given)
{
    if (given->rule == NULL) {
        complain(self->program, "explain: --rule RULE is missing (see 'sonda explain --help')");
        return EXIT_USAGE;
    }
    if (names_file(given->rule)) {
        if (given->rules.count != 0 || given->pack != NULL) {
            complain(self->program, "explain: --rule with a file excludes --rules and --pack");
            return EXIT_USAGE;
        }
        if (!text_list_add(&given->rules, given->rule)) {
            return EXIT_REFUSED;
        }
    }
    return contents_open(self->program, given, false, &self->content);
}

static int open_pipeline(explaining *self)
{
    sonda_status status = sonda_engine_open(&self->engine, NULL, NULL);

    if (status == SONDA_OK) {
        status = sonda_engine_publish(self->engine, self->content);
    }
    if (status == SONDA_OK) {
        status = sonda_explainer_open(&self->explainer, NULL);
    }
    if (status != SONDA_OK) {
        complain(self->program, "%s", sonda_status_text(status));
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

static void close_all(explaining *self)
{
    for (size_t i = 0; i < self->rule_count; i++) {
        explanation_close(&self->rules[i]);
    }
    free(self->rules);
    numbering_close(&self->numbers);
    sonda_explainer_close(self->explainer);
    sonda_engine_close(self->engine);
    sonda_content_release(self->content);
}

static int run(program *self, arguments *given)
{
    explaining job = {.program = self, .given = given, .unreadable = {self, 0}};
    config settings;
    int code = config_apply(&settings, self, false, given);

    if (code == EXIT_DONE) {
        code = open_content(&job, given);
    }
    if (code == EXIT_DONE) {
        code = choose_rules(&job);
    }
    if (code == EXIT_DONE) {
        code = open_pipeline(&job);
    }
    if (code == EXIT_DONE) {
        code = explain_all(&job);
    }
    close_all(&job);
    config_reset(&settings);
    return code;
}

const command command_explain = {
    "explain",
    COMMAND_EXPLAIN,
    "EVENT...",
    "say why a rule matches an event, or does not",
    "Answers for each EVENT (a file as for `sonda replay`, or FILE:RECORD for one\n"
    "record of it; `-` is standard input) which log sources of the rule apply and\n"
    "what its condition comes to, node by node, with what came nearest to each value\n"
    "that does not hold. Of several events the nearest is shown.",
    1,
    (size_t)-1,
    run,
};
