/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A stream of work in steps on several threads, with results in order.
 *
 * The caller fills slots, one after the other, from storage of its own. Each
 * filled slot passes three steps on any of the threads: `first` and `third`
 * beside those of other slots, `second` alone and in the order of filling. Then
 * `last` is called on the caller's thread, again in order, and the slot may be
 * filled anew. So what comes out does not depend on the number of threads, and
 * memory is bounded by the number of slots.
 *
 * The caller's thread takes part whenever no slot is free; with one thread it
 * does everything and no thread is started.
 *
 * Instead of filling slots the caller may hand over what fills them: then each
 * thread fills a slot, in order, and goes on with it, so that what a slot holds
 * stays in that processor's caches from its filling to its last step.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_HOST_CONVEYOR_H
#define SONDA_HOST_CONVEYOR_H

#include "sonda/allocator.h"
#include "sonda/status.h"

#include <stddef.h>

/** Most slots of one conveyor. */
#define SONDA_CONVEYOR_SLOTS_MAX 256u

/** Threads and slots between open and close. */
typedef struct sonda_conveyor sonda_conveyor;

/** One step of a slot, on `thread`: 0 is the caller's, others count up. */
typedef void (*sonda_conveyor_step)(uint32_t slot, uint32_t thread, void *user);

/** Fills a slot; 0: there is nothing left to fill one with, and it stays free. */
typedef int (*sonda_conveyor_source)(uint32_t slot, uint32_t thread, void *user);

/** Called between steps; other than 0: fill no more. */
typedef int (*sonda_conveyor_check)(void *user);

/** Options of sonda_conveyor_open(). */
typedef struct sonda_conveyor_options {
    /** sizeof(sonda_conveyor_options), set by SONDA_CONVEYOR_OPTIONS_INIT. */
    uint32_t struct_size;
    /** Threads, the caller's with them; 1 to SONDA_PARALLEL_MAX. */
    uint32_t threads;
    /** 1 to SONDA_CONVEYOR_SLOTS_MAX; twice the threads keep all of them busy. */
    uint32_t slots;
    uint32_t reserved;
    /**
     * The steps. None may be NULL, none may call the conveyor. Two calls with
     * the same `thread` never overlap; what one step of a slot has written the
     * next one sees, as does `second` of the next slot that of this one.
     */
    sonda_conveyor_step first;
    sonda_conveyor_step second;
    sonda_conveyor_step third;
    /** In order, on the caller's thread, from inside slot and drain. */
    sonda_conveyor_step last;
    /** Passed to all of them. */
    void *user;
} sonda_conveyor_options;

#define SONDA_CONVEYOR_OPTIONS_INIT                                              \
    {                                                                            \
        sizeof(sonda_conveyor_options), 1u, 2u, 0u, NULL, NULL, NULL, NULL, NULL \
    }

SONDA_BEGIN_DECLS

/**
 * Open a conveyor. Where the system gives fewer threads, fewer do the work.
 *
 * @param conveyor   Output handle.
 * @param options    What to do and with how many threads.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_conveyor_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer, or a number out of range.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 *
 * @threads   Any; fill, drain and close stay on this one.
 * @allocates The conveyor and the threads' stacks: all it will ever have.
 */
SONDA_API sonda_status sonda_conveyor_open(sonda_conveyor **conveyor,
                                           const sonda_conveyor_options *options,
                                           const sonda_allocator *allocator);

/**
 * Drain and close a conveyor. NULL does nothing.
 *
 * @threads   The one that opened it; not from inside a step.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_conveyor_close(sonda_conveyor *conveyor);

/**
 * Wait for the next slot to fill, and work meanwhile.
 *
 * @return  Its number: 0, 1, … and from 0 again. The same one until
 *          sonda_conveyor_put() is called.
 *
 * @threads   The one that opened the conveyor.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_conveyor_slot(sonda_conveyor *conveyor);

/**
 * Put the slot that sonda_conveyor_slot() returned on its way.
 *
 * @threads   The one that opened the conveyor.
 * @allocates Nothing.
 */
SONDA_API void sonda_conveyor_put(sonda_conveyor *conveyor);

/**
 * Work until every slot that was put has passed `last`.
 *
 * @threads   The one that opened the conveyor.
 * @allocates Nothing.
 */
SONDA_API void sonda_conveyor_drain(sonda_conveyor *conveyor);

/**
 * Have slots filled by `source` until it has nothing left, and work until all of
 * them have passed `last`. Not between sonda_conveyor_slot() and its put.
 *
 * @param conveyor  From sonda_conveyor_open().
 * @param source    Called on any of the threads, one at a time and in order; what
 *                  it has written its next call sees. May not call the conveyor.
 * @param check     NULL, or called on the caller's thread between its steps.
 *
 * @threads   The one that opened the conveyor.
 * @allocates Nothing.
 */
SONDA_API void sonda_conveyor_run(sonda_conveyor *conveyor,
                                  sonda_conveyor_source source,
                                  sonda_conveyor_check check);

SONDA_END_DECLS

#endif
