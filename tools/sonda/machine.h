/* SPDX-License-Identifier: Apache-2.0 */

/*
 * This machine: the adapter for its system, and what it offers.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_MACHINE_H
#define SONDA_TOOLS_MACHINE_H

#include "program.h"
#include "sonda/recording.h"

/* One rung of what the machine offers; states as in sonda/linux/linux.h. */
typedef void (*machine_rung_fn)(
    const char *rung, uint32_t state, const char *detail, const char *remedy, void *user);

/* The adapter, or NULL where this build has none. */
const sonda_source_ops *machine_source(void);

/* Tries what the machine offers; SONDA_OK when it can be watched. */
sonda_status machine_probe(machine_rung_fn on_rung, void *user);

/* What recordings made here say of their origin. */
void machine_describe(sonda_recording_info *info);

/* Exit code, and one line on standard error, for a run that ended with `status`. */
int machine_outcome(program *self, sonda_status status, const sonda_error *error);

#endif
