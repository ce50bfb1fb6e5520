/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One field's value as OCSF members.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#ifndef SONDA_CORE_EVENT_OCSF_VALUE_H
#define SONDA_CORE_EVENT_OCSF_VALUE_H

#include "core/codec/json_writer.h"
#include "core/event/ocsf_rows.h"

/*
 * Whether a text can be written in a form: a number that is none, or an
 * address that is "-", stays in `unmapped`.
 */
bool sonda__ocsf_value_fits(sonda__ocsf_form form, sonda__span text);

/*
 * Writes a text that fits as the member `name`, with the members that its form
 * adds beside it. `alone` says that the object has no other source for what is
 * split off: the domain of an account, the name of a registry value.
 */
void sonda__ocsf_value_put(sonda__json_writer *json,
                           sonda__ocsf_form form,
                           sonda__span name,
                           sonda__span text,
                           bool alone);

/* Members path, name and type_id of a regular file, or of what is no path. */
void sonda__ocsf_put_file(sonda__json_writer *json, sonda__span path);

#endif
