/* SPDX-License-Identifier: Apache-2.0 */

/* Log sources, conditions, filters and packs laid over one another. */

#include "tests/unit/detect/rule_fixture.h"

#define RULE(number, source, detection)                                  \
    "title: R" number "\nid: 00000000-0000-4000-8000-00000000000" number \
    "\nlogsource:\n" source "\nlevel: low\ndetection:\n" detection "\n"

static const test_field process_fields[] = {{"NewProcessName", "C:\\a.exe", 0},
                                            {NULL, NULL, 0}};

static void process_event(rule_fixture *fixture, const char *channel, uint32_t event_id)
{
    fixture_event(fixture, process_fields);
    fixture->event->channel = sonda__span_text(channel);
    fixture->event->event_id = event_id;
    fixture->event->class_uid = SONDA_CLASS_PROCESS;
    fixture->event->activity_id = SONDA_PROCESS_LAUNCH;
}

static void test_match__security_4688__reads_its_own_names(void **state)
{
    rule_fixture fixture;

    (void)state;
    fixture_open(
        &fixture,
        content_of_yaml(RULE("1", "    product: windows\n    category: process_creation",
                             "    s:\n        Image|endswith: '\\a.exe'\n    condition: s"),
                        NULL));

    process_event(&fixture, "Security", 4688);
    assert_int_equal(fixture_match(&fixture), 1);
    process_event(&fixture, "security", 4688);
    assert_int_equal(fixture_match(&fixture), 1);
    process_event(&fixture, "Security", 4689);
    assert_int_equal(fixture_match(&fixture), 0);
    process_event(&fixture, "Microsoft-Windows-Sysmon/Operational", 1);
    assert_int_equal(fixture_match(&fixture), 0);
    fixture_close(&fixture);
}

static void test_match__other_product__is_not_looked_at(void **state)
{
    rule_fixture fixture;

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A: x")));
    fixture_event(&fixture, (const test_field[]){{"A", "x", 0}, {NULL, NULL, 0}});

    fixture.event->product = SONDA_PRODUCT_LINUX;
    assert_int_equal(fixture_match(&fixture), 0);
    fixture.event->product = SONDA_PRODUCT_WINDOWS;
    assert_int_equal(fixture_match(&fixture), 1);
    fixture_close(&fixture);
}

static void test_match__conditions__follow_their_tree(void **state)
{
    static const match_row rows[] = {
        {"and",
         "    a: {A: x}\n    b: {B: y}\n    condition: a and b",
         {{"A", "x", 0}, {"B", "y", 0}},
         1},
        {"and, one",
         "    a: {A: x}\n    b: {B: y}\n    condition: a and b",
         {{"A", "x", 0}},
         0},
        {"or", "    a: {A: x}\n    b: {B: y}\n    condition: a or b", {{"B", "y", 0}}, 1},
        {"not", "    a: {A: x}\n    b: {B: y}\n    condition: a and not b", {{"A", "x", 0}}, 1},
        {"not, held",
         "    a: {A: x}\n    b: {B: y}\n    condition: a and not b",
         {{"A", "x", 0}, {"B", "y", 0}},
         0},
        {"not not", "    a: {A: x}\n    condition: not (not a)", {{"A", "x", 0}}, 1},
        {"precedence",
         "    a: {A: x}\n    b: {B: y}\n    c: {C: z}\n    condition: a or b and c",
         {{"A", "x", 0}},
         1},
        {"parentheses",
         "    a: {A: x}\n    b: {B: y}\n    c: {C: z}\n    condition: (a or b) and c",
         {{"A", "x", 0}},
         0},
        {"1 of", "    s1: {A: x}\n    s2: {B: y}\n    condition: 1 of s*", {{"B", "y", 0}}, 1},
        {"all of",
         "    s1: {A: x}\n    s2: {B: y}\n    condition: all of s*",
         {{"B", "y", 0}},
         0},
        {"not 1 of",
         "    s: {A: x}\n    f1: {B: y}\n    f2: {C: z}\n    condition: s and not 1 of f*",
         {{"A", "x", 0}},
         1},
        {"list of maps",
         "    s:\n        - A: x\n          B: y\n        - C: z\n    condition: s",
         {{"C", "z", 0}},
         1},
        {"list of maps, half",
         "    s:\n        - A: x\n          B: y\n        - C: z\n    condition: s",
         {{"A", "x", 0}},
         0},
        {"list of conditions",
         "    a: {A: x}\n    b: {B: y}\n    condition: [a, b]",
         {{"B", "y", 0}},
         1},
        {"neq within and",
         "    s:\n        A: x\n        B|neq: y\n    condition: s",
         {{"A", "x", 0}},
         1},
    };

    (void)state;
    CHECK_ROWS(rows);
}

static void test_match__names_of_other_content__are_resolved_again(void **state)
{
    rule_fixture fixture;
    static const sonda_record_header header;

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("OnlyHere: x")));
    sonda__event_begin(fixture.event, &header, sonda__names_of_table());
    fixture.event->product = SONDA_PRODUCT_WINDOWS;
    assert_int_equal(sonda__event_add_named(fixture.event, sonda__span_text("OnlyHere"),
                                            sonda__span_text("x"), 0),
                     SONDA_OK);

    assert_int_equal(fixture_match(&fixture), 1);
    fixture_close(&fixture);
}

#define FILTER_OF(number, targets, detection)                 \
    "title: F\nid: 00000000-0000-4000-8000-0000000000" number \
    "\nlogsource:\n    product: windows\nfilter:\n    rules: " targets "\n" detection "\n"
