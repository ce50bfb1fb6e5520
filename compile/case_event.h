/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The `event` of a case, as the record it stands for.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_CASE_EVENT_H
#define SONDA_COMPILE_CASE_EVENT_H

#include "compile/pool.h"
#include "compile/yaml_document.h"

/*
 * Builds the record in `pool`. `time_ns` is the case's clock (0: none), `seq`
 * the record's number. On failure `error` names line and reason.
 */
sonda_status sonda__case_event_build(const sonda__yaml_node *event,
                                     uint64_t time_ns,
                                     uint64_t seq,
                                     sonda__pool *pool,
                                     sonda__span *record,
                                     sonda_error *error);

/* Fills `error` with a line and returns SONDA_ERR_MALFORMED. */
sonda_status sonda__case_refuse(sonda_error *error, uint32_t line, const char *reason);

#endif
