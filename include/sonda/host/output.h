/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where findings, events and recordings go: a descriptor or a file, buffered,
 * whose failures are never lost.
 *
 * The first failure is kept and every later write returns it, so a caller may
 * write many pieces and look once. What was written before a failure stays.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_OUTPUT_H
#define SONDA_HOST_OUTPUT_H

#include "sonda/allocator.h"
#include "sonda/status.h"

/** A buffered output. */
typedef struct sonda_output sonda_output;

/** Descriptors of sonda_output_attach() that every process has. */
#define SONDA_OUTPUT_STDOUT 1
#define SONDA_OUTPUT_STDERR 2

SONDA_BEGIN_DECLS

/**
 * Write to a descriptor that is open already and stays open afterwards.
 *
 * @param output      Output handle.
 * @param descriptor  As the system numbers it, such as SONDA_OUTPUT_STDOUT.
 * @param allocator   NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_output_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `output` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any; one caller at a time per output.
 * @allocates A buffer of 64 KiB.
 */
SONDA_API sonda_status sonda_output_attach(sonda_output **output,
                                           int32_t descriptor,
                                           const sonda_allocator *allocator);

/**
 * Create a file, or empty one that is there, and write to it.
 *
 * @param output     Output handle.
 * @param path       The file; zero-terminated.
 * @param allocator  NULL for malloc and free; copied.
 * @param error      NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    Opened; close with sonda_output_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 * @retval SONDA_ERR_IO                The file could not be created.
 *
 * @threads   Any; one caller at a time per output.
 * @allocates A buffer of 64 KiB.
 */
SONDA_API sonda_status sonda_output_create(sonda_output **output,
                                           const char *path,
                                           const sonda_allocator *allocator,
                                           sonda_error *error);

/**
 * Keep what is written in memory, for output that has to wait for its turn.
 *
 * @param output     Output handle.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_output_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `output` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any; one caller at a time per output.
 * @allocates A buffer of 64 KiB, which grows with what is written: that then
 *            fails with SONDA_ERR_IO when memory runs out.
 */
SONDA_API sonda_status sonda_output_collect(sonda_output **output,
                                            const sonda_allocator *allocator);

/**
 * What an output of sonda_output_collect() holds.
 *
 * @param bytes  Borrowed until the output is written to, flushed or closed.
 * @param len    How many.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or another kind of output.
 *
 * @threads   One caller at a time per output.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_output_collected(const sonda_output *output,
                                              const void **bytes,
                                              size_t *len);

/**
 * Append bytes; they go out when the buffer is full or flushed.
 *
 * @retval SONDA_OK                    Taken.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_END               Nobody reads the pipe any more.
 * @retval SONDA_ERR_IO                Writing failed, now or before.
 *
 * @threads   One caller at a time per output.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_output_write(sonda_output *output, const void *bytes, size_t len);

/**
 * Hand everything that is buffered to the system; one that collects forgets it.
 *
 * @retval SONDA_OK                    Handed over, or nothing was buffered.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `output` is NULL.
 * @retval SONDA_ERR_END               Nobody reads the pipe any more.
 * @retval SONDA_ERR_IO                Writing failed, now or before.
 *
 * @threads   One caller at a time per output.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_output_flush(sonda_output *output);

/**
 * Bytes that were taken and not handed to the system yet.
 *
 * @return  The number; 0 for NULL.
 *
 * @threads   One caller at a time per output.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_output_buffered(const sonda_output *output);

/**
 * The first failure as the system words it, such as "no space left on device".
 *
 * @return  Static or the output's own; empty when nothing failed.
 *
 * @threads   One caller at a time per output.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_output_reason(const sonda_output *output);

/**
 * Flush and close. A file of sonda_output_create() is synchronised first, so
 * that success means it is on the disk. NULL does nothing.
 *
 * @retval SONDA_OK       All bytes ever written are out.
 * @retval SONDA_ERR_END  Nobody reads the pipe any more.
 * @retval SONDA_ERR_IO   They are not; the output is closed all the same.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API sonda_status sonda_output_close(sonda_output *output);

/**
 * Is this descriptor a terminal?
 *
 * @return  1 or 0.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_output_is_terminal(int32_t descriptor);

SONDA_END_DECLS

#endif
