/* SPDX-License-Identifier: Apache-2.0 */

/* core/track/object_names.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/track/object_names.h"

static void *take(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void give_back(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static sonda__object_names *open_names(uint32_t capacity, uint64_t text_bytes)
{
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;
    sonda__object_names *names = NULL;

    allocator.allocate = take;
    allocator.release = give_back;
    assert_int_equal(sonda__object_names_open(&names, capacity, text_bytes, &allocator),
                     SONDA_OK);
    return names;
}

static void put(sonda__object_names *names,
                uint32_t stream,
                uint32_t kind,
                uint64_t number,
                const char *text)
{
    const sonda__object_key key = {stream, kind, number};

    sonda__object_names_put(names, &key, sonda__span_text(text));
}

static void expect(const sonda__object_names *names,
                   uint32_t stream,
                   uint32_t kind,
                   uint64_t number,
                   const char *text)
{
    const sonda__object_key key = {stream, kind, number};
    char found[64];
    size_t len = sonda__object_names_find(names, &key);

    assert_int_equal(len, strlen(text));
    if (len > 0) {
        sonda__object_names_copy(names, &key, found);
        assert_memory_equal(found, text, len);
    }
}

static void test_object_names__many_streams_and_kinds__kept_apart(void **state)
{
    sonda__object_names *names = open_names(128, 65536);
    char text[16];

    (void)state;
    for (uint32_t i = 0; i < 128; i++) {
        (void)snprintf(text, sizeof text, "n%u", i);
        put(names, i / 2 * 128, i % 2, 7, text); /* of one bucket */
    }
    for (uint32_t i = 0; i < 128; i++) {
        (void)snprintf(text, sizeof text, "n%u", i);
        expect(names, i / 2 * 128, i % 2, 7, text);
        expect(names, i / 2 * 128, i % 2, 8, "");
        expect(names, (i / 2 + 64) * 128, i % 2, 7, "");
    }
    sonda__object_names_close(names);
}

static void test_object_names__learnt_again__replaced(void **state)
{
    sonda__object_names *names = open_names(16, 65536);
    sonda__object_numbers numbers;
    const sonda__object_key key = {1, 0, 7};

    (void)state;
    put(names, 1, 0, 7, "old");
    put(names, 1, 0, 7, "new");
    expect(names, 1, 0, 7, "new");
    sonda__object_names_forget(names, &key);
    sonda__object_names_forget(names, &key);
    expect(names, 1, 0, 7, "");
    sonda__object_names_get_numbers(names, &numbers);
    assert_int_equal(numbers.known, 0);
    assert_int_equal(numbers.evicted, 0);
    sonda__object_names_close(names);
}

static void test_object_names__no_entry_left__oldest_goes(void **state)
{
    sonda__object_names *names = open_names(16, 65536);
    sonda__object_numbers numbers;

    (void)state;
    for (uint64_t i = 1; i <= 17; i++) {
        put(names, 1, 0, i, "x");
    }
    expect(names, 1, 0, 1, "");
    expect(names, 1, 0, 2, "x");
    expect(names, 1, 0, 17, "x");
    sonda__object_names_get_numbers(names, &numbers);
    assert_int_equal(numbers.known, 16);
    assert_int_equal(numbers.evicted, 1);
    sonda__object_names_close(names);
}

static void test_object_names__no_text_left__as_many_go_as_needed(void **state)
{
    static char longer[1500];
    sonda__object_names *names = open_names(64, 2048);
    const sonda__object_key key = {1, 0, 99};
    sonda__object_numbers numbers;

    (void)state;
    memset(longer, 'a', sizeof longer);
    for (uint64_t i = 1; i <= 16; i++) {
        put(names, 1, 0, i, "x");
    }
    sonda__object_names_put(names, &key, sonda__span_of(longer, sizeof longer));
    assert_int_equal(sonda__object_names_find(names, &key), sizeof longer);
    sonda__object_names_get_numbers(names, &numbers);
    assert_true(numbers.evicted > 1 && numbers.evicted < 16);
    expect(names, 1, 0, 16, "x");
    sonda__object_names_close(names);
}

static void test_object_names__no_object_or_no_name__not_kept(void **state)
{
    sonda__object_names *names = open_names(16, 65536);

    (void)state;
    put(names, 1, 0, 0, "x");
    put(names, 1, 0, 7, "");
    expect(names, 1, 0, 0, "");
    expect(names, 1, 0, 7, "");
    sonda__object_names_close(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_names__many_streams_and_kinds__kept_apart),
        cmocka_unit_test(test_object_names__learnt_again__replaced),
        cmocka_unit_test(test_object_names__no_entry_left__oldest_goes),
        cmocka_unit_test(test_object_names__no_text_left__as_many_go_as_needed),
        cmocka_unit_test(test_object_names__no_object_or_no_name__not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
