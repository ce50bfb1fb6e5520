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
#include "bench/rule_copy.h"
#include "sonda/compile/compile.h"

#define PATH_ROOM 4096
#define LOADS 9

typedef struct collection {
    sonda_compile *compile;
    uint32_t copies;
} collection;

static void add_file(const collection *to, const char *path, size_t len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(len + 1);
    char *copied = malloc(len + 1);

    if (file != NULL && bytes != NULL && copied != NULL && fread(bytes, 1, len, file) == len) {
        (void)sonda_compile_add_yaml(to->compile, path, bytes, len);
        for (uint32_t copy = 1; copy < to->copies; copy++) {
            memcpy(copied, bytes, len);
            rule_copy(copied, len, copy);
            (void)sonda_compile_add_yaml(to->compile, path, copied, len);
        }
    }
    free(copied);
    free(bytes);
    if (file != NULL) {
        fclose(file);
    }
}

static void add_folder(const collection *to, const char *folder)
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
                add_folder(to, path);
            } else if (len > 4 && strcmp(name + len - 4, ".yml") == 0) {
                add_file(to, path, (size_t)info.st_size);
            }
        }
        free(entries[i]);
    }
    free(entries);
}

sonda_content *rule_data_open(const uint8_t *pack, size_t len)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_content *content = NULL;
    double best = 1e9;

    options.require_signature = 0;
    options.borrow = 1;
    for (int i = 0; i < LOADS; i++) {
        double start = recording_data_cpu_seconds();
        double took;

        sonda_content_release(content);
        if (sonda_content_load(&content, pack, len, &options, NULL, &error) != SONDA_OK) {
            printf("the pack is refused: %s\n", error.message);
            return NULL;
        }
        took = recording_data_cpu_seconds() - start;
        best = took < best ? took : best;
    }
    printf("%u rules, pack of %.2f MB, loaded and verified in %.1f ms\n",
           (unsigned)sonda_content_rule_count(content), (double)len * 1e-6, best * 1e3);
    return content;
}

static void add_all(const collection *to)
{
    static const char *const folders[] = {"rules", "rules-emerging-threats",
                                          "rules-threat-hunting"};
    const char *data = getenv("SONDA_TEST_DATA");

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[PATH_ROOM];

        snprintf(path, sizeof path, "%s/sigma/%s",
                 data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data", folders[i]);
        add_folder(to, path);
    }
}

uint8_t *rule_data_compile(uint32_t copies, size_t *len)
{
    collection to = {NULL, copies};
    uint8_t *kept = NULL;
    const void *pack;

    if (sonda_compile_open(&to.compile, NULL, NULL) != SONDA_OK) {
        return NULL;
    }
    add_all(&to);
    if (sonda_compile_count(to.compile, SONDA_COMPILE_COMPILED) == 0) {
        printf("skipped: no SigmaHQ rules; SONDA_TEST_DATA says where the test data is\n");
    } else if (sonda_compile_finish(to.compile, &pack, len, NULL) == SONDA_OK) {
        kept = malloc(*len);
        if (kept != NULL) {
            memcpy(kept, pack, *len);
        }
    }
    sonda_compile_close(to.compile);
    return kept;
}

sonda_content *rule_data_load(void)
{
    size_t len;
    const uint8_t *pack = rule_data_compile(1, &len);

    return pack == NULL ? NULL : rule_data_open(pack, len);
}
