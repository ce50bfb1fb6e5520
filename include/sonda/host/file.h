/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whole files and folders: what is small enough to be read at once, such as
 * rules and packs.
 *
 * Telemetry is not: it goes through sonda_host_read(), in blocks.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_FILE_H
#define SONDA_HOST_FILE_H

#include "sonda/allocator.h"
#include "sonda/status.h"

/** Folders below folders that sonda_file_walk() follows. */
#define SONDA_FILE_DEPTH_MAX 64u

/**
 * Receives one file of sonda_file_walk(), on the thread that walks. `path` is
 * zero-terminated and good during the call only. Anything may be called from
 * inside. A status other than SONDA_OK ends the walk with it.
 */
typedef sonda_status (*sonda_file_fn)(const char *path, void *user);

SONDA_BEGIN_DECLS

/**
 * Read a whole file.
 *
 * @param path       The file; zero-terminated.
 * @param max_bytes  Refuse a longer one.
 * @param allocator  NULL for malloc and free.
 * @param bytes      Output: the contents, with a zero byte behind them; give
 *                   back with the allocator's release, or free().
 * @param len        Output: bytes without that zero.
 * @param error      NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    Read.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 * @retval SONDA_ERR_NO_MEMORY         No room for it.
 * @retval SONDA_ERR_NOT_FOUND         There is no such file.
 * @retval SONDA_ERR_PERMISSION        It may not be read.
 * @retval SONDA_ERR_LIMIT             Longer than `max_bytes`.
 * @retval SONDA_ERR_IO                Opening or reading failed.
 *
 * @threads   Any.
 * @allocates The contents.
 */
SONDA_API sonda_status sonda_file_read(const char *path,
                                       size_t max_bytes,
                                       const sonda_allocator *allocator,
                                       uint8_t **bytes,
                                       size_t *len,
                                       sonda_error *error);

/**
 * Put a file in place whole: written beside it, synchronised, then renamed.
 * Whoever looks sees the old contents or the new, never a part. What is not a
 * regular file, such as /dev/stdout, is written to directly.
 *
 * @param path   The file; zero-terminated.
 * @param bytes  Its new contents.
 * @param len    How many.
 * @param error  NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    In place and on the disk.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_LIMIT             The path is too long.
 * @retval SONDA_ERR_IO                The former file, if any, is untouched.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_file_replace(const char *path,
                                          const void *bytes,
                                          size_t len,
                                          sonda_error *error);

/**
 * Visit a file, or every file below a folder, in byte order of their names.
 * Names that begin with a dot are passed over; links to folders below the first
 * are not followed.
 *
 * @param path     Where to begin; zero-terminated. What is found below it is
 *                 named `path/name`.
 * @param on_file  Receives each file.
 * @param user     Passed to it.
 * @param error    NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    All visited.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         There is nothing at `path`.
 * @retval SONDA_ERR_PERMISSION        A folder may not be read.
 * @retval SONDA_ERR_LIMIT             Deeper than SONDA_FILE_DEPTH_MAX, or a
 *                                     path too long.
 * @retval SONDA_ERR_IO                Reading a folder failed.
 * @retval other                       What `on_file` said.
 *
 * @threads   Any.
 * @allocates Directory listings, with malloc; gives back.
 */
SONDA_API sonda_status sonda_file_walk(const char *path,
                                       sonda_file_fn on_file,
                                       void *user,
                                       sonda_error *error);

SONDA_END_DECLS

#endif
