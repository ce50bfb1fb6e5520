/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/host/parallel.h"

#define PIECES 1000

typedef struct tally {
    atomic_uint done[PIECES];
    atomic_uint inside[SONDA_PARALLEL_MAX]; /* calls under way by thread */
    atomic_uint overlaps;
    atomic_uint calls;
    size_t fails_at;
} tally;

static sonda_status count_piece(size_t piece, uint32_t thread, void *user)
{
    tally *all = user;

    if (atomic_fetch_add(&all->inside[thread], 1) != 0) {
        atomic_fetch_add(&all->overlaps, 1);
    }
    atomic_fetch_add(&all->done[piece], 1);
    atomic_fetch_add(&all->calls, 1);
    atomic_fetch_sub(&all->inside[thread], 1);
    return piece == all->fails_at ? SONDA_ERR_CANCELLED : SONDA_OK;
}

static void test_parallel__any_number_of_threads__does_each_piece_once(void **state)
{
    static const uint32_t threads[] = {0, 1, 2, 7, SONDA_PARALLEL_MAX};
    static tally all;

    (void)state;
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        memset(&all, 0, sizeof all);
        all.fails_at = PIECES;

        assert_int_equal(sonda_parallel_run(threads[t], PIECES, count_piece, &all), SONDA_OK);

        for (size_t i = 0; i < PIECES; i++) {
            assert_int_equal(all.done[i], 1);
        }
        assert_int_equal(all.overlaps, 0);
    }
}

static void test_parallel__one_thread__stops_at_the_piece_that_fails(void **state)
{
    static tally all;

    (void)state;
    all.fails_at = 10;

    assert_int_equal(sonda_parallel_run(1, PIECES, count_piece, &all), SONDA_ERR_CANCELLED);

    assert_int_equal(all.calls, 11);
}

static void test_parallel__several_threads__tell_the_failure(void **state)
{
    static tally all;

    (void)state;
    all.fails_at = 10;

    assert_int_equal(sonda_parallel_run(4, PIECES, count_piece, &all), SONDA_ERR_CANCELLED);
}

static void test_parallel__nothing_to_do_or_wrong__is_told(void **state)
{
    static tally all;

    (void)state;
    assert_int_equal(sonda_parallel_run(4, 0, count_piece, &all), SONDA_OK);
    assert_int_equal(all.calls, 0);
    assert_int_equal(sonda_parallel_run(1, 1, NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_parallel_run(SONDA_PARALLEL_MAX + 1, 1, count_piece, &all),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_true(sonda_parallel_available() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parallel__any_number_of_threads__does_each_piece_once),
        cmocka_unit_test(test_parallel__one_thread__stops_at_the_piece_that_fails),
        cmocka_unit_test(test_parallel__several_threads__tell_the_failure),
        cmocka_unit_test(test_parallel__nothing_to_do_or_wrong__is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
