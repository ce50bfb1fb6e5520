/* SPDX-License-Identifier: Apache-2.0 */

#include "host/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PRODUCERS 4u
#define RECORDS_EACH 20000u
#define SIZE_SMALL (SONDA__QUEUE_SIZE_MIN)

static void test_queue_open__too_small_for_one_record__refused(void **state)
{
    sonda__queue *queue = NULL;

    (void)state;

    assert_int_equal(sonda__queue_open(&queue, 4096, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_null(queue);
}

static void test_queue_front__nothing_pushed__is_empty(void **state)
{
    sonda__queue *queue = NULL;
    const uint8_t *record;
    size_t record_len;

    (void)state;
    assert_int_equal(sonda__queue_open(&queue, SIZE_SMALL, NULL), SONDA_OK);

    assert_int_equal(sonda__queue_front(queue, &record, &record_len), SONDA_ERR_EMPTY);

    sonda__queue_close(queue);
}

static void test_queue_push__record_of_the_largest_size__fits_once(void **state)
{
    sonda__queue *queue = NULL;
    uint8_t *large = calloc(1, SONDA_RECORD_MAX);
    const uint8_t *record;
    size_t record_len;

    (void)state;
    assert_non_null(large);
    large[SONDA_RECORD_MAX - 1] = 7;
    assert_int_equal(sonda__queue_open(&queue, SIZE_SMALL, NULL), SONDA_OK);

    assert_int_equal(sonda__queue_push(queue, large, SONDA_RECORD_MAX, NULL), SONDA_OK);
    assert_int_equal(sonda__queue_push(queue, large, SONDA_RECORD_MAX, NULL), SONDA_ERR_FULL);
    assert_int_equal(sonda__queue_front(queue, &record, &record_len), SONDA_OK);

    assert_int_equal(record_len, SONDA_RECORD_MAX);
    assert_int_equal(record[record_len - 1], 7);
    sonda__queue_close(queue);
    free(large);
}

static void test_queue_push__no_room__counted_and_the_rest_stays(void **state)
{
    sonda__queue *queue = NULL;
    sonda__queue_numbers numbers;
    uint8_t record[4000] = {0};
    uint64_t pushed = 0;
    const uint8_t *front;
    size_t front_len;

    (void)state;
    assert_int_equal(sonda__queue_open(&queue, SIZE_SMALL, NULL), SONDA_OK);

    while (sonda__queue_push(queue, record, sizeof record, NULL) == SONDA_OK) {
        pushed++;
    }

    sonda__queue_read(queue, &numbers);
    assert_int_equal(numbers.queued, pushed);
    assert_int_equal(numbers.refused, 1);
    while (sonda__queue_front(queue, &front, &front_len) == SONDA_OK) {
        assert_int_equal(front_len, sizeof record);
        sonda__queue_pop(queue);
        pushed--;
    }
    assert_int_equal(pushed, 0);
    sonda__queue_close(queue);
}

static void test_queue_push__odd_sizes_round_the_ring__come_out_as_they_went_in(void **state)
{
    sonda__queue *queue = NULL;
    uint8_t record[70000];
    size_t in = 0;
    size_t out = 0;

    (void)state;
    assert_int_equal(sonda__queue_open(&queue, SIZE_SMALL, NULL), SONDA_OK);

    while (out < 2000) {
        size_t len = 1 + in * 7919u % sizeof record;
        const uint8_t *front;
        size_t front_len;

        memset(record, (int)(in & 0xffu), len);
        if (in < 2000 && sonda__queue_push(queue, record, len, NULL) == SONDA_OK) {
            in++;
            continue;
        }
        assert_int_equal(sonda__queue_front(queue, &front, &front_len), SONDA_OK);
        assert_int_equal(front_len, 1 + out * 7919u % sizeof record);
        assert_int_equal(front[0], out & 0xffu);
        assert_int_equal(front[front_len - 1], out & 0xffu);
        sonda__queue_pop(queue);
        out++;
    }

    sonda__queue_close(queue);
}

typedef struct producer {
    sonda__queue *queue;
    uint32_t number;
    uint32_t refused;
} producer;

/* Each record says who made it and which it is; a refusal is tried no second time. */
static void *produce(void *user)
{
    producer *self = user;

    for (uint32_t i = 0; i < RECORDS_EACH; i++) {
        uint32_t record[64] = {self->number, i};
        size_t len = 8 + (i % 61) * 4;

        if (sonda__queue_push(self->queue, record, len, NULL) != SONDA_OK) {
            self->refused++;
        }
    }
    return NULL;
}

/* Takes one record, if any, and checks that its producer's order holds. */
static int consume(sonda__queue *queue, uint32_t *next)
{
    const uint8_t *record;
    size_t record_len;
    uint32_t head[2];

    if (sonda__queue_front(queue, &record, &record_len) != SONDA_OK) {
        return 0;
    }
    memcpy(head, record, sizeof head);
    assert_true(head[0] < PRODUCERS);
    assert_int_equal(record_len, 8 + (head[1] % 61) * 4);
    assert_true(head[1] >= next[head[0]]);
    next[head[0]] = head[1] + 1;
    sonda__queue_pop(queue);
    return 1;
}

static void
test_queue__four_producers_and_a_consumer__every_record_is_taken_or_counted(void **state)
{
    sonda__queue *queue = NULL;
    sonda__queue_numbers numbers;
    producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];
    uint32_t next[PRODUCERS] = {0};
    uint64_t taken = 0;
    uint64_t refused = 0;

    (void)state;
    assert_int_equal(sonda__queue_open(&queue, SIZE_SMALL, NULL), SONDA_OK);

    for (uint32_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (producer){queue, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    for (unsigned rounds = 0; rounds < 50000; rounds++) {
        taken += (uint64_t)consume(queue, next);
    }
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        refused += producers[i].refused;
    }
    while (consume(queue, next)) {
        taken++;
    }

    sonda__queue_read(queue, &numbers);
    assert_int_equal(taken + refused, PRODUCERS * RECORDS_EACH);
    assert_int_equal(numbers.queued, taken);
    assert_int_equal(numbers.refused, refused);
    sonda__queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_open__too_small_for_one_record__refused),
        cmocka_unit_test(test_queue_front__nothing_pushed__is_empty),
        cmocka_unit_test(test_queue_push__record_of_the_largest_size__fits_once),
        cmocka_unit_test(test_queue_push__no_room__counted_and_the_rest_stays),
        cmocka_unit_test(test_queue_push__odd_sizes_round_the_ring__come_out_as_they_went_in),
        cmocka_unit_test(
            test_queue__four_producers_and_a_consumer__every_record_is_taken_or_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
