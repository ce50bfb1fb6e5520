/* SPDX-License-Identifier: Apache-2.0 */

/*
 * libuv codes to statuses and one-line messages.
 *
 * Module host.
 */

#include "host/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <uv.h>

#include "sonda/abi.h"

sonda_status sonda__host_fail(sonda_error *error, sonda_status status, const char *format, ...)
{
    sonda_error filled = SONDA_ERROR_INIT;
    va_list arguments;

    if (error == NULL) {
        return status;
    }
    filled.status = status;
    va_start(arguments, format);
    (void)vsnprintf(filled.message, sizeof filled.message, format, arguments);
    va_end(arguments);
    (void)sonda_abi_write(&filled, sizeof filled, error);
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
