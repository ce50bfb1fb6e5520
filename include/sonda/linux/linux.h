/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Linux adapter: process, file and network activity by BPF.
 *
 * One small BPF program set watches raw tracepoints and hands flat records to
 * a ring buffer; this library copies them into records of the seam. It needs
 * Linux 5.8 or later with BTF, and CAP_BPF with CAP_PERFMON, or root. It only
 * observes: respond() of its table gets SONDA_ERR_UNSUPPORTED.
 *
 * Each hook stands alone: one that a kernel does not offer is reported by
 * sonda_linux_probe() and in the source's capabilities, and the rest work.
 *
 * Counters of the source are exact once stop() has returned; while it runs,
 * `produced` is ahead of the others by what lies in the kernel's buffers. The
 * snapshot and health records count in SONDA_SOURCE_CLASS_OTHER.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_LINUX_LINUX_H
#define SONDA_LINUX_LINUX_H

#include "sonda/spi/source.h"

/** State of a rung. Pinned values. */
#define SONDA_LINUX_RUNG_OK 1u
/** Works, but less well than it could; `detail` says how. */
#define SONDA_LINUX_RUNG_DEGRADED 2u
/** Not there; `remedy` says what would help, or is empty. */
#define SONDA_LINUX_RUNG_MISSING 3u
/** Not used by this version; told for information. */
#define SONDA_LINUX_RUNG_INFORMATION 4u

/**
 * Receives one rung of sonda_linux_probe().
 *
 * Called on the thread that probes, once a rung, from the most basic up; may
 * call anything but the probe itself. The strings are zero-terminated, one
 * line each, never NULL, and good during the call only; `remedy` is empty
 * where nothing needs to be done.
 */
typedef void (*sonda_linux_rung_fn)(
    const char *rung, uint32_t state, const char *detail, const char *remedy, void *user);

SONDA_BEGIN_DECLS

/**
 * The adapter's table of functions, for the seam.
 *
 * @return  Static table; its source polls (SONDA_SOURCE_POLLS).
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const sonda_source_ops *sonda_linux_source(void);

/**
 * Find out what this machine offers the adapter, rung by rung, by trying it:
 * privileges, BTF, the ring buffer, each hook, the snapshot, and, for
 * information, what a later version could enforce with.
 *
 * Trying means that the adapter is opened and closed again; nothing is
 * delivered anywhere. Takes well under a second.
 *
 * @param on_rung  Receives each rung.
 * @param user     Passed to it.
 *
 * @retval SONDA_OK                    The adapter works here, in full or in part.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `on_rung` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Memory ran out.
 * @retval SONDA_ERR_PERMISSION        Privileges are missing; the rung says which.
 * @retval SONDA_ERR_UNSUPPORTED       The kernel lacks what is needed.
 *
 * @threads   Any; one probe at a time.
 * @allocates What an open source needs, given back before it returns.
 */
SONDA_API sonda_status sonda_linux_probe(sonda_linux_rung_fn on_rung, void *user);

SONDA_END_DECLS

#endif
