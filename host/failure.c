/* SPDX-License-Identifier: Apache-2.0 */

/*
 * libuv codes to statuses and one-line messages.
 *
 * Module host.
 */

#include "host/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

sonda_status sonda__host_fail(sonda_error *error, sonda_status status, const char *format, ...)
{
    va_list arguments;

    if (error == NULL || error->struct_size != sizeof *error) {
        return status;
    }
    error->status = status;
    error->offset = 0;
    error->line = 0;
    error->column = 0;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

sonda_status sonda__host_status(int code)
{
    switch (code) {
    case 0:
        return SONDA_OK;
    case UV_ENOENT:
    case UV_ENOTDIR:
        return SONDA_ERR_NOT_FOUND;
    case UV_EACCES:
    case UV_EPERM:
        return SONDA_ERR_PERMISSION;
    case UV_ENOMEM:
        return SONDA_ERR_NO_MEMORY;
    case UV_EPIPE:
        return SONDA_ERR_END;
    default:
        return SONDA_ERR_IO;
    }
}

sonda_status sonda__host_fail_uv(sonda_error *error, int code, const char *what)
{
    sonda_status status = sonda__host_status(code);

    if (what == NULL) {
        return sonda__host_fail(error, status, "%s", uv_strerror(code));
    }
    return sonda__host_fail(error, status, "%s: %s", what, uv_strerror(code));
}

static void *default_allocate(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void default_release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

sonda_status sonda__host_allocator(sonda_allocator *ours, const sonda_allocator *given)
{
    sonda_allocator standard = SONDA_ALLOCATOR_INIT;

    standard.allocate = default_allocate;
    standard.release = default_release;
    if (given != NULL && given->struct_size != sizeof(sonda_allocator)) {
        return SONDA_ERR_ABI;
    }
    *ours =
        given != NULL && given->allocate != NULL && given->release != NULL ? *given : standard;
    return SONDA_OK;
}
