/* SPDX-License-Identifier: Apache-2.0 */

/* What Sigma's values and modifiers mean, each with near misses. */

#include "tests/unit/detect/rule_fixture.h"

static void test_pattern__case__folds_single_code_points_only(void **state)
{
    static const match_row rows[] = {
        {"ascii", DETECTION("A: 'PowerShell'"), {{"A", "POWERshell", 0}}, 1},
        {"one character off", DETECTION("A: 'PowerShell'"), {{"A", "POWERshel", 0}}, 0},
        {"one character more", DETECTION("A: 'PowerShell'"), {{"A", "POWERshelll", 0}}, 0},
        {"greek", DETECTION("A: 'ΑΩ'"), {{"A", "αω", 0}}, 1},
        {"cyrillic in the value", DETECTION("A|contains: 'ж'"), {{"A", "xЖy", 0}}, 1},
        {"kelvin sign is k", DETECTION("A: 'k'"), {{"A", "\xe2\x84\xaa", 0}}, 1},
        {"grows when folded", DETECTION("A|endswith: 'ⱥ'"), {{"A", "xȺ", 0}}, 1},
        {"dotted I folds to two, so not", DETECTION("A: 'i̇'"), {{"A", "İ", 0}}, 0},
        {"dotted I is itself", DETECTION("A: 'İ'"), {{"A", "İ", 0}}, 1},
        {"sharp s is not ss", DETECTION("A: 'ss'"), {{"A", "ß", 0}}, 0},
        {"cased equal", DETECTION("A|cased: 'Abc'"), {{"A", "Abc", 0}}, 1},
        {"cased differs", DETECTION("A|cased: 'Abc'"), {{"A", "abc", 0}}, 0},
        {"cased contains", DETECTION("A|contains|cased: 'bC'"), {{"A", "abCd", 0}}, 1},
        {"cased contains differs", DETECTION("A|contains|cased: 'bC'"), {{"A", "abcd", 0}}, 0},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__types__compare_as_text(void **state)
{
    static const match_row rows[] = {
        {"number", DETECTION("A: 4688"), {{"A", "4688", 0}}, 1},
        {"quoted number", DETECTION("A: '4688'"), {{"A", "4688", 0}}, 1},
        {"no hexadecimal", DETECTION("A: 16"), {{"A", "0x10", 0}}, 0},
        {"true", DETECTION("A: true"), {{"A", "True", 0}}, 1},
        {"yes is a string", DETECTION("A: yes"), {{"A", "yes", 0}}, 1},
        {"number within", DETECTION("A|contains: 46"), {{"A", "4688", 0}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__null_and_empty__differ(void **state)
{
    static const match_row rows[] = {
        {"null, absent", DETECTION("A: null"), {{"B", "x", 0}}, 1},
        {"null, null", DETECTION("A: null"), {{"A", "", SONDA_VALUE_NULL}}, 1},
        {"null, empty", DETECTION("A: null"), {{"A", "", 0}}, 0},
        {"null, one of two",
         DETECTION("A: null"),
         {{"A", "", SONDA_VALUE_NULL}, {"A", "x", 0}},
         0},
        {"empty, empty", DETECTION("A: ''"), {{"A", "", 0}}, 1},
        {"empty, absent", DETECTION("A: ''"), {{"B", "", 0}}, 0},
        {"empty, null", DETECTION("A: ''"), {{"A", "", SONDA_VALUE_NULL}}, 0},
        {"empty, blank", DETECTION("A: ''"), {{"A", " ", 0}}, 0},
        {"star, empty", DETECTION("A: '*'"), {{"A", "", 0}}, 1},
        {"star, null", DETECTION("A: '*'"), {{"A", "", SONDA_VALUE_NULL}}, 0},
        {"star, absent", DETECTION("A: '*'"), {{"B", "", 0}}, 0},
        {"exists, null", DETECTION("A|exists: true"), {{"A", "", SONDA_VALUE_NULL}}, 1},
        {"exists, empty", DETECTION("A|exists: true"), {{"A", "", 0}}, 1},
        {"exists, absent", DETECTION("A|exists: true"), {{"B", "", 0}}, 0},
        {"exists not, absent", DETECTION("A|exists: false"), {{"B", "", 0}}, 1},
        {"exists not, null", DETECTION("A|exists: false"), {{"A", "", SONDA_VALUE_NULL}}, 0},
        {"hidden is absent", DETECTION("A: x"), {{"A", "x", SONDA_VALUE_HIDDEN}}, 0},
        {"hidden is null", DETECTION("A: null"), {{"A", "x", SONDA_VALUE_HIDDEN}}, 1},
        {"enriched is seen", DETECTION("A: x"), {{"A", "x", SONDA_VALUE_ENRICHED}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__wildcards__escape_and_stand(void **state)
{
    static const match_row rows[] = {
        {"star inside", DETECTION("A: 'a*c'"), {{"A", "abbc", 0}}, 1},
        {"star inside, nothing", DETECTION("A: 'a*c'"), {{"A", "ac", 0}}, 1},
        {"star inside, no end", DETECTION("A: 'a*c'"), {{"A", "abcd", 0}}, 0},
        {"one", DETECTION("A: 'a?c'"), {{"A", "abc", 0}}, 1},
        {"one is a code point", DETECTION("A: 'a?c'"), {{"A", "a€c", 0}}, 1},
        {"one is not none", DETECTION("A: 'a?c'"), {{"A", "ac", 0}}, 0},
        {"one is not two", DETECTION("A: 'a?c'"), {{"A", "abbc", 0}}, 0},
        {"one takes a bad byte",
         DETECTION("A: 'a?c'"),
         {{"A",
           "a\xff"
           "c",
           0}},
         1},
        {"no half code point", DETECTION("A: '*?\?'"), {{"A", "€", 0}}, 0},
        {"many stars", DETECTION("A: '*a*b*a*'"), {{"A", "xxaxxbxxa", 0}}, 1},
        {"many stars, order", DETECTION("A: '*a*b*a*'"), {{"A", "bbaa", 0}}, 0},
        {"escaped star", DETECTION("A: 'a\\*c'"), {{"A", "a*c", 0}}, 1},
        {"escaped star is no star", DETECTION("A: 'a\\*c'"), {{"A", "abc", 0}}, 0},
        {"escaped question", DETECTION("A: 'a\\?c'"), {{"A", "a?c", 0}}, 1},
        {"double backslash", DETECTION("A: 'a\\\\c'"), {{"A", "a\\c", 0}}, 1},
        {"double backslash, star", DETECTION("A: 'a\\\\*c'"), {{"A", "a\\bc", 0}}, 1},
        {"plain backslash", DETECTION("A: 'C:\\Windows'"), {{"A", "c:\\windows", 0}}, 1},
        {"trailing backslash", DETECTION("A|endswith: '\\'"), {{"A", "C:\\", 0}}, 1},
        {"contains", DETECTION("A|contains: 'b'"), {{"A", "abc", 0}}, 1},
        {"contains with star", DETECTION("A|contains: 'b*d'"), {{"A", "abcde", 0}}, 1},
        {"startswith", DETECTION("A|startswith: 'ab'"), {{"A", "abc", 0}}, 1},
        {"startswith, later", DETECTION("A|startswith: 'ab'"), {{"A", "cab", 0}}, 0},
        {"endswith", DETECTION("A|endswith: 'bc'"), {{"A", "abc", 0}}, 1},
        {"endswith, earlier", DETECTION("A|endswith: 'bc'"), {{"A", "abcd", 0}}, 0},
        {"endswith glob, last one", DETECTION("A|endswith: 'b?'"), {{"A", "bxbybz", 0}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__lists__any_element_answers(void **state)
{
    static const match_row rows[] = {
        {"second element", DETECTION("A: b"), {{"A", "a", 0}, {"A", "b", 0}}, 1},
        {"no element", DETECTION("A: c"), {{"A", "a", 0}, {"A", "b", 0}}, 0},
        {"any value", DETECTION("A: [x, b]"), {{"A", "b", 0}}, 1},
        {"all over elements",
         DETECTION("A|contains|all: [x, y]"),
         {{"A", "ax", 0}, {"A", "by", 0}},
         1},
        {"all, one missing", DETECTION("A|contains|all: [x, y]"), {{"A", "ax", 0}}, 0},
        {"all with one value", DETECTION("A|contains|all: x"), {{"A", "ax", 0}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__neq__negates_the_item(void **state)
{
    static const match_row rows[] = {
        {"differs", DETECTION("A|neq: a"), {{"A", "b", 0}}, 1},
        {"equal", DETECTION("A|neq: a"), {{"A", "A", 0}}, 0},
        {"absent", DETECTION("A|neq: a"), {{"B", "b", 0}}, 1},
        {"one of a list", DETECTION("A|neq: [a, b]"), {{"A", "b", 0}}, 0},
        {"none of a list", DETECTION("A|neq: [a, b]"), {{"A", "c", 0}}, 1},
        {"null", DETECTION("A|neq: null"), {{"A", "", 0}}, 1},
        {"null, absent", DETECTION("A|neq: null"), {{"B", "", 0}}, 0},
        {"not contained", DETECTION("A|contains|neq: b"), {{"A", "abc", 0}}, 0},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__windash__is_a_class_at_word_starts(void **state)
{
    static const match_row rows[] = {
        {"dash", DETECTION("A|contains|windash: ' -enc'"), {{"A", "x -enc", 0}}, 1},
        {"slash", DETECTION("A|contains|windash: ' -enc'"), {{"A", "x /ENC", 0}}, 1},
        {"en dash",
         DETECTION("A|contains|windash: ' -enc'"),
         {{"A",
           "x \xe2\x80\x93"
           "enc",
           0}},
         1},
        {"em dash",
         DETECTION("A|contains|windash: ' -enc'"),
         {{"A",
           "x \xe2\x80\x94"
           "enc",
           0}},
         1},
        {"bar",
         DETECTION("A|contains|windash: ' -enc'"),
         {{"A",
           "x \xe2\x80\x95"
           "enc",
           0}},
         1},
        {"other dash",
         DETECTION("A|contains|windash: ' -enc'"),
         {{"A",
           "x \xe2\x80\x92"
           "enc",
           0}},
         0},
        {"no dash", DETECTION("A|contains|windash: ' -enc'"), {{"A", "x enc", 0}}, 0},
        {"slash in the rule",
         DETECTION("A|contains|windash: ' /enc'"),
         {{"A", "x -enc", 0}},
         1},
        {"within a word", DETECTION("A|contains|windash: 'a-b'"), {{"A", "a/b", 0}}, 0},
        {"within a word itself", DETECTION("A|contains|windash: 'a-b'"), {{"A", "a-b", 0}}, 1},
        {"second of two", DETECTION("A|contains|windash: ' --x'"), {{"A", " -/x", 0}}, 1},
        {"first of two stays", DETECTION("A|contains|windash: ' --x'"), {{"A", " /-x", 0}}, 0},
        {"before a blank", DETECTION("A|contains|windash: ' - '"), {{"A", "a / b", 0}}, 0},
        {"value begins", DETECTION("A|startswith|windash: '-x'"), {{"A", "/xyz", 0}}, 1},
        {"order of modifiers",
         DETECTION("A|windash|contains: ' -e '"),
         {{"A", "x /e y", 0}},
         1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__encodings__apply_in_order(void **state)
{
    static const match_row rows[] = {
        {"base64", DETECTION("A|base64: 'foobar'"), {{"A", "Zm9vYmFy", 0}}, 1},
        {"base64 padded", DETECTION("A|base64: 'fooba'"), {{"A", "Zm9vYmE=", 0}}, 1},
        {"base64 within", DETECTION("A|base64|contains: 'foo'"), {{"A", "xxZm9vYmFy", 0}}, 1},
        {"base64 ignores case", DETECTION("A|base64: 'foobar'"), {{"A", "zm9vymfy", 0}}, 1},
        {"base64 cased", DETECTION("A|base64|cased: 'foobar'"), {{"A", "zm9vymfy", 0}}, 0},
        /* "foobar" at each place of "xfoobar", "xxfoobar", … */
        {"offset 0", DETECTION("A|base64offset|contains: 'foobar'"), {{"A", "Zm9vYmFy", 0}}, 1},
        {"offset 1",
         DETECTION("A|base64offset|contains: 'foobar'"),
         {{"A", "eGZvb2Jhcg==", 0}},
         1},
        {"offset 2",
         DETECTION("A|base64offset|contains: 'foobar'"),
         {{"A", "eHhmb29iYXI=", 0}},
         1},
        {"offset, longer",
         DETECTION("A|base64offset|contains: 'foobar'"),
         {{"A", "eHh4eGZvb2JhcnE=", 0}},
         1},
        {"offset, one off",
         DETECTION("A|base64offset|contains: 'foobar'"),
         {{"A", "eGZvb2JhYg==", 0}},
         0},
        {"offset and all",
         DETECTION("A|base64offset|contains|all: ['foobar', 'quxqux']"),
         {{"A", "eGZvb2Jhcg== cXV4cXV4", 0}},
         1},
        {"offset and all, one missing",
         DETECTION("A|base64offset|contains|all: ['foobar', 'quxqux']"),
         {{"A", "eGZvb2Jhcg==", 0}},
         0},
        {"wide base64",
         DETECTION("A|wide|base64offset|contains: 'ping'"),
         {{"A", "cABpAG4AZwA=", 0}},
         1},
        {"utf16le base64", DETECTION("A|utf16le|base64: 'ab'"), {{"A", "YQBiAA==", 0}}, 1},
        {"utf16be base64", DETECTION("A|utf16be|base64: 'ab'"), {{"A", "AGEAYg==", 0}}, 1},
        {"utf16 base64", DETECTION("A|utf16|base64: 'ab'"), {{"A", "//5hAGIA", 0}}, 1},
        {"wide astral", DETECTION("A|wide|base64: '😀'"), {{"A", "PdgA3g==", 0}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__regex__is_case_sensitive_and_unanchored(void **state)
{
    static const match_row rows[] = {
        {"unanchored", DETECTION("A|re: 'b+c'"), {{"A", "abbcd", 0}}, 1},
        {"case counts", DETECTION("A|re: 'ABC'"), {{"A", "abc", 0}}, 0},
        {"i", DETECTION("A|re|i: 'ABC'"), {{"A", "xabcx", 0}}, 1},
        {"inline i", DETECTION("A|re: '(?i)ABC'"), {{"A", "xabcx", 0}}, 1},
        {"dot and newline", DETECTION("A|re: 'a.b'"), {{"A", "a\nb", 0}}, 0},
        {"s", DETECTION("A|re|s: 'a.b'"), {{"A", "a\nb", 0}}, 1},
        {"no m", DETECTION("A|re: '^b'"), {{"A", "a\nb", 0}}, 0},
        {"m", DETECTION("A|re|m: '^b'"), {{"A", "a\nb", 0}}, 1},
        {"all", DETECTION("A|re|all: ['a', 'b']"), {{"A", "ba", 0}}, 1},
        {"startswith", DETECTION("A|re|startswith: 'b'"), {{"A", "ab", 0}}, 0},
        {"endswith", DETECTION("A|re|endswith: 'a|b'"), {{"A", "bac", 0}}, 0},
        {"endswith holds", DETECTION("A|re|endswith: 'a|b'"), {{"A", "cab", 0}}, 1},
        {"contains", DETECTION("A|re|contains: 'b'"), {{"A", "abc", 0}}, 1},
        {"null is no text", DETECTION("A|re: '(?:)'"), {{"A", "", SONDA_VALUE_NULL}}, 0},
        {"empty finds empty", DETECTION("A|re: '(?:)'"), {{"A", "", 0}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__numbers__compare_by_value(void **state)
{
    static const match_row rows[] = {
        {"lt", DETECTION("A|lt: 10"), {{"A", "9", 0}}, 1},
        {"lt equal", DETECTION("A|lt: 10"), {{"A", "10", 0}}, 0},
        {"lte", DETECTION("A|lte: 10"), {{"A", "10", 0}}, 1},
        {"gt by value, not by text", DETECTION("A|gt: 9"), {{"A", "10", 0}}, 1},
        {"gte", DETECTION("A|gte: 10"), {{"A", "10.0", 0}}, 1},
        {"negative", DETECTION("A|lt: -1"), {{"A", "-2", 0}}, 1},
        {"fraction", DETECTION("A|gt: 1.5"), {{"A", "1.49", 0}}, 0},
        {"beyond 64 bits",
         DETECTION("A|gt: 18446744073709551615"),
         {{"A", "18446744073709551616", 0}},
         1},
        {"no number", DETECTION("A|gt: 1"), {{"A", "ten", 0}}, 0},
        {"absent", DETECTION("A|lt: 1"), {{"B", "0", 0}}, 0},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__times__give_their_parts(void **state)
{
    static const match_row rows[] = {
        {"minute", DETECTION("A|minute: 34"), {{"A", "2024-12-31T12:34:56Z", 0}}, 1},
        {"hour", DETECTION("A|hour: 12"), {{"A", "2024-12-31 12:34:56.123", 0}}, 1},
        {"hour of an offset",
         DETECTION("A|hour: 10"),
         {{"A", "2024-12-31T12:34:56+02:00", 0}},
         1},
        {"day", DETECTION("A|day: 31"), {{"A", "2024-12-31T12:34:56Z", 0}}, 1},
        {"week of the next year",
         DETECTION("A|week: 1"),
         {{"A", "2024-12-31T12:34:56Z", 0}},
         1},
        {"week of the last year",
         DETECTION("A|week: 53"),
         {{"A", "2021-01-03T00:00:00Z", 0}},
         1},
        {"month", DETECTION("A|month: 2"), {{"A", "2024-02-29T00:00:00Z", 0}}, 1},
        {"year", DETECTION("A|year: 2023"), {{"A", "2024-02-29T00:00:00Z", 0}}, 0},
        {"with gte", DETECTION("A|hour|gte: 18"), {{"A", "2024-02-29T18:00:00Z", 0}}, 1},
        {"with gte, before",
         DETECTION("A|hour|gte: 18"),
         {{"A", "2024-02-29T17:59:59Z", 0}},
         0},
        {"no time", DETECTION("A|year: 2024"), {{"A", "2024", 0}}, 0},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__cidr__needs_the_same_family(void **state)
{
    static const match_row rows[] = {
        {"inside", DETECTION("A|cidr: '10.0.0.0/8'"), {{"A", "10.255.0.1", 0}}, 1},
        {"outside", DETECTION("A|cidr: '10.0.0.0/8'"), {{"A", "11.0.0.1", 0}}, 0},
        {"odd bits", DETECTION("A|cidr: '172.16.0.0/12'"), {{"A", "172.31.255.255", 0}}, 1},
        {"odd bits, past", DETECTION("A|cidr: '172.16.0.0/12'"), {{"A", "172.32.0.0", 0}}, 0},
        {"single", DETECTION("A|cidr: '127.0.0.1/32'"), {{"A", "127.0.0.2", 0}}, 0},
        {"six", DETECTION("A|cidr: 'fe80::/10'"), {{"A", "febf::1", 0}}, 1},
        {"six, past", DETECTION("A|cidr: 'fe80::/10'"), {{"A", "fec0::1", 0}}, 0},
        {"mapped is six", DETECTION("A|cidr: '10.0.0.0/8'"), {{"A", "::ffff:10.0.0.1", 0}}, 0},
        {"everything of four", DETECTION("A|cidr: '0.0.0.0/0'"), {{"A", "::1", 0}}, 0},
        {"no address", DETECTION("A|cidr: '0.0.0.0/0'"), {{"A", "10.0.0", 0}}, 0},
        {"leading zero", DETECTION("A|cidr: '10.0.0.0/8'"), {{"A", "010.0.0.1", 0}}, 0},
        {"any of a list",
         DETECTION("A|cidr: ['::1/128', '10.0.0.0/8']"),
         {{"A", "10.1.1.1", 0}},
         1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__fieldref__compares_two_fields(void **state)
{
    static const match_row rows[] = {
        {"equal", DETECTION("A|fieldref: B"), {{"A", "x", 0}, {"B", "X", 0}}, 1},
        {"differ", DETECTION("A|fieldref: B"), {{"A", "x", 0}, {"B", "y", 0}}, 0},
        {"one absent", DETECTION("A|fieldref: B"), {{"A", "x", 0}}, 0},
        {"both absent", DETECTION("A|fieldref: B"), {{"C", "x", 0}}, 0},
        {"null", DETECTION("A|fieldref: B"), {{"A", "", 0}, {"B", "", SONDA_VALUE_NULL}}, 0},
        {"both empty", DETECTION("A|fieldref: B"), {{"A", "", 0}, {"B", "", 0}}, 1},
        {"contains", DETECTION("A|fieldref|contains: B"), {{"A", "axb", 0}, {"B", "X", 0}}, 1},
        {"startswith",
         DETECTION("A|fieldref|startswith: B"),
         {{"A", "axb", 0}, {"B", "x", 0}},
         0},
        {"endswith", DETECTION("A|fieldref|endswith: B"), {{"A", "axb", 0}, {"B", "XB", 0}}, 1},
        {"neq, absent", DETECTION("A|fieldref|neq: B"), {{"A", "x", 0}}, 1},
        {"no wildcards", DETECTION("A|fieldref: B"), {{"A", "xy", 0}, {"B", "x*", 0}}, 0},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__keywords__search_values_of_the_record(void **state)
{
    static const match_row rows[] = {
        {"any field",
         "    k: ['evil']\n    condition: k",
         {{"A", "x", 0}, {"B", "anEVILone", 0}},
         1},
        {"no field", "    k: ['evil']\n    condition: k", {{"A", "x", 0}}, 0},
        {"not names", "    k: ['evil']\n    condition: k", {{"evil", "x", 0}}, 0},
        {"not hidden",
         "    k: ['evil']\n    condition: k",
         {{"A", "evil", SONDA_VALUE_HIDDEN}},
         0},
        {"not added",
         "    k: ['evil']\n    condition: k",
         {{"A", "evil", SONDA_VALUE_ENRICHED}},
         0},
        {"system block",
         "    k: ['evil']\n    condition: k",
         {{"Provider_Name", "evil", 0}},
         1},
        {"number", "    k: [4688]\n    condition: k", {{"EventID", "4688", 0}}, 1},
        {"one of two", "    k: [a1, b1]\n    condition: k", {{"A", "b1", 0}}, 1},
        {"all",
         "    k:\n        '|all': [a1, b1]\n    condition: k",
         {{"A", "a1", 0}, {"B", "b1", 0}},
         1},
        {"all, one missing",
         "    k:\n        '|all': [a1, b1]\n    condition: k",
         {{"A", "a1", 0}},
         0},
        {"wildcard", "    k: ['a*c']\n    condition: k", {{"A", "xabcx", 0}}, 1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_pattern__embedded_zero__is_a_byte_like_others(void **state)
{
    rule_fixture fixture;
    const char text[] = "a\0cmd";

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A|endswith: 'CMD'")));
    fixture_event(&fixture, (const test_field[]){{NULL, NULL, 0}});
    assert_int_equal(sonda__event_add_named(fixture.event, sonda__span_text("A"),
                                            sonda__span_of(text, sizeof text - 1), 0),
                     SONDA_OK);

    assert_int_equal(fixture_match(&fixture), 1);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__case__folds_single_code_points_only),
        cmocka_unit_test(test_pattern__types__compare_as_text),
        cmocka_unit_test(test_pattern__null_and_empty__differ),
        cmocka_unit_test(test_pattern__wildcards__escape_and_stand),
        cmocka_unit_test(test_pattern__lists__any_element_answers),
        cmocka_unit_test(test_pattern__neq__negates_the_item),
        cmocka_unit_test(test_pattern__windash__is_a_class_at_word_starts),
        cmocka_unit_test(test_pattern__encodings__apply_in_order),
        cmocka_unit_test(test_pattern__regex__is_case_sensitive_and_unanchored),
        cmocka_unit_test(test_pattern__numbers__compare_by_value),
        cmocka_unit_test(test_pattern__times__give_their_parts),
        cmocka_unit_test(test_pattern__cidr__needs_the_same_family),
        cmocka_unit_test(test_pattern__fieldref__compares_two_fields),
        cmocka_unit_test(test_pattern__keywords__search_values_of_the_record),
        cmocka_unit_test(test_pattern__embedded_zero__is_a_byte_like_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
