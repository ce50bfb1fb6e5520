/* SPDX-License-Identifier: Apache-2.0 */

/* What regular expressions match, and that nothing makes them slow. */

#include "tests/unit/detect/rule_fixture.h"

#include <stdlib.h>

#include "core/detect/regex_run.h"
#include "core/rules/content_state.h"

typedef struct regex_row {
    const char *pattern; /* in single quotes of YAML */
    const char *text;
    uint32_t expected;
} regex_row;

static void check_regexes(const regex_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const test_field fields[] = {{"A", rows[i].text, 0}, {NULL, NULL, 0}};
        char detection[512];
        rule_fixture fixture;

        (void)snprintf(detection, sizeof detection,
                       "    s:\n        A|re: '%s'\n    condition: s", rows[i].pattern);
        fixture_open(&fixture, content_of_detection(detection));
        fixture_event(&fixture, fields);
        if (fixture_match(&fixture) != rows[i].expected) {
            fail_msg("/%s/ on \"%s\": expected %u", rows[i].pattern, rows[i].text,
                     rows[i].expected);
        }
        fixture_close(&fixture);
    }
}

static void test_regex_run__syntax__means_what_pcre_means(void **state)
{
    static const regex_row rows[] = {
        {"a|b|cd", "xcdx", 1},
        {"a|b|cd", "c d", 0},
        {"^(a|b)$", "b", 1},
        {"^(a|b)$", "ab", 0},
        {"^a{2,3}$", "a", 0},
        {"^a{2,3}$", "aaa", 1},
        {"^a{2,3}$", "aaaa", 0},
        {"^a{2}$", "aa", 1},
        {"^a{2,}$", "aaaaa", 1},
        {"^a{0}b$", "b", 1},
        {"^(ab){2}$", "abab", 1},
        {"^a{,3}$", "a{,3}", 1},
        {"^a{b$", "a{b", 1},
        {"^ab*?c$", "abbbc", 1},
        {"^a??b$", "b", 1},
        {"^(?:a+)+$", "aaaa", 1},
        {"[a-c]x", "bx", 1},
        {"[^a-c]x", "bx", 0},
        {"[]a]x", "]x", 1},
        {"[^]a]x", "bx", 1},
        {"[a-]x", "-x", 1},
        {"[\\w-]x", "-x", 1},
        {"[\\d.]+$", "1.2", 1},
        {"^[^\\W\\d]+$", "abc", 1},
        {"^[^\\W\\d]+$", "ab1", 0},
        {"[[:digit:]]x", "5x", 1},
        {"[[a]x", "[x", 1},
        {"\\d\\D\\s\\S\\w\\W", "1a b_-", 1},
        {"^\\w+$", "\xc3\xa9t\xc3\xa9", 1},
        {"\\bcat\\b", "a cat.", 1},
        {"\\bcat\\b", "concat", 0},
        {"\\Bcat", "concat", 1},
        {"\\Aab", "cab", 0},
        {"ab\\z", "ab", 1},
        {"ab$", "ab\n", 1},
        {"ab\\z", "ab\n", 0},
        {"ab\\Z", "ab\n", 1},
        {"a\\.b", "axb", 0},
        {"\\x41\\x{42}", "AB", 1},
        {"\\t\\n", "\t\n", 1},
        {"(?i)abc", "xABC", 1},
        {"a(?i)b", "aB", 1},
        {"a(?i)b", "AB", 0},
        {"a(?i:b)c", "aBc", 1},
        {"a(?i:b)c", "aBC", 0},
        {"(?i)[a-c]+$", "ABC", 1},
        {"(?i)[^a]", "A", 0},
        {"(?i)k", "\xe2\x84\xaa", 1},
        {"(?i)[k]", "\xe2\x84\xaa", 1},
        {"(?i)\xce\xa9", "\xcf\x89", 1},
        {"(?s)a.b", "a\nb", 1},
        {"(?m)^b$", "a\nb\nc", 1},
        {"(?<name>a)(?P<other>b)", "ab", 1},
        {"a(?#comment)b", "ab", 1},
        {"^.$", "\xe2\x82\xac", 1},
        {"^.$", "\xff", 1},
        {"^[^a]$", "\xff", 1},
        {"^\\w$", "\xff", 0},
        {"(|a)b", "b", 1},
        {"()*x", "x", 1},
        {"(a*)*b", "aaab", 1},
        {"{", "a{", 1},
        {"}]", "}]", 1},
    };

    (void)state;
    check_regexes(rows, sizeof rows / sizeof rows[0]);
}

