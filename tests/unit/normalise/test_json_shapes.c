/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Known keys: that lines become the same events with and without them, what is
 * learned, and that storage which is used up harms nothing.
 */

#include "core/normalise/json_event.h"
#include "core/normalise/json_shapes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct fixture {
    sonda_event *fresh;
    sonda_event *learning; /* has `shapes` */
    sonda__json_shapes shapes;
} fixture;

static int open_both(void **state)
{
    fixture *self = calloc(1, sizeof *self);

    *state = self;
    if (self == NULL || sonda_event_open(&self->fresh, NULL) != SONDA_OK ||
        sonda_event_open(&self->learning, NULL) != SONDA_OK) {
        return -1;
    }
    sonda__json_shapes_reset(&self->shapes, sonda__names_of_table());
    self->learning->shapes = &self->shapes;
    return 0;
}

static int close_both(void **state)
{
    fixture *self = *state;

    sonda_event_close(self->fresh);
    sonda_event_close(self->learning);
    free(self);
    return 0;
}

static void assert_same_text(sonda__span a, sonda__span b)
{
    assert_int_equal(a.len, b.len);
    assert_true(sonda__span_equal(a, b));
}

static void assert_same_fields(const sonda_event *a, const sonda_event *b)
{
    assert_int_equal(a->field_count, b->field_count);
    for (size_t i = 0; i < a->field_count; i++) {
        assert_int_equal(a->fields[i].id, b->fields[i].id);
        assert_int_equal(a->fields[i].flags, b->fields[i].flags);
        assert_same_text(a->fields[i].name, b->fields[i].name);
        assert_same_text(a->fields[i].text, b->fields[i].text);
    }
}

static void assert_same_events(const sonda_event *a, const sonda_event *b)
{
    assert_same_fields(a, b);
    assert_int_equal(a->class_uid, b->class_uid);
    assert_int_equal(a->activity_id, b->activity_id);
    assert_int_equal(a->product, b->product);
    assert_int_equal(a->event_id, b->event_id);
    assert_int_equal(a->time_ns, b->time_ns);
    assert_same_text(a->channel, b->channel);
    assert_same_text(a->provider, b->provider);
}

/* The line must become the same with what is remembered and without. */
static sonda_status decode(fixture *self, const char *line)
{
    static const sonda_record_header header = {.wall_ns = 77};
    sonda_error fresh_error = SONDA_ERROR_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    sonda__event_begin(self->fresh, &header, sonda__names_of_table());
    sonda__event_begin(self->learning, &header, sonda__names_of_table());
    status = sonda__decode_json(self->fresh, sonda__span_text(line), &fresh_error);
    assert_int_equal(sonda__decode_json(self->learning, sonda__span_text(line), &error),
                     status);
    assert_int_equal(error.offset, fresh_error.offset);
    assert_string_equal(error.message, fresh_error.message);
    if (status == SONDA_OK) {
        assert_same_events(self->fresh, self->learning);
    }
    return status;
}

static void test_json_shapes__same_keys_again__are_known(void **state)
{
    fixture *self = *state;
    uint32_t learned;

    assert_int_equal(decode(self, "{\"EventID\":1,\"Channel\":\"System\",\"Own\":null}"), 0);
    learned = self->shapes.count;
    assert_int_equal(decode(self, "{ \"EventID\" : 2 , \"Channel\" : \"x\" , \"Own\" : 7 }"),
                     0);

    assert_int_equal(learned, 1 + 3);
    assert_int_equal(self->shapes.count, learned);
}

static void test_json_shapes__other_keys_behind_known_ones__are_learned(void **state)
{
    fixture *self = *state;

    assert_int_equal(decode(self, "{\"EventID\":1,\"a\":1,\"b\":2}"), 0);
    assert_int_equal(decode(self, "{\"EventID\":1,\"a\":1,\"c\":2}"), 0);

    assert_int_equal(self->shapes.count, 1 + 4);
}

static void test_json_shapes__records_not_flat_or_with_duplicates__are_not_learned(void **state)
{
    static const char *const lines[] = {
        "{\"a\":{\"b\":1}}",
        "{\"a\":[1,2]}",
        "{\"a\":[]}",
        "{\"a\":1,\"a\":2}",
        "{\"a\\\"\":1}",
        "{\"a\\\\\":1}",
        "{\"\\u0001\":1}",
        "{",
        "{\"a\":[],\"b\":[1,2]}",
        "{\"a\":1,\"b\":tru",
        "{}",
        "{\"a key longer than the room that a place in the tree has\":1}"};
    fixture *self = *state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        (void)decode(self, lines[i]);
        assert_int_equal(self->shapes.count, 1);
    }
}

