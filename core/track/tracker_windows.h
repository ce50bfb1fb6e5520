/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What correlations remember, as the tracker holds it.
 *
 * Layer 3 (track).
 */

#ifndef SONDA_CORE_TRACK_TRACKER_WINDOWS_H
#define SONDA_CORE_TRACK_TRACKER_WINDOWS_H

#include "core/track/windows.h"
#include "sonda/tracker.h"

/* Lives as long as the tracker. */
sonda__windows *sonda__tracker_windows(sonda_tracker *tracker);

#endif
