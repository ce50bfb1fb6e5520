/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Paths as the system's calls take them.
 *
 * Module host.
 */

#ifndef SONDA_HOST_PATH_H
#define SONDA_HOST_PATH_H

#include <stddef.h>

/* UTF-16 units of the longest path that is rewritten; three bytes each at most. */
#define SONDA__HOST_PATH_UNITS 4096u

typedef struct sonda__host_path {
    char text[SONDA__HOST_PATH_UNITS * 3u];
} sonda__host_path;

/*
 * `path`, or what stands for it in `room` where the system takes no path of its
 * length. Windows ends at 260 characters unless the path is whole and begins
 * with \\?\; elsewhere, and for every shorter path, this is `path` itself.
 */
const char *sonda__host_path_of(const char *path, sonda__host_path *room);

#endif
