/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files, folders and outputs, in a folder of this test's own. What only POSIX
 * systems have is in test_posix_file.c.
 */

#include "sonda/host/file.h"
#include "sonda/host/host.h"
#include "sonda/host/output.h"
#include "tests/unit/host/gathered.h"
#include "tests/unit/host/scratch_folder.h"

#include <stdlib.h>

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

static void test_file_walk__folders__sorted_without_what_begins_with_a_dot(void **state)
{
    char list[256] = "";

    (void)state;
    assert_int_equal(make_in_folder("tree"), 0);
    assert_int_equal(make_in_folder("tree/b"), 0);
    assert_int_equal(sonda_file_replace(at("tree/z"), "", 0, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("tree/a"), "", 0, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("tree/.hidden"), "", 0, NULL), SONDA_OK);
    assert_int_equal(sonda_file_replace(at("tree/b/c"), "", 0, NULL), SONDA_OK);

    assert_int_equal(sonda_file_walk(at("tree"), note, list, NULL), SONDA_OK);

    assert_string_equal(list, "/tree/a /tree/b/c /tree/z ");
}

static sonda_status refuse(const char *path, void *user)
{
    (void)path;
    (void)user;
    return SONDA_ERR_FULL;
}

/* Wherever it stops nothing is left allocated, which the sanitizer sees. */
static void test_file_walk__a_file_refused__ends_with_its_status(void **state)
{
    (void)state;
    assert_int_equal(make_in_folder("single"), 0);
    assert_int_equal(sonda_file_replace(at("single/last"), "", 0, NULL), SONDA_OK);

    assert_int_equal(sonda_file_walk(at("single"), refuse, NULL, NULL), SONDA_ERR_FULL);
}

static void test_file_walk__nothing_there__not_found(void **state)
{
    char list[256] = "";

    (void)state;

    assert_int_equal(sonda_file_walk(at("nowhere"), note, list, NULL), SONDA_ERR_NOT_FOUND);
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
        cmocka_unit_test(test_file_read__longer_than_allowed__refused),
        cmocka_unit_test(test_file_read__a_folder__is_an_error),
        cmocka_unit_test(test_file_walk__folders__sorted_without_what_begins_with_a_dot),
        cmocka_unit_test(test_file_walk__a_file_refused__ends_with_its_status),
        cmocka_unit_test(test_file_walk__nothing_there__not_found),
        cmocka_unit_test(test_output__more_than_its_buffer__all_arrives_in_order),
        cmocka_unit_test(test_read__regular_file__in_blocks_to_its_end),
        cmocka_unit_test(test_read__no_such_file__says_so),
        cmocka_unit_test(test_read__a_folder__says_so),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