#define FILTER(targets, detection) FILTER_OF("f1", targets, detection)

static void test_match__filter__silences_the_rules_it_names(void **state)
{
    rule_fixture fixture;
    const char *yaml =
        RULE("1", "    product: windows", "    s: {A: x}\n    condition: s") "---\n" RULE(
            "2", "    product: windows",
            "    s: {A: x}\n    condition: s") "---\n" FILTER("\n        - "
                                                              "00000000-0000-4000-8000-"
                                                              "000000000001",
                                                              "    f: {B: quiet}\n    "
                                                              "condition: f");

    (void)state;
    fixture_open(&fixture, content_of_yaml(yaml, NULL));

    fixture_event(&fixture, (const test_field[]){{"A", "x", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 2);
    fixture_event(&fixture,
                  (const test_field[]){{"A", "x", 0}, {"B", "quiet", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 1);
    assert_int_equal(fixture.last, 1);
    fixture_close(&fixture);
}

/* What filters cost does not grow with the rules that hold. */
static void test_match__filters_of_many_matches__are_asked_once(void **state)
{
    rule_fixture fixture;
    const char *yaml =
        RULE("1", "    product: windows", "    s: {A: x}\n    condition: s") "---\n" RULE(
            "2", "    product: windows",
            "    s: {A: x}\n    condition: s") "---\n" FILTER(" any",
                                                              "    f: {B: quiet}\n    "
                                                              "condition: f") "---\n" FILTER_OF("f2",
                                                                                                "\n        - 00000000-0000-4000-8000-000000000001\n"
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                "-"
                                                                                                " "
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "-"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "-"
                                                                                                "4"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "-"
                                                                                                "8"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "-"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "0"
                                                                                                "2",
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                " "
                                                                                                "f"
                                                                                                ":"
                                                                                                " "
                                                                                                "{"
                                                                                                "C"
                                                                                                ":"
                                                                                                " "
                                                                                                "q"
                                                                                                "u"
                                                                                                "i"
                                                                                                "e"
                                                                                                "t"
                                                                                                "}"
                                                                                                "\n    condition: f");
    const sonda__match_counts *counts;

    (void)state;
    fixture_open(&fixture, content_of_yaml(yaml, NULL));
    counts = sonda__matcher_counts(fixture.matcher);

    fixture_event(&fixture, (const test_field[]){{"A", "x", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 2);
    assert_int_equal(counts->filters, 2);
    fixture_event(&fixture,
                  (const test_field[]){{"A", "x", 0}, {"B", "quiet", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 0);
    assert_int_equal(counts->filters, 4);
    assert_int_equal(counts->filtered, 2);
    fixture_event(&fixture,
                  (const test_field[]){{"A", "x", 0}, {"C", "quiet", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 0);
    assert_int_equal(counts->filters, 5);
    fixture_close(&fixture);
}

static void test_match__pack_over_another__adds_rules_names_and_filters(void **state)
{
    rule_fixture fixture;
    sonda_content *base = content_of_yaml(
        RULE("1", "    product: windows", "    s: {BaseName: x}\n    condition: s"), NULL);
    sonda_content *over =
        content_of_yaml(RULE("2", "    product: windows",
                             "    s: {BaseName: x, OverName: y}\n    "
                             "condition: s") "---\n" FILTER("any", "    f: "
                                                                   "{OverName: "
                                                                   "quiet}\n    "
                                                                   "condition: f"),
                        base);

    (void)state;
    sonda_content_release(base);
    fixture_open(&fixture, over);
    assert_int_equal(sonda_content_rule_count(over), 2);

    fixture_event(&fixture, (const test_field[]){
                                {"BaseName", "x", 0}, {"OverName", "y", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 2);
    fixture_event(&fixture, (const test_field[]){{"BaseName", "x", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 1);
    assert_int_equal(fixture.last, 0);
    fixture_event(
        &fixture,
        (const test_field[]){{"BaseName", "x", 0}, {"OverName", "quiet", 0}, {NULL, NULL, 0}});
    assert_int_equal(fixture_match(&fixture), 0);
    fixture_close(&fixture);
}

static void test_match__long_values__fold_and_match_at_the_end(void **state)
{
    rule_fixture fixture;
    const size_t len = 3u * 1024 * 1024;
    char *text = test_malloc(len);

    (void)state;
    memset(text, 'A', len);
    memcpy(text + len - 4, "EVIL", 4);
    fixture_open(&fixture, content_of_detection(
                               "    s:\n        A|endswith: evil\n        B|fieldref: A\n"
                               "        C|contains: evil\n    condition: s"));
    fixture_event(&fixture, (const test_field[]){{NULL, NULL, 0}});
    for (const char *name = "ABC"; *name != '\0'; name++) {
        assert_int_equal(sonda__event_add_named(fixture.event, sonda__span_of(name, 1),
                                                sonda__span_of(text, len), 0),
                         SONDA_OK);
    }

    assert_int_equal(fixture_match(&fixture), 1);
    fixture_close(&fixture);
    test_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match__security_4688__reads_its_own_names),
        cmocka_unit_test(test_match__other_product__is_not_looked_at),
        cmocka_unit_test(test_match__conditions__follow_their_tree),
        cmocka_unit_test(test_match__names_of_other_content__are_resolved_again),
        cmocka_unit_test(test_match__filter__silences_the_rules_it_names),
        cmocka_unit_test(test_match__filters_of_many_matches__are_asked_once),
        cmocka_unit_test(test_match__pack_over_another__adds_rules_names_and_filters),
        cmocka_unit_test(test_match__long_values__fold_and_match_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
