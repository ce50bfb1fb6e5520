/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Windows adapter: what Event Tracing for Windows tells of processes,
 * images, files, network, registry, DNS and scripts.
 *
 * Two real-time sessions, "Sonda Process" and "Sonda Activity", copied into
 * records of SONDA_SOURCE_ETW. It needs an administrator's rights; it only
 * observes: respond() of its table gets SONDA_ERR_UNSUPPORTED.
 *
 * One program a machine: a second one takes the sessions over, and the first
 * says so in a health record.
 *
 * Losses that Windows counts (events and buffers of a session) stand in
 * SONDA_SOURCE_CLASS_OTHER, because nobody knows what was in them.
 *
 * Not yet tried on Windows itself: its logic runs against a made-up ETW.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_WINDOWS_WINDOWS_H
#define SONDA_WINDOWS_WINDOWS_H

#include "sonda/spi/source.h"

/** State of a rung. Pinned values. */
#define SONDA_WINDOWS_RUNG_OK 1u
#define SONDA_WINDOWS_RUNG_DEGRADED 2u
/** Not there; `remedy` says what would help, or is empty. */
#define SONDA_WINDOWS_RUNG_MISSING 3u
/** Told for information. */
#define SONDA_WINDOWS_RUNG_INFORMATION 4u

/**
 * Receives one rung of sonda_windows_probe().
 *
 * Called on the thread that probes. The strings are zero-terminated, one line
 * each, never NULL, and good during the call only.
 */
typedef void (*sonda_windows_rung_fn)(
    const char *rung, uint32_t state, const char *detail, const char *remedy, void *user);

SONDA_BEGIN_DECLS

/**
 * The ETW adapter's table of functions, for the seam.
 *
 * @return  Static table; its source runs (SONDA_SOURCE_RUNS).
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const sonda_source_ops *sonda_windows_etw_source(void);

/**
 * Find out what this machine offers, class by class, by trying it: sessions are
 * started, one of each thing they watch is done, and what was delivered counts.
 * Takes up to four seconds.
 *
 * @param on_rung  Receives each rung.
 * @param user     Passed to it.
 *
 * @retval SONDA_OK                    The adapter works here, in full or in part.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `on_rung` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Memory ran out.
 * @retval SONDA_ERR_PERMISSION        Not an administrator.
 * @retval SONDA_ERR_UNSUPPORTED       Nothing is delivered.
 *
 * @threads   Any; one probe at a time, and none while a source is open.
 * @allocates What an open source needs, given back before it returns.
 */
SONDA_API sonda_status sonda_windows_probe(sonda_windows_rung_fn on_rung, void *user);

SONDA_END_DECLS

#endif
