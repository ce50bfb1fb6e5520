/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the machine is called.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_MACHINE_H
#define SONDA_HOST_MACHINE_H

#include "sonda/status.h"

/** Room for any machine's name, its terminating zero included. */
#define SONDA_MACHINE_NAME_MAX 257u

SONDA_BEGIN_DECLS

/**
 * This machine's name as its system gives it, for sonda_worker_options.
 *
 * @param name       Output, zero-terminated; untouched on failure.
 * @param name_size  Bytes there; SONDA_MACHINE_NAME_MAX always suffices.
 * @param name_len   Output: length without the zero.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_FULL              `name_size` is too small.
 * @retval SONDA_ERR_IO                The system does not say.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_machine_name(char *name, size_t name_size, size_t *name_len);

SONDA_END_DECLS

#endif
