/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pool: alignment, growth, rewinding, and giving everything back.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdalign.h>
#include <stdlib.h>

#include "compile/pool.h"

/* Counts what is out; refuses once `left` calls were granted. */
typedef struct counter {
    size_t out;
    size_t left;
} counter;

static void *count_up(size_t size, void *user)
{
    counter *c = user;

    if (c->left == 0) {
        return NULL;
    }
    c->left--;
    c->out++;
    return malloc(size);
}

static void count_down(void *memory, void *user)
{
    counter *c = user;

    c->out--;
    free(memory);
}

static sonda_allocator counting(counter *c)
{
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;

    allocator.allocate = count_up;
    allocator.release = count_down;
    allocator.user = c;
    return allocator;
}

static void test_pool__odd_sizes__aligned_and_zeroed(void **state)
{
    counter c = {0, 100};
    sonda_allocator allocator = counting(&c);
    sonda__pool pool;

    (void)state;
    sonda__pool_init(&pool, &allocator);
    for (size_t size = 1; size < 100; size++) {
        unsigned char *memory = sonda__pool_take(&pool, size, 1);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
            memory[i] = 0xff;
        }
    }

    sonda__pool_reset(&pool);
    assert_int_equal(c.out, 0);
}

static void test_pool__larger_than_a_chunk__gets_one_of_its_own(void **state)
{
    counter c = {0, 100};
    sonda_allocator allocator = counting(&c);
    sonda__pool pool;

    (void)state;
    sonda__pool_init(&pool, &allocator);
    assert_non_null(sonda__pool_take(&pool, 1, 1));
    assert_non_null(sonda__pool_take(&pool, 3, 1024 * 1024));
    assert_int_equal(c.out, 2);

    sonda__pool_reset(&pool);
    assert_int_equal(c.out, 0);
}

static void test_pool__size_overflow__is_refused(void **state)
{
    counter c = {0, 100};
    sonda_allocator allocator = counting(&c);
    sonda__pool pool;

    (void)state;
    sonda__pool_init(&pool, &allocator);
    assert_null(sonda__pool_take(&pool, SIZE_MAX / 2, 4));
    assert_null(sonda__pool_take(&pool, SIZE_MAX, 1));
    assert_int_equal(c.out, 0);
}

static void test_pool__rewound__later_chunks_go_back_and_earlier_text_stays(void **state)
{
    counter c = {0, 100};
    sonda_allocator allocator = counting(&c);
    sonda__pool pool;
    sonda__pool_mark mark;
    sonda__span kept;

    (void)state;
    sonda__pool_init(&pool, &allocator);
    kept = sonda__pool_text(&pool, sonda__span_text("kept"));
    mark = sonda__pool_mark_here(&pool);
    assert_non_null(sonda__pool_take(&pool, 1, 1024 * 1024));
    assert_int_equal(c.out, 2);

    sonda__pool_rewind(&pool, mark);
    assert_int_equal(c.out, 1);
    assert_true(sonda__span_is(kept, "kept"));
    sonda__pool_reset(&pool);
}

static void test_pool__no_memory__null_and_usable_later(void **state)
{
    counter c = {0, 0};
    sonda_allocator allocator = counting(&c);
    sonda__pool pool;

    (void)state;
    sonda__pool_init(&pool, &allocator);
    assert_null(sonda__pool_take(&pool, 1, 1));
    assert_null(sonda__pool_text(&pool, sonda__span_text("x")).data);
    c.left = 1;
    assert_non_null(sonda__pool_take(&pool, 1, 1));
    sonda__pool_reset(&pool);
    assert_int_equal(c.out, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool__odd_sizes__aligned_and_zeroed),
        cmocka_unit_test(test_pool__larger_than_a_chunk__gets_one_of_its_own),
        cmocka_unit_test(test_pool__size_overflow__is_refused),
        cmocka_unit_test(test_pool__rewound__later_chunks_go_back_and_earlier_text_stays),
        cmocka_unit_test(test_pool__no_memory__null_and_usable_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
