/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a batch needs of a worker beyond its public steps.
 *
 * Layer 5 (engine).
 */

#ifndef SONDA_CORE_ENGINE_WORKER_H
#define SONDA_CORE_ENGINE_WORKER_H

#include "core/base/span.h"
#include "sonda/worker.h"

/* The machine's name that the worker was given, for its events. */
sonda__span sonda__worker_host(const sonda_worker *worker);

/*
 * Last part of processing a record: evaluates what the tracker has ready.
 * SONDA_ERR_BAD_STATE from inside a callback.
 */
sonda_status sonda__worker_drain(sonda_worker *worker);

/* sonda_worker_decode() and _process() of a record whose header stands apart. */
sonda_status sonda__worker_decode_apart(sonda_worker *worker,
                                        const sonda_record_header *header,
                                        sonda__span payload,
                                        uint64_t now_ns,
                                        sonda_event *event);
sonda_status sonda__worker_process_apart(sonda_worker *worker,
                                         const sonda_record_header *header,
                                         sonda__span payload,
                                         uint64_t now_ns);

/* NULL when every record stands alone. */
sonda_tracker *sonda__worker_tracker(const sonda_worker *worker);

#endif
