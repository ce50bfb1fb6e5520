/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The file of switches: whose responses are withheld. docs/policy.md is its
 * contract.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_SWITCHES_H
#define SONDA_TOOLS_SWITCHES_H

#include "program.h"
#include "sonda/engine.h"

/* How often a running sensor looks at the file. */
#define SWITCHES_LOOK_MS 500u

typedef struct switches {
    program *program;
    sonda_engine *engine;
    const char *path; /* NULL: there is none */
    char *text;       /* as it was at the last look */
    size_t len;
    bool is_settling; /* what is gone from it is still withheld */
    bool is_missed;   /* told that it cannot be read */
} switches;

/*
 * Reads the file and sets the engine's switches. An exit code, with the reason
 * told. `path` NULL: there is no such file. Close in any case.
 */
int switches_open(switches *self, program *of, sonda_engine *engine, const char *path);
void switches_close(switches *self);

/*
 * Looks at the file again. Names that are new in it are withheld at once, those
 * that are gone one look later, for a file may be seen half written. One that
 * is broken or gone is told of and changes nothing.
 */
void switches_follow(switches *self);

#endif
