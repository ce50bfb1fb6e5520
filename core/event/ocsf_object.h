/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What OCSF requires of its objects beyond what fields give.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#ifndef SONDA_CORE_EVENT_OCSF_OBJECT_H
#define SONDA_CORE_EVENT_OCSF_OBJECT_H

#include "core/codec/json_writer.h"
#include "core/event/ocsf_page.h"

/*
 * Begins the object at `path` and writes the attributes that it must have and
 * that no filled leaf gives. The caller has written its key.
 */
void sonda__ocsf_object_begin(sonda__json_writer *json,
                              const sonda__ocsf_page *page,
                              sonda__span path);

#endif
