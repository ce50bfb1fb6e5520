/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Walking the rule folders in the order of their names: the pack is then the
 * same in every run.
 *
 * Benchmarks only.
 */

#define _XOPEN_SOURCE 700

#include "bench/rule_data.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/recording_data.h"
#include "sonda/compile/compile.h"

#define PATH_ROOM 4096
#define LOADS 9

static void add_file(sonda_compile *compile, const char *path, size_t len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(len + 1);

    if (file != NULL && bytes != NULL && fread(bytes, 1, len, file) == len) {
        (void)sonda_compile_add_yaml(compile, path, bytes, len);
    }
    free(bytes);
    if (file != NULL) {
        fclose(file);
    }
}

static void add_folder(sonda_compile *compile, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t len = strlen(name);
        char path[PATH_ROOM];
        struct stat info;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (name[0] != '.' && stat(path, &info) == 0) {
            if (S_ISDIR(info.st_mode)) {
                add_folder(compile, path);
            } else if (len > 4 && strcmp(name + len - 4, ".yml") == 0) {
                add_file(compile, path, (size_t)info.st_size);
            }
        }
        free(entries[i]);
    }
    free(entries);
}

/* The best of several loads; the last one is kept. */
static sonda_content *load(const void *pack, size_t pack_len)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;
    double best = 1e9;

    options.require_signature = 0;
    for (int i = 0; i < LOADS; i++) {
        double start = recording_data_cpu_seconds();
        double took;

        sonda_content_release(content);
        if (sonda_content_load(&content, pack, pack_len, &options, NULL, NULL) != SONDA_OK) {
            return NULL;
        }
        took = recording_data_cpu_seconds() - start;
        best = took < best ? took : best;
    }
    printf("%u rules, pack of %.2f MB, loaded and verified in %.1f ms\n",
           (unsigned)sonda_content_rule_count(content), (double)pack_len * 1e-6, best * 1e3);
    return content;
}

sonda_content *rule_data_load(void)
{
    static const char *const folders[] = {"rules", "rules-emerging-threats",
                                          "rules-threat-hunting"};
    const char *data = getenv("SONDA_TEST_DATA");
    sonda_compile *compile = NULL;
    sonda_content *content = NULL;
    const void *pack;
    size_t pack_len;

    if (sonda_compile_open(&compile, NULL, NULL) != SONDA_OK) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[PATH_ROOM];

        snprintf(path, sizeof path, "%s/sigma/%s",
                 data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data", folders[i]);
        add_folder(compile, path);
    }
    if (sonda_compile_count(compile, SONDA_COMPILE_COMPILED) == 0) {
        printf("skipped: no SigmaHQ rules; SONDA_TEST_DATA says where the test data is\n");
    } else if (sonda_compile_finish(compile, &pack, &pack_len, NULL) == SONDA_OK) {
        content = load(pack, pack_len);
    }
    sonda_compile_close(compile);
    return content;
}
