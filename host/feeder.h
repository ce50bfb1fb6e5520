/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading a descriptor that the loop cannot watch, on a thread beside it.
 *
 * Module host.
 */

#ifndef SONDA_HOST_FEEDER_H
#define SONDA_HOST_FEEDER_H

#include "host/loop.h"

/* Takes what was read: bytes, 0 at the end, a negative libuv code. Another status
 * than SONDA_OK ends the reading with it. */
typedef sonda_status (*sonda__feeder_fn)(void *user, const char *bytes, int got);

/*
 * Reads until the end, a refusal or a stop (SONDA_ERR_CANCELLED). A thread that
 * waits in the system cannot be called back: after a stop it is left behind and
 * gives its memory back when it returns.
 */
sonda_status sonda__feeder_run(sonda_host *host,
                               uv_file descriptor,
                               size_t block_size,
                               sonda__feeder_fn on_block,
                               void *user);

#endif
