/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A descriptor of a regular file, read by libuv's synchronous calls.
 *
 * Module host.
 */

#include "sonda/host/reader.h"

#include "host/failure.h"
#include "host/open.h"

#include <fcntl.h>
#include <string.h>

/* Longest piece that one call is asked for. */
#define PIECE_MAX ((size_t)1 << 30)

struct sonda_reader {
    sonda_allocator allocator;
    uv_file descriptor;
};

static void close_descriptor(uv_file descriptor)
{
    uv_fs_t request;

    (void)uv_fs_close(NULL, &request, descriptor, NULL);
    uv_fs_req_cleanup(&request);
}

/* The descriptor of a regular file, or a negative number. */
static uv_file open_regular(const char *path, uint64_t *size)
{
    uv_file descriptor = sonda__host_open_to_read(path);
    uv_fs_t request;
    int regular;

    if (descriptor < 0) {
        return descriptor;
    }
    regular = uv_fs_fstat(NULL, &request, descriptor, NULL) == 0 &&
              (request.statbuf.st_mode & S_IFMT) == S_IFREG;
    if (regular && size != NULL) {
        *size = request.statbuf.st_size;
    }
    uv_fs_req_cleanup(&request);
    if (!regular) {
        close_descriptor(descriptor);
        return -1;
    }
    return descriptor;
}

sonda_status sonda_reader_open(sonda_reader **reader,
                               const char *path,
                               uint64_t *size,
                               const sonda_allocator *allocator)
{
    sonda_allocator ours;
    sonda_reader *opened;
    sonda_status status;

    if (reader == NULL || path == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status != SONDA_OK) {
        return status;
    }
    opened = ours.allocate(sizeof *opened, ours.user);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    /* "-" is standard input everywhere else: it is not a file's name here either. */
    opened->descriptor = strcmp(path, "-") == 0 ? -1 : open_regular(path, size);
    if (opened->descriptor < 0) {
        ours.release(opened, ours.user);
        return SONDA_ERR_UNSUPPORTED;
    }
    *reader = opened;
    return SONDA_OK;
}

sonda_status sonda_reader_read(
    sonda_reader *reader, void *bytes, size_t room, size_t *got, sonda_error *error)
{
    int count;

    if (reader == NULL || bytes == NULL || room == 0 || got == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    do {
        uv_buf_t piece = uv_buf_init(bytes, (unsigned)(room < PIECE_MAX ? room : PIECE_MAX));
        uv_fs_t request;

        count = uv_fs_read(NULL, &request, reader->descriptor, &piece, 1, -1, NULL);
        uv_fs_req_cleanup(&request);
    } while (count == UV_EINTR);
    if (count < 0) {
        (void)sonda__host_fail_uv(error, count, NULL);
        return SONDA_ERR_IO;
    }
    *got = (size_t)count;
    return SONDA_OK;
}

void sonda_reader_close(sonda_reader *reader)
{
    if (reader != NULL) {
        sonda_allocator ours = reader->allocator;

        close_descriptor(reader->descriptor);
        ours.release(reader, ours.user);
    }
}
