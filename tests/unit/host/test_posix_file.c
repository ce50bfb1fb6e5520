/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Devices, pipes and links. Not built for Windows, which has none of them.
 */

#define _GNU_SOURCE 1 /* symlink, pipe */

#include "sonda/host/file.h"
#include "sonda/host/host.h"
#include "sonda/host/output.h"
#include "tests/unit/host/gathered.h"
#include "tests/unit/host/scratch_folder.h"

#include <signal.h>
#include <unistd.h>

static void test_file_replace__full_device__is_an_error(void **state)
{
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;

    assert_int_equal(sonda_file_replace("/dev/full", "x", 1, &error), SONDA_ERR_IO);

    assert_string_equal(error.message, "no space left on device");
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

static sonda_status count(const char *path, void *user)
{
    (void)path;
    (*(unsigned *)user)++;
    return SONDA_OK;
}

static void test_file_walk__link_to_a_folder_above__is_not_followed(void **state)
{
    unsigned files = 0;

    (void)state;
    assert_int_equal(make_in_folder("tree"), 0);
    assert_int_equal(make_in_folder("tree/b"), 0);
    assert_int_equal(symlink("..", at("tree/b/up")), 0);
    assert_int_equal(sonda_file_replace(at("tree/b/c"), "", 0, NULL), SONDA_OK);

    assert_int_equal(sonda_file_walk(at("tree"), count, &files, NULL), SONDA_OK);

    assert_int_equal(files, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_replace__full_device__is_an_error),
        cmocka_unit_test(test_output__full_device__keeps_its_first_failure),
        cmocka_unit_test(test_output__pipe_without_reader__is_the_end),
        cmocka_unit_test(test_read__pipe_that_stays_open__idles_and_can_be_stopped),
        cmocka_unit_test(test_file_walk__link_to_a_folder_above__is_not_followed),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
