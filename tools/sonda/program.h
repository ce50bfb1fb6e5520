/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What every command of the program shares: exit codes, the host, standard
 * output, and what it knows of its terminal.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_PROGRAM_H
#define SONDA_TOOLS_PROGRAM_H

#include "sonda/host/host.h"
#include "sonda/host/output.h"

#include <stdbool.h>

/* Exit codes; documented in docs/man/sonda.1. */
#define EXIT_DONE 0
#define EXIT_DIFFERENCE 1
#define EXIT_USAGE 2
#define EXIT_INPUT 3
#define EXIT_REFUSED 4
#define EXIT_OUTPUT 5
#define EXIT_INTERRUPTED 130
#define EXIT_CLOSED_PIPE 141

typedef struct program {
    sonda_host *host;
    sonda_output *out; /* standard output */
    bool out_is_terminal;
    bool err_is_terminal;
    bool out_colour;
    bool progress_shown;
} program;

/* Opens host and standard output; an exit code. */
int program_open(program *self);

/*
 * Flushes and closes. Returns `code`, or what a failure of standard output
 * makes of it: EXIT_OUTPUT, told on standard error, or EXIT_CLOSED_PIPE.
 */
int program_close(program *self, int code);

/*
 * SONDA_OK while standard output works. Called after writing, it lets a
 * command stop early; program_close() tells the reason.
 */
sonda_status program_flush(program *self);

/* One line on standard error: "sonda: " and the message. */
void complain(program *self, const char *format, ...)
    __attribute__((format(SONDA_PRINTF_FORMAT, 2, 3)));

/* Writes to standard output as printf would. */
void print(program *self, const char *format, ...)
    __attribute__((format(SONDA_PRINTF_FORMAT, 2, 3)));

/* Shows one line of progress on a terminal; NULL takes it away. */
void show_progress(program *self, const char *line);

#endif
