/* SPDX-License-Identifier: Apache-2.0 */

/* core/track/text_pool.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/allocate.h"
#include "core/track/text_pool.h"

/* Eight blocks of 124 bytes of text each. */
#define POOL_BYTES (8u * 128u)
#define BLOCK_TEXT 124u

static sonda_allocator allocator;
static sonda__text_pool pool;

static int open_pool(void **state)
{
    (void)state;
    return sonda_allocator_read(NULL, &allocator) == SONDA_OK
               ? sonda__text_pool_open(&pool, POOL_BYTES, &allocator)
               : -1;
}

static int close_pool(void **state)
{
    (void)state;
    sonda__text_pool_close(&pool, &allocator);
    return 0;
}

static void fill(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)('a' + i % 26);
    }
}

static void test_text_put__parts_across_blocks__read_back_at_any_offset(void **state)
{
    char text[300];
    char back[300];
    const sonda__span parts[] = {{text, 100}, {text + 100, 0}, {text + 100, 200}};
    uint32_t stored = SONDA__TEXT_NONE;

    (void)state;
    fill(text, sizeof text);
    assert_int_equal(sonda__text_put(&pool, parts, 3, &stored), SONDA_OK);

    for (size_t offset = 0; offset <= sizeof text; offset++) {
        sonda__text_copy(&pool, stored, offset, sizeof text - offset, back);
        assert_memory_equal(back, text + offset, sizeof text - offset);
    }
}

static void test_text_put__nothing__takes_no_block(void **state)
{
    const sonda__span nothing = {NULL, 0};
    uint32_t stored = 7;

    (void)state;
    assert_int_equal(sonda__text_put(&pool, &nothing, 1, &stored), SONDA_OK);

    assert_int_equal(stored, SONDA__TEXT_NONE);
    assert_int_equal(pool.untouched, 0);
}

static void test_text_put__more_than_there_is__is_full_and_takes_nothing(void **state)
{
    char text[8 * BLOCK_TEXT + 1];
    const sonda__span whole = {text, sizeof text};
    const sonda__span fits = {text, sizeof text - 1};
    uint32_t stored = SONDA__TEXT_NONE;

    (void)state;
    fill(text, sizeof text);
    assert_int_equal(sonda__text_put(&pool, &whole, 1, &stored), SONDA_ERR_FULL);
    assert_int_equal(sonda__text_put(&pool, &fits, 1, &stored), SONDA_OK);
}

static void test_text_drop__all_blocks__can_be_used_again(void **state)
{
    char text[8 * BLOCK_TEXT];
    const sonda__span all = {text, sizeof text};
    char back[sizeof text];
    uint32_t stored = SONDA__TEXT_NONE;

    (void)state;
    fill(text, sizeof text);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(sonda__text_put(&pool, &all, 1, &stored), SONDA_OK);
        sonda__text_copy(&pool, stored, 0, sizeof text, back);
        assert_memory_equal(back, text, sizeof text);
        sonda__text_drop(&pool, stored);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pool, close_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_put__parts_across_blocks__read_back_at_any_offset),
        TEST(test_text_put__nothing__takes_no_block),
        TEST(test_text_put__more_than_there_is__is_full_and_takes_nothing),
        TEST(test_text_drop__all_blocks__can_be_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
