/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Buffered writing through libuv's synchronous calls.
 *
 * A descriptor may be non-blocking without our doing, because whoever shares
 * its open file made it so; then we wait for room instead of losing bytes.
 *
 * Module host.
 */

#include "sonda/host/output.h"
#include "host/failure.h"
#include "host/path.h"

#include <fcntl.h>
#include <string.h>
#include <uv.h>

#define BUFFER_SIZE 65536u
#define RETRY_MS 2u

struct sonda_output {
    sonda_allocator allocator;
    uv_file descriptor;
    int owned;
    int failure; /* first libuv code, 0 while all is well */
    size_t used;
    size_t capacity;
    uint8_t *buffer;
    uint8_t at_hand[BUFFER_SIZE];
};

/* The descriptor of an output that goes nowhere by itself. */
#define COLLECTS (-1)

static sonda_status
make(sonda_output **output, uv_file descriptor, int owned, const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_status status = sonda_allocator_read(allocator, &ours);
    sonda_output *made;

    if (status != SONDA_OK) {
        return status;
    }
    made = ours.allocate(sizeof *made, ours.user);
    if (made == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    made->allocator = ours;
    made->descriptor = descriptor;
    made->owned = owned;
    made->failure = 0;
    made->used = 0;
    made->capacity = BUFFER_SIZE;
    made->buffer = made->at_hand;
    *output = made;
    return SONDA_OK;
}

sonda_status
sonda_output_attach(sonda_output **output, int32_t descriptor, const sonda_allocator *allocator)
{
    return output == NULL ? SONDA_ERR_INVALID_ARGUMENT : make(output, descriptor, 0, allocator);
}

sonda_status sonda_output_collect(sonda_output **output, const sonda_allocator *allocator)
{
    return output == NULL ? SONDA_ERR_INVALID_ARGUMENT : make(output, COLLECTS, 0, allocator);
}

sonda_status sonda_output_collected(const sonda_output *output, const void **bytes, size_t *len)
{
    if (output == NULL || bytes == NULL || len == NULL || output->descriptor != COLLECTS) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    *bytes = output->buffer;
    *len = output->used;
    return SONDA_OK;
}

sonda_status sonda_output_create(sonda_output **output,
                                 const char *path,
                                 const sonda_allocator *allocator,
                                 sonda_error *error)
{
    sonda__host_path room;
    uv_fs_t request;
    sonda_status status;
    int descriptor;

    if (output == NULL || path == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    descriptor = uv_fs_open(NULL, &request, sonda__host_path_of(path, &room),
                            O_WRONLY | O_CREAT | O_TRUNC, 0644, NULL);
    uv_fs_req_cleanup(&request);
    if (descriptor < 0) {
        (void)sonda__host_fail_uv(error, descriptor, NULL);
        return SONDA_ERR_IO;
    }
    status = make(output, descriptor, 1, allocator);
    if (status != SONDA_OK) {
        (void)uv_fs_close(NULL, &request, descriptor, NULL);
    }
    return status;
}

/* One write; retries what is not a failure. Returns bytes or a libuv code. */
static int write_some(uv_file descriptor, uint8_t *bytes, size_t len)
{
    uv_fs_t request;
    uv_buf_t piece = uv_buf_init((char *)bytes, (unsigned)len);
    int wrote;

    for (;;) {
        wrote = uv_fs_write(NULL, &request, descriptor, &piece, 1, -1, NULL);
        uv_fs_req_cleanup(&request);
        if (wrote == UV_EAGAIN) {
            uv_sleep(RETRY_MS);
        } else if (wrote != UV_EINTR) {
            return wrote;
        }
    }
}

static sonda_status status_of(const sonda_output *output)
{
    return output->failure == UV_EPIPE ? SONDA_ERR_END
           : output->failure != 0      ? SONDA_ERR_IO
                                       : SONDA_OK;
}

sonda_status sonda_output_flush(sonda_output *output)
{
    size_t done = 0;

    if (output == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (output->descriptor == COLLECTS) {
        output->used = 0;
        return status_of(output);
    }
    while (done < output->used && output->failure == 0) {
        int wrote = write_some(output->descriptor, output->buffer + done, output->used - done);

        if (wrote <= 0) {
            output->failure = wrote == 0 ? UV_EIO : wrote;
        } else {
            done += (size_t)wrote;
        }
    }
    output->used = 0;
    return status_of(output);
}

static void release_buffer(sonda_output *output)
{
    if (output->buffer != output->at_hand) {
        output->allocator.release(output->buffer, output->allocator.user);
    }
}

/* Twice the room, for an output that collects. */
static void grow(sonda_output *output)
{
    size_t capacity = output->capacity * 2;
    uint8_t *more = capacity > output->capacity
                        ? output->allocator.allocate(capacity, output->allocator.user)
                        : NULL;

    if (more == NULL) {
        output->failure = UV_ENOMEM;
        return;
    }
    memcpy(more, output->buffer, output->used);
    release_buffer(output);
    output->buffer = more;
    output->capacity = capacity;
}

/* The buffer is full. */
static void make_room(sonda_output *output)
{
    if (output->descriptor == COLLECTS) {
        grow(output);
    } else {
        (void)sonda_output_flush(output);
    }
}

sonda_status sonda_output_write(sonda_output *output, const void *bytes, size_t len)
{
    const uint8_t *rest = bytes;

    if (output == NULL || (bytes == NULL && len != 0)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    while (len != 0 && output->failure == 0) {
        size_t room = output->capacity - output->used;
        size_t now = len < room ? len : room;

        memcpy(output->buffer + output->used, rest, now);
        output->used += now;
        rest += now;
        len -= now;
        if (output->used == output->capacity) {
            make_room(output);
        }
    }
    return status_of(output);
}

size_t sonda_output_buffered(const sonda_output *output)
{
    return output == NULL ? 0 : output->used;
}

const char *sonda_output_reason(const sonda_output *output)
{
    return output == NULL || output->failure == 0 ? "" : uv_strerror(output->failure);
}

/* Pipes and devices cannot be synchronised; that is no failure of writing. */
static void close_owned(sonda_output *output)
{
    uv_fs_t request;
    int code = uv_fs_fsync(NULL, &request, output->descriptor, NULL);

    uv_fs_req_cleanup(&request);
    if (code != 0 && code != UV_EINVAL && code != UV_ENOTSUP && code != UV_EROFS &&
        output->failure == 0) {
        output->failure = code;
    }
    code = uv_fs_close(NULL, &request, output->descriptor, NULL);
    uv_fs_req_cleanup(&request);
    if (code != 0 && output->failure == 0) {
        output->failure = code;
    }
}

sonda_status sonda_output_close(sonda_output *output)
{
    sonda_allocator ours;
    sonda_status status;

    if (output == NULL) {
        return SONDA_OK;
    }
    (void)sonda_output_flush(output);
    if (output->owned) {
        close_owned(output);
    }
    status = status_of(output);
    release_buffer(output);
    ours = output->allocator;
    ours.release(output, ours.user);
    return status;
}

uint32_t sonda_output_is_terminal(int32_t descriptor)
{
    return uv_guess_handle(descriptor) == UV_TTY ? 1u : 0u;
}
