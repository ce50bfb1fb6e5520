/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The command-line program: finds the command and runs it.
 *
 * Module tools.
 */

#include "commands.h"

#include <string.h>

static const command *const commands[] = {
    &command_run,     &command_replay,  &command_record, &command_compile, &command_test,
    &command_explain, &command_inspect, &command_doctor, &command_version,
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void help(program *self)
{
    print(self, "Usage: sonda COMMAND [OPTION...] [FILE...]\n\n"
                "Watches a machine, or recorded telemetry, with Sigma rules.\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        print(self, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
    }
    print(self,
          "\n'sonda COMMAND --help' shows a command's options; 'man sonda' has the whole.\n\n"
          "Exit codes: 0 done, 1 a test or --strict failed, 2 wrong usage, 3 unusable input,\n"
          "4 refused, 5 output could not be written, 130 interrupted, 141 closed pipe.\n");
}

static const command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int run_command(program *self, const command *wanted, int argc, char **argv)
{
    arguments given;
    int code = arguments_parse(self, wanted, argc, argv, &given);

    if (code == EXIT_DONE && given.help) {
        arguments_help(self, wanted);
    } else if (code == EXIT_DONE) {
        code = wanted->run(self, &given);
    }
    arguments_reset(&given);
    return code;
}

static int dispatch(program *self, int argc, char **argv)
{
    const command *wanted;
    const char *name;

    if (argc < 2) {
        complain(self,
                 "a command is missing: run, replay, record, compile, test, explain, inspect, "
                 "doctor or version (see 'sonda --help')");
        return EXIT_USAGE;
    }
    name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        help(self);
        return EXIT_DONE;
    }
    wanted = strcmp(name, "--version") == 0 ? &command_version : find(name);
    if (wanted == NULL) {
        complain(self, "unknown %s '%s' (see 'sonda --help')",
                 name[0] == '-' ? "option" : "command", name);
        return EXIT_USAGE;
    }
    return run_command(self, wanted, argc - 2, argv + 2);
}

int program_main(int argc, char **argv)
{
    program self;
    int code = program_open(&self);

    if (code != EXIT_DONE) {
        return code;
    }
    code = dispatch(&self, argc, argv);
    return program_close(&self, code);
}

#ifndef _WIN32
int main(int argc, char **argv)
{
    return program_main(argc, argv);
}
#endif
