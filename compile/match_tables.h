/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The sections by which matching finds candidates: scans, literals, postings,
 * and which of them a log source needs.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_MATCH_TABLES_H
#define SONDA_COMPILE_MATCH_TABLES_H

#include "compile/match_keys.h"

/*
 * Writes the sections and the lists of SOURCES, and adds up costs. Everything
 * else of the sections is written by then. SONDA_ERR_NO_MEMORY otherwise.
 */
sonda_status sonda__match_tables_put(sonda__pack_sections *sections);

#endif
