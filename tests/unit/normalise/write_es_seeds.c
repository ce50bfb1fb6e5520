/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Makes the seeds of fuzz_es_record and fuzz_eslogger anew: one record of some
 * kinds that differ in shape, and the line eslogger would write of it.
 *
 *   write_es_seeds fuzz/corpus
 */

#include <stdio.h>
#include <stdlib.h>

#include "core/normalise/es_json.h"
#include "core/normalise/es_kind_table.h"
#include "es_build.h"

#define JSON_MAX ((size_t)1024 * 1024)

static const es_process shell = {101, 1001, 1, 3, "/bin/zsh"};
static const es_process other = {102, 1002, 101, 1001, "/usr/bin/curl"};

static int write_file(const char *folder, const char *kind, const char *name, sonda__span bytes)
{
    char path[4096];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, kind, name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.data, 1, bytes.len, file) != bytes.len) {
        (void)fprintf(stderr, "cannot write %s\n", path);
        return 0;
    }
    return fclose(file) == 0;
}

/* What the kinds have in common, and then what their name asks for. */
static sonda__span make(es_build *b, const char *name, uint32_t version)
{
    const sonda__es_kind *kind = sonda__es_kind_by_name(sonda__span_text(name));

    es_begin(b, kind != NULL ? kind->notify : 152, version);
    es_process_block(b, SONDA_ES_BLOCK_PROCESS, &shell);
    es_process_block(b, SONDA_ES_BLOCK_TARGET, &other);
    es_process_block(b, SONDA_ES_BLOCK_CHILD, &other);
    es_text(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "curl");
    es_text(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_ARGS, "-o /tmp/x");
    es_put(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_FDS, 0, "\1\0\0\0\2\0\0\0", 8);
    es_null(b, SONDA_ES_BLOCK_SCRIPT, 0);
    es_text(b, SONDA_ES_BLOCK_SOURCE, SONDA_ES_FILE_PATH, "/tmp/a");
    es_text(b, SONDA_ES_BLOCK_TARGET_FILE, SONDA_ES_FILE_PATH, "/tmp/b");
    es_text(b, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_DIR, "/tmp");
    es_text(b, SONDA_ES_BLOCK_NEW_PATH, SONDA_ES_NEW_FILENAME, "c");
    es_number(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_MODIFIED, 1, 1);
    es_number(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_STAT, 256, 4);
    es_number(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_PROTECTION, 5, 4);
    es_put(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_FLOW_REMOTE_ADDRESS, 0, "\xc0\0\2\7", 4);
    es_put(b, SONDA_ES_BLOCK_EVENT, SONDA_ES_EVENT_NAMED, 0, "new.member\0value", 16);
    return es_end(b);
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"exec", "fork",   "exit",         "rename",    "close",
                                        "mmap", "signal", "network_flow", "dns_query", "none"};
    es_build build = {malloc(ES_PAYLOAD_MAX), 0, 0};
    char *text = malloc(JSON_MAX);
    sonda_event *event = NULL;
    sonda_error error = SONDA_ERROR_INIT;
    int made = argc == 2 && build.payload != NULL && text != NULL &&
               sonda_event_open(&event, NULL) == SONDA_OK;

    for (size_t i = 0; made && i < sizeof kinds / sizeof kinds[0]; i++) {
        sonda__span payload = make(&build, kinds[i], 1 + (uint32_t)i);
        sonda__json_writer json;

        made = es_decode(event, payload, &error) == SONDA_OK;
        sonda__json_writer_init(&json, text, JSON_MAX);
        sonda__es_write_json(event, &json);
        made = made && write_file(argv[1], "es_record", kinds[i], payload) &&
               write_file(argv[1], "eslogger", kinds[i], sonda__span_of(text, json.out.needed));
    }
    sonda_event_close(event);
    free(text);
    free(build.payload);
    return made ? 0 : 1;
}
