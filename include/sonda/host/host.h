/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The run time: an event loop that drives an adapter or reads a file, and ends
 * cleanly when it is told to.
 *
 * The adapter gets a thread of its own and delivers into a bounded queue; the
 * caller's thread takes records out of the queue and does with them what it
 * likes, such as sonda_worker_process(). What does not fit the queue is refused
 * and counted by the adapter as lost: nobody ever waits for room.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_HOST_H
#define SONDA_HOST_HOST_H

#include "sonda/allocator.h"
#include "sonda/spi/source.h"
#include "sonda/status.h"

/** One loop, its signals and its queue. */
typedef struct sonda_host sonda_host;

/** Options of sonda_host_open(). */
typedef struct sonda_host_options {
    /** sizeof(sonda_host_options), set by SONDA_HOST_OPTIONS_INIT. */
    uint32_t struct_size;
    /**
     * 1 (the default): SIGINT, SIGTERM and SIGHUP stop the host, a second of the
     * same kind does what the system does with it by itself, and SIGPIPE is
     * ignored in the whole process, so that a closed pipe shows as an error of
     * writing. 0: signals stay the caller's.
     */
    uint32_t signals;
    /** Bytes of the record queue; 0: 16 MiB. Touched only as used. */
    uint64_t queue_bytes;
} sonda_host_options;

#define SONDA_HOST_OPTIONS_INIT            \
    {                                      \
        sizeof(sonda_host_options), 1u, 0u \
    }

/** Options of sonda_host_run(). */
typedef struct sonda_host_run_options {
    /** sizeof(sonda_host_run_options), set by SONDA_HOST_RUN_OPTIONS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** The adapter. Must not be NULL. */
    const sonda_source_ops *source;
    /** What to open it with; NULL: its defaults. */
    const sonda_source_options *source_options;
    /** Milliseconds to run from when the adapter delivers; 0: until stopped. */
    uint64_t duration_ms;
    /**
     * The adapter is attached. Called once, on the thread that runs the host;
     * records of the start-up snapshot may come before it. Arguments live during
     * the call. May be NULL.
     */
    void (*on_live)(const sonda_source_description *description,
                    const sonda_source_capabilities *capabilities,
                    void *user);
    /**
     * One record, in the order of delivery, on the thread that runs the host.
     * `record` is good during the call only. Any status but SONDA_OK ends the
     * run with that status. Must not be NULL. May call sonda_host_stop().
     */
    sonda_status (*on_record)(const void *record,
                              size_t record_len,
                              uint64_t now_ns,
                              void *user);
    /**
     * The queue has run empty: time to flush. Same thread; a status other than
     * SONDA_OK ends the run with it. May be NULL.
     */
    sonda_status (*on_idle)(void *user);
    /** Passed to all of them. */
    void *user;
    /**
     * Called every `tick_ms` milliseconds while the run lasts, between records,
     * idle or not; for looking at a file, say. Same thread; a status other than
     * SONDA_OK ends the run with it. May be NULL.
     */
    sonda_status (*on_tick)(void *user);
    /** At least 1 where on_tick is given. */
    uint64_t tick_ms;
} sonda_host_run_options;

#define SONDA_HOST_RUN_OPTIONS_INIT                                                          \
    {                                                                                        \
        sizeof(sonda_host_run_options), 0u, NULL, NULL, 0u, NULL, NULL, NULL, NULL, NULL, 0u \
    }

/** What a run did, filled when it has ended. */
typedef struct sonda_host_numbers {
    /** sizeof(sonda_host_numbers), set by SONDA_HOST_NUMBERS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** Records taken into the queue, and refused for want of room. */
    uint64_t queued;
    uint64_t refused;
    /** Most bytes that ever waited in the queue. */
    uint64_t queue_peak_bytes;
    /** Nanoseconds from live to stopped. */
    uint64_t live_ns;
    /** The adapter's own counters, over all classes. */
    uint64_t produced;
    uint64_t lost;
    uint64_t filtered;
} sonda_host_numbers;

#define SONDA_HOST_NUMBERS_INIT                                    \
    {                                                              \
        sizeof(sonda_host_numbers), 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u \
    }

