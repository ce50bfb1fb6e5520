/* SPDX-License-Identifier: Apache-2.0 */

/* How far two names are apart. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/limits.h"
#include "core/codec/likeness.h"

static void test_name_distance__rows__count_letters_whatever_their_case(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        uint32_t distance;
        bool alike;
    } rows[] = {
        {"CommandLine", "commandline", 0, true},
        {"Image", "Images", 1, true},
        {"CommandLine", "ComandLine", 1, true},
        {"kitten", "sitting", 3, true},
        {"Image", "User", 5, false},
        {"", "abc", 3, false},
        {"TargetFilename", "TargetFileName", 0, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__span a = sonda__span_text(rows[i].a);
        sonda__span b = sonda__span_text(rows[i].b);

        assert_int_equal(sonda__name_distance(a, b), rows[i].distance);
        assert_int_equal(sonda__name_distance(b, a), rows[i].distance);
        assert_int_equal(sonda__name_is_like(a, b, rows[i].distance), rows[i].alike);
    }
}

static void test_name_distance__name_beyond_the_limit__is_like_nothing(void **state)
{
    static char name[SONDA__FIELD_NAME_MAX + 1];
    sonda__span it = {name, sizeof name};

    (void)state;
    assert_int_equal(sonda__name_distance(it, it), UINT32_MAX);
    assert_false(sonda__name_is_like(it, it, UINT32_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_distance__rows__count_letters_whatever_their_case),
        cmocka_unit_test(test_name_distance__name_beyond_the_limit__is_like_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
