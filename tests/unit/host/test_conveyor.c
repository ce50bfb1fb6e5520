/* SPDX-License-Identifier: Apache-2.0 */

/* host/conveyor.c: steps on several threads, results in order */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sonda/host/conveyor.h"

#define SLOTS 6u
#define COUNT 500u

/* What passed; numbers are given at filling and checked at each step. */
typedef struct passing {
    uint64_t numbers[SLOTS];
    uint32_t steps[SLOTS];
    uint64_t second; /* numbers that second saw, all in order so far */
    uint64_t last;
    uint32_t second_wrong; /* counted by whatever thread does `second` */
    uint32_t last_wrong;
} passing;

static void first(uint32_t slot, uint32_t thread, void *user)
{
    passing *self = user;

    (void)thread;
    /* Some slots take longer, so that others overtake them. */
    for (volatile uint32_t i = 0; i < self->numbers[slot] % 7 * 2000; i++) {
    }
    self->steps[slot] = self->steps[slot] == 0 ? 1 : 99;
}

static void second(uint32_t slot, uint32_t thread, void *user)
{
    passing *self = user;

    (void)thread;
    self->second_wrong += self->numbers[slot] != self->second++;
    self->steps[slot] = self->steps[slot] == 1 ? 2 : 99;
}

static void third(uint32_t slot, uint32_t thread, void *user)
{
    passing *self = user;

    (void)thread;
    for (volatile uint32_t i = 0; i < self->numbers[slot] % 5 * 2000; i++) {
    }
    self->steps[slot] = self->steps[slot] == 2 ? 3 : 99;
}

static void last(uint32_t slot, uint32_t thread, void *user)
{
    passing *self = user;

    self->last_wrong += self->numbers[slot] != self->last++;
    self->last_wrong += self->steps[slot] != 3;
    self->last_wrong += thread != 0;
    self->steps[slot] = 0;
}

static sonda_conveyor_options options_for(uint32_t threads, passing *self)
{
    sonda_conveyor_options options = SONDA_CONVEYOR_OPTIONS_INIT;

    options.threads = threads;
    options.slots = SLOTS;
    options.first = first;
    options.second = second;
    options.third = third;
    options.last = last;
    options.user = self;
    return options;
}

static void test_conveyor__any_number_of_threads__every_step_once_and_in_order(void **state)
{
    static const uint32_t threads[] = {1, 2, 3, 8};

    (void)state;
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        passing self = {{0}, {0}, 0, 0, 0, 0};
        sonda_conveyor_options options = options_for(threads[i], &self);
        sonda_conveyor *conveyor = NULL;

        assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL), SONDA_OK);
        for (uint64_t number = 0; number < COUNT; number++) {
            self.numbers[sonda_conveyor_slot(conveyor)] = number;
            sonda_conveyor_put(conveyor);
        }
        sonda_conveyor_drain(conveyor);

        assert_int_equal(self.last, COUNT);
        assert_int_equal(self.second_wrong + self.last_wrong, 0);
        sonda_conveyor_close(conveyor);
    }
}

/* Number of the next slot that fill() fills; it stops at `fill_end`. */
static uint64_t filled;
static uint64_t fill_end;

static int fill(uint32_t slot, uint32_t thread, void *user)
{
    passing *self = user;

    (void)thread;
    if (filled == fill_end) {
        return 0;
    }
    self->numbers[slot] = filled++;
    return 1;
}

static void test_conveyor_run__any_number_of_threads__every_step_once_and_in_order(void **state)
{
    static const uint32_t threads[] = {1, 2, 3, 8};

    (void)state;
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        passing self = {{0}, {0}, 0, 0, 0, 0};
        sonda_conveyor_options options = options_for(threads[i], &self);
        sonda_conveyor *conveyor = NULL;

        assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL), SONDA_OK);
        self.numbers[sonda_conveyor_slot(conveyor)] = 0;
        sonda_conveyor_put(conveyor); /* both ways of filling, one after the other */
        filled = 1;
        for (fill_end = COUNT; fill_end <= 2 * COUNT; fill_end += COUNT) {
            sonda_conveyor_run(conveyor, fill, NULL);

            assert_int_equal(self.last, fill_end);
        }
        assert_int_equal(self.second_wrong + self.last_wrong, 0);
        sonda_conveyor_close(conveyor);
    }
}

static int after_some(void *user)
{
    passing *self = user;

    return self->last >= 10;
}

static void test_conveyor_run__told_to_stop__passes_what_was_filled(void **state)
{
    passing self = {{0}, {0}, 0, 0, 0, 0};
    sonda_conveyor_options options = options_for(3, &self);
    sonda_conveyor *conveyor = NULL;

    (void)state;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL), SONDA_OK);
    filled = 0;
    fill_end = UINT64_MAX;

    sonda_conveyor_run(conveyor, fill, after_some);

    assert_true(self.last >= 10);
    assert_int_equal(self.last, filled);
    assert_int_equal(self.second_wrong + self.last_wrong, 0);
    sonda_conveyor_close(conveyor);
}

static void test_conveyor__closed_with_slots_on_their_way__drains_first(void **state)
{
    passing self = {{0}, {0}, 0, 0, 0, 0};
    sonda_conveyor_options options = options_for(3, &self);
    sonda_conveyor *conveyor = NULL;

    (void)state;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL), SONDA_OK);
    for (uint64_t number = 0; number < 4; number++) {
        self.numbers[sonda_conveyor_slot(conveyor)] = number;
        sonda_conveyor_put(conveyor);
    }

    sonda_conveyor_close(conveyor);

    assert_int_equal(self.last, 4);
    assert_int_equal(self.second_wrong + self.last_wrong, 0);
}

static void test_conveyor__slot_asked_for_twice__is_the_same(void **state)
{
    passing self = {{0}, {0}, 0, 0, 0, 0};
    sonda_conveyor_options options = options_for(1, &self);
    sonda_conveyor *conveyor = NULL;

    (void)state;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL), SONDA_OK);

    assert_int_equal(sonda_conveyor_slot(conveyor), 0);
    assert_int_equal(sonda_conveyor_slot(conveyor), 0);

    sonda_conveyor_close(conveyor);
}

static void test_conveyor__options_out_of_range__refused(void **state)
{
    passing self = {{0}, {0}, 0, 0, 0, 0};
    sonda_conveyor_options options = options_for(0, &self);
    sonda_conveyor *conveyor = NULL;

    (void)state;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
    options = options_for(2, &self);
    options.slots = SONDA_CONVEYOR_SLOTS_MAX + 1;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
    options = options_for(2, &self);
    options.third = NULL;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL),
                     SONDA_ERR_INVALID_ARGUMENT);
    options = options_for(2, &self);
    options.struct_size = 3;
    assert_int_equal(sonda_conveyor_open(&conveyor, &options, NULL), SONDA_ERR_ABI);
    assert_null(conveyor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conveyor__any_number_of_threads__every_step_once_and_in_order),
        cmocka_unit_test(
            test_conveyor_run__any_number_of_threads__every_step_once_and_in_order),
        cmocka_unit_test(test_conveyor_run__told_to_stop__passes_what_was_filled),
        cmocka_unit_test(test_conveyor__closed_with_slots_on_their_way__drains_first),
        cmocka_unit_test(test_conveyor__slot_asked_for_twice__is_the_same),
        cmocka_unit_test(test_conveyor__options_out_of_range__refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
