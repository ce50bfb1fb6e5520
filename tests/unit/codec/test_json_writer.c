/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/codec/json_writer.h"

static void assert_json(sonda__json_writer *json, const char *wanted)
{
    assert_int_equal(json->out.status, SONDA_OK);
    assert_int_equal(json->out.needed, strlen(wanted));
    assert_memory_equal(json->out.buffer, wanted, strlen(wanted));
}

static void test_json_writer__nesting__puts_commas_and_colons(void **state)
{
    char buffer[200];
    sonda__json_writer json;

    (void)state;
    sonda__json_writer_init(&json, buffer, sizeof buffer);
    sonda__json_writer_object_begin(&json);
    sonda__json_put_unsigned(&json, "a", 1);
    sonda__json_put_array(&json, "b");
    sonda__json_writer_object_begin(&json);
    sonda__json_writer_object_end(&json);
    sonda__json_writer_signed(&json, -2);
    sonda__json_writer_boolean(&json, true);
    sonda__json_writer_null(&json);
    sonda__json_writer_array_end(&json);
    sonda__json_put_object(&json, "c");
    sonda__json_put_text(&json, "d", "e");
    sonda__json_put_boolean(&json, "f", false);
    sonda__json_writer_object_end(&json);
    sonda__json_writer_key(&json, sonda__span_text("g"));
    sonda__json_writer_raw(&json, "[1]");
    sonda__json_writer_object_end(&json);

    assert_json(&json,
                "{\"a\":1,\"b\":[{},-2,true,null],\"c\":{\"d\":\"e\",\"f\":false},\"g\":[1]}");
}

static void test_json_writer_string__controls_and_quotes__are_escaped(void **state)
{
    char buffer[100];
    sonda__json_writer json;

    (void)state;
    sonda__json_writer_init(&json, buffer, sizeof buffer);
    sonda__json_writer_string(&json, sonda__span_of("\"\\/\b\f\n\r\t\0\x1f\x7f", 11));

    assert_json(&json, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\"");
}

static void test_json_writer_string__ill_formed__becomes_u_fffd(void **state)
{
    char buffer[100];
    sonda__json_writer json;

    (void)state;
    sonda__json_writer_init(&json, buffer, sizeof buffer);
    sonda__json_writer_string(&json, sonda__span_text("a\xff\xc3\xa4\xed\xa0\x80z\xe2\x82"));

    assert_json(&json, "\"a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbdz\xef\xbf\xbd\"");
}

static void test_json_writer__buffer_too_small__says_what_it_needs(void **state)
{
    char buffer[4];
    sonda__json_writer json;

    (void)state;
    sonda__json_writer_init(&json, buffer, sizeof buffer);
    sonda__json_writer_string(&json, sonda__span_text("a longer text"));

    assert_int_equal(json.out.status, SONDA_ERR_FULL);
    assert_int_equal(json.out.needed, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_writer__nesting__puts_commas_and_colons),
        cmocka_unit_test(test_json_writer_string__controls_and_quotes__are_escaped),
        cmocka_unit_test(test_json_writer_string__ill_formed__becomes_u_fffd),
        cmocka_unit_test(test_json_writer__buffer_too_small__says_what_it_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