static void test_json_shapes__other_names__are_not_used(void **state)
{
    static const sonda_record_header header;
    const sonda__span native[] = {sonda__span_text("Own")};
    fixture *self = *state;
    sonda__names *names = NULL;

    assert_int_equal(decode(self, "{\"Own\":1}"), 0);
    assert_int_equal(sonda__names_open(&names, native, 1, NULL), SONDA_OK);
    sonda__event_begin(self->learning, &header, names);
    assert_int_equal(sonda__decode_json(self->learning, sonda__span_text("{\"Own\":1}"), NULL),
                     SONDA_OK);

    assert_int_equal(self->learning->fields[0].id, SONDA_FIELD_NATIVE);
    sonda__names_close(names);
}

static void test_json_shapes__more_keys_than_room__harm_nothing(void **state)
{
    fixture *self = *state;
    char line[64];

    for (unsigned i = 0; i < 3 * SONDA__JSON_SHAPES_MAX; i++) {
        (void)snprintf(line, sizeof line, "{\"a%u\":1,\"b%u\":2,\"c%u\":3}", i % 40, i, i);
        assert_int_equal(decode(self, line), 0);
    }
    assert_int_equal(self->shapes.count, SONDA__JSON_SHAPES_MAX);
    assert_int_equal(decode(self, "{\"a1\":1,\"b1\":2,\"c1\":3,\"d\":4}"), 0);
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* Lines of a few members each, in an order that often repeats. */
static void test_json_shapes__drawn_lines__become_the_same_events(void **state)
{
    static const char *const members[] = {
        "\"EventID\":1",
        "\"EventID\": \"4688\"",
        "\"Channel\":\"Security\"",
        "\"Channel\":null",
        "\"Chan\\u006eel\":\"System\"",
        "\"SourceName\":\"a\\\\b\"",
        "\"Hostname\" : \"h\"",
        "\"UtcTime\":\"2023-08-15 09:53:59.757\"",
        "\"@timestamp\":\"2023-08-15T09:53:59.757Z\"",
        "\"Threat Name\":\"x\"",
        "\"ab\":true",
        "\"abc\":-1.5e3",
        "\"abcdefgh\":\"\xff\"",
        "\"abcdefghi\":\"\\ud800\"",
        "\"deep\":{\"a\":1,\"EventID\":3}",
        "\"list\":[1,[2,3],{\"x\":4}]",
        "\"one\":[1]",
        "\"none\":[]",
        "\"\":0",
        "\"Event\":{\"System\":{\"EventID\":7,\"Channel\":\"c\"}}",
    };
    static const char *const ends[] = {"}",  "}", "}", "}",  "}",    " }",
                                       ",}", "",  ":", "}x", "\"a\""};
    fixture *self = *state;
    uint32_t seed = 7;

    for (int round = 0; round < 40000; round++) {
        char line[1024] = "{";
        uint32_t first = draw(&seed, 20);
        uint32_t count = draw(&seed, 8);

        for (uint32_t i = 0; i < count; i++) {
            uint32_t which = draw(&seed, 8) == 0 ? draw(&seed, 20) : (first + i) % 20;

            (void)snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s",
                           i == 0 ? "" : ",", members[which]);
        }
        strcat(line, ends[draw(&seed, sizeof ends / sizeof ends[0])]);
        (void)decode(self, line);
    }
    assert_true(self->shapes.count > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_json_shapes__same_keys_again__are_known, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(
            test_json_shapes__other_keys_behind_known_ones__are_learned, open_both, close_both),
        cmocka_unit_test_setup_teardown(
            test_json_shapes__records_not_flat_or_with_duplicates__are_not_learned, open_both,
            close_both),
        cmocka_unit_test_setup_teardown(test_json_shapes__other_names__are_not_used, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(test_json_shapes__more_keys_than_room__harm_nothing,
                                        open_both, close_both),
        cmocka_unit_test_setup_teardown(test_json_shapes__drawn_lines__become_the_same_events,
                                        open_both, close_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
