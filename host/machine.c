/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The machine's name, through libuv.
 *
 * Module host.
 */

#include "sonda/host/machine.h"

#include <string.h>
#include <uv.h>

_Static_assert(UV_MAXHOSTNAMESIZE <= SONDA_MACHINE_NAME_MAX, "SONDA_MACHINE_NAME_MAX");

sonda_status sonda_machine_name(char *name, size_t name_size, size_t *name_len)
{
    char found[UV_MAXHOSTNAMESIZE];
    size_t size = sizeof found;

    if (name == NULL || name_len == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (uv_os_gethostname(found, &size) != 0) {
        return SONDA_ERR_IO;
    }
    /* On success libuv counts without the zero. */
    if (size >= name_size) {
        return SONDA_ERR_FULL;
    }
    memcpy(name, found, size);
    name[size] = '\0';
    *name_len = size;
    return SONDA_OK;
}
