/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Finding, unpacking and loading recordings.
 *
 * Unpacking is Python's, which the checks need anyway; the unpacked file stays
 * in the build folder for the next run.
 *
 * Benchmarks only.
 */

#define _POSIX_C_SOURCE 200809L

#include "bench/recording_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATH_ROOM 4096

double recording_data_cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static char *load(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    long size;

    if (file == NULL) {
        return NULL;
    }
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0) {
        rewind(file);
        bytes = malloc((size_t)size);
        *len = bytes == NULL ? 0 : fread(bytes, 1, (size_t)size, file);
    }
    fclose(file);
    return bytes;
}

char *recording_data_load(const char *archive, const char *name, size_t *len)
{
    const char *folder = getenv("SONDA_TEST_DATA");
    char path[PATH_ROOM];
    char command[3 * PATH_ROOM];
    char *bytes;

    snprintf(path, sizeof path, "%s/bench/data/%s", SONDA_BINARY_DIR, name);
    bytes = load(path, len);
    if (bytes != NULL) {
        return bytes;
    }
    snprintf(command, sizeof command,
             "python3 -m zipfile -e '%s/windows/security-datasets/%s' "
             "'%s/bench/data' 2>/dev/null",
             folder != NULL ? folder : SONDA_SOURCE_DIR "/../shared/data", archive,
             SONDA_BINARY_DIR);
    if (system(command) == 0) {
        bytes = load(path, len);
    }
    if (bytes == NULL) {
        printf("skipped: no %s; SONDA_TEST_DATA says where the test data is\n", archive);
    }
    return bytes;
}
