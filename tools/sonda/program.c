/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Standard output and standard error of the program.
 *
 * Messages are composed whole and written in one piece, so that lines of two
 * processes in one log do not mix. Control characters never reach the terminal
 * from here: a file name or a rule title may hold any.
 *
 * Module tools.
 */

#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_ROOM 1024u

static bool wants_colour(bool terminal)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *kind = getenv("TERM");

    return terminal && (no_colour == NULL || no_colour[0] == '\0') &&
           (kind == NULL || strcmp(kind, "dumb") != 0);
}

int program_open(program *self)
{
    memset(self, 0, sizeof *self);
    if (sonda_host_open(&self->host, NULL, NULL) != SONDA_OK ||
        sonda_output_attach(&self->out, SONDA_OUTPUT_STDOUT, NULL) != SONDA_OK) {
        fputs("sonda: the system gives no event loop or no memory\n", stderr);
        sonda_host_close(self->host);
        return EXIT_REFUSED;
    }
    self->out_is_terminal = sonda_output_is_terminal(SONDA_OUTPUT_STDOUT) != 0;
    self->err_is_terminal = sonda_output_is_terminal(SONDA_OUTPUT_STDERR) != 0;
    self->out_colour = wants_colour(self->out_is_terminal);
    return EXIT_DONE;
}

int program_close(program *self, int code)
{
    sonda_status status = sonda_output_flush(self->out);

    if (status == SONDA_ERR_END) {
        code = EXIT_CLOSED_PIPE;
    } else if (status != SONDA_OK) {
        complain(self, "standard output: %s", sonda_output_reason(self->out));
        code = EXIT_OUTPUT;
    }
    (void)sonda_output_close(self->out);
    sonda_host_close(self->host);
    return code;
}

sonda_status program_flush(program *self)
{
    if (self->out_is_terminal && sonda_output_buffered(self->out) != 0) {
        show_progress(self, NULL);
    }
    return sonda_output_flush(self->out);
}

/* Control characters would let a name rewrite the screen. */
static void make_plain(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

void complain(program *self, const char *format, ...)
{
    char line[LINE_ROOM];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    make_plain(line);
    show_progress(self, NULL);
    if (self->out != NULL && self->out_is_terminal) {
        (void)sonda_output_flush(self->out);
    }
    (void)fprintf(stderr, "sonda: %s\n", line);
}

void print(program *self, const char *format, ...)
{
    char piece[LINE_ROOM];
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (len > 0) {
        size_t wanted = (size_t)len;

        (void)sonda_output_write(self->out, piece,
                                 wanted < sizeof piece ? wanted : sizeof piece - 1);
    }
}

void show_progress(program *self, const char *line)
{
    if (!self->err_is_terminal || (line == NULL && !self->progress_shown)) {
        return;
    }
    (void)fprintf(stderr, "\r\033[K%s", line != NULL ? line : "");
    (void)fflush(stderr);
    self->progress_shown = line != NULL;
}
