/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Independent pieces of work on several threads.
 *
 * The caller keeps one place for the result of each piece and reads them in
 * order afterwards, so that what comes out does not depend on the number of
 * threads.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_PARALLEL_H
#define SONDA_HOST_PARALLEL_H

#include "sonda/status.h"

#include <stddef.h>

/** Most threads of one sonda_parallel_run(). */
#define SONDA_PARALLEL_MAX 64u

/**
 * One piece of work, 0 to count - 1.
 *
 * Called once for each piece, from several threads at a time. `thread` is 0 on
 * the thread that called sonda_parallel_run() and below the number of threads
 * elsewhere: two calls with the same one never overlap. Returns SONDA_OK to go
 * on; anything else keeps pieces from being begun that are not under way.
 */
typedef sonda_status (*sonda_parallel_fn)(size_t piece, uint32_t thread, void *user);

SONDA_BEGIN_DECLS

/**
 * Processors this process may use.
 *
 * @return  The count, at least 1, at most SONDA_PARALLEL_MAX.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_parallel_available(void);

/**
 * Do all pieces of work, beginning them in order. The calling thread takes
 * part; all other threads have ended when this returns. Where the system gives
 * fewer threads, fewer do the work.
 *
 * @param threads  How many at most; 0: sonda_parallel_available().
 * @param count    Number of pieces.
 * @param work     Does one piece.
 * @param user     Passed to it.
 *
 * @retval SONDA_OK                    All pieces are done.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `work` is NULL, or `threads` is beyond
 *                                     SONDA_PARALLEL_MAX.
 * @retval other                       What the first piece returned that was
 *                                     not SONDA_OK.
 *
 * @threads   Any.
 * @allocates The threads' stacks, given back before it returns.
 */
SONDA_API sonda_status sonda_parallel_run(uint32_t threads,
                                          size_t count,
                                          sonda_parallel_fn work,
                                          void *user);

SONDA_END_DECLS

#endif
