/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Completing an event from the process table.
 *
 * Fills what the record could not carry, and never what it did: rules see what
 * the record says. For event logs the additions are hidden from rules.
 *
 * Layer 3 (track): uses base and event. Takes from the event's arena only.
 */

#ifndef SONDA_CORE_TRACK_ENRICH_H
#define SONDA_CORE_TRACK_ENRICH_H

#include "core/track/event_facts.h"

/*
 * Adds absent fields of the process at `index` (or SONDA__PROCESS_NONE) and of
 * its parent, and the chain. Stops early, without harm, when the event's
 * arena or field array is full.
 */
void sonda__enrich(sonda__process_table *table,
                   uint32_t index,
                   const sonda__event_facts *facts,
                   sonda_event *event);

#endif
