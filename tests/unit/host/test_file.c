/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files, folders and outputs, in a folder of this test's own.
 */

#define _GNU_SOURCE 1 /* mkdtemp, symlink */

#include "sonda/host/file.h"
#include "sonda/host/host.h"
#include "sonda/host/output.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64];

static const char *at(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sonda-test-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void test_file_replace__then_read__gives_the_bytes_back(void **state)
{
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)state;
    assert_int_equal(sonda_file_replace(at("a"), "one", 3, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("a"), "two!", 4, NULL), SONDA_OK);

    assert_int_equal(sonda_file_read(at("a"), 100, NULL, &bytes, &len, NULL), SONDA_OK);

    assert_int_equal(len, 4);
    assert_string_equal((char *)bytes, "two!");
    free(bytes);
}

static void test_file_replace__no_such_folder__names_the_reason(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(sonda_file_replace(at("no/such"), "x", 1, &error), SONDA_ERR_IO);

    assert_string_equal(error.message, "no such file or directory");
}

static void test_file_replace__full_device__is_an_error(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(sonda_file_replace("/dev/full", "x", 1, &error), SONDA_ERR_IO);

    assert_string_equal(error.message, "no space left on device");
}

static void test_file_read__longer_than_allowed__refused(void **state)
{
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)state;
    assert_int_equal(sonda_file_replace(at("long"), "12345", 5, NULL), SONDA_OK);

    assert_int_equal(sonda_file_read(at("long"), 4, NULL, &bytes, &len, NULL), SONDA_ERR_LIMIT);

    assert_null(bytes);
}

static void test_file_read__a_folder__is_an_error(void **state)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(sonda_file_read(folder, 100, NULL, &bytes, &len, &error), SONDA_ERR_IO);

    assert_non_null(strstr(error.message, "directory"));
}

static sonda_status note(const char *path, void *user)
{
    char *list = user;

    strcat(list, path + strlen(folder));
    strcat(list, " ");
    return SONDA_OK;
}

static void test_file_walk__folders_and_links__sorted_without_circles(void **state)
{
    char list[256] = "";

    (void)state;
    assert_int_equal(mkdir(at("tree"), 0755), 0);
    assert_int_equal(mkdir(at("tree/b"), 0755), 0);
    assert_int_equal(symlink("..", at("tree/b/up")), 0);
    assert_int_equal(sonda_file_replace(at("tree/z"), "", 0, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("tree/a"), "", 0, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("tree/.hidden"), "", 0, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("tree/b/c"), "", 0, NULL), SONDA_OK);

    assert_int_equal(sonda_file_walk(at("tree"), note, list, NULL), SONDA_OK);

    assert_string_equal(list, "/tree/a /tree/b/c /tree/z ");
}

static void test_file_walk__nothing_there__not_found(void **state)
{
    char list[256] = "";

    (void)state;

    assert_int_equal(sonda_file_walk(at("nowhere"), note, list, NULL), SONDA_ERR_NOT_FOUND);
}

