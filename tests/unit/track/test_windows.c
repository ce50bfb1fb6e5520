/* SPDX-License-Identifier: Apache-2.0 */

/* core/track/windows.c and window_measures.c: what is kept, what goes */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/track/windows.h"

#define SECOND UINT64_C(1000000000)

static sonda__windows *windows;

/* The largest pieces of memory given out, all dirty: nobody may count on zeroes. */
#define DIRT 0xa5u
#define PIECES 16u
static struct piece {
    const uint8_t *bytes;
    size_t size;
} pieces[PIECES];
static size_t piece_count;

static void *allocate_dirty(size_t size, void *user)
{
    void *memory = malloc(size);

    (void)user;
    if (memory != NULL) {
        memset(memory, (int)DIRT, size);
        assert_true(piece_count < PIECES);
        pieces[piece_count++] = (struct piece){memory, size};
    }
    return memory;
}

static void release(void *memory, void *user)
{
    (void)user;
    free(memory);
}

static void open_windows(uint32_t capacity)
{
    const sonda_allocator allocator = {
        .struct_size = sizeof allocator, .allocate = allocate_dirty, .release = release};

    piece_count = 0;
    assert_int_equal(sonda__windows_open(&windows, capacity, &allocator), SONDA_OK);
}

static int close_windows(void **state)
{
    (void)state;
    sonda__windows_close(windows);
    windows = NULL;
    return 0;
}

static uint32_t
place(uint64_t rule, uint64_t group, uint64_t time_ns, uint64_t mask, uint64_t value)
{
    const sonda__window_group_key key = {
        {{rule, 0}}, {{rule * 1000003 + group, 1}}, 10 * SECOND};
    const sonda__window_event event = {
        .time_ns = time_ns, .seq = time_ns, .mask = mask, .value = value};

    return sonda__windows_place(windows, &key, &event);
}

static uint32_t place_number(uint64_t time_ns, double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    return place(1, 1, time_ns, 1, bits);
}

static sonda__windows_stats stats(void)
{
    sonda__windows_stats now;

    sonda__windows_get_stats(windows, &now);
    return now;
}

static size_t written_bytes(const struct piece *piece)
{
    size_t written = 0;

    for (size_t i = 0; i < piece->size; i++) {
        written += piece->bytes[i] != DIRT;
    }
    return written;
}

static void test_windows__open__writes_to_no_table(void **state)
{
    (void)state;
    open_windows(65536);

    assert_int_equal(piece_count, 8); /* the handle first, then its tables */
    for (size_t i = 1; i < piece_count; i++) {
        assert_int_equal(written_bytes(&pieces[i]), 0);
    }
}

static uint32_t count_to(uint32_t last)
{
    return sonda__window_count(windows, sonda__windows_first(windows, last, 10 * SECOND), last);
}

static void test_windows__first__is_the_oldest_within_the_timespan(void **state)
{
    uint32_t first;
    uint32_t last;

    (void)state;
    open_windows(64);
    (void)place(1, 1, 1 * SECOND - 1, 1, 0);
    first = place(1, 1, 1 * SECOND, 1, 0);
    last = place(1, 1, 11 * SECOND, 1, 0);

    assert_int_equal(sonda__windows_first(windows, last, 10 * SECOND), first);
}

static void test_windows__entries_no_window_needs__are_forgotten_uncounted(void **state)
{
    (void)state;
    open_windows(64);
    (void)place(1, 1, 1 * SECOND, 1, 0);
    (void)place(1, 1, 2 * SECOND, 1, 0);
    (void)place(1, 1, 16 * SECOND, 1, 0); /* 10 s and the lateness: 1 just stays */
    assert_int_equal(stats().kept, 3);

    (void)place(1, 1, 16 * SECOND + 1, 1, 0);

    assert_int_equal(stats().kept, 3);
    assert_int_equal(stats().evicted, 0);
}

static void test_windows__group_at_its_ceiling__loses_its_oldest(void **state)
{
    uint32_t last = 0;

    (void)state;
    open_windows(65536);
    for (uint64_t i = 0; i < SONDA__WINDOW_GROUP_EVENTS_MAX + 5; i++) {
        last = place(1, 1, SECOND + i, 1, 0);
    }

    assert_int_equal(count_to(last), SONDA__WINDOW_GROUP_EVENTS_MAX);
    assert_int_equal(stats().evicted, 5);
}

static void test_windows__one_rule__takes_a_quarter(void **state)
{
    (void)state;
    open_windows(64);
    (void)place(2, 1, SECOND, 1, 0);
    for (uint64_t i = 0; i < 100; i++) {
        (void)place(1, i, SECOND + i, 1, 0);
    }

    assert_int_equal(stats().kept, 17);
    assert_int_equal(stats().evicted, 84);
    assert_int_equal(count_to(place(2, 1, SECOND, 1, 0)), 2);
}

