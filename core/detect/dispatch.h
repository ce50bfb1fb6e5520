/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From what an event says of its source to the log sources that may fit it.
 *
 * Streams have few kinds of event: which log sources fit by product, class,
 * activity, channel and event id is remembered for the kinds seen last.
 *
 * Layer 4 (detect). No allocation.
 */

#ifndef SONDA_CORE_DETECT_DISPATCH_H
#define SONDA_CORE_DETECT_DISPATCH_H

#include "core/detect/pattern.h"

/*
 * Fills `fitting` of the matcher with the log sources of the pack that the
 * event is of, in ascending order, their conditions on fields included.
 */
void sonda__dispatch(const sonda__question *question);

#endif
