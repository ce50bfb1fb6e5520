/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading an input in blocks without becoming deaf to signals.
 *
 * A regular file never makes us wait, so it is read with synchronous calls and
 * the loop gets a turn between blocks. Pipes, sockets and terminals may stay
 * silent for hours: they are read by the loop itself.
 *
 * Module host.
 */

#include "host/failure.h"
#include "host/feeder.h"
#include "host/loop.h"
#include "host/open.h"

#include <fcntl.h>
#include <string.h>

#include "sonda/abi.h"

/* Large enough that the calls do not count, small enough for the cache. */
#define BLOCK_SIZE 131072u

typedef union stream {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tty_t tty;
    uv_tcp_t tcp;
} stream;

typedef struct reading {
    sonda_host *host;
    const sonda_host_read_options *options;
    sonda_error *error;
    uv_file descriptor;
    uint64_t offset;
    uint64_t total;
    char *block;
    sonda_status status;
} reading;

static sonda_status pass_on(reading *input, const char *bytes, size_t len)
{
    uint64_t offset = input->offset;

    input->offset += len;
    return input->options->on_bytes((const uint8_t *)bytes, len, offset, input->total,
                                    input->options->user);
}

static sonda_status read_file(reading *input)
{
    for (;;) {
        uv_buf_t piece = uv_buf_init(input->block, BLOCK_SIZE);
        uv_fs_t request;
        sonda_status status;
        int got;

        if (sonda_host_check(input->host) != SONDA_OK) {
            return SONDA_ERR_CANCELLED;
        }
        got = uv_fs_read(NULL, &request, input->descriptor, &piece, 1, -1, NULL);
        uv_fs_req_cleanup(&request);
        if (got == 0) {
            return SONDA_OK;
        }
        if (got < 0 && got != UV_EINTR) {
            (void)sonda__host_fail_uv(input->error, got, NULL);
            return SONDA_ERR_IO;
        }
        status = got > 0 ? pass_on(input, input->block, (size_t)got) : SONDA_OK;
        if (status != SONDA_OK) {
            return status;
        }
    }
}

static void leave(reading *input, sonda_status status)
{
    input->status = status;
    sonda__host_leave(input->host);
}

static void on_wake(void *job)
{
    reading *input = job;

    if (atomic_load(&input->host->stopped)) {
        leave(input, SONDA_ERR_CANCELLED);
    }
}

static void give_block(uv_handle_t *handle, size_t suggested, uv_buf_t *piece)
{
    reading *input = handle->data;

    (void)suggested;
    *piece = uv_buf_init(input->block, BLOCK_SIZE);
}

static void on_read(uv_stream_t *from, ssize_t got, const uv_buf_t *piece)
{
    reading *input = from->data;
    sonda_status status = SONDA_OK;

    if (got == UV_EOF) {
        leave(input, SONDA_OK);
        return;
    }
    if (got < 0) {
        (void)sonda__host_fail_uv(input->error, (int)got, NULL);
        leave(input, SONDA_ERR_IO);
        return;
    }
    if (got > 0) {
        status = pass_on(input, piece->base, (size_t)got);
    }
    if (status == SONDA_OK && input->options->on_idle != NULL) {
        status = input->options->on_idle(input->options->user);
    }
    if (status != SONDA_OK) {
        leave(input, status);
    }
}

static int open_stream(reading *input, stream *from, uv_handle_type kind)
{
    int code;

    if (kind == UV_TTY) {
        return uv_tty_init(&input->host->loop, &from->tty, input->descriptor, 1);
    }
    if (kind == UV_TCP) {
        (void)uv_tcp_init(&input->host->loop, &from->tcp);
        code = uv_tcp_open(&from->tcp, input->descriptor);
    } else {
        (void)uv_pipe_init(&input->host->loop, &from->pipe, 0);
        code = uv_pipe_open(&from->pipe, input->descriptor);
    }
    if (code != 0) {
        sonda__host_close_handle(input->host, &from->handle);
    }
    return code;
}

