/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The line under a value of an explanation: where it was found, or what came
 * nearest.
 *
 * Module tools.
 */

#ifndef SONDA_TOOLS_EXPLANATION_NOTE_H
#define SONDA_TOOLS_EXPLANATION_NOTE_H

#include "explanation.h"

/* Begins a line under a node of that depth. */
void note_begin(sonda_output *out, unsigned depth);

/* Whole line of a value. */
void note_value(sonda_output *out, const kept_node *kept, unsigned depth);

/* That the event has no such field, and which one is like it. */
void note_absence(sonda_output *out, const sonda_explain_node *node);

#endif
