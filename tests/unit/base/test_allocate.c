/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/allocate.h"

typedef struct counter {
    unsigned allocated;
    unsigned released;
    uint64_t block[8];
} counter;

static void *count_allocate(size_t size, void *user)
{
    counter *c = user;

    assert_true(size <= sizeof c->block);
    c->allocated++;
    memset(c->block, 0xee, sizeof c->block);
    return c->block;
}

static void count_release(void *memory, void *user)
{
    counter *c = user;

    assert_ptr_equal(memory, c->block);
    c->released++;
}

static sonda_allocator counting(counter *c)
{
    sonda_allocator allocator = SONDA_ALLOCATOR_INIT;

    allocator.allocate = count_allocate;
    allocator.release = count_release;
    allocator.user = c;
    return allocator;
}

static void test_allocator_read__null__is_malloc(void **state)
{
    sonda_allocator ours;
    void *memory;

    (void)state;
    assert_int_equal(sonda_allocator_read(NULL, &ours), SONDA_OK);
    memory = sonda__allocate(&ours, 3, 5);
    assert_non_null(memory);
    sonda__release(&ours, memory);
}

static void test_allocator_read__foreign_size__is_refused(void **state)
{
    sonda_allocator given = SONDA_ALLOCATOR_INIT;
    sonda_allocator ours;

    (void)state;
    given.struct_size = 0;
    assert_int_equal(sonda_allocator_read(&given, &ours), SONDA_ERR_ABI);
}

static void test_allocate__product_overflows__is_null_without_a_call(void **state)
{
    counter c = {0};
    sonda_allocator allocator = counting(&c);

    (void)state;
    assert_null(sonda__allocate(&allocator, SIZE_MAX / 2, 3));
    assert_null(sonda__allocate(&allocator, 0, 3));
    assert_int_equal(c.allocated, 0);
}

static void test_allocate_zeroed__dirty_block__is_zero(void **state)
{
    static const uint8_t zeroes[16];
    counter c = {0};
    sonda_allocator allocator = counting(&c);
    void *memory;

    (void)state;
    memory = sonda__allocate_zeroed(&allocator, 4, 4);
    assert_memory_equal(memory, zeroes, sizeof zeroes);
    sonda__release(&allocator, memory);
    sonda__release(&allocator, NULL);
    assert_int_equal(c.released, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocator_read__null__is_malloc),
        cmocka_unit_test(test_allocator_read__foreign_size__is_refused),
        cmocka_unit_test(test_allocate__product_overflows__is_null_without_a_call),
        cmocka_unit_test(test_allocate_zeroed__dirty_block__is_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
