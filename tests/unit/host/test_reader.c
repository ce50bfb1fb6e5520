/* SPDX-License-Identifier: Apache-2.0 */

/* host/reader.c: regular files in blocks, and nothing else */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/host/file.h"
#include "sonda/host/reader.h"

static void test_reader__file_in_small_blocks__every_byte_in_order(void **state)
{
    static const char path[] = SONDA_BINARY_DIR "/test_reader.txt";
    sonda_reader *reader = NULL;
    uint64_t size = 0;
    char text[16] = "";
    size_t len = 0;
    size_t got = 0;

    (void)state;
    assert_int_equal(sonda_file_replace(path, "hello, world", 12, NULL), SONDA_OK);
    assert_int_equal(sonda_reader_open(&reader, path, &size, NULL), SONDA_OK);
    do {
        assert_int_equal(
            sonda_reader_read(reader, text + len, 5 < 12 - len ? 5 : 1, &got, NULL), SONDA_OK);
        len += got;
    } while (got != 0);

    assert_int_equal(size, 12);
    assert_int_equal(len, 12);
    assert_memory_equal(text, "hello, world", 12);
    sonda_reader_close(reader);
}

static void test_reader__no_regular_file__unsupported(void **state)
{
    static const char *const paths[] = {"/tmp", "/dev/null", "-", "/no/such/file"};
    sonda_reader *reader = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(sonda_reader_open(&reader, paths[i], NULL, NULL),
                         SONDA_ERR_UNSUPPORTED);
    }
    assert_null(reader);
}

static void test_reader__wrong_calls__are_refused(void **state)
{
    sonda_reader *reader = NULL;
    size_t got = 0;
    char byte;

    (void)state;
    assert_int_equal(sonda_reader_open(NULL, "/tmp", NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_reader_open(&reader, NULL, NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_reader_read(NULL, &byte, 1, &got, NULL), SONDA_ERR_INVALID_ARGUMENT);
    sonda_reader_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader__file_in_small_blocks__every_byte_in_order),
        cmocka_unit_test(test_reader__no_regular_file__unsupported),
        cmocka_unit_test(test_reader__wrong_calls__are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
