/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The macOS adapter: process, file and session activity by Endpoint Security.
 *
 * One client of Endpoint Security for each concern: one that asks for verdicts
 * (only when sonda_source_options.authorise has a bit set), one that observes,
 * and one that watches over the sensor itself. The library copies messages
 * into records of the seam and answers the system; nothing is decided here but
 * who may touch the sensor. It needs macOS 13, root, the entitlement
 * com.apple.developer.endpoint-security.client and Full Disk Access.
 *
 * Endpoint Security has no events of IP traffic or name resolution: those come
 * from a NetworkExtension provider of the vendor's, by records of its own.
 *
 * With SONDA_SOURCE_CLASS_OTHER among the classes to authorise, the sensor's
 * own process and program are protected: signals, task ports, suspension,
 * deletion and renaming are refused at once, unless launchd or the system asks.
 *
 * A ticket that nobody answers is allowed shortly before its deadline and
 * counted as expired: the host's own clockwork is expected to come first, and
 * Endpoint Security ends a process that lets a deadline pass.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_MAC_MAC_H
#define SONDA_MAC_MAC_H

#include "sonda/spi/source.h"

/** State of a rung. Pinned values. */
#define SONDA_MAC_RUNG_OK 1u
/** Works, but less well than it could; `detail` says how. */
#define SONDA_MAC_RUNG_DEGRADED 2u
/** Not there; `remedy` says what would help, or is empty. */
#define SONDA_MAC_RUNG_MISSING 3u
/** Told for information. */
#define SONDA_MAC_RUNG_INFORMATION 4u

/** What a muted path stands for. Pinned values. */
#define SONDA_MAC_MUTE_PROGRAM 0u
/** All programs below a folder, or whose path begins so. */
#define SONDA_MAC_MUTE_PROGRAMS_BELOW 1u
/** The file that is acted upon, whoever acts. */
#define SONDA_MAC_MUTE_TARGET 2u
#define SONDA_MAC_MUTE_TARGETS_BELOW 3u

/**
 * Receives one rung of sonda_mac_probe().
 *
 * Called on the thread that probes, once a rung, from the most basic up; may
 * call anything but the probe itself. The strings are zero-terminated, one
 * line each, never NULL, and good during the call only; `remedy` is empty
 * where nothing needs to be done.
 */
typedef void (*sonda_mac_rung_fn)(
    const char *rung, uint32_t state, const char *detail, const char *remedy, void *user);

SONDA_BEGIN_DECLS

/**
 * The adapter's table of functions, for the seam.
 *
 * @return  Static table; its source runs (SONDA_SOURCE_RUNS).
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const sonda_source_ops *sonda_mac_source(void);

/**
 * Leave out what one program does, or what is done to one file: for noise that
 * the operator knows. Start, image change and end of processes are never left
 * out, so that descent stays whole. Sensors mute themselves; for another
 * security product's noise this is the remedy.
 *
 * @param source  From open(), before close().
 * @param kind    SONDA_MAC_MUTE_….
 * @param path    Zero-terminated, as the file system knows it, without
 *                symbolic links; copied.
 *
 * @retval SONDA_OK                    Muted, until close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, an empty path, or no such kind.
 * @retval SONDA_ERR_IO                The system refuses.
 *
 * @threads   The one that opened the source.
 * @allocates Nothing of ours; the system may.
 */
SONDA_API sonda_status sonda_mac_mute(sonda_source *source, uint32_t kind, const char *path);

/**
 * Find out what this machine offers the adapter, rung by rung, by trying it:
 * root, the entitlement, Full Disk Access, room for clients, each client, each
 * group of events, and the canary.
 *
 * Trying means that the adapter is opened and closed again; nothing is
 * delivered anywhere. Takes up to two seconds.
 *
 * @param on_rung  Receives each rung.
 * @param user     Passed to it.
 *
 * @retval SONDA_OK                    The adapter works here, in full or in part.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `on_rung` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Memory ran out.
 * @retval SONDA_ERR_PERMISSION        Root, entitlement or Full Disk Access is
 *                                     missing; the rung says which.
 * @retval SONDA_ERR_UNSUPPORTED       The system gives no client; the rung says why.
 *
 * @threads   Any; one probe at a time.
 * @allocates What an open source needs, given back before it returns.
 */
SONDA_API sonda_status sonda_mac_probe(sonda_mac_rung_fn on_rung, void *user);

SONDA_END_DECLS

#endif
