/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The system calls that are watched, by number, for both tables of a machine.
 *
 * Platform (linux).
 */

#ifndef SONDA_PLATFORM_LINUX_CALLS_H
#define SONDA_PLATFORM_LINUX_CALLS_H

#include <stdint.h>

#include "platform/linux/bpf/interface.bpf.h"

/*
 * Fills both tables, CALL_MAX entries each, with the calls of the classes in
 * the mask (0: all). Numbers are those of the machine this is built for.
 */
void calls_fill(struct action *native, struct action *compat, uint64_t classes);

#endif
