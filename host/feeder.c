/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading a descriptor that the loop cannot watch, on a thread beside it.
 *
 * Windows' loop wants pipes that were opened for overlapped calls, or whose mode
 * it can ask for; what a shell or Wine hands on as standard input may be neither.
 *
 * Module host.
 */

#include "host/feeder.h"

#include <string.h>

typedef struct feeder {
    sonda_host *host;
    sonda_allocator allocator;
    uv_file descriptor;
    size_t block_size;
    sonda__feeder_fn on_block;
    void *user;
    uv_mutex_t lock;
    uv_cond_t taken;
    int is_full;      /* a block waits for the loop */
    int is_abandoned; /* the loop wants no more, and may be gone */
    int is_over;      /* the thread touches nothing any more */
    int got;
    sonda_status status;
    char block[];
} feeder;

static void release(feeder *self)
{
    sonda_allocator allocator = self->allocator;

    uv_cond_destroy(&self->taken);
    uv_mutex_destroy(&self->lock);
    allocator.release(self, allocator.user);
}

static int read_block(feeder *self)
{
    uv_buf_t piece = uv_buf_init(self->block, (unsigned)self->block_size);
    uv_fs_t request;
    int got;

    do {
        got = uv_fs_read(NULL, &request, self->descriptor, &piece, 1, -1, NULL);
        uv_fs_req_cleanup(&request);
    } while (got == UV_EINTR);
    return got == UV_EPIPE ? 0 : got;
}

static void feed(void *argument)
{
    feeder *self = argument;
    int abandoned = 0;
    int got;

    do {
        got = read_block(self);
        uv_mutex_lock(&self->lock);
        self->got = got;
        self->is_full = 1;
        if (!self->is_abandoned) {
            sonda__host_wake(self->host);
        }
        while (got > 0 && self->is_full && !self->is_abandoned) {
            uv_cond_wait(&self->taken, &self->lock);
        }
        abandoned = self->is_abandoned;
        self->is_over = got <= 0 || abandoned;
        uv_mutex_unlock(&self->lock);
    } while (got > 0 && !abandoned);
    if (abandoned) {
        release(self);
    }
}

/* On the loop's thread: a block is there, or somebody stopped the host. */
static void on_wake(void *job)
{
    feeder *self = job;

    uv_mutex_lock(&self->lock);
    if (atomic_load(&self->host->stopped)) {
        self->status = SONDA_ERR_CANCELLED;
        sonda__host_leave(self->host);
    } else if (self->is_full) {
        self->status = self->on_block(self->user, self->block, self->got);
        self->is_full = 0;
        if (self->got <= 0 || self->status != SONDA_OK) {
            sonda__host_leave(self->host);
        }
        uv_cond_signal(&self->taken);
    }
    uv_mutex_unlock(&self->lock);
}

sonda_status sonda__feeder_run(sonda_host *host,
                               uv_file descriptor,
                               size_t block_size,
                               sonda__feeder_fn on_block,
                               void *user)
{
    feeder *self = host->allocator.allocate(sizeof *self + block_size, host->allocator.user);
    uv_thread_t thread;
    sonda_status status;
    int over;

    if (self == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(self, 0, sizeof *self);
    self->host = host;
    self->allocator = host->allocator;
    self->descriptor = descriptor;
    self->block_size = block_size;
    self->on_block = on_block;
    self->user = user;
    (void)uv_mutex_init(&self->lock);
    (void)uv_cond_init(&self->taken);
    if (uv_thread_create(&thread, feed, self) != 0) {
        release(self);
        return SONDA_ERR_NO_MEMORY;
    }
    sonda__host_enter(host, on_wake, self);
    uv_mutex_lock(&self->lock);
    status = self->status;
    over = self->is_over;
    self->is_abandoned = !over;
    uv_cond_signal(&self->taken);
    uv_mutex_unlock(&self->lock);
    if (over) {
        (void)uv_thread_join(&thread);
        release(self);
    }
    return status;
}
