/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Visiting files below a folder, in an order that does not depend on the disk.
 *
 * Module host: libuv's synchronous calls; its listings are sorted by name.
 */

#include "host/failure.h"
#include "host/path.h"
#include "sonda/host/file.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

/* Room for a path below the one we were given. */
#define PATH_ROOM 4096u

typedef struct walking {
    sonda_file_fn on_file;
    void *user;
    sonda_error *error;
    char path[PATH_ROOM];
} walking;

static sonda_status walk_folder(walking *walk, size_t path_len, unsigned depth);

/* A folder itself, not a link to one unless `follow`: links could lead in circles. */
static int is_folder(const char *path, int follow)
{
    sonda__host_path room;
    const char *taken = sonda__host_path_of(path, &room);
    uv_fs_t request;
    int code = follow ? uv_fs_stat(NULL, &request, taken, NULL)
                      : uv_fs_lstat(NULL, &request, taken, NULL);
    int folder = code == 0 ? (request.statbuf.st_mode & S_IFMT) == S_IFDIR : code;

    uv_fs_req_cleanup(&request);
    return folder;
}

/*
 * A link to a folder or to nothing, and what is no file: opening a FIFO would
 * wait for a writer for ever.
 */
static int is_to_be_skipped(const char *path)
{
    sonda__host_path room;
    uv_fs_t request;
    int file = uv_fs_stat(NULL, &request, sonda__host_path_of(path, &room), NULL) == 0 &&
               (request.statbuf.st_mode & S_IFMT) == S_IFREG;

    uv_fs_req_cleanup(&request);
    return !file;
}

static sonda_status visit(walking *walk, size_t path_len, unsigned depth)
{
    int folder = is_folder(walk->path, 0);

    if (folder < 0) {
        return sonda__host_fail_uv(walk->error, folder, walk->path);
    }
    if (folder) {
        return walk_folder(walk, path_len, depth + 1);
    }
    return is_to_be_skipped(walk->path) ? SONDA_OK : walk->on_file(walk->path, walk->user);
}

static sonda_status
visit_entry(walking *walk, size_t path_len, const char *name, unsigned depth)
{
    size_t room = sizeof walk->path - path_len;
    int slash = path_len != 0 && walk->path[path_len - 1] != '/';
    int added = snprintf(walk->path + path_len, room, "%s%s", slash ? "/" : "", name);
    sonda_status status;

    if (added < 0 || (size_t)added >= room) {
        walk->path[path_len] = '\0';
        return sonda__host_fail(walk->error, SONDA_ERR_LIMIT, "path too long");
    }
    status = visit(walk, path_len + (size_t)added, depth);
    walk->path[path_len] = '\0';
    return status;
}

/* Apart, so that the room of a long path is not taken once a level. */
static int list_folder(const char *path, uv_fs_t *request)
{
    sonda__host_path room;

    return uv_fs_scandir(NULL, request, sonda__host_path_of(path, &room), 0, NULL);
}

static sonda_status walk_folder(walking *walk, size_t path_len, unsigned depth)
{
    uv_fs_t request;
    uv_dirent_t entry;
    sonda_status status = SONDA_OK;
    int code;

    if (depth > SONDA_FILE_DEPTH_MAX) {
        return sonda__host_fail(walk->error, SONDA_ERR_LIMIT, "folders too deep");
    }
    code = list_folder(walk->path, &request);
    if (code < 0) {
        uv_fs_req_cleanup(&request);
        return sonda__host_fail_uv(walk->error, code, depth == 0 ? NULL : walk->path);
    }
    while (status == SONDA_OK && uv_fs_scandir_next(&request, &entry) == 0) {
        if (entry.name[0] != '.') {
            status = visit_entry(walk, path_len, entry.name, depth);
        }
    }
    /* Cleaning up after the last entry but before the end, libuv 1.44 leaks that entry. */
    while (uv_fs_scandir_next(&request, &entry) == 0) {
    }
    uv_fs_req_cleanup(&request);
    return status;
}

sonda_status
sonda_file_walk(const char *path, sonda_file_fn on_file, void *user, sonda_error *error)
{
    walking walk = {on_file, user, error, {0}};
    size_t len;
    int folder;

    if (path == NULL || on_file == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    len = strlen(path);
    if (len >= sizeof walk.path) {
        return sonda__host_fail(error, SONDA_ERR_LIMIT, "path too long");
    }
    folder = is_folder(path, 1);
    if (folder < 0) {
        return sonda__host_fail_uv(error, folder, NULL);
    }
    if (!folder) {
        return on_file(path, user);
    }
    memcpy(walk.path, path, len + 1);
    return walk_folder(&walk, len, 0);
}
