/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A folder of a test's own, on any system: made before its tests, removed with
 * what is in it after them.
 *
 * Tests only.
 */

#ifndef SONDA_TESTS_UNIT_HOST_SCRATCH_FOLDER_H
#define SONDA_TESTS_UNIT_HOST_SCRATCH_FOLDER_H

#include <stdio.h>
#include <string.h>
#include <uv.h>

#define SCRATCH_PATH_MAX 512

static char folder[SCRATCH_PATH_MAX];

/* The path of a name in the folder, until the next call. */
static const char *at(const char *name)
{
    static char path[2 * SCRATCH_PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline int make_in_folder(const char *name)
{
    uv_fs_t request;
    int code = uv_fs_mkdir(NULL, &request, at(name), 0755, NULL);

    uv_fs_req_cleanup(&request);
    return code;
}

static int make_folder(void **state)
{
    char template[SCRATCH_PATH_MAX];
    size_t size = sizeof template - sizeof "/sonda-test-XXXXXX";
    uv_fs_t request;
    int code;

    (void)state;
    if (uv_os_tmpdir(template, &size) != 0) {
        return -1;
    }
    (void)snprintf(template + size, sizeof template - size, "/sonda-test-XXXXXX");
    code = uv_fs_mkdtemp(NULL, &request, template, NULL);
    if (code == 0) {
        (void)snprintf(folder, sizeof folder, "%s", request.path);
    }
    uv_fs_req_cleanup(&request);
    return code;
}

static inline void remove_all(const char *path)
{
    uv_fs_t listing;
    uv_fs_t request;
    uv_dirent_t entry;

    if (uv_fs_scandir(NULL, &listing, path, 0, NULL) < 0) {
        (void)uv_fs_unlink(NULL, &request, path, NULL);
        uv_fs_req_cleanup(&request);
    } else {
        while (uv_fs_scandir_next(&listing, &entry) == 0) {
            char below[2 * SCRATCH_PATH_MAX];

            int len = snprintf(below, sizeof below, "%s/%s", path, entry.name);

            if (len < 0 || (size_t)len >= sizeof below) {
                continue;
            }
            if (entry.type == UV_DIRENT_DIR) {
                remove_all(below);
            } else {
                (void)uv_fs_unlink(NULL, &request, below, NULL);
                uv_fs_req_cleanup(&request);
            }
        }
        (void)uv_fs_rmdir(NULL, &request, path, NULL);
        uv_fs_req_cleanup(&request);
    }
    uv_fs_req_cleanup(&listing);
}

static int remove_folder(void **state)
{
    (void)state;
    remove_all(folder);
    return 0;
}

#endif
