/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Correlations as bytes.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_PACK_CORRELATIONS_H
#define SONDA_COMPILE_PACK_CORRELATIONS_H

#include "compile/pack_sections.h"
#include "compile/pack_writer.h"

/* Appends a correlation whose rule is entry `rule` of RULES, and its inputs. */
void sonda__pack_put_correlation(sonda__pack_sections *sections,
                                 uint32_t rule,
                                 uint32_t index,
                                 const sonda__correlation *correlation,
                                 const uint32_t *rules,
                                 const sonda__pack_input *inputs,
                                 size_t input_count);

/* Puts all inputs into the order that reading searches by. */
void sonda__pack_sort_inputs(sonda__pack_sections *sections);

#endif
