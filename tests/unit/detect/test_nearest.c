/* SPDX-License-Identifier: Apache-2.0 */

/* What two texts have in common. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_part__rows__give_the_longest_common_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
