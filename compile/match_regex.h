/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The text that every match of a regular expression has in it.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_MATCH_REGEX_H
#define SONDA_COMPILE_MATCH_REGEX_H

#include "compile/pack_sections.h"

#define SONDA__REGEX_LITERAL_MAX 128u

/*
 * Writes the longest such text that was found, folded; returns its bytes, 0
 * when there is none (or no memory to look for it).
 */
size_t sonda__match_regex_literal(const sonda__pack_sections *sections,
                                  uint32_t regex,
                                  const sonda_allocator *allocator,
                                  uint8_t out[SONDA__REGEX_LITERAL_MAX]);

#endif
