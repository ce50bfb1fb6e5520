/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What each rule of the report costs, in a word and in figures, and a warning
 * of those that must always run.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_COST_CLASS_H
#define SONDA_COMPILE_COST_CLASS_H

#include "compile/pack_writer.h"
#include "compile/report.h"

/*
 * Fills the cost of each rule in a finished pack, and warns of those that are
 * evaluated for every event. Texts are copied to `pool`.
 */
sonda_status sonda__cost_class_report(sonda__report *report,
                                      sonda__pool *pool,
                                      const sonda__pack_writer *writer);

#endif