static void test_regex_run__hostile_expressions__cost_a_bounded_number_of_steps(void **state)
{
    static const char *const patterns[] = {"(a*)*b", "(a|a)*b", "(a|aa)+$b",
                                           "(.*)(.*)(.*)(.*)b", "(a?){50}a{50}b"};
    const size_t len = 100000;
    char *text = malloc(len);
    sonda__regex_run *run = calloc(1, sizeof *run);

    (void)state;
    assert_non_null(text);
    assert_non_null(run);
    memset(text, 'a', len);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        char detection[256];
        sonda_content *content;
        sonda__span found;
        uint64_t steps = 0;
        uint32_t size;

        (void)snprintf(detection, sizeof detection,
                       "    s:\n        A|re: '%s'\n    condition: s", patterns[i]);
        content = content_of_detection(detection);
        size = content->pack.count[SONDA__SECTION_INSTRUCTIONS];

        assert_false(sonda__regex_search(run, &content->pack, 0, sonda__span_of(text, len),
                                         &found, &steps));

        assert_true(steps <= (uint64_t)size * (len + 1));
        sonda_content_release(content);
    }
    free(run);
    free(text);
}

static void test_regex_run__match__says_where(void **state)
{
    sonda_content *content = content_of_detection(DETECTION("A|re: 'b+c'"));
    sonda__regex_run *run = calloc(1, sizeof *run);
    sonda__span text = sonda__span_text("aabbbcc");
    sonda__span found;
    uint64_t steps = 0;

    (void)state;
    assert_non_null(run);

    assert_true(sonda__regex_search(run, &content->pack, 0, text, &found, &steps));

    assert_int_equal(found.data - text.data, 2);
    assert_int_equal(found.len, 4);
    free(run);
    sonda_content_release(content);
}

static void test_regex_run__texts_no_match_lacks__keep_events_away(void **state)
{
    /* In each an expression, a text without what it needs, and one that has it. */
    static const char *const rows[][3] = {
        {"ab?cdefg", "xx abXdefg", "abcdefg"},
        {"https?://[0-9]", "ftp://1", "http://1"},
        {"s?://0x[0-9a-f]+", "http://12", "http://0x12"},
        {"[Rr][Uu][Nn][Dd][Ll][Ll]32", "run dll32", "RunDLL32"},
        {"(?i)(a|b)token\\d", "atoke1", "BTOKEN1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char detection[256];
        rule_fixture fixture;

        (void)snprintf(detection, sizeof detection,
                       "    s:\n        A|re: '%s'\n    condition: s", rows[i][0]);
        fixture_open(&fixture, content_of_detection(detection));
        for (size_t k = 1; k < 3; k++) {
            const test_field fields[] = {{"A", rows[i][k], 0}, {NULL, NULL, 0}};

            fixture_event(&fixture, fields);
            assert_int_equal(fixture_match(&fixture), k - 1);
            assert_int_equal(sonda__matcher_counts(fixture.matcher)->evaluated, k - 1);
        }
        fixture_close(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regex_run__texts_no_match_lacks__keep_events_away),
        cmocka_unit_test(test_regex_run__syntax__means_what_pcre_means),
        cmocka_unit_test(test_regex_run__hostile_expressions__cost_a_bounded_number_of_steps),
        cmocka_unit_test(test_regex_run__match__says_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
