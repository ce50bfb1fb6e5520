/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Filling a caller's sonda_error without printf, which core does not have.
 *
 * Layer 0 (base). No allocation.
 */

#ifndef SONDA_CORE_BASE_ERROR_H
#define SONDA_CORE_BASE_ERROR_H

#include "core/base/span.h"
#include "sonda/status.h"

/*
 * Fills `error` (may be NULL) and returns `status`, so that a failing function
 * ends with one statement. `format` is our own text; each %s takes a
 * const char *, each %v a sonda__span, each %u a uint64_t. Bytes of a span
 * below 0x20 are written as '?'; a message that does not fit is cut.
 */
sonda_status sonda__error_set(
    sonda_error *error, sonda_status status, uint64_t offset, const char *format, ...);

#endif
