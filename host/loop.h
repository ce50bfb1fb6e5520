/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of a host: one libuv loop that is always alive, woken from any thread.
 *
 * Module host.
 */

#ifndef SONDA_HOST_LOOP_H
#define SONDA_HOST_LOOP_H

#include "sonda/host/host.h"

#include <stdatomic.h>
#include <uv.h>

#define SONDA__HOST_SIGNALS 3u

struct sonda_host {
    sonda_allocator allocator;
    uv_loop_t loop;
    uv_async_t wake; /* keeps the loop alive, too */
    uv_signal_t signals[SONDA__HOST_SIGNALS];
    size_t signal_count;
    size_t queue_bytes;
    atomic_int stopped;
    int busy; /* inside run or read */
    /* What run or read wants done on the loop when somebody woke it. */
    void (*on_wake)(void *job);
    void *job;
};

/* Runs the loop until sonda__host_leave(). */
void sonda__host_enter(sonda_host *host, void (*on_wake)(void *job), void *job);

/* From inside a callback of the loop: sonda__host_enter() returns. */
void sonda__host_leave(sonda_host *host);

/* Wakes the loop; any thread. */
void sonda__host_wake(sonda_host *host);

/* Closes a handle and returns when libuv has let go of it; outside callbacks. */
void sonda__host_close_handle(sonda_host *host, uv_handle_t *handle);

#endif
