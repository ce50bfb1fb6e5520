/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The configuration file: `key = value` lines. docs/configuration.md is its
 * contract.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_CONFIG_H
#define SONDA_TOOLS_CONFIG_H

#include "arguments.h"

typedef struct config {
    char *text;   /* the file; values point into it */
    char **owned; /* paths composed from it */
    size_t owned_count;
    text_list disable;
    text_list filters;
    uint32_t min_level;
    bool min_level_given;
    const char *response; /* NULL: not said */
    const char *policy;
    const char *switches;
    const char *tenant;
    size_t problems;
    unsigned line_count;
} config;

/* Receives each problem, with its line. */
typedef void (*config_problem_fn)(void *user,
                                  unsigned line,
                                  const char *what,
                                  const char *word);

/* Where `run` looks by itself. */
extern const char config_default_path[];

/*
 * Reads a file. EXIT_DONE also when there are problems: they are counted and
 * handed to `on_problem`. EXIT_INPUT when it cannot be read, told unless
 * `may_be_absent` and it is. Reset in any case.
 */
int config_read(config *self,
                program *of,
                const char *path,
                bool may_be_absent,
                config_problem_fn on_problem,
                void *user);
void config_reset(config *self);

/*
 * Reads the file the arguments ask for, if any, and adds to them what they do
 * not say themselves. `by_default`: config_default_path is looked at, too. An
 * exit code, with every problem told; `self` must live as long as the arguments.
 */
int config_apply(config *self, program *of, bool by_default, arguments *given);

#endif
