/* SPDX-License-Identifier: Apache-2.0 */

/* Searching against the plainest search there is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/detect/search.h"

static size_t plain_search(sonda__span text, sonda__span needle)
{
    for (size_t at = 0; at + needle.len <= text.len; at++) {
        if (memcmp(text.data + at, needle.data, needle.len) == 0) {
            return at;
        }
    }
    return SONDA__NOT_FOUND;
}

/* Numbers that are the same on every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void test_search__few_letters__finds_what_plain_search_finds(void **state)
{
    char text[200];
    char needle[80];
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        uint32_t letters = 1 + next_random(&seed) % 3;
        sonda__span haystack = {text, next_random(&seed) % sizeof text};
        sonda__span sought = {needle, next_random(&seed) % sizeof needle};

        for (size_t i = 0; i < haystack.len; i++) {
            text[i] = (char)('a' + next_random(&seed) % letters);
        }
        for (size_t i = 0; i < sought.len; i++) {
            needle[i] = (char)('a' + next_random(&seed) % letters);
        }
        if (next_random(&seed) % 2 == 0 && sought.len < haystack.len) {
            memcpy(needle, text + next_random(&seed) % (haystack.len - sought.len), sought.len);
        }

        assert_int_equal(sonda__search(haystack, sought), plain_search(haystack, sought));
    }
}

static void test_search_anchored__ends__must_touch(void **state)
{
    sonda__span text = sonda__span_text("abcab");
    sonda__span ab = sonda__span_text("ab");

    (void)state;
    assert_int_equal(sonda__search_anchored(text, ab, true, false), 0);
    assert_int_equal(sonda__search_anchored(text, ab, false, true), 3);
    assert_int_equal(sonda__search_anchored(text, ab, true, true), SONDA__NOT_FOUND);
    assert_int_equal(sonda__search_anchored(ab, text, false, true), SONDA__NOT_FOUND);
    assert_int_equal(sonda__search_anchored(ab, ab, true, true), 0);
}

static void test_search_glob__part__is_where_it_stands(void **state)
{
    sonda__span text = sonda__span_text("xxabcxx");
    sonda__span found = {NULL, 0};

    (void)state;
    assert_true(sonda__search_glob(text,
                                   sonda__span_text("a\xff\x02"
                                                    "c"),
                                   false, false, &found));
    assert_int_equal(found.data - text.data, 2);
    assert_int_equal(found.len, 3);
}

static void test_search_glob__malformed__fits_nothing(void **state)
{
    sonda__span text = sonda__span_text("a\xff");
    sonda__span found;

    (void)state;
    assert_false(sonda__search_glob(text, sonda__span_text("a\xff"), true, true, &found));
    assert_false(sonda__search_glob(text, sonda__span_text("a\xff\x07"), true, true, &found));
    assert_true(sonda__search_glob(text, sonda__span_text("a\xff\xff"), true, true, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search__few_letters__finds_what_plain_search_finds),
        cmocka_unit_test(test_search_anchored__ends__must_touch),
        cmocka_unit_test(test_search_glob__part__is_where_it_stands),
        cmocka_unit_test(test_search_glob__malformed__fits_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
