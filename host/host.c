/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Opening and closing a host, its signals, and being stopped.
 *
 * The wake handle is never closed before the host is: the loop is alive from
 * open to close, and leaving it is always said explicitly.
 *
 * Module host.
 */

#include "host/failure.h"
#include "host/loop.h"
#include "host/queue.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "sonda/abi.h"

#define QUEUE_BYTES_DEFAULT ((size_t)16 << 20)

static const int signal_numbers[SONDA__HOST_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

static void on_wake_handle(uv_async_t *handle)
{
    sonda_host *host = handle->data;

    if (host->on_wake != NULL) {
        host->on_wake(host->job);
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    sonda_host_stop(handle->data);
}

void sonda__host_wake(sonda_host *host)
{
    (void)uv_async_send(&host->wake);
}

void sonda__host_enter(sonda_host *host, void (*on_wake)(void *job), void *job)
{
    host->on_wake = on_wake;
    host->job = job;
    (void)uv_run(&host->loop, UV_RUN_DEFAULT);
    host->on_wake = NULL;
    host->job = NULL;
}

void sonda__host_leave(sonda_host *host)
{
    uv_stop(&host->loop);
}

static void on_handle_closed(uv_handle_t *handle)
{
    uv_stop(handle->loop);
}

void sonda__host_close_handle(sonda_host *host, uv_handle_t *handle)
{
    uv_close(handle, on_handle_closed);
    (void)uv_run(&host->loop, UV_RUN_DEFAULT);
}

/*
 * Once each: from the moment the first one arrives the system does with another
 * what it does by itself, which is to end the program. Whoever asks twice does not
 * want to wait for the step that is under way, and we could not look before its end.
 */
static void watch_signals(sonda_host *host)
{
    for (size_t i = 0; i < SONDA__HOST_SIGNALS; i++) {
        uv_signal_t *handle = &host->signals[host->signal_count];

        if (uv_signal_init(&host->loop, handle) == 0) {
            host->signal_count++;
            handle->data = host;
            (void)uv_signal_start_oneshot(handle, on_signal, signal_numbers[i]);
        }
    }
#ifdef SIGPIPE
    (void)signal(SIGPIPE, SIG_IGN);
#endif
}

static sonda_status check_options(const sonda_host_options *options, size_t *queue_bytes)
{
    sonda_host_options ours = SONDA_HOST_OPTIONS_INIT;
    sonda_status status =
        options != NULL ? sonda_abi_read(options, &ours, sizeof ours) : SONDA_OK;

    if (status != SONDA_OK) {
        return status;
    }
    *queue_bytes = ours.queue_bytes != 0 ? (size_t)ours.queue_bytes : QUEUE_BYTES_DEFAULT;
    return *queue_bytes < SONDA__QUEUE_SIZE_MIN ? SONDA_ERR_INVALID_ARGUMENT : SONDA_OK;
}

static sonda_status make_loop(sonda_host *host)
{
    if (uv_loop_init(&host->loop) != 0) {
        return SONDA_ERR_IO;
    }
    if (uv_async_init(&host->loop, &host->wake, on_wake_handle) != 0) {
        (void)uv_loop_close(&host->loop);
        return SONDA_ERR_IO;
    }
    host->wake.data = host;
    return SONDA_OK;
}

/*
 * Whoever starts a program may have closed its standard descriptors. The next
 * file opened would take their place and get what is meant for the terminal,
 * and libuv aborts when it closes one. Each closed one gets a device opened the
 * wrong way round, so that using it still fails.
 */
static void fill_standard_descriptors(void)
{
#ifndef _WIN32
    for (;;) {
        uv_fs_t request;
        int descriptor = uv_fs_open(NULL, &request, "/dev/null", O_RDONLY, 0, NULL);

        uv_fs_req_cleanup(&request);
        if (descriptor == 0) {
            (void)uv_fs_close(NULL, &request, descriptor, NULL);
            descriptor = uv_fs_open(NULL, &request, "/dev/null", O_WRONLY, 0, NULL);
            uv_fs_req_cleanup(&request);
        }
        if (descriptor < 0) {
            return;
        }
        if (descriptor > 2) {
            (void)uv_fs_close(NULL, &request, descriptor, NULL);
            return;
        }
    }
#endif
}

sonda_status sonda_host_open(sonda_host **host,
                             const sonda_host_options *options,
                             const sonda_allocator *allocator)
{
    sonda_allocator ours;
    size_t queue_bytes;
    sonda_host *made;
    sonda_status status;

    if (host == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status == SONDA_OK) {
        status = check_options(options, &queue_bytes);
    }
    if (status != SONDA_OK) {
        return status;
    }
    made = ours.allocate(sizeof *made, ours.user);
    if (made == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memset(made, 0, sizeof *made);
    made->allocator = ours;
    made->queue_bytes = queue_bytes;
    atomic_init(&made->stopped, 0);
    fill_standard_descriptors();
    status = make_loop(made);
    if (status != SONDA_OK) {
        ours.release(made, ours.user);
        return status;
    }
    if (options == NULL || options->signals != 0) {
        watch_signals(made);
    }
    *host = made;
    return SONDA_OK;
}

void sonda_host_close(sonda_host *host)
{
    sonda_allocator ours;

    if (host == NULL) {
        return;
    }
    ours = host->allocator;
    for (size_t i = 0; i < host->signal_count; i++) {
        uv_close((uv_handle_t *)&host->signals[i], NULL);
    }
    uv_close((uv_handle_t *)&host->wake, NULL);
    (void)uv_run(&host->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&host->loop);
    ours.release(host, ours.user);
}

void sonda_host_stop(sonda_host *host)
{
    if (host != NULL) {
        atomic_store(&host->stopped, 1);
        sonda__host_wake(host);
    }
}

sonda_status sonda_host_check(sonda_host *host)
{
    if (host == NULL) {
        return SONDA_ERR_CANCELLED;
    }
    (void)uv_run(&host->loop, UV_RUN_NOWAIT);
    return atomic_load(&host->stopped) ? SONDA_ERR_CANCELLED : SONDA_OK;
}
