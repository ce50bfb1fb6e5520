/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From the parsed rules and filters of a report to the pack.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_ASSEMBLE_H
#define SONDA_COMPILE_ASSEMBLE_H

#include "compile/pack_writer.h"
#include "compile/report.h"

/*
 * Orders rules and filters by id, refuses duplicates, resolves what filters
 * aim at, and hands all to the writer; whoever is refused is told so in the
 * report. Fails only for want of memory or of room in the pack.
 */
sonda_status sonda__assemble(sonda__report *report,
                             sonda__pool *pool,
                             sonda__pack_writer *writer,
                             sonda_error *error);

#endif
