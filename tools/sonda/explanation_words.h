/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Words for the numbers of an explanation.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_EXPLANATION_WORDS_H
#define SONDA_TOOLS_EXPLANATION_WORDS_H

#include "sonda/explain.h"

/* For machines: "rule", "source", "requirement", … */
const char *words_kind(uint32_t kind);

/* For machines: "product", "equals", "contains", "regex", … */
const char *words_asks(const sonda_explain_node *node);

/* For machines: "absent", "case", "part", … */
const char *words_near(uint32_t near_miss);

/* For people, between a field and a value: "ends with", "is less than", … */
const char *words_phrase(const sonda_explain_node *node);

/* "minute", "hour", … of a value that asks for a part of a time. */
const char *words_time_part(uint32_t part);

#endif
