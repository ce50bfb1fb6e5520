/* SPDX-License-Identifier: Apache-2.0 */

/* core/track/process_table.c and process_text.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/allocate.h"
#include "core/track/process_table.h"
#include "sonda/finding.h"

#define CAPACITY 16u

static sonda_allocator allocator;
static sonda__process_table table;

static int open_table(void **state)
{
    (void)state;
    return sonda_allocator_read(NULL, &allocator) == SONDA_OK
               ? sonda__process_table_open(&table, CAPACITY, 64u * 128u, &allocator)
               : -1;
}

static int close_table(void **state)
{
    (void)state;
    sonda__process_table_close(&table);
    return 0;
}

static sonda__process_key key(uint64_t pid, uint64_t start_ns)
{
    sonda__process_key made = {0, pid, start_ns, {0, 0}};

    return made;
}

static uint32_t add(uint64_t pid, uint64_t start_ns)
{
    sonda__process_key made = key(pid, start_ns);

    return sonda__process_add(&table, &made);
}

static uint32_t find(uint64_t pid, uint64_t start_ns)
{
    sonda__process_key made = key(pid, start_ns);

    return sonda__process_find(&table, &made);
}

static void set_image(uint32_t index, const char *image)
{
    const sonda__span texts[SONDA__PROCESS_TEXT_COUNT] = {sonda__span_text(image)};

    sonda__process_set_texts(&table, index, texts);
}

static void test_find__same_pid_other_start__tells_them_apart(void **state)
{
    uint32_t old;
    uint32_t new;

    (void)state;
    old = add(100, 1000);
    sonda__process_end(&table, old, 5000);
    new = add(100, 6000);

    assert_int_equal(find(100, 1000), old);
    assert_int_equal(find(100, 6000), new);
    assert_int_equal(find(100, 7000), SONDA__PROCESS_NONE);
}

static void test_find__pid_alone__gives_the_live_one(void **state)
{
    uint32_t live;
    uint32_t ended;

    (void)state;
    live = add(100, 1000);
    ended = add(100, 6000);
    sonda__process_end(&table, ended, 7000);

    assert_int_equal(find(100, 0), live);
    sonda__process_end(&table, live, 8000);
    assert_int_equal(find(100, 0), ended);
}

static void test_find__guid__beats_a_pid_that_came_back(void **state)
{
    const sonda__process_key first = {9, 100, 0, {1, 2}};
    const sonda__process_key second = {9, 100, 0, {3, 4}};
    const sonda__process_key elsewhere = {8, 100, 0, {1, 2}};
    uint32_t a;
    uint32_t b;

    (void)state;
    a = sonda__process_add(&table, &first);
    b = sonda__process_add(&table, &second);

    assert_int_equal(sonda__process_find(&table, &first), a);
    assert_int_equal(sonda__process_find(&table, &second), b);
    assert_int_equal(sonda__process_find(&table, &elsewhere), SONDA__PROCESS_NONE);
}

static void test_add__table_full__forgets_the_oldest_exited_first(void **state)
{
    uint32_t entries[CAPACITY];

    (void)state;
    for (uint32_t i = 0; i < CAPACITY; i++) {
        entries[i] = add(100 + i, 1);
    }
    sonda__process_end(&table, entries[7], 10);
    sonda__process_end(&table, entries[3], 20);

    (void)add(500, 1);

    assert_int_equal(find(107, 1), SONDA__PROCESS_NONE);
    assert_int_not_equal(find(103, 1), SONDA__PROCESS_NONE);
    assert_int_equal(table.numbers.evicted_exited, 1);
    assert_int_equal(table.numbers.processes, CAPACITY);
}

static void test_add__exited_with_children__goes_after_the_childless(void **state)
{
    uint32_t entries[CAPACITY];

    (void)state;
    for (uint32_t i = 0; i < CAPACITY; i++) {
        entries[i] = add(100 + i, 1);
    }
    sonda__process_link(&table, entries[1], entries[0]);
    sonda__process_end(&table, entries[0], 10);
    sonda__process_end(&table, entries[5], 20);

    (void)add(500, 1);

    assert_int_not_equal(find(100, 1), SONDA__PROCESS_NONE);
    assert_int_equal(find(105, 1), SONDA__PROCESS_NONE);
}

static void test_add__all_alive__forgets_the_least_recently_used(void **state)
{
    uint32_t first;

    (void)state;
    first = add(100, 1);
    for (uint32_t i = 1; i < CAPACITY; i++) {
        (void)add(100 + i, 1);
    }
    sonda__process_touch(&table, first);

    (void)add(500, 1);

    assert_int_not_equal(find(100, 1), SONDA__PROCESS_NONE);
    assert_int_equal(find(101, 1), SONDA__PROCESS_NONE);
    assert_int_equal(table.numbers.evicted_live, 1);
}

static void test_parent__its_entry_was_reused__is_not_the_newcomer(void **state)
{
    uint32_t child;
    uint32_t parent;

    (void)state;
    parent = add(1, 1);
    child = add(2, 2);
    sonda__process_link(&table, child, parent);
    assert_int_equal(sonda__process_parent(&table, child), parent);
    for (uint32_t i = 0; i < CAPACITY; i++) {
        sonda__process_touch(&table, child);
        (void)add(100 + i, 1);
    }

    assert_int_equal(find(1, 1), SONDA__PROCESS_NONE);
    assert_int_equal(find(2, 2), child);
    assert_int_equal(sonda__process_parent(&table, child), SONDA__PROCESS_NONE);
}

static void test_expire__kept_long_enough__forgets_only_the_childless(void **state)
{
    uint32_t parent;
    uint32_t child;

    (void)state;
    parent = add(1, 1);
    child = add(2, 2);
    sonda__process_link(&table, child, parent);
    sonda__process_end(&table, parent, 100);
    sonda__process_end(&table, add(3, 3), 100);
    sonda__process_end(&table, add(4, 4), 200);

    sonda__process_expire(&table, 150);

    assert_int_not_equal(find(1, 1), SONDA__PROCESS_NONE);
    assert_int_equal(find(3, 3), SONDA__PROCESS_NONE);
    assert_int_not_equal(find(4, 4), SONDA__PROCESS_NONE);
    assert_int_equal(table.numbers.expired, 1);
}

static void test_expire__last_child_gone__forgets_the_parent_too(void **state)
{
    uint32_t parent;
    uint32_t child;

    (void)state;
    parent = add(1, 1);
    child = add(2, 2);
    sonda__process_link(&table, child, parent);
    sonda__process_end(&table, parent, 100);
    sonda__process_end(&table, child, 110);

    sonda__process_expire(&table, 150);

    assert_int_equal(table.numbers.processes, 0);
}

static void test_set_texts__longer_than_the_limit__is_cut_and_flagged(void **state)
{
    static char long_path[SONDA__PROCESS_PATH_MAX + 1];
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT] = {{long_path, sizeof long_path}};
    uint32_t index;

    (void)state;
    memset(long_path, 'x', sizeof long_path);
    index = add(1, 1);
    sonda__process_set_texts(&table, index, texts);
    sonda__process_texts(&table, index, texts);

    assert_int_equal(texts[SONDA__PROCESS_IMAGE].len, SONDA__PROCESS_PATH_MAX);
    assert_true((table.entries[index].flags & SONDA_PROCESS_IMAGE_CUT) != 0);
    assert_int_equal(table.numbers.texts_cut, 1);
}

static void test_set_texts__pool_full__makes_room_from_the_exited(void **state)
{
    static char image[2000];
    const sonda__span texts[SONDA__PROCESS_TEXT_COUNT] = {{image, sizeof image}};
    uint32_t ended;
    uint32_t live;

    (void)state;
    memset(image, 'x', sizeof image);
    ended = add(1, 1);
    sonda__process_set_texts(&table, ended, texts);
    sonda__process_end(&table, ended, 1);
    for (uint64_t pid = 2; pid < 6; pid++) {
        live = add(pid, 1);
        sonda__process_set_texts(&table, live, texts);
    }

    assert_int_equal(find(1, 1), SONDA__PROCESS_NONE);
    assert_int_equal(table.entries[find(4, 1)].text_len[SONDA__PROCESS_IMAGE], sizeof image);
}

static void test_set_texts__no_room_at_all__keeps_the_image_at_least(void **state)
{
    static char filler[4096];
    const sonda__span large[SONDA__PROCESS_TEXT_COUNT] = {{filler, 3700}, {filler, 4096}};
    const sonda__span texts[SONDA__PROCESS_TEXT_COUNT] = {{"/bin/sh", 7}, {filler, 200}};
    uint32_t index;

    (void)state;
    memset(filler, 'x', sizeof filler);
    sonda__process_set_texts(&table, add(1, 1), large);
    index = add(2, 2);
    sonda__process_set_texts(&table, index, texts);

    assert_int_equal(table.entries[index].text_len[SONDA__PROCESS_IMAGE], 7);
    assert_int_equal(table.entries[index].text_len[SONDA__PROCESS_COMMAND_LINE], 0);
    assert_true((table.entries[index].flags & SONDA_PROCESS_COMMAND_LINE_CUT) != 0);
}

static uint64_t count_lists(void)
{
    uint64_t count = 0;

    for (uint32_t list = SONDA__LIST_LIVE; list < SONDA__LIST_COUNT; list++) {
        for (uint32_t at = table.list_head[list]; at != SONDA__PROCESS_NONE;
             at = table.entries[at].list_next) {
            assert_int_equal(table.entries[at].list, list);
            count++;
        }
    }
    return count;
}

/* Adds, ends, links and texts at random: whatever happens, the sums agree. */
static void test_table__a_long_random_life__stays_consistent(void **state)
{
    uint32_t random = 12345;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t index;

        random = random * 1664525u + 1013904223u;
        index = find(1 + (random >> 16) % 40, 0);
        if (index == SONDA__PROCESS_NONE || (random >> 8) % 3 == 0) {
            uint32_t parent;

            index = add(1 + (random >> 16) % 40, i + 1);
            parent = find(1 + (random >> 20) % 40, 0);
            if (parent != SONDA__PROCESS_NONE) {
                sonda__process_link(&table, index, parent);
            }
            set_image(index, "/usr/bin/something");
        } else if ((random >> 8) % 3 == 1) {
            sonda__process_end(&table, index, i);
        }
        sonda__process_expire(&table, i > 300 ? i - 300 : 0);
    }

    assert_int_equal(count_lists(), table.numbers.processes);
    assert_int_equal(table.numbers.started, table.numbers.processes + table.numbers.expired +
                                                table.numbers.evicted_exited +
                                                table.numbers.evicted_live);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_find__same_pid_other_start__tells_them_apart),
        TEST(test_find__pid_alone__gives_the_live_one),
        TEST(test_find__guid__beats_a_pid_that_came_back),
        TEST(test_add__table_full__forgets_the_oldest_exited_first),
        TEST(test_add__exited_with_children__goes_after_the_childless),
        TEST(test_add__all_alive__forgets_the_least_recently_used),
        TEST(test_parent__its_entry_was_reused__is_not_the_newcomer),
        TEST(test_expire__kept_long_enough__forgets_only_the_childless),
        TEST(test_expire__last_child_gone__forgets_the_parent_too),
        TEST(test_set_texts__longer_than_the_limit__is_cut_and_flagged),
        TEST(test_set_texts__pool_full__makes_room_from_the_exited),
        TEST(test_set_texts__no_room_at_all__keeps_the_image_at_least),
        TEST(test_table__a_long_random_life__stays_consistent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