/** Options of sonda_host_read(). */
typedef struct sonda_host_read_options {
    /** sizeof(sonda_host_read_options), set by SONDA_HOST_READ_OPTIONS_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /**
     * One block of bytes in order, `offset` from the start; `total` is the size
     * of the file, 0 when it is not known. Called on the thread that reads; the
     * bytes are good during the call only. A status other than SONDA_OK ends
     * the reading with it. Must not be NULL.
     */
    sonda_status (*on_bytes)(
        const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user);
    /**
     * A pipe or a terminal has no more for now: time to flush. Never called for
     * a regular file. May be NULL.
     */
    sonda_status (*on_idle)(void *user);
    /** Passed to both. */
    void *user;
} sonda_host_read_options;

#define SONDA_HOST_READ_OPTIONS_INIT                          \
    {                                                         \
        sizeof(sonda_host_read_options), 0u, NULL, NULL, NULL \
    }

SONDA_BEGIN_DECLS

/**
 * Open a host.
 *
 * @param host       Output handle.
 * @param options    NULL for the defaults.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_host_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `host` is NULL, or a queue too small for
 *                                     one record of SONDA_RECORD_MAX.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 * @retval SONDA_ERR_IO                The system gave no event loop.
 *
 * @threads   Any; run, read, check and close stay on this one.
 * @allocates The host; the queue is taken when a run begins.
 */
SONDA_API sonda_status sonda_host_open(sonda_host **host,
                                       const sonda_host_options *options,
                                       const sonda_allocator *allocator);

/**
 * Close a host. NULL does nothing. Must not be called from a callback.
 *
 * @threads   The one that opened it.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_host_close(sonda_host *host);

/**
 * Drive an adapter until it is time to end: open it, hand out what it delivers,
 * and on the way out stop it, drain it and close it.
 *
 * @param host     From sonda_host_open().
 * @param options  What to drive and where records go.
 * @param numbers  Output with struct_size set, or NULL; filled whenever the
 *                 adapter was open, whatever the status.
 * @param error    NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    `duration_ms` is over.
 * @retval SONDA_ERR_CANCELLED         Ended by a signal or sonda_host_stop().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL where none is allowed.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 * @retval SONDA_ERR_NO_MEMORY         No room for the queue or the adapter.
 * @retval SONDA_ERR_PERMISSION        The adapter may not watch this machine.
 * @retval SONDA_ERR_UNSUPPORTED       The adapter cannot work here; `error` has
 *                                     the remedy.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 * @retval other                       What a callback or the adapter said.
 *
 * @threads   The one that opened the host; starts one more for the adapter.
 * @allocates The queue and what the adapter takes; gives back.
 */
SONDA_API sonda_status sonda_host_run(sonda_host *host,
                                      const sonda_host_run_options *options,
                                      sonda_host_numbers *numbers,
                                      sonda_error *error);

/**
 * Read a file, a pipe, a terminal or standard input to its end, in blocks.
 *
 * @param host     From sonda_host_open().
 * @param path     What to read; "-" is standard input. Zero-terminated.
 * @param options  Where the bytes go.
 * @param error    NULL, or where the reason goes.
 *
 * @retval SONDA_OK                    Read to the end.
 * @retval SONDA_ERR_CANCELLED         Ended by a signal or sonda_host_stop().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL where none is allowed.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 * @retval SONDA_ERR_NO_MEMORY         No room for a block.
 * @retval SONDA_ERR_NOT_FOUND         There is no such file.
 * @retval SONDA_ERR_PERMISSION        It may not be read.
 * @retval SONDA_ERR_IO                Opening or reading failed.
 * @retval SONDA_ERR_BAD_STATE         Called from inside a callback.
 * @retval other                       What a callback said.
 *
 * @threads   The one that opened the host.
 * @allocates One block; gives back.
 */
SONDA_API sonda_status sonda_host_read(sonda_host *host,
                                       const char *path,
                                       const sonda_host_read_options *options,
                                       sonda_error *error);

/**
 * Stop the host: a run or a read in progress ends soon, later ones at once.
 *
 * @threads   Any, also from inside callbacks; not from a signal handler.
 * @allocates Nothing.
 */
SONDA_API void sonda_host_stop(sonda_host *host);

/**
 * Let signals through during long work between runs, and ask whether to go on.
 *
 * @retval SONDA_OK             Go on.
 * @retval SONDA_ERR_CANCELLED  A signal or sonda_host_stop() came.
 *
 * @threads   The one that opened the host; not from inside a callback.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_host_check(sonda_host *host);

SONDA_END_DECLS

#endif
