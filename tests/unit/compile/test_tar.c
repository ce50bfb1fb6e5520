/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compile/tar.h"
#include "core/base/allocate.h"

#define ROOM 8192u

typedef struct archive {
    uint8_t bytes[ROOM];
    size_t len;
} archive;

static void sum(uint8_t *header)
{
    unsigned total = 0;

    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) {
        total += header[i];
    }
    (void)snprintf((char *)header + 148, 8, "%06o", total);
}

static uint8_t *add(archive *to, char type, const char *name, const char *contents)
{
    uint8_t *header = to->bytes + to->len;
    size_t len = strlen(contents);

    assert_true(to->len + 512 + (len + 511) / 512 * 512 <= ROOM);
    memcpy(header, name, strlen(name));
    (void)snprintf((char *)header + 124, 12, "%011o", (unsigned)len);
    header[156] = (uint8_t)type;
    memcpy(header + 257, "ustar\00000", 8);
    sum(header);
    memcpy(header + 512, contents, len);
    to->len += 512 + (len + 511) / 512 * 512;
    return header;
}

/* "name=contents" of each file, then how it ended; names in the pool are gone. */
static sonda_status walk(const uint8_t *from, size_t len, char *told, size_t size)
{
    sonda_allocator allocator;
    sonda__pool pool;
    sonda__tar tar;
    sonda__tar_file file;
    sonda_status status;
    size_t used = 0;

    assert_int_equal(sonda_allocator_read(NULL, &allocator), SONDA_OK);
    sonda__pool_init(&pool, &allocator);
    sonda__tar_init(&tar, from, len);
    told[0] = '\0';
    while ((status = sonda__tar_next(&tar, &pool, &file, NULL)) == SONDA_OK) {
        int wrote = snprintf(told + used, size - used, "%s=%.*s;", file.name.data,
                             (int)file.len, (const char *)file.bytes);
        assert_true(wrote > 0 && (size_t)wrote < size - used);
        used += (size_t)wrote;
    }
    sonda__pool_reset(&pool);
    return status;
}

static void test_tar__files__come_with_names_and_contents(void **state)
{
    archive a = {{0}, 0};
    char told[512];

    (void)state;
    add(&a, '5', "folder/", "");
    add(&a, '0', "folder/one", "1");
    add(&a, '\0', "old", "");
    add(&a, '2', "link", "");
    memcpy(add(&a, '0', "last", "three") + 345, "pre/fix", 7);
    sum(a.bytes + a.len - 1024);

    assert_true(sonda__tar_is(a.bytes, a.len));
    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_END);
    assert_string_equal(told, "folder/one=1;old=;pre/fix/last=three;");
    assert_int_equal(walk(a.bytes, ROOM, told, sizeof told), SONDA_ERR_END);
    assert_string_equal(told, "folder/one=1;old=;pre/fix/last=three;");
}

static void test_tar__long_names__hold_for_the_next_file_only(void **state)
{
    archive a = {{0}, 0};
    char told[512];

    (void)state;
    add(&a, 'L', "././@LongLink", "gnu/long/name");
    add(&a, '0', "gnu/lo", "1");
    add(&a, 'x', "PaxHeader", "8 a=b12\n12 path=p/q\n");
    add(&a, '0', "p", "2");
    add(&a, 'L', "././@LongLink", "not/of/the/next/file");
    add(&a, '5', "folder", "");
    add(&a, '0', "own", "3");

    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_END);

    assert_string_equal(told, "gnu/long/name=1;p/q=2;own=3;");
}

static void test_tar__damaged__is_refused_after_what_is_sound(void **state)
{
    static const struct {
        char type;
        const char *contents;
    } wrong[] = {{'x', "99 path=a\n"},  {'x', "9 path=a"}, {'x', "path=a\n"},
                 {'x', "12 size=1x\n"}, {'x', "0 a=b\n"},  {'x', "2 \n"}};
    char told[512];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        archive a = {{0}, 0};
        add(&a, '0', "one", "1");
        add(&a, wrong[i].type, "x", wrong[i].contents);
        add(&a, '0', "two", "2");

        assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_MALFORMED);
        assert_string_equal(told, "one=1;");
    }
}

static void test_tar__headers_that_lie__are_refused(void **state)
{
    archive a = {{0}, 0};
    uint8_t *second;
    char told[512];

    (void)state;
    add(&a, '0', "one", "1");
    second = add(&a, '0', "two", "2");

    memcpy(second + 124, "77777777777", 11);
    sum(second);
    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_TRUNCATED);
    memset(second + 124, 0xff, 12);
    sum(second);
    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_MALFORMED);
    memcpy(second + 124, "0000000000x", 11);
    sum(second);
    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_MALFORMED);
    memcpy(second + 124, "\x80\0\0\0\0\0\0\0\0\0\0\1", 12);
    sum(second);
    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_END);
    assert_string_equal(told, "one=1;two=2;");
    second[0] ^= 1;
    assert_int_equal(walk(a.bytes, a.len, told, sizeof told), SONDA_ERR_MALFORMED);
    assert_string_equal(told, "one=1;");
}

/* In an allocation of just that size, so that a sanitizer sees a byte too far. */
static void test_tar__cut_anywhere__never_reads_beyond(void **state)
{
    archive a = {{0}, 0};
    char told[512];

    (void)state;
    add(&a, 'x', "x", "12 path=p/q\n");
    add(&a, '0', "one", "1");
    add(&a, 'L', "L", "long");
    add(&a, '0', "two", "2");

    for (size_t len = 0; len < a.len; len++) {
        uint8_t *copy = malloc(len + (len == 0));
        assert_non_null(copy);
        memcpy(copy, a.bytes, len);
        (void)sonda__tar_is(copy, len);
        (void)walk(copy, len, told, sizeof told);
        free(copy);
    }
    assert_false(sonda__tar_is("title: a rule", 13));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tar__files__come_with_names_and_contents),
        cmocka_unit_test(test_tar__long_names__hold_for_the_next_file_only),
        cmocka_unit_test(test_tar__damaged__is_refused_after_what_is_sound),
        cmocka_unit_test(test_tar__headers_that_lie__are_refused),
        cmocka_unit_test(test_tar__cut_anywhere__never_reads_beyond),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
