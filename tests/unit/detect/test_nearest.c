/* SPDX-License-Identifier: Apache-2.0 */

/* What two texts have in common, and how far two names are apart. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/limits.h"
#include "core/detect/nearest.h"

static void test_nearest_part__rows__give_the_longest_common_run(void **state)
{
    static const struct {
        const char *text;
        const char *needle;
        bool late;
        size_t at;
        size_t len;
    } rows[] = {
        {"c:\\x\\good.exe", "\\evil.exe", false, 9, 4},
        {"abcdef", "abc", false, 0, 3},
        {"xxabc", "abc--", false, 2, 3},
        {"ab--ab", "ab", false, 0, 2},
        {"ab--ab", "ab", true, 4, 2},
        {"abc", "xyz", false, 0, 0},
        {"", "xyz", false, 0, 0},
        {"abc", "", false, 0, 0},
        {"b", "abc", false, 0, 1},
        /* Two letters that share their first byte, and one that shares the last. */
        {"\xc3\xa4", "\xc3\xa5", false, 0, 0},
        {"x\xc3\xa4", "x\xc3\xa5", false, 0, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sonda__span text = sonda__span_text(rows[i].text);
        sonda__span part =
            sonda__nearest_part(text, sonda__span_text(rows[i].needle), rows[i].late);

        if (part.len != rows[i].len ||
            (part.len > 0 && (size_t)(part.data - text.data) != rows[i].at)) {
            fail_msg("%s in %s: %zu bytes at %zu", rows[i].needle, rows[i].text, part.len,
                     (size_t)(part.data - text.data));
        }
    }
}

static void test_nearest_distance__rows__count_letters_whatever_their_case(void **state)
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

        assert_int_equal(sonda__nearest_distance(a, b), rows[i].distance);
        assert_int_equal(sonda__nearest_distance(b, a), rows[i].distance);
        assert_int_equal(sonda__nearest_alike(a, b, rows[i].distance), rows[i].alike);
    }
}

static void test_nearest_distance__name_beyond_the_limit__is_like_nothing(void **state)
{
    static char name[SONDA__FIELD_NAME_MAX + 1];
    sonda__span it = {name, sizeof name};

    (void)state;
    assert_int_equal(sonda__nearest_distance(it, it), UINT32_MAX);
    assert_false(sonda__nearest_alike(it, it, UINT32_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_part__rows__give_the_longest_common_run),
        cmocka_unit_test(test_nearest_distance__rows__count_letters_whatever_their_case),
        cmocka_unit_test(test_nearest_distance__name_beyond_the_limit__is_like_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
