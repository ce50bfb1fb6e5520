/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/event/value.h"
#include "sonda/event.h"

static sonda__span text(const char *value)
{
    return sonda__span_text(value);
}

static sonda_field_view view_of(const char *value)
{
    sonda_field_view view = SONDA_FIELD_VIEW_INIT;

    view.text = value;
    view.text_len = strlen(value);
    return view;
}

static void test_value_boolean__forms__are_known(void **state)
{
    bool value = false;

    (void)state;
    assert_int_equal(sonda__value_boolean(text("True"), &value), SONDA_OK);
    assert_true(value);
    assert_int_equal(sonda__value_boolean(text("0"), &value), SONDA_OK);
    assert_false(value);
    assert_int_equal(sonda__value_boolean(text("yes"), &value), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda__value_boolean(text(""), &value), SONDA_ERR_MALFORMED);
}

static void test_value_account__backslash__splits_at_the_first(void **state)
{
    sonda__account account = sonda__value_account(text("NT AUTHORITY\\SYSTEM"));

    (void)state;
    assert_true(sonda__span_is(account.domain, "NT AUTHORITY"));
    assert_true(sonda__span_is(account.name, "SYSTEM"));
    account = sonda__value_account(text("root"));
    assert_int_equal(account.domain.len, 0);
    assert_true(sonda__span_is(account.name, "root"));
}

static void test_value_path__either_separator__splits_off_the_name(void **state)
{
    (void)state;
    assert_true(sonda__span_is(sonda__value_file_name(text("C:\\a/b\\c.exe")), "c.exe"));
    assert_true(sonda__span_is(sonda__value_folder(text("C:\\a/b\\c.exe")), "C:\\a/b"));
    assert_true(sonda__span_is(sonda__value_file_name(text("name")), "name"));
    assert_int_equal(sonda__value_folder(text("name")).len, 0);
    assert_true(sonda__span_is(sonda__value_folder(text("/vmlinuz")), "/"));
    assert_int_equal(sonda__value_file_name(text("/tmp/")).len, 0);
}

static void test_value_next_digest__list__gives_each_sound_one(void **state)
{
    sonda__span rest = text("MD5=AA,,=x,SHA1,SHA256=BB");
    sonda__digest digest;

    (void)state;
    assert_true(sonda__value_next_digest(&rest, &digest));
    assert_true(sonda__span_is(digest.algorithm, "MD5"));
    assert_true(sonda__span_is(digest.hex, "AA"));
    assert_true(sonda__value_next_digest(&rest, &digest));
    assert_true(sonda__span_is(digest.algorithm, "SHA256"));
    assert_false(sonda__value_next_digest(&rest, &digest));
}

static void test_field_accessors__typed_text__is_parsed(void **state)
{
    sonda_field_view number = view_of("0x1010");
    sonda_field_view time = view_of("2023-11-14 22:13:20.500");
    sonda_field_view truth = view_of("true");
    sonda_field_view address = view_of("10.1.2.3");
    uint64_t value = 0;
    uint32_t flag = 0;
    uint8_t bytes[16] = {0};
    size_t len = 0;

    (void)state;
    assert_int_equal(sonda_field_number(&number, &value), SONDA_OK);
    assert_int_equal(value, 0x1010);
    assert_int_equal(sonda_field_time_ns(&time, &value), SONDA_OK);
    assert_int_equal(value, UINT64_C(1700000000500000000));
    assert_int_equal(sonda_field_boolean(&truth, &flag), SONDA_OK);
    assert_int_equal(flag, 1);
    assert_int_equal(sonda_field_address(&address, bytes, &len), SONDA_OK);
    assert_int_equal(len, 4);
    assert_memory_equal(bytes, "\x0a\x01\x02\x03", 4);
}

static void test_field_accessors__other_text_or_null__fail_and_leave_outputs(void **state)
{
    sonda_field_view view = view_of("-");
    uint64_t value = 7;
    uint32_t flag = 7;
    uint8_t bytes[16] = {7};
    size_t len = 7;

    (void)state;
    assert_int_equal(sonda_field_number(&view, &value), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_field_time_ns(&view, &value), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_field_boolean(&view, &flag), SONDA_ERR_MALFORMED);
    assert_int_equal(sonda_field_address(&view, bytes, &len), SONDA_ERR_MALFORMED);
    assert_int_equal(value + flag + bytes[0] + len, 28);
    assert_int_equal(sonda_field_number(NULL, &value), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_field_address(&view, bytes, NULL), SONDA_ERR_INVALID_ARGUMENT);
    view.struct_size = 1;
    assert_int_equal(sonda_field_number(&view, &value), SONDA_ERR_ABI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_boolean__forms__are_known),
        cmocka_unit_test(test_value_account__backslash__splits_at_the_first),
        cmocka_unit_test(test_value_path__either_separator__splits_off_the_name),
        cmocka_unit_test(test_value_next_digest__list__gives_each_sound_one),
        cmocka_unit_test(test_field_accessors__typed_text__is_parsed),
        cmocka_unit_test(test_field_accessors__other_text_or_null__fail_and_leave_outputs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