static sonda_status on_fed(void *user, const char *bytes, int got)
{
    reading *input = user;
    sonda_status status = SONDA_OK;

    if (got < 0) {
        (void)sonda__host_fail_uv(input->error, got, NULL);
        return SONDA_ERR_IO;
    }
    if (got > 0) {
        status = pass_on(input, bytes, (size_t)got);
    }
    if (got > 0 && status == SONDA_OK && input->options->on_idle != NULL) {
        status = input->options->on_idle(input->options->user);
    }
    return status;
}

static sonda_status read_stream(reading *input, uv_handle_type kind)
{
    stream from;
    int code = open_stream(input, &from, kind);

    if (code != 0) {
        return sonda__feeder_run(input->host, input->descriptor, BLOCK_SIZE, on_fed, input);
    }
    from.handle.data = input;
    code = uv_read_start(&from.stream, give_block, on_read);
    if (code == 0) {
        sonda__host_enter(input->host, on_wake, input);
    }
    sonda__host_close_handle(input->host, &from.handle);
    if (code != 0) {
        (void)sonda__host_fail_uv(input->error, code, NULL);
        return SONDA_ERR_IO;
    }
    return input->status;
}

/* The size of a regular file; 0 for anything else. */
static uint64_t size_of(uv_file descriptor)
{
    uv_fs_t request;
    uint64_t size = 0;

    if (uv_fs_fstat(NULL, &request, descriptor, NULL) == 0 &&
        (request.statbuf.st_mode & S_IFMT) == S_IFREG) {
        size = request.statbuf.st_size;
    }
    uv_fs_req_cleanup(&request);
    return size;
}

static sonda_status read_descriptor(reading *input, int owned)
{
    uv_handle_type kind = uv_guess_handle(input->descriptor);
    uv_fs_t request;
    sonda_status status;

    input->block = input->host->allocator.allocate(BLOCK_SIZE, input->host->allocator.user);
    if (input->block == NULL) {
        status = SONDA_ERR_NO_MEMORY;
    } else if (kind == UV_NAMED_PIPE || kind == UV_TTY || kind == UV_TCP) {
        status = read_stream(input, kind);
        owned = 0; /* closing the stream has closed it */
    } else {
        input->total = size_of(input->descriptor);
        status = read_file(input);
    }
    if (owned) {
        (void)uv_fs_close(NULL, &request, input->descriptor, NULL);
        uv_fs_req_cleanup(&request);
    }
    if (input->block != NULL) {
        input->host->allocator.release(input->block, input->host->allocator.user);
    }
    return status;
}

static sonda_status open_and_read(reading *input, const char *path)
{
    if (strcmp(path, "-") == 0) {
        input->descriptor = 0;
        return read_descriptor(input, 0);
    }
    input->descriptor = sonda__host_open_to_read(path);
    if (input->descriptor < 0) {
        return sonda__host_fail_uv(input->error, input->descriptor, NULL);
    }
    return read_descriptor(input, 1);
}

sonda_status sonda_host_read(sonda_host *host,
                             const char *path,
                             const sonda_host_read_options *options,
                             sonda_error *error)
{
    sonda_host_read_options ours = SONDA_HOST_READ_OPTIONS_INIT;
    reading input = {.host = host, .options = &ours, .error = error};
    sonda_status status;

    if (host == NULL || path == NULL || options == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_read(options, &ours, sizeof ours);
    if (status != SONDA_OK) {
        return status;
    }
    if (ours.on_bytes == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (host->busy) {
        return SONDA_ERR_BAD_STATE;
    }
    if (sonda_host_check(host) != SONDA_OK) {
        return SONDA_ERR_CANCELLED;
    }
    input.status = SONDA_ERR_CANCELLED;
    host->busy = 1;
    status = open_and_read(&input, path);
    host->busy = 0;
    return status;
}
