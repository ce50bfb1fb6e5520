/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The option table and its three readers: parse, help, reset.
 *
 * Long options take their value as `--name value` or `--name=value`, short ones
 * as `-n value` or `-nvalue`; `--` ends them.
 *
 * Module tools.
 */

#include "arguments.h"
#include "duration.h"
#include "sonda/host/parallel.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum option_kind {
    KIND_FLAG,     /* bool */
    KIND_TEXT,     /* const char * */
    KIND_LIST,     /* text_list */
    KIND_CHOICE,   /* uint32_t: 1 + position among the choices */
    KIND_LEVEL,    /* uint32_t: position, and min_level_given */
    KIND_DURATION, /* uint64_t, milliseconds */
    KIND_REPORT,   /* uint32_t: the value may be left out */
    KIND_JOBS      /* uint32_t: a number of threads */
} option_kind;

typedef struct option {
    const char *name;
    char letter; /* 0: none */
    option_kind kind;
    uint32_t commands;
    size_t member;
    const char *argument; /* NULL for a flag */
    const char *const *choices;
    const char *help;
} option;

const char *const level_names[] = {"informational", "low", "medium", "high", "critical", NULL};

static const char *const output_names[] = {"text", "findings", "matches", "ocsf", NULL};
/* In the order of SONDA_FORMAT_…. */
static const char *const format_names[] = {"recording", "json", "sysmon", "audit",
                                           "evtx",      "etl",  NULL};
static const char *const report_names[] = {"text", "json", NULL};

#define MEMBER(name) offsetof(arguments, name)
#define DETECTING (COMMAND_RUN | COMMAND_REPLAY)
#define WITH_RULES (DETECTING | COMMAND_TEST | COMMAND_EXPLAIN)

