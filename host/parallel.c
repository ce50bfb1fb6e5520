/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pieces of work on several threads: each thread takes the next number until
 * none is left.
 *
 * Module host.
 */

#include "sonda/host/parallel.h"

#include <stdatomic.h>
#include <uv.h>

typedef struct crew {
    sonda_parallel_fn work;
    void *user;
    size_t count;
    atomic_size_t next;
    atomic_int status; /* of the first piece that failed */
} crew;

typedef struct member {
    crew *of;
    uint32_t thread;
    uv_thread_t handle;
} member;

static void work_on(crew *of, uint32_t thread)
{
    while (atomic_load(&of->status) == SONDA_OK) {
        size_t piece = atomic_fetch_add(&of->next, 1);
        int none = SONDA_OK;
        sonda_status status;

        if (piece >= of->count) {
            return;
        }
        status = of->work(piece, thread, of->user);
        if (status != SONDA_OK) {
            (void)atomic_compare_exchange_strong(&of->status, &none, (int)status);
        }
    }
}

static void on_thread(void *argument)
{
    member *self = argument;

    work_on(self->of, self->thread);
}

uint32_t sonda_parallel_available(void)
{
    unsigned int count = uv_available_parallelism();

    return count < 1 ? 1 : count > SONDA_PARALLEL_MAX ? SONDA_PARALLEL_MAX : count;
}

sonda_status
sonda_parallel_run(uint32_t threads, size_t count, sonda_parallel_fn work, void *user)
{
    crew all = {.work = work, .user = user, .count = count};
    member others[SONDA_PARALLEL_MAX];
    uint32_t started = 0;

    if (work == NULL || threads > SONDA_PARALLEL_MAX) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    threads = threads != 0 ? threads : sonda_parallel_available();
    threads = count < threads ? (uint32_t)count : threads;
    atomic_init(&all.next, 0);
    atomic_init(&all.status, SONDA_OK);
    while (started + 1 < threads) {
        others[started].of = &all;
        others[started].thread = started + 1;
        if (uv_thread_create(&others[started].handle, on_thread, &others[started]) != 0) {
            break;
        }
        started++;
    }
    work_on(&all, 0);
    for (uint32_t i = 0; i < started; i++) {
        (void)uv_thread_join(&others[i].handle);
    }
    return (sonda_status)atomic_load(&all.status);
}
