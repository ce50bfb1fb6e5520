/* SPDX-License-Identifier: Apache-2.0 */

/* core/engine/ticket_table.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/allocate.h"
#include "core/engine/ticket_table.h"
#include "core/event/event.h"
#include "core/normalise/generic_record.h"

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define CAPACITY 8u

static sonda_allocator allocator;
static sonda__ticket_table table;

static int open_table(void **state)
{
    (void)state;
    return sonda_allocator_read(NULL, &allocator) == SONDA_OK
               ? sonda__ticket_table_open(&table, CAPACITY, SONDA_VERDICT_ALLOW, &allocator)
               : -1;
}

static int close_table(void **state)
{
    (void)state;
    sonda__ticket_table_close(&table);
    return 0;
}

static void ask(uint64_t id, uint64_t asked_ns, uint64_t deadline_ns)
{
    assert_int_equal(sonda__ticket_ask(&table, id, asked_ns, deadline_ns), SONDA_OK);
}

/* Id of the next ticket that falls back, or 0. */
static uint64_t expire(uint64_t now_ns)
{
    uint64_t id = 0;
    sonda_verdict verdict = SONDA_VERDICT_DENY;

    if (sonda__ticket_expire(&table, now_ns, &id, &verdict) == SONDA_OK) {
        assert_int_equal(verdict, SONDA_VERDICT_ALLOW);
    }
    return id;
}

/* The timer must never sleep past a ticket. */
static void assert_earliest_is_next(void)
{
    uint64_t next = 0;

    if (!sonda__ticket_next_due(&table, &next)) {
        assert_int_equal(table.heap_count, 0);
    }
    for (uint32_t at = 0; at < table.heap_count; at++) {
        const sonda__ticket *parent = &table.tickets[table.heap[at == 0 ? 0 : (at - 1) / 2]];

        assert_int_equal(table.tickets[table.heap[at]].heap_at, at);
        assert_true(table.tickets[table.heap[at]].next_ns >= parent->next_ns);
        assert_true(table.tickets[table.heap[at]].next_ns >= next);
    }
}

static void test_due__by_time_given__is_as_promised(void **state)
{
    const struct {
        const char *name;
        uint64_t given_ns;
        uint64_t due_ns;
    } rows[] = {
        {"none", 0, 0},
        {"below a second", SECOND - 1, 0},
        {"a second", SECOND, 0},
        {"two seconds: headroom", 2 * SECOND, SECOND},
        {"five seconds: both agree", 5 * SECOND, 4 * SECOND},
        {"sixty seconds: 80 %", 60 * SECOND, 48 * SECOND},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t due = sonda__ticket_due_ns(7 * SECOND, 7 * SECOND + rows[i].given_ns);

        if (due != 7 * SECOND + rows[i].due_ns) {
            fail_msg("%s: due after %llu ns", rows[i].name, (unsigned long long)due);
        }
    }
}

static void test_due__deadline_over_already__is_at_once(void **state)
{
    (void)state;
    assert_int_equal(sonda__ticket_due_ns(7 * SECOND, 6 * SECOND), 7 * SECOND);
}

static void test_answer__twice__is_refused_the_second_time(void **state)
{
    (void)state;
    ask(1, 0, 10 * SECOND);

    assert_int_equal(sonda__ticket_answer(&table, 1), SONDA_OK);
    assert_int_equal(sonda__ticket_answer(&table, 1), SONDA_ERR_ALREADY);
    assert_int_equal(expire(9 * SECOND), 0);
    assert_int_equal(table.numbers.answered, 1);
    assert_int_equal(table.numbers.fallen_back, 0);
}

static void test_answer__after_the_fallback__comes_too_late(void **state)
{
    (void)state;
    ask(1, 0, 10 * SECOND);

    assert_int_equal(expire(8 * SECOND - 1), 0);
    assert_int_equal(expire(8 * SECOND), 1);
    assert_int_equal(expire(8 * SECOND), 0);
    assert_int_equal(sonda__ticket_answer(&table, 1), SONDA_ERR_ALREADY);
    assert_int_equal(table.numbers.fallen_back, 1);
}

static void test_answer__after_the_deadline__is_not_found(void **state)
{
    (void)state;
    ask(1, 0, 10 * SECOND);
    assert_int_equal(sonda__ticket_answer(&table, 1), SONDA_OK);
    assert_int_equal(expire(10 * SECOND), 0);

    assert_int_equal(sonda__ticket_answer(&table, 1), SONDA_ERR_NOT_FOUND);
    assert_int_equal(sonda__ticket_answer(&table, 2), SONDA_ERR_NOT_FOUND);
}

static void test_expire__several_due__come_earliest_first(void **state)
{
    uint64_t next = 0;

    (void)state;
    ask(3, 0, 30 * SECOND);
    ask(1, 0, 10 * SECOND);
    ask(2, 0, 20 * SECOND);

    assert_true(sonda__ticket_next_due(&table, &next));
    assert_int_equal(next, 8 * SECOND);
    assert_int_equal(expire(60 * SECOND), 1);
    assert_int_equal(expire(60 * SECOND), 2);
    assert_int_equal(expire(60 * SECOND), 3);
    assert_int_equal(expire(60 * SECOND), 0);
    assert_false(sonda__ticket_next_due(&table, &next));
}

