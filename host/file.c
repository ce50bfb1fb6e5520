/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading files whole and replacing them atomically.
 *
 * Module host: libuv's synchronous calls.
 */

#include "sonda/host/file.h"
#include "host/failure.h"
#include "host/open.h"
#include "host/path.h"
#include "sonda/host/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

/* Room for a path we build ourselves. */
#define PATH_ROOM 4096u
#define RETRY_MS 2u
/* What is read at once from what does not say its size. */
#define BLOCK_SIZE 65536u

typedef struct reading {
    uv_file descriptor;
    size_t max_bytes;
    sonda_allocator allocator;
    uint8_t *bytes;
    size_t len;
    size_t room;
} reading;

static sonda_status grow(reading *file)
{
    size_t room = file->room == 0 ? BLOCK_SIZE : file->room * 2;
    uint8_t *more = file->allocator.allocate(room + 1, file->allocator.user);

    if (more == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (file->bytes != NULL) {
        memcpy(more, file->bytes, file->len);
        file->allocator.release(file->bytes, file->allocator.user);
    }
    file->bytes = more;
    file->room = room;
    return SONDA_OK;
}

/* Reads to the end. 0 is done, a positive number a status, else a libuv code. */
static sonda_status read_all(reading *file, int *code)
{
    for (;;) {
        uv_fs_t request;
        uv_buf_t piece;

        if (file->len == file->room && grow(file) != SONDA_OK) {
            return SONDA_ERR_NO_MEMORY;
        }
        piece =
            uv_buf_init((char *)file->bytes + file->len,
                        (unsigned)(file->room - file->len < (1u << 30) ? file->room - file->len
                                                                       : (1u << 30)));
        *code = uv_fs_read(NULL, &request, file->descriptor, &piece, 1, -1, NULL);
        uv_fs_req_cleanup(&request);
        if (*code == 0) {
            file->bytes[file->len] = 0;
            return SONDA_OK;
        }
        if (*code == UV_EAGAIN) {
            uv_sleep(RETRY_MS); /* a FIFO whose writer takes its time */
        } else if (*code < 0 && *code != UV_EINTR) {
            return sonda__host_status(*code);
        }
        file->len += *code > 0 ? (size_t)*code : 0u;
        if (file->len > file->max_bytes) {
            return SONDA_ERR_LIMIT;
        }
    }
}

static sonda_status read_open(reading *file, sonda_error *error)
{
    int code = 0;
    sonda_status status = read_all(file, &code);

    if (status == SONDA_ERR_LIMIT) {
        return sonda__host_fail(error, status, "longer than %zu bytes", file->max_bytes);
    }
    if (status == SONDA_ERR_NO_MEMORY && code >= 0) {
        return sonda__host_fail(error, status, "out of memory");
    }
    return status == SONDA_OK ? status : sonda__host_fail_uv(error, code, NULL);
}

sonda_status sonda_file_read(const char *path,
                             size_t max_bytes,
                             const sonda_allocator *allocator,
                             uint8_t **bytes,
                             size_t *len,
                             sonda_error *error)
{
    reading file = {.max_bytes = max_bytes};
    uv_fs_t request;
    sonda_status status;

    if (path == NULL || bytes == NULL || len == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &file.allocator);
    if (status != SONDA_OK) {
        return status;
    }
    file.descriptor = sonda__host_open_to_read(path);
    if (file.descriptor < 0) {
        return sonda__host_fail_uv(error, file.descriptor, NULL);
    }
    status = read_open(&file, error);
    (void)uv_fs_close(NULL, &request, file.descriptor, NULL);
    uv_fs_req_cleanup(&request);
    if (status == SONDA_OK) {
        *bytes = file.bytes;
        *len = file.len;
    } else if (file.bytes != NULL) {
        file.allocator.release(file.bytes, file.allocator.user);
    }
    return status;
}

/* Is there something at `path` that is no regular file? */
static int is_special(const char *path)
{
    sonda__host_path room;
    uv_fs_t request;
    int special = uv_fs_stat(NULL, &request, sonda__host_path_of(path, &room), NULL) == 0 &&
                  (request.statbuf.st_mode & S_IFMT) != S_IFREG;

    uv_fs_req_cleanup(&request);
    return special;
}

static sonda_status
write_whole(const char *path, const void *bytes, size_t len, sonda_error *error)
{
    sonda_output *output = NULL;
    sonda_status status = sonda_output_create(&output, path, NULL, error);
    char reason[128];

    if (status != SONDA_OK) {
        return status;
    }
    (void)sonda_output_write(output, bytes, len);
    (void)sonda_output_flush(output);
    (void)snprintf(reason, sizeof reason, "%s", sonda_output_reason(output));
    status = sonda_output_close(output);
    if (status == SONDA_OK) {
        return SONDA_OK;
    }
    return sonda__host_fail(error, SONDA_ERR_IO, "%s",
                            reason[0] != '\0' ? reason : "write failed");
}

sonda_status
sonda_file_replace(const char *path, const void *bytes, size_t len, sonda_error *error)
{
    char beside[PATH_ROOM];
    sonda__host_path rooms[2];
    uv_fs_t request;
    sonda_status status;
    int code;

    if (path == NULL || (bytes == NULL && len != 0)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (is_special(path)) {
        return write_whole(path, bytes, len, error);
    }
    code = snprintf(beside, sizeof beside, "%s.%d.new", path, (int)uv_os_getpid());
    if (code < 0 || (size_t)code >= sizeof beside) {
        return sonda__host_fail(error, SONDA_ERR_LIMIT, "path too long");
    }
    status = write_whole(beside, bytes, len, error);
    if (status == SONDA_OK) {
        code = uv_fs_rename(NULL, &request, sonda__host_path_of(beside, &rooms[0]),
                            sonda__host_path_of(path, &rooms[1]), NULL);
        uv_fs_req_cleanup(&request);
        if (code == 0) {
            return SONDA_OK;
        }
        (void)sonda__host_fail_uv(error, code, NULL);
    }
    (void)uv_fs_unlink(NULL, &request, sonda__host_path_of(beside, &rooms[0]), NULL);
    uv_fs_req_cleanup(&request);
    return SONDA_ERR_IO;
}
