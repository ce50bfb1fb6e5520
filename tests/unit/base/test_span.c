/* SPDX-License-Identifier: Apache-2.0 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/span.h"

static void test_span_equal__same_bytes__is_true(void **state)
{
    (void)state;
    assert_true(sonda__span_equal(sonda__span_of("a\0b", 3), sonda__span_of("a\0b", 3)));
    assert_true(sonda__span_equal(sonda__span_of(NULL, 0), sonda__span_of("", 0)));
}

static void test_span_equal__prefix_or_other_case__is_false(void **state)
{
    (void)state;
    assert_false(sonda__span_equal(sonda__span_text("ab"), sonda__span_text("abc")));
    assert_false(sonda__span_equal(sonda__span_text("ab"), sonda__span_text("aB")));
}

static void test_span_equal_ascii_case__letters_fold_others_do_not(void **state)
{
    (void)state;
    assert_true(sonda__span_equal_ascii_case(sonda__span_text("SeCuRiTy"),
                                             sonda__span_text("security")));
    assert_false(sonda__span_equal_ascii_case(sonda__span_text("@"), sonda__span_text("`")));
    assert_false(sonda__span_equal_ascii_case(sonda__span_text("\xc3\x84"),
                                              sonda__span_text("\xc3\xa4")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span_equal__same_bytes__is_true),
        cmocka_unit_test(test_span_equal__prefix_or_other_case__is_false),
        cmocka_unit_test(test_span_equal_ascii_case__letters_fold_others_do_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
