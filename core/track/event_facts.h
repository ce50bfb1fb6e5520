/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who an event speaks of: its process, its parent, and what happened to them.
 *
 * Each source spells this in its own way (Sysmon's GUIDs, the hexadecimal ids
 * of Windows Security, the adapter's pid and start time); behind this header
 * the differences are gone.
 *
 * Layer 3 (track): uses base and event. No allocation.
 */

#ifndef SONDA_CORE_TRACK_EVENT_FACTS_H
#define SONDA_CORE_TRACK_EVENT_FACTS_H

#include "core/event/event.h"
#include "core/track/lineage.h"

typedef enum sonda__process_happening {
    SONDA__HAPPENED_ELSE, /* the process acts, or is only named */
    SONDA__HAPPENED_LAUNCH,
    SONDA__HAPPENED_FORK,
    SONDA__HAPPENED_EXIT
} sonda__process_happening;

typedef struct sonda__event_facts {
    sonda__process_happening happening;
    /*
     * Whether the event itself has the process in the Source… fields, because
     * its own process is another that it acts on.
     */
    bool by_source_fields;
    /* Whether the record cannot carry lineage, so that rules may see ours. */
    bool lineage_visible;
    sonda__process_facts process;
    sonda__process_facts parent;
} sonda__event_facts;

/* The texts borrow from the event. */
void sonda__event_facts_of(const sonda_event *event, sonda__event_facts *facts);

#endif