static void test_ask__table_full_of_waiting__is_refused_and_counted(void **state)
{
    (void)state;
    for (uint64_t id = 1; id <= CAPACITY; id++) {
        ask(id, 0, 10 * SECOND);
    }

    assert_int_equal(sonda__ticket_ask(&table, 99, 0, 10 * SECOND), SONDA_ERR_FULL);
    assert_int_equal(table.numbers.refused, 1);
    assert_int_equal(sonda__ticket_answer(&table, 5), SONDA_OK);
    assert_int_equal(sonda__ticket_ask(&table, 99, 0, 10 * SECOND), SONDA_OK);
    assert_int_equal(sonda__ticket_answer(&table, 5), SONDA_ERR_NOT_FOUND);
}

static void test_ask__room_made_in_the_middle__keeps_the_order(void **state)
{
    /* The last of the heap is earlier than what stands above the hole. */
    static const uint64_t deadlines[CAPACITY] = {10, 20, 500, 30, 40, 600, 700, 35};

    (void)state;
    for (uint64_t id = 1; id <= CAPACITY; id++) {
        ask(id, 0, deadlines[id - 1] * SECOND);
    }
    assert_int_equal(sonda__ticket_answer(&table, 6), SONDA_OK);
    ask(99, 0, 900 * SECOND);

    assert_earliest_is_next();
}

static void test_ask__same_id_again__is_refused(void **state)
{
    (void)state;
    ask(1, 0, 10 * SECOND);

    assert_int_equal(sonda__ticket_ask(&table, 1, 0, 10 * SECOND), SONDA_ERR_ALREADY);
    assert_int_equal(sonda__ticket_ask(&table, 0, 0, 10 * SECOND), SONDA_ERR_INVALID_ARGUMENT);
}

/* Questions, answers and time at random: each ticket has exactly one answer. */
static void test_table__a_long_random_life__answers_each_once(void **state)
{
    uint8_t answers[4096] = {0};
    uint64_t next_id = 1;
    uint64_t now = 0;
    uint32_t random = 1;

    (void)state;
    while (next_id < sizeof answers) {
        uint64_t id;

        random = random * 1664525u + 1013904223u;
        now += (random >> 12) % (200 * MS);
        while ((id = expire(now)) != 0) {
            answers[id]++;
        }
        if ((random >> 10) % 2 == 0) {
            if (sonda__ticket_ask(&table, next_id, now, now + (random >> 8) % (4 * SECOND)) ==
                SONDA_ERR_FULL) {
                answers[next_id]++; /* the caller's fallback */
            }
            next_id++;
        } else if (sonda__ticket_answer(&table, 1 + (random >> 5) % next_id) == SONDA_OK) {
            answers[1 + (random >> 5) % next_id]++;
        }
        assert_earliest_is_next();
    }
    for (uint64_t id = expire(now + 10 * SECOND); id != 0; id = expire(now + 10 * SECOND)) {
        answers[id]++;
    }
    for (uint64_t id = 1; id < next_id; id++) {
        assert_int_equal(answers[id], 1);
    }
}

static void test_fallback_record__decoded__is_a_health_event(void **state)
{
    uint8_t record[256];
    size_t len = 0;
    sonda_event *event = NULL;
    sonda_record_header header;

    (void)state;
    assert_int_equal(sonda__ticket_fallback_record(42, SONDA_VERDICT_DENY, 5 * SECOND, record,
                                                   sizeof record, &len),
                     SONDA_OK);
    assert_int_equal(sonda_record_header_read(record, len, &header), SONDA_OK);
    assert_int_equal(sonda_event_open(&event, NULL), SONDA_OK);
    sonda__event_begin(event, &header, sonda__names_of_table());
    assert_int_equal(
        sonda__decode_generic(event, sonda__span_of((const char *)record + 64, len - 64), NULL),
        SONDA_OK);

    assert_int_equal(header.source, SONDA_SOURCE_HEALTH);
    assert_int_equal(event->class_uid, SONDA_CLASS_BASE);
    assert_true(sonda__span_is(sonda__event_text(event, SONDA_FIELD_TICKET), "42"));
    assert_true(sonda__span_is(sonda__event_text(event, SONDA_FIELD_MESSAGE),
                               "fallback verdict: deny"));
    sonda_event_close(event);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_due__by_time_given__is_as_promised),
        TEST(test_due__deadline_over_already__is_at_once),
        TEST(test_answer__twice__is_refused_the_second_time),
        TEST(test_answer__after_the_fallback__comes_too_late),
        TEST(test_answer__after_the_deadline__is_not_found),
        TEST(test_expire__several_due__come_earliest_first),
        TEST(test_ask__table_full_of_waiting__is_refused_and_counted),
        TEST(test_ask__room_made_in_the_middle__keeps_the_order),
        TEST(test_ask__same_id_again__is_refused),
        TEST(test_table__a_long_random_life__answers_each_once),
        TEST(test_fallback_record__decoded__is_a_health_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
