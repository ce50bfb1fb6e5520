/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs a fuzz target over files instead of inventions: the seeds of the target
 * as a test, or one crash file by hand.
 *
 * A folder without files is a failure, so that a target cannot lose its seeds
 * unnoticed. Uses POSIX; never part of a library.
 */

#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Seeds are small; what is larger is not one. */
#define SEED_MAX ((size_t)16 * 1024 * 1024)

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(SEED_MAX);
    size_t size = 0;
    uint8_t *exact = NULL;
    int failed = file == NULL || data == NULL;

    if (!failed) {
        size = fread(data, 1, SEED_MAX, file);
        failed = ferror(file);
        /* A block of the exact size lets the sanitizer see a read past it. */
        exact = malloc(size == 0 ? 1 : size);
        failed = failed || exact == NULL;
    }
    if (!failed) {
        memcpy(exact, data, size);
        (void)LLVMFuzzerTestOneInput(exact, size);
    } else {
        fprintf(stderr, "cannot read %s\n", path);
    }
    free(exact);
    free(data);
    if (file != NULL) {
        fclose(file);
    }
    return failed;
}

static int run_folder(const char *path, unsigned *count)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int failed = folder == NULL;

    while (folder != NULL && !failed && (entry = readdir(folder)) != NULL) {
        char file[4096];
        int len = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);

        if (entry->d_name[0] != '.') {
            failed = len < 0 || (size_t)len >= sizeof file || run_file(file);
            ++*count;
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return failed;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    int failed = 0;

    for (int i = 1; i < argc && !failed; i++) {
        struct stat status;

        if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode)) {
            failed = run_folder(argv[i], &count);
        } else {
            failed = run_file(argv[i]);
            count++;
        }
    }
    printf("%u inputs\n", count);
    return failed || count == 0;
}