static const option options[] = {
    {"rules", 'r', KIND_LIST, WITH_RULES, MEMBER(rules), "PATH", NULL,
     "Sigma rules: a file, a folder of *.yml, a tar; may be repeated"},
    {"pack", 'p', KIND_TEXT, WITH_RULES, MEMBER(pack), "FILE", NULL,
     "a pack made by `sonda compile`, instead of the default rules"},
    {"filter", 'f', KIND_LIST, WITH_RULES, MEMBER(filters), "PATH", NULL,
     "Sigma filters that take local noise out of the rules"},
    {"placeholders", 0, KIND_TEXT, WITH_RULES | COMMAND_COMPILE, MEMBER(placeholders), "FILE",
     NULL, "what %name% in values with `expand` stands for, as YAML"},
    {"policy", 0, KIND_TEXT, DETECTING | COMMAND_COMPILE, MEMBER(policy), "FILE", NULL,
     "response policy: what findings shall lead to, as YAML"},
    {"observe", 0, KIND_FLAG, DETECTING, MEMBER(observe), NULL, NULL,
     "findings say what the policy would do; nothing is done"},
    {"enforce", 0, KIND_FLAG, DETECTING, MEMBER(enforce), NULL, NULL,
     "carry out the policy: deny where an answer is awaited"},
    {"switches", 0, KIND_TEXT, DETECTING, MEMBER(switches), "FILE", NULL,
     "names whose responses are withheld; `run` follows its changes"},
    {"tenant", 0, KIND_TEXT, DETECTING, MEMBER(tenant), "NAME", NULL,
     "for whom this sensor works, for switches that name a tenant"},
    {"rule", 0, KIND_TEXT, COMMAND_EXPLAIN, MEMBER(rule), "RULE", NULL,
     "the rule to explain: its id, or a file of its own"},
    {"min-level", 'l', KIND_LEVEL, DETECTING | COMMAND_EXPLAIN, MEMBER(min_level), "LEVEL",
     level_names, "show findings of this level or above"},
    {"disable", 'd', KIND_LIST, DETECTING | COMMAND_EXPLAIN, MEMBER(disable), "RULE-ID", NULL,
     "make no finding of this rule; may be repeated"},
    {"throttle", 0, KIND_DURATION, DETECTING, MEMBER(throttle_ms), "DURATION", NULL,
     "a correlation that spoke for a group is silent for it so long"},
    {"output", 0, KIND_CHOICE, DETECTING, MEMBER(output), "FORM", output_names,
     "form of the findings; text on a terminal, else findings"},
    {"events", 'e', KIND_FLAG, DETECTING, MEMBER(events), NULL, NULL,
     "show every event, too; always so with --output ocsf"},
    {"output", 0, KIND_CHOICE, COMMAND_EXPLAIN, MEMBER(report), "FORM", report_names,
     "form of the explanation; text without it"},
    {"format", 'F', KIND_CHOICE, COMMAND_REPLAY | COMMAND_EXPLAIN, MEMBER(format), "FORMAT",
     format_names, "format of the input; found by content"},
    {"for", 't', KIND_DURATION, COMMAND_RUN | COMMAND_RECORD, MEMBER(duration_ms), "DURATION",
     NULL, "stop by itself after this time, such as 10s, 5m, 2h"},
    {"output", 'o', KIND_TEXT, COMMAND_RECORD | COMMAND_COMPILE, MEMBER(out_path), "FILE", NULL,
     "the file to write"},
    {"report", 0, KIND_REPORT, COMMAND_COMPILE, MEMBER(report), "[=FORM]", report_names,
     "tell of each rule: compiled, skipped or rejected, and why"},
    {"strict", 0, KIND_FLAG, COMMAND_COMPILE, MEMBER(strict), NULL, NULL,
     "exit 1 and write nothing unless every rule compiles"},
    {"allow-unsigned", 0, KIND_FLAG, DETECTING, MEMBER(allow_unsigned), NULL, NULL,
     "let `run` use a pack without a signature"},
    {"config", 'c', KIND_TEXT, DETECTING | COMMAND_DOCTOR | COMMAND_EXPLAIN, MEMBER(config),
     "FILE", NULL, "configuration file; `run` reads /etc/sonda/sonda.conf by itself"},
    {"no-config", 0, KIND_FLAG, COMMAND_RUN | COMMAND_DOCTOR, MEMBER(no_config), NULL, NULL,
     "read no configuration file"},
    {"jobs", 'j', KIND_JOBS, COMMAND_TEST | COMMAND_REPLAY, MEMBER(jobs), "N", NULL,
     "threads; as many as there are processors without it"},
    {"junit", 0, KIND_TEXT, COMMAND_TEST, MEMBER(junit), "FILE", NULL,
     "write the results as JUnit XML, too"},
    {"require-cases", 0, KIND_FLAG, COMMAND_TEST, MEMBER(require_cases), NULL, NULL,
     "fail unless each rule has a match and a near-miss as cases"},
    {"help", 'h', KIND_FLAG, COMMAND_ANY, MEMBER(help), NULL, NULL, "show this and exit"},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

bool text_list_add(text_list *list, const char *text)
{
    size_t bytes = (list->count + 1) * sizeof *list->items;
    const char **items = realloc((void *)list->items, bytes);

    if (items == NULL) {
        return false;
    }
    items[list->count++] = text;
    list->items = items;
    return true;
}

int choice_of(const char *const *choices, const char *text)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

/* "text, findings, matches or ocsf". */
static void list_choices(const char *const *choices, char *room, size_t size)
{
    size_t used = 0;

    room[0] = '\0';
    for (size_t i = 0; choices[i] != NULL; i++) {
        const char *between = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
        size_t need = strlen(between) + strlen(choices[i]);

        if (used + need < size) {
            memcpy(room + used, between, strlen(between));
            memcpy(room + used + strlen(between), choices[i], strlen(choices[i]) + 1);
            used += need;
        }
    }
}

static int refuse(program *self, const command *of, const char *what, const char *name)
{
    complain(self, "%s: %s '%s' (see 'sonda %s --help')", of->name, what, name, of->name);
    return EXIT_USAGE;
}

static int store_choice(
    program *self, const command *of, const option *row, const char *text, uint32_t *place)
{
    int position = choice_of(row->choices, text);
    char choices[128];

    if (position < 0) {
        list_choices(row->choices, choices, sizeof choices);
        complain(self, "%s: --%s: '%s' is none of %s", of->name, row->name, text, choices);
        return EXIT_USAGE;
    }
    *place = (uint32_t)position + (row->kind == KIND_LEVEL ? 0u : 1u);
    return EXIT_DONE;
}

static int store_duration(
    program *self, const command *of, const option *row, const char *text, uint64_t *place)
{
    if (!duration_parse(text, place)) {
        complain(self, "%s: --%s: '%s' is no duration such as 10s, 5m or 2h", of->name,
                 row->name, text);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int store_jobs(
    program *self, const command *of, const option *row, const char *text, uint32_t *place)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long value = digits <= 4 ? strtoul(text, NULL, 10) : 0;

    if (text[digits] != '\0' || value < 1 || value > SONDA_PARALLEL_MAX) {
        complain(self, "%s: --%s: '%s' is no number from 1 to %u", of->name, row->name, text,
                 SONDA_PARALLEL_MAX);
        return EXIT_USAGE;
    }
    *place = (uint32_t)value;
    return EXIT_DONE;
}

static int
store(program *self, const command *of, const option *row, const char *text, arguments *given)
{
    void *place = (char *)given + row->member;

    switch (row->kind) {
    case KIND_FLAG:
        *(bool *)place = true;
        return EXIT_DONE;
    case KIND_TEXT:
        *(const char **)place = text;
        return EXIT_DONE;
    case KIND_LIST:
        return text_list_add(place, text) ? EXIT_DONE : EXIT_REFUSED;
    case KIND_LEVEL:
        given->min_level_given = true;
        return store_choice(self, of, row, text, place);
    case KIND_REPORT:
        return store_choice(self, of, row, text == NULL ? "text" : text, place);
    case KIND_DURATION:
        return store_duration(self, of, row, text, place);
    case KIND_JOBS:
        return store_jobs(self, of, row, text, place);
    case KIND_CHOICE:
    default:
        return store_choice(self, of, row, text, place);
    }
}

static const option *find_long(const command *of, const char *name, size_t len)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if ((options[i].commands & of->bit) != 0 && strlen(options[i].name) == len &&
            memcmp(options[i].name, name, len) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static const option *find_short(const command *of, char letter)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if ((options[i].commands & of->bit) != 0 && options[i].letter == letter) {
            return &options[i];
        }
    }
    return NULL;
}

/* The arguments not looked at yet. */
typedef struct cursor {
    int argc;
    char **argv;
    int at;
} cursor;

/* `text` is what stands behind the option in the same argument, or NULL. */
static int take(program *self,
                const command *of,
                const option *row,
                const char *text,
                cursor *rest,
                arguments *given)
{
    if (row->kind == KIND_FLAG && text != NULL) {
        return refuse(self, of, "no value is wanted by", row->name);
    }
    if (row->kind != KIND_FLAG && row->kind != KIND_REPORT && text == NULL) {
        if (rest->at >= rest->argc) {
            return refuse(self, of, "a value is wanted by", rest->argv[rest->at - 1]);
        }
        text = rest->argv[rest->at++];
    }
    return store(self, of, row, text, given);
}

static int
take_long(program *self, const command *of, const char *word, cursor *rest, arguments *given)
{
    const char *equals = strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const option *row = find_long(of, word + 2, len - 2);

    if (row == NULL) {
        return refuse(self, of, "unknown option", word);
    }
    return take(self, of, row, equals != NULL ? equals + 1 : NULL, rest, given);
}

static int
take_short(program *self, const command *of, const char *word, cursor *rest, arguments *given)
{
    const option *row = find_short(of, word[1]);

    if (row == NULL) {
        return refuse(self, of, "unknown option", word);
    }
    return take(self, of, row, word[2] != '\0' ? word + 2 : NULL, rest, given);
}

static int check_operands(program *self, const command *of, const arguments *given)
{
    if (given->help) {
        return EXIT_DONE;
    }
    if (given->operands.count < of->operands_min) {
        complain(self, "%s: %s is missing (see 'sonda %s --help')", of->name, of->operands,
                 of->name);
        return EXIT_USAGE;
    }
    if (given->operands.count > of->operands_max) {
        return refuse(self, of, "too many arguments from",
                      given->operands.items[of->operands_max]);
    }
    return EXIT_DONE;
}

int arguments_parse(program *self, const command *of, int argc, char **argv, arguments *given)
{
    cursor rest = {argc, argv, 0};
    bool only_operands = false;
    int code = EXIT_DONE;

    memset(given, 0, sizeof *given);
    while (code == EXIT_DONE && rest.at < argc) {
        const char *word = argv[rest.at++];

        if (only_operands || word[0] != '-' || word[1] == '\0') {
            code = text_list_add(&given->operands, word) ? EXIT_DONE : EXIT_REFUSED;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (word[1] == '-') {
            code = take_long(self, of, word, &rest, given);
        } else {
            code = take_short(self, of, word, &rest, given);
        }
    }
    return code == EXIT_DONE ? check_operands(self, of, given) : code;
}

void arguments_reset(arguments *given)
{
    free((void *)given->operands.items);
    free((void *)given->rules.items);
    free((void *)given->disable.items);
    free((void *)given->filters.items);
    memset(given, 0, sizeof *given);
}

static void help_row(program *self, const option *row)
{
    char left[64];
    char choices[128];
    size_t used = 0;
    const char *pieces[] = {row->letter != 0 ? "-" : "    --", NULL, row->name,
                            row->argument == NULL || row->kind == KIND_REPORT ? "" : " ",
                            row->argument != NULL ? row->argument : ""};
    char letter[8] = {row->letter, ',', ' ', '-', '-', '\0'};

    pieces[1] = row->letter != 0 ? letter : "";
    left[0] = '\0';
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t len = strlen(pieces[i]);

        if (used + len < sizeof left) {
            memcpy(left + used, pieces[i], len + 1);
            used += len;
        }
    }
    print(self, "  %-24s  %s\n", left, row->help);
    if (row->choices != NULL) {
        list_choices(row->choices, choices, sizeof choices);
        print(self, "  %-24s  (%s)\n", "", choices);
    }
}

void arguments_help(program *self, const command *of)
{
    print(self, "Usage: sonda %s [OPTION...]%s%s\n\n%s\n\nOptions:\n", of->name,
          of->operands[0] != '\0' ? " " : "", of->operands, of->description);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if ((options[i].commands & of->bit) != 0) {
            help_row(self, &options[i]);
        }
    }
}
