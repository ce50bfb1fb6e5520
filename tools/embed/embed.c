/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Build-time program: compiles rule files into a pack and writes it as C.
 *
 *   sonda_embed OUTPUT.c FOLDER FILE...
 *
 * Paths are named in the pack relative to FOLDER, so that the bytes do not
 * depend on where the source tree lies. A rule that does not compile fails the
 * build.
 *
 * Module tools.
 */

#include "sonda/compile/compile.h"
#include "sonda/host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 20)
#define BYTES_A_LINE 16u

static int add(sonda_compile *compile, const char *folder, const char *path)
{
    sonda_error error = SONDA_ERROR_INIT;
    size_t prefix = strlen(folder);
    const char *name =
        strncmp(path, folder, prefix) == 0 && path[prefix] == '/' ? path + prefix + 1 : path;
    uint8_t *bytes = NULL;
    size_t len = 0;
    sonda_status status = sonda_file_read(path, FILE_MAX, NULL, &bytes, &len, &error);

    if (status != SONDA_OK) {
        fprintf(stderr, "%s: %s\n", path, error.message);
        return 1;
    }
    status = sonda_compile_add_yaml(compile, name, bytes, len);
    free(bytes);
    return status != SONDA_OK;
}

/* Prints every document that is not in the pack; their number. */
static size_t report(const sonda_compile *compile)
{
    size_t bad = 0;

    for (size_t i = 0; i < sonda_compile_count(compile, 0); i++) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

        if (sonda_compile_entry_get(compile, i, &entry) == SONDA_OK &&
            entry.outcome != SONDA_COMPILE_COMPILED) {
            fprintf(stderr, "%.*s:%u: %s: %.*s\n", (int)entry.path.len, entry.path.data,
                    entry.line, sonda_compile_outcome_name(entry.outcome),
                    (int)entry.reason.len, entry.reason.data);
            bad++;
        }
    }
    return bad;
}

static int write_c(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *out = fopen(path, "w");

    if (out == NULL) {
        perror(path);
        return 1;
    }
    fprintf(out,
            "/* Made by sonda_embed from content/. */\n#include \"embedded_pack.h\"\n\n"
            "const size_t embedded_pack_len = %zuu;\nconst uint8_t embedded_pack[] = {",
            len);
    for (size_t i = 0; i < len; i++) {
        fprintf(out, "%s%u,", i % BYTES_A_LINE == 0 ? "\n" : "", bytes[i]);
    }
    fprintf(out, "%s\n};\n", len == 0 ? "0" : "");
    return fclose(out) != 0;
}

int main(int argc, char **argv)
{
    sonda_compile *compile = NULL;
    const void *pack = NULL;
    size_t len = 0;
    sonda_status status;
    int failed = 0;

    if (argc < 3 || sonda_compile_open(&compile, NULL, NULL) != SONDA_OK) {
        fprintf(stderr, "usage: sonda_embed OUTPUT.c FOLDER FILE...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        failed |= add(compile, argv[2], argv[i]);
    }
    status = sonda_compile_finish(compile, &pack, &len, NULL);
    failed |= report(compile) != 0 || (status != SONDA_OK && status != SONDA_ERR_EMPTY);
    if (!failed) {
        failed = write_c(argv[1], pack, status == SONDA_OK ? len : 0);
    }
    sonda_compile_close(compile);
    return failed;
}