static void test_windows__all_full__oldest_of_all_goes(void **state)
{
    (void)state;
    open_windows(64);
    for (uint64_t rule = 1; rule <= 100; rule++) {
        (void)place(rule, 1, SECOND, 1, 0);
    }

    assert_int_equal(stats().kept, 64);
    assert_int_equal(stats().evicted, 36);
    assert_int_equal(count_to(place(100, 1, SECOND, 1, 0)), 2);
    assert_int_equal(count_to(place(1, 1, SECOND, 1, 0)), 1);
}

static void test_windows__old_groups__go_uncounted(void **state)
{
    (void)state;
    open_windows(64);
    for (uint64_t rule = 1; rule <= 64; rule++) {
        (void)place(rule, 1, SECOND, 1, 0);
    }
    (void)place(100, 1, 100 * SECOND, 1, 0);
    (void)place(101, 1, 100 * SECOND, 1, 0);

    assert_int_equal(stats().kept, 64);
    assert_int_equal(stats().evicted, 0);
}

static void test_windows__random_traffic__keeps_its_lists(void **state)
{
    uint64_t seed = 7;

    (void)state;
    open_windows(97);
    for (uint64_t i = 0; i < 200000; i++) {
        uint32_t at;

        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        at = place((seed >> 33) % 7, (seed >> 40) % 5,
                   i * SECOND / 20 + (seed >> 50) % 8 * SECOND, 1, 0);
        if (at != SONDA__WINDOW_NONE) {
            assert_in_range(count_to(at), 1, 24);
        }
    }
    assert_in_range(stats().kept, 1, 97);
    assert_true(stats().late > 0);
}

static void test_measures__distinct_and_rules__count_each_once(void **state)
{
    uint32_t first;
    uint32_t last;

    (void)state;
    open_windows(64);
    first = place(1, 1, 1, 1, 500);
    (void)place(1, 1, 2, 4, 500 + 8192);
    (void)place(1, 1, 3, 5, 500);
    last = place(1, 1, 4, UINT64_C(1) << 63, 0);

    assert_int_equal(sonda__window_distinct(windows, first, last), 3);
    assert_int_equal(sonda__window_distinct(windows, first, first), 1);
    assert_int_equal(sonda__window_rules(windows, first, last), 3);
}

static void test_measures__ordered__is_the_longest_order(void **state)
{
    static const struct {
        uint64_t masks[6];
        uint32_t expected;
    } rows[] = {
        {{1, 2, 4}, 3},
        {{4, 2, 1}, 1},
        {{2, 1, 4}, 2},
        {{7, 7, 7}, 3},
        {{7}, 1},
        {{1, 4, 2, 4}, 3},
        {{4, 1, 1, 2}, 2},
        {{UINT64_C(1) << 62, UINT64_C(1) << 63}, 2},
        {{2, 4, 1, 8, 16, 2}, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t first;
        uint32_t last;

        open_windows(64);
        first = place(1, 1, 1, rows[i].masks[0], 0);
        last = first;
        for (size_t j = 1; j < 6 && rows[i].masks[j] != 0; j++) {
            last = place(1, 1, 1, rows[i].masks[j], 0); /* at the same time, as they came */
        }
        assert_int_equal(sonda__window_ordered(windows, first, last), rows[i].expected);
        close_windows(NULL);
    }
}

static void test_measures__sum_and_percentile__of_many(void **state)
{
    uint32_t first;
    uint32_t last;

    (void)state;
    open_windows(16384);
    first = place_number(1, 1000);
    last = first;
    for (uint64_t i = 1; i < 1000; i++) {
        last = place_number(1 + i, (double)(i * 7 % 1000));
    }

    assert_int_equal((int)sonda__window_sum(windows, first, last), 500500);
    assert_int_equal((int)sonda__window_percentile(windows, first, last, 0), 1);
    assert_int_equal((int)sonda__window_percentile(windows, first, last, 5000), 500);
    assert_int_equal((int)sonda__window_percentile(windows, first, last, 9550), 955);
    assert_int_equal((int)sonda__window_percentile(windows, first, last, 10000), 1000);
}

#define TEST(name) cmocka_unit_test_teardown(name, close_windows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_windows__open__writes_to_no_table),
        TEST(test_windows__first__is_the_oldest_within_the_timespan),
        TEST(test_windows__entries_no_window_needs__are_forgotten_uncounted),
        TEST(test_windows__group_at_its_ceiling__loses_its_oldest),
        TEST(test_windows__one_rule__takes_a_quarter),
        TEST(test_windows__all_full__oldest_of_all_goes),
        TEST(test_windows__old_groups__go_uncounted),
        TEST(test_windows__random_traffic__keeps_its_lists),
        TEST(test_measures__distinct_and_rules__count_each_once),
        TEST(test_measures__ordered__is_the_longest_order),
        TEST(test_measures__sum_and_percentile__of_many),
    };

    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
