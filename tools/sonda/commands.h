/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The commands, one file each.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_COMMANDS_H
#define SONDA_TOOLS_COMMANDS_H

#include "arguments.h"

extern const command command_run;
extern const command command_replay;
extern const command command_record;
extern const command command_compile;
extern const command command_test;
extern const command command_explain;
extern const command command_inspect;
extern const command command_doctor;
extern const command command_version;

/* The program, with words in UTF-8. Its entry point is the system's: main.c, or
 * entry_windows.c. */
int program_main(int argc, char **argv);

#endif
