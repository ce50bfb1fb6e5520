/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All of SigmaHQ at one commit: how many documents come out which way, and the
 * reason for each that is refused.
 *
 * The rules are test data beside the project, found through SONDA_TEST_DATA or
 * in ../shared/data; without them this is skipped.
 */

#define _XOPEN_SOURCE 700

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sonda/compile/compile.h"

static const char *const folders[] = {"rules", "rules-emerging-threats",
                                      "rules-threat-hunting"};
static sonda_compile *compile;

static bool find_corpus(char *path, size_t size, const char *folder)
{
    const char *data = getenv("SONDA_TEST_DATA");
    struct stat found;

    snprintf(path, size, "%s/sigma/%s",
             data != NULL ? data : SONDA_SOURCE_DIR "/../shared/data", folder);
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* nftw() passes nothing of ours along, hence the one static handle. */
static int add_file(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    size_t len = strlen(path);
    size_t size = (size_t)info->st_size;
    char *bytes;
    FILE *file;

    (void)walk;
    if (type != FTW_F || len < 4 || strcmp(path + len - 4, ".yml") != 0) {
        return 0;
    }
    file = fopen(path, "rb");
    bytes = malloc(size + 1);
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
    assert_int_equal(sonda_compile_add_yaml(compile, path, bytes, size), SONDA_OK);
    free(bytes);
    return 0;
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Compiles everything and says how long it took. */
static size_t compile_corpus(void)
{
    double start = seconds();
    const void *pack;
    size_t pack_len;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[4096];
        assert_true(find_corpus(path, sizeof path, folders[i]));
        assert_int_equal(nftw(path, add_file, 16, FTW_PHYS), 0);
    }
    print_message("parsed in %.3f s\n", seconds() - start);
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, NULL), SONDA_OK);
    print_message("pack of %lu bytes after %.3f s\n", (unsigned long)pack_len,
                  seconds() - start);
    return pack_len;
}

static bool starts_with(sonda_text text, const char *prefix)
{
    return text.len >= strlen(prefix) && memcmp(text.data, prefix, strlen(prefix)) == 0;
}

static void check_rejected(const sonda_compile_entry *entry)
{
    if (!starts_with(entry->reason, "modifier 'expand' needs a placeholder table")) {
        fail_msg("%.*s:%u: %.*s", (int)entry->path.len, entry->path.data, entry->line,
                 (int)entry->reason.len, entry->reason.data);
    }
}

/* No rule of a system that Sonda watches is unmapped but for text logs. */
static void check_unmapped(const sonda_compile_entry *entry)
{
    static const char *const reasons[] = {
        "no source reads product '",
        "no source reads category 'webserver'",
        "no source reads category 'proxy'",
        "no source reads category 'dns'",
        "no source reads category 'firewall'",
        "no source reads category 'database'",
        "no source reads service 'apache'",
        "no source reads service 'nginx'",
        "no source reads service 'auth' of linux",
        "no source reads service 'clamav' of linux",
        "no source reads service 'cron' of linux",
        "no source reads service 'guacamole' of linux",
        "no source reads service 'sshd' of linux",
        "no source reads service 'sudo' of linux",
        "no source reads service 'syslog' of linux",
        "no source reads service 'vsftpd' of linux",
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (starts_with(entry->reason, reasons[i])) {
            return;
        }
    }
    fail_msg("%.*s: %.*s", (int)entry->path.len, entry->path.data, (int)entry->reason.len,
             entry->reason.data);
}

static void test_corpus__sigmahq__every_document_has_the_outcome_it_should(void **state)
{
    char path[4096];

    (void)state;
    if (!find_corpus(path, sizeof path, folders[0])) {
        print_message("skipped: no SigmaHQ rules at %s; set SONDA_TEST_DATA\n", path);
        skip();
    }
    compile_corpus();

    assert_int_equal(sonda_compile_count(compile, 0), 3754);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_COMPILED), 3177);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_UNMAPPED), 575);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_REJECTED), 2);
    for (size_t i = 0; i < sonda_compile_count(compile, 0); i++) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;
        sonda_compile_entry_get(compile, i, &entry);
        if (entry.outcome == SONDA_COMPILE_REJECTED) {
            check_rejected(&entry);
        } else if (entry.outcome == SONDA_COMPILE_UNMAPPED) {
            check_unmapped(&entry);
        } else {
            assert_int_equal(entry.outcome, SONDA_COMPILE_COMPILED);
        }
    }
    sonda_compile_close(compile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus__sigmahq__every_document_has_the_outcome_it_should),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
