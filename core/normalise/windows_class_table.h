/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Windows Event Log and Sysmon event ids to OCSF class and activity.
 *
 * Layer 3 (normalise): uses base and event.
 */

#ifndef SONDA_CORE_NORMALISE_WINDOWS_CLASS_TABLE_H
#define SONDA_CORE_NORMALISE_WINDOWS_CLASS_TABLE_H

#include "core/event/event.h"

/*
 * Sets class_uid and activity_id from the event's channel (in any case of
 * letters) and event_id; registry events also from the EventType field. Works
 * for Sysmon for Linux too. Leaves a base event for ids it does not know.
 */
void sonda__windows_classify(sonda_event *event);

#endif
