/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Opening what a user named, without waiting for anybody.
 *
 * Module host.
 */

#ifndef SONDA_HOST_OPEN_H
#define SONDA_HOST_OPEN_H

#include <uv.h>

/*
 * A descriptor to read from, or a negative libuv code. A FIFO comes
 * non-blocking: opening it otherwise waits for a writer, deaf to signals.
 */
uv_file sonda__host_open_to_read(const char *path);

#endif
