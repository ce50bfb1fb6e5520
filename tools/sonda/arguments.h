/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Command-line arguments: one table of all options, each with the commands
 * that know it, from which parsing, --help and the tests of the manual page and
 * the completion are made.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_ARGUMENTS_H
#define SONDA_TOOLS_ARGUMENTS_H

#include "program.h"

/* Commands, as bits: which of them know an option. */
#define COMMAND_RUN 0x01u
#define COMMAND_REPLAY 0x02u
#define COMMAND_RECORD 0x04u
#define COMMAND_COMPILE 0x08u
#define COMMAND_INSPECT 0x10u
#define COMMAND_DOCTOR 0x20u
#define COMMAND_VERSION 0x40u
#define COMMAND_TEST 0x80u
#define COMMAND_EXPLAIN 0x100u
#define COMMAND_ANY 0xffffu

/* Texts from the command line or the configuration file; borrowed. */
typedef struct text_list {
    const char **items;
    size_t count;
} text_list;

/* Values of --output, in the order of its choices. */
enum { OUTPUT_DEFAULT, OUTPUT_TEXT, OUTPUT_FINDINGS, OUTPUT_MATCHES, OUTPUT_OCSF };

/* Values of --report. */
enum { REPORT_NONE, REPORT_TEXT, REPORT_JSON };

/* All that any command can be told. */
typedef struct arguments {
    text_list operands;
    text_list rules;
    text_list disable;
    text_list filters;
    const char *rule;
    const char *pack;
    const char *config;
    const char *out_path;
    const char *junit;
    const char *placeholders;
    const char *policy;
    const char *switches;
    const char *tenant;
    uint32_t output;    /* OUTPUT_… */
    uint32_t format;    /* SONDA_FORMAT_… */
    uint32_t min_level; /* SONDA_LEVEL_… */
    uint32_t report;    /* REPORT_… */
    uint32_t jobs;      /* 0: as many as there are processors */
    uint64_t duration_ms;
    uint64_t throttle_ms; /* 0: not at all */
    bool min_level_given;
    bool observe;
    bool enforce;
    bool response_off; /* said so */
    bool allow_unsigned;
    bool strict;
    bool require_cases;
    bool events;
    bool no_config;
    bool help;
} arguments;

/* One command of the program. */
typedef struct command {
    const char *name;
    uint32_t bit; /* COMMAND_… */
    const char *operands;
    const char *summary;
    const char *description;
    size_t operands_min;
    size_t operands_max;
    int (*run)(program *self, arguments *given);
} command;

/*
 * Parses what follows the command's name. EXIT_DONE, or EXIT_USAGE after one
 * line on standard error that names what is wrong.
 */
int arguments_parse(program *self, const command *of, int argc, char **argv, arguments *given);

void arguments_reset(arguments *given);

/* Prints what the command is for and its options. */
void arguments_help(program *self, const command *of);

/* Appends a borrowed text; false when memory runs out. */
bool text_list_add(text_list *list, const char *text);

/* Position of `text` among zero-terminated `choices`, or -1. */
int choice_of(const char *const *choices, const char *text);

/* "informational" to "critical", by SONDA_LEVEL_…, then NULL. */
extern const char *const level_names[];

#endif
