/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where Windows enters the program: words of the command line as UTF-8, and
 * standard streams that carry bytes.
 *
 * libuv reads and writes descriptors without translation; standard error goes
 * through the C library, which would write CR LF.
 *
 * Module tools.
 */

#define WIN32_LEAN_AND_MEAN
#include "commands.h"
#include "wide.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

int wmain(int argc, wchar_t **words);

/* The words, each ended by zero, in one block behind the array of pointers. */
static char **convert(int argc, wchar_t **words)
{
    size_t pointers = ((size_t)argc + 1u) * sizeof(char *);
    size_t room = pointers;
    char **argv;
    char *at;

    for (int i = 0; i < argc; i++) {
        room += wcslen(words[i]) * WIDE_BYTES_MAX + 1u;
    }
    argv = calloc(1, room);
    if (argv == NULL) {
        return NULL;
    }
    at = (char *)argv + pointers;
    for (int i = 0; i < argc; i++) {
        argv[i] = at;
        at += wide_to_utf8((const uint16_t *)words[i], wcslen(words[i]), at) + 1u;
    }
    return argv;
}

/* Colours are escape sequences, which a console understands only when told. */
static void prepare_console(DWORD which)
{
    HANDLE console = GetStdHandle(which);
    DWORD mode;

    if (GetConsoleMode(console, &mode)) {
        (void)SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    }
}

int wmain(int argc, wchar_t **words)
{
    UINT code_page = GetConsoleOutputCP();
    char **argv = convert(argc, words);
    int code;

    if (argv == NULL) {
        return EXIT_REFUSED;
    }
    (void)_setmode(_fileno(stderr), _O_BINARY);
    prepare_console(STD_OUTPUT_HANDLE);
    prepare_console(STD_ERROR_HANDLE);
    (void)SetConsoleOutputCP(CP_UTF8);
    code = program_main(argc, argv);
    /* The console is the shell's, too. */
    (void)SetConsoleOutputCP(code_page);
    free(argv);
    return code;
}
