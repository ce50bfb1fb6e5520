/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading a regular file in blocks, from any thread, into the caller's memory.
 *
 * Regular files never make their reader wait, so this needs no event loop and
 * hears no signals: who reads much looks at sonda_host_check() in between. For
 * everything else, and where callbacks are welcome, there is sonda_host_read().
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_READER_H
#define SONDA_HOST_READER_H

#include "sonda/allocator.h"
#include "sonda/status.h"

/** A file open for reading, and the place where reading goes on. */
typedef struct sonda_reader sonda_reader;

SONDA_BEGIN_DECLS

/**
 * Open a regular file.
 *
 * @param reader     Output handle.
 * @param path       The file; zero-terminated.
 * @param size       NULL, or output: the file's size now.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_reader_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_UNSUPPORTED       No regular file, or it cannot be opened:
 *                                     sonda_host_read() reads it or says why not.
 *
 * @threads   Any.
 * @allocates The handle.
 */
SONDA_API sonda_status sonda_reader_open(sonda_reader **reader,
                                         const char *path,
                                         uint64_t *size,
                                         const sonda_allocator *allocator);

/**
 * Read the next bytes.
 *
 * @param reader  From sonda_reader_open().
 * @param bytes   Where they go.
 * @param room    How many fit, at least 1.
 * @param got     Output: how many came; 0 at the end of the file.
 * @param error   NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    Read.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or no room.
 * @retval SONDA_ERR_IO                Reading failed.
 *
 * @threads   One caller at a time per reader.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_reader_read(
    sonda_reader *reader, void *bytes, size_t room, size_t *got, sonda_error *error);

/**
 * Close a reader. NULL does nothing.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_reader_close(sonda_reader *reader);

SONDA_END_DECLS

#endif