static void test_output__full_device__keeps_its_first_failure(void **state)
{
    sonda_output *output = NULL;

    (void)state;
    assert_int_equal(sonda_output_create(&output, "/dev/full", NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_output_write(output, "x", 1), SONDA_OK);

    assert_int_equal(sonda_output_flush(output), SONDA_ERR_IO);

    assert_string_equal(sonda_output_reason(output), "no space left on device");
    assert_int_equal(sonda_output_write(output, "y", 1), SONDA_ERR_IO);
    assert_int_equal(sonda_output_close(output), SONDA_ERR_IO);
}

static void test_output__pipe_without_reader__is_the_end(void **state)
{
    sonda_output *output = NULL;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(sonda_output_attach(&output, ends[1], NULL), SONDA_OK);
    assert_int_equal(sonda_output_write(output, "x", 1), SONDA_OK);

    assert_int_equal(sonda_output_close(output), SONDA_ERR_END);

    close(ends[1]);
}

static void test_output__more_than_its_buffer__all_arrives_in_order(void **state)
{
    sonda_output *output = NULL;
    uint8_t *bytes = NULL;
    size_t len = 0;

    (void)state;
    assert_int_equal(sonda_output_create(&output, at("many"), NULL, NULL), SONDA_OK);
    for (uint32_t i = 0; i < 100000; i++) {
        assert_int_equal(sonda_output_write(output, &i, sizeof i), SONDA_OK);
    }
    assert_int_equal(sonda_output_close(output), SONDA_OK);

    assert_int_equal(sonda_file_read(at("many"), 1u << 20, NULL, &bytes, &len, NULL), SONDA_OK);

    assert_int_equal(len, 400000);
    for (uint32_t i = 0; i < 100000; i++) {
        assert_memory_equal(bytes + i * 4u, &i, sizeof i);
    }
    free(bytes);
}

typedef struct gathered {
    uint64_t len;
    uint64_t total;
    unsigned idles;
    sonda_host *host;
} gathered;

static sonda_status
gather(const uint8_t *bytes, size_t len, uint64_t offset, uint64_t total, void *user)
{
    gathered *all = user;

    assert_non_null(bytes);
    assert_int_equal(offset, all->len);
    all->len += len;
    all->total = total;
    return SONDA_OK;
}

static sonda_status count_idle_and_stop(void *user)
{
    gathered *all = user;

    all->idles++;
    sonda_host_stop(all->host);
    return SONDA_OK;
}

static sonda_status read_into(gathered *all, const char *path, sonda_error *error)
{
    sonda_host_read_options options = SONDA_HOST_READ_OPTIONS_INIT;
    sonda_host_options quiet = SONDA_HOST_OPTIONS_INIT;
    sonda_status status;

    quiet.signals = 0;
    options.on_bytes = gather;
    options.on_idle = count_idle_and_stop;
    options.user = all;
    assert_int_equal(sonda_host_open(&all->host, &quiet, NULL), SONDA_OK);
    status = sonda_host_read(all->host, path, &options, error);
    sonda_host_close(all->host);
    return status;
}

static void test_read__regular_file__in_blocks_to_its_end(void **state)
{
    gathered all = {0};
    static uint8_t large[300000];

    (void)state;
    assert_int_equal(sonda_file_replace(at("large"), large, sizeof large, NULL), SONDA_OK);

    assert_int_equal(read_into(&all, at("large"), NULL), SONDA_OK);

    assert_int_equal(all.len, sizeof large);
    assert_int_equal(all.total, sizeof large);
    assert_int_equal(all.idles, 0);
}

static void test_read__pipe_that_stays_open__idles_and_can_be_stopped(void **state)
{
    gathered all = {0};
    char path[32];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "hello", 5), 5);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);

    assert_int_equal(read_into(&all, path, NULL), SONDA_ERR_CANCELLED);

    assert_int_equal(all.len, 5);
    assert_int_equal(all.idles, 1);
    close(ends[0]);
    close(ends[1]);
}

static void test_read__no_such_file__says_so(void **state)
{
    gathered all = {0};
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(read_into(&all, at("nowhere"), &error), SONDA_ERR_NOT_FOUND);

    assert_string_equal(error.message, "no such file or directory");
}

static void test_read__a_folder__says_so(void **state)
{
    gathered all = {0};
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(read_into(&all, folder, &error), SONDA_ERR_IO);

    assert_non_null(strstr(error.message, "directory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_replace__then_read__gives_the_bytes_back),
        cmocka_unit_test(test_file_replace__no_such_folder__names_the_reason),
        cmocka_unit_test(test_file_replace__full_device__is_an_error),
        cmocka_unit_test(test_file_read__longer_than_allowed__refused),
        cmocka_unit_test(test_file_read__a_folder__is_an_error),
        cmocka_unit_test(test_file_walk__folders_and_links__sorted_without_circles),
        cmocka_unit_test(test_file_walk__nothing_there__not_found),
        cmocka_unit_test(test_output__full_device__keeps_its_first_failure),
        cmocka_unit_test(test_output__pipe_without_reader__is_the_end),
        cmocka_unit_test(test_output__more_than_its_buffer__all_arrives_in_order),
        cmocka_unit_test(test_read__regular_file__in_blocks_to_its_end),
        cmocka_unit_test(test_read__pipe_that_stays_open__idles_and_can_be_stopped),
        cmocka_unit_test(test_read__no_such_file__says_so),
        cmocka_unit_test(test_read__a_folder__says_so),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
