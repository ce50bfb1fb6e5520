/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Opening what a user named, without waiting for anybody.
 *
 * Only a FIFO is opened non-blocking: a device would answer EAGAIN where its
 * reader means to wait.
 *
 * Module host: libuv's synchronous calls.
 */

#include "host/open.h"
#include "host/path.h"

#include <fcntl.h>

uv_file sonda__host_open_to_read(const char *path)
{
    sonda__host_path room;
    uv_fs_t request;
    int flags = O_RDONLY;
    uv_file descriptor;

    path = sonda__host_path_of(path, &room);
    if (uv_fs_stat(NULL, &request, path, NULL) == 0 &&
        (request.statbuf.st_mode & S_IFMT) == S_IFIFO) {
        flags |= UV_FS_O_NONBLOCK;
    }
    uv_fs_req_cleanup(&request);
    descriptor = uv_fs_open(NULL, &request, path, flags, 0, NULL);
    uv_fs_req_cleanup(&request);
    return descriptor;
}
