/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which alternatives an event may concern: those of which a necessary literal
 * is in it, and those that have none.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_CANDIDATES_H
#define SONDA_CORE_DETECT_CANDIDATES_H

#include "core/detect/pattern.h"

/*
 * Marks the candidates of one pack in the matcher. Fields are folded and
 * searched once each, whatever the number of log sources that fit.
 */
void sonda__candidates_find(const sonda__question *question);

/* Takes the next candidate, in no certain order; false when there is none. */
bool sonda__candidates_next(sonda__matcher *matcher, uint32_t *alternative);

#endif
