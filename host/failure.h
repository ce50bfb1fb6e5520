/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Failures of the system as statuses, and allocators as the caller gave them.
 *
 * Core's formatter of messages is not reachable from here (host sees public
 * headers only) and not needed: here is printf.
 *
 * Module host.
 */

#ifndef SONDA_HOST_FAILURE_H
#define SONDA_HOST_FAILURE_H

#include "sonda/status.h"

/* Fills `error` (may be NULL) as printf would and returns `status`. */
sonda_status sonda__host_fail(sonda_error *error, sonda_status status, const char *format, ...)
    __attribute__((format(SONDA_PRINTF_FORMAT, 3, 4)));

/*
 * Fills `error` with "what: reason" for a negative libuv code and returns the
 * status that fits it. `what` may be NULL: the reason alone.
 */
sonda_status sonda__host_fail_uv(sonda_error *error, int code, const char *what);

/* The status of a libuv code alone. */
sonda_status sonda__host_status(int code);

#endif
