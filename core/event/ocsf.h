/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events as OCSF 1.8, whole and in the pieces a finding is made of.
 *
 * Each function writes members into the object that is open in `json`; a piece
 * that has nothing to say writes an object that is still valid.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#ifndef SONDA_CORE_EVENT_OCSF_H
#define SONDA_CORE_EVENT_OCSF_H

#include "core/codec/json_writer.h"
#include "core/event/event.h"

/* Version of the schema, as metadata.version carries it. */
#define SONDA__OCSF_VERSION "1.8.0"

/* OCSF severity_id. */
#define SONDA__OCSF_INFORMATIONAL 1u
#define SONDA__OCSF_LOW 2u
#define SONDA__OCSF_MEDIUM 3u
#define SONDA__OCSF_HIGH 4u
#define SONDA__OCSF_CRITICAL 5u

/*
 * activity_id, category_uid, class_uid, type_uid, severity_id and time, the
 * attributes that every class requires beside metadata.
 */
void sonda__ocsf_classification(sonda__json_writer *json,
                                uint32_t class_uid,
                                uint32_t activity_id,
                                uint32_t severity_id,
                                uint64_t time_ns);

/*
 * "metadata": product, version, sequence, what the event says of its log, and
 * the profiles: those of the event, and `profile` unless it is NULL.
 */
void sonda__ocsf_metadata(sonda__json_writer *json,
                          const sonda_event *event,
                          const char *profile);

/* "device": the machine the event is from. */
void sonda__ocsf_device(sonda__json_writer *json, const sonda_event *event);

/*
 * What the event is about, as the members of one element of a finding's
 * `evidences`: actor, process, file, endpoints and so on. An event that says
 * nothing of these gives `data` instead.
 */
void sonda__ocsf_evidence(sonda__json_writer *json, const sonda_event *event);

/*
 * A member `name` that is the process object of the first of `count` links,
 * with its ancestors as parent_process inside each other. Nothing for 0.
 */
void sonda__ocsf_process(sonda__json_writer *json,
                         const char *name,
                         const sonda__chain_link *links,
                         size_t count);

/* The whole event: one object. */
void sonda__ocsf_event(sonda__json_writer *json, const sonda_event *event);

#endif
