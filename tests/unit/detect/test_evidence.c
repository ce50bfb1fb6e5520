/* SPDX-License-Identifier: Apache-2.0 */

/* Evidence: which selection, which value, which pattern, where. */

#include "tests/unit/detect/rule_fixture.h"

static void assert_text(sonda__span span, const char *expected)
{
    assert_int_equal(span.len, strlen(expected));
    assert_memory_equal(span.data, expected, span.len);
}

static void test_evidence__literal__says_where_it_stands(void **state)
{
    rule_fixture fixture;
    sonda__evidence out[4];

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A|contains: 'Evil'")));
    fixture_event(&fixture, (const test_field[]){{"A", "an EVIL one", 0}, {NULL, NULL, 0}});

    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 4), 1);

    assert_text(out[0].selection, "s");
    assert_text(out[0].field, "A");
    assert_text(out[0].value, "an EVIL one");
    assert_text(out[0].pattern, "Evil");
    assert_int_equal(out[0].position, 3);
    assert_int_equal(out[0].length, 4);
    fixture_close(&fixture);
}

static void test_evidence__value_that_shrinks_when_folded__gives_its_own_bytes(void **state)
{
    rule_fixture fixture;
    sonda__evidence out[4];

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A|endswith: 'kb'")));
    /* The Kelvin sign takes three bytes, its lower case one. */
    fixture_event(&fixture, (const test_field[]){{"A",
                                                  "\xe2\x84\xaa-\xe2\x84\xaa"
                                                  "B",
                                                  0},
                                                 {NULL, NULL, 0}});

    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 4), 1);

    assert_int_equal(out[0].position, 4);
    assert_int_equal(out[0].length, 4);
    fixture_close(&fixture);
}

static void test_evidence__negated_and_false_parts__give_none(void **state)
{
    rule_fixture fixture;
    sonda__evidence out[8];

    (void)state;
    fixture_open(&fixture, content_of_detection(
                               "    one:\n        - A: x\n          B: nope\n        - C: z\n"
                               "    two: {A: x}\n    no: {D: d}\n"
                               "    condition: one and two and not no"));
    fixture_event(&fixture,
                  (const test_field[]){{"A", "x", 0}, {"C", "z", 0}, {NULL, NULL, 0}});

    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 8), 2);

    assert_text(out[0].selection, "one");
    assert_text(out[0].field, "C");
    assert_text(out[1].selection, "two");
    assert_text(out[1].field, "A");
    fixture_close(&fixture);
}

static void test_evidence__absent_field__is_named_by_the_rule(void **state)
{
    rule_fixture fixture;
    sonda__evidence out[2];

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A: null")));
    fixture_event(&fixture, (const test_field[]){{"B", "x", 0}, {NULL, NULL, 0}});

    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 2), 1);

    assert_text(out[0].field, "A");
    assert_int_equal(out[0].position, SONDA__EVIDENCE_WHOLE);
    fixture_close(&fixture);
}

static void test_evidence__no_match_or_no_room__gives_none(void **state)
{
    rule_fixture fixture;
    sonda__evidence out[1];

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A: x")));
    fixture_event(&fixture, (const test_field[]){{"A", "y", 0}, {NULL, NULL, 0}});
    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 1), 0);
    assert_int_equal(
        sonda__match_evidence(fixture.content, 7, fixture.event, fixture.matcher, out, 1), 0);
    fixture_event(&fixture, (const test_field[]){{"A", "x", 0}, {NULL, NULL, 0}});
    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 0), 0);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evidence__literal__says_where_it_stands),
        cmocka_unit_test(test_evidence__value_that_shrinks_when_folded__gives_its_own_bytes),
        cmocka_unit_test(test_evidence__negated_and_false_parts__give_none),
        cmocka_unit_test(test_evidence__absent_field__is_named_by_the_rule),
        cmocka_unit_test(test_evidence__no_match_or_no_room__gives_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
