/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"

static void test_arena_take__any_block__is_aligned_and_inside(void **state)
{
    uint8_t block[64];
    sonda__arena arena;

    (void)state;
    for (size_t shift = 0; shift < 8; shift++) {
        uint8_t *taken;

        sonda__arena_init(&arena, block + shift, sizeof block - shift);
        taken = sonda__arena_take(&arena, 16, 8);

        assert_non_null(taken);
        assert_int_equal((uintptr_t)taken % 8, 0);
        assert_true(taken >= block + shift && taken + 16 <= block + sizeof block);
    }
}

static void test_arena_take__more_than_room__is_null_and_takes_nothing(void **state)
{
    uint8_t block[16];
    sonda__arena arena;

    (void)state;
    sonda__arena_init(&arena, block, sizeof block);

    assert_null(sonda__arena_take(&arena, 17, 1));
    assert_null(sonda__arena_take(&arena, SIZE_MAX, 1));
    assert_null(sonda__arena_take(&arena, SIZE_MAX - 4, 16));
    assert_int_equal(arena.used, 0);
    assert_non_null(sonda__arena_take(&arena, 16, 1));
}

static void test_arena_rest__kept_bytes__are_not_given_again(void **state)
{
    uint8_t block[16];
    sonda__arena arena;
    size_t room = 0;
    char *rest;

    (void)state;
    sonda__arena_init(&arena, block, sizeof block);
    rest = sonda__arena_rest(&arena, &room);
    assert_int_equal(room, 16);
    memcpy(rest, "abc", 3);
    sonda__arena_keep(&arena, 3);

    assert_ptr_equal(sonda__arena_take(&arena, 1, 1), block + 3);
}

static void test_arena_reset__after_use__gives_the_whole_block(void **state)
{
    uint8_t block[16];
    sonda__arena arena;

    (void)state;
    sonda__arena_init(&arena, block, sizeof block);
    assert_non_null(sonda__arena_take(&arena, 16, 1));
    assert_null(sonda__arena_take(&arena, 1, 1));

    sonda__arena_reset(&arena);

    assert_ptr_equal(sonda__arena_take(&arena, 16, 1), block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_take__any_block__is_aligned_and_inside),
        cmocka_unit_test(test_arena_take__more_than_room__is_null_and_takes_nothing),
        cmocka_unit_test(test_arena_rest__kept_bytes__are_not_given_again),
        cmocka_unit_test(test_arena_reset__after_use__gives_the_whole_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
