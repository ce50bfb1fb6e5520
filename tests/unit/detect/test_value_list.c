/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items with hundreds of values: looking for all at once answers, and gives as
 * evidence, what asking for one after the other does.
 */

#include "tests/unit/detect/reference.h"
#include "tests/unit/detect/rule_fixture.h"

#include <stdlib.h>

#define YAML_ROOM 131072
#define TEXT_ROOM 400
/* Values of a list that is surely answered by its automaton. */
#define LONG (SONDA__VALUE_LIST_LEAST + 16u)
#define EVIDENCE 8

static char yaml[YAML_ROOM];
static uint64_t state_of_random;

static uint32_t below(uint32_t limit)
{
    state_of_random =
        state_of_random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state_of_random >> 33) % limit;
}

/* Few enough that values share beginnings, ends and all between. */
static const char *const tokens[] = {"a",   "b",        "A",        "ab",          "ba",
                                     "abc", "-",        "/",        "b",           "aa",
                                     "aB",  "\xc3\xa4", "\xc3\x84", "\xe2\x84\xaa"};
#define TOKENS (sizeof tokens / sizeof tokens[0])

static size_t add(char *out, size_t at, size_t room, const char *text)
{
    size_t len = strlen(text);

    if (at + len + 1 > room) {
        return at;
    }
    memcpy(out + at, text, len + 1);
    return at + len;
}

static size_t add_value(size_t at, uint32_t wildcards)
{
    uint32_t parts = 2 + below(8);

    at = add(yaml, at, YAML_ROOM, "\n            - 'x");
    for (uint32_t i = 0; i < parts; i++) {
        at = add(yaml, at, YAML_ROOM, tokens[below(TOKENS)]);
        if (wildcards != 0 && below(wildcards) == 0) {
            at = add(yaml, at, YAML_ROOM, below(2) == 0 ? "*" : "?");
        }
    }
    return add(yaml, at, YAML_ROOM, "'");
}

static sonda_content *make_content(const char *item, uint32_t values, uint32_t wildcards)
{
    size_t at = add(yaml, 0, YAML_ROOM,
                    "title: Test\nid: 00000000-0000-4000-8000-000000000001\n"
                    "logsource:\n    product: windows\nlevel: low\n"
                    "detection:\n    s:\n        ");

    at = add(yaml, at, YAML_ROOM, item);
    for (uint32_t i = 0; i < values; i++) {
        at = add_value(at, wildcards);
    }
    (void)add(yaml, at, YAML_ROOM, "\n    condition: s\n");
    return content_of_yaml(yaml, NULL);
}

/* A value of the rule, or nearly, among other text. */
static void make_text(char *out)
{
    uint32_t parts = below(4) == 0 ? 40 : 1 + below(6);
    size_t at = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < parts; i++) {
        const char *value = strstr(yaml + below((uint32_t)strlen(yaml)), "- 'x");
        size_t len = value == NULL ? 0 : strcspn(value + 3, "'");

        if (value != NULL && at + len + 1 < TEXT_ROOM && below(3) > 0) {
            memcpy(out + at, value + 3, len);
            out[at + len] = '\0';
            for (size_t k = at; k < at + len; k++) {
                out[k] = out[k] == '*' || out[k] == '?' || below(40) == 0 ? 'b' : out[k];
            }
            at += len;
        }
        if (below(2) == 0) {
            at = add(out, at, TEXT_ROOM, tokens[below(TOKENS)]);
        }
    }
}

typedef struct outcome {
    bool held;
    size_t count;
    sonda__evidence evidence[EVIDENCE];
} outcome;

static void ask(rule_fixture *fixture, outcome *out)
{
    memset(out, 0, sizeof *out);
    fixture->matches = 0;
    reference_match(fixture->content, fixture->event, fixture->matcher, fixture_on_match,
                    fixture);
    out->held = fixture->matches > 0;
    out->count = sonda__match_evidence(fixture->content, 0, fixture->event, fixture->matcher,
                                       out->evidence, EVIDENCE);
}

/* Without the automata, then with them, then by the rule's literals as well. */
static bool compare(rule_fixture *fixture)
{
    uint32_t predicates = fixture->content->lists.predicate_count;
    outcome expected;
    outcome seen;

    assert_int_equal(predicates > 0, strstr(yaml, "|all:") == NULL);
    fixture->content->lists.predicate_count = 0;
    ask(fixture, &expected);
    fixture->content->lists.predicate_count = predicates;
    ask(fixture, &seen);
    assert_int_equal(seen.held, expected.held);
    assert_int_equal(seen.count, expected.count);
    for (size_t i = 0; i < seen.count; i++) {
        assert_ptr_equal(seen.evidence[i].pattern.data, expected.evidence[i].pattern.data);
        assert_int_equal(seen.evidence[i].field_index, expected.evidence[i].field_index);
        assert_int_equal(seen.evidence[i].position, expected.evidence[i].position);
        assert_int_equal(seen.evidence[i].length, expected.evidence[i].length);
    }
    assert_int_equal(fixture_match(fixture), expected.held);
    return expected.held;
}

static uint32_t check_list(const char *item, uint32_t values, uint32_t wildcards)
{
    static char texts[3][TEXT_ROOM];
    rule_fixture fixture;
    uint32_t held = 0;

    fixture_open(&fixture, make_content(item, values, wildcards));
    for (uint32_t i = 0; i < 300; i++) {
        test_field fields[4] = {{NULL, NULL, 0}};
        uint32_t count = below(4) == 0 ? 3 : 1;

        for (uint32_t k = 0; k < count; k++) {
            make_text(texts[k]);
            fields[k].name = "A";
            fields[k].text = texts[k];
            fields[k].flags = below(20) == 0 ? SONDA_VALUE_NULL : 0;
        }
        fixture_event(&fixture, fields);
        held += compare(&fixture) ? 1 : 0;
    }
    fixture_close(&fixture);
    return held;
}

static void test_long_list__values_and_near_misses__answers_as_one_by_one(void **state)
{
    static const char *const items[] = {
        "A:",
        "A|contains:",
        "A|startswith:",
        "A|endswith:",
        "A|cased:",
        "A|contains|cased:",
        "A|startswith|cased:",
        "A|endswith|cased:",
        "A|windash|contains:",
        "A|windash:",
        "A|contains|all:",
        "A|windash|contains|all:",
        "",
    };
    uint32_t held = 0;

    (void)state;
    for (uint32_t seed = 0; seed < 4; seed++) {
        for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
            state_of_random = seed * 1000 + i;
            held += check_list(items[i], LONG + below(400), seed % 4 * 4);
        }
    }
    print_message("%u held\n", (unsigned)held);
    assert_true(held > 1000);
}

static void test_long_list__several_values_hold__tells_of_the_first_in_the_rule(void **state)
{
    rule_fixture fixture;
    sonda__evidence out[2];
    const char *last;

    (void)state;
    state_of_random = 7;
    fixture_open(&fixture, make_content("A|contains:\n            - zweite\n"
                                        "            - erste",
                                        LONG, 4));
    fixture_event(&fixture,
                  (const test_field[]){{"A", "erste zweite erste", 0}, {NULL, NULL, 0}});

    assert_int_equal(
        sonda__match_evidence(fixture.content, 0, fixture.event, fixture.matcher, out, 2), 1);

    last = "zweite";
    assert_memory_equal(out[0].pattern.data, last, strlen(last));
    assert_int_equal(out[0].position, 6);
    fixture_close(&fixture);
}

/* The way to the longer value is left behind the shorter one, which stands within it. */
static void test_long_list__value_within_the_beginning_of_another__is_found(void **state)
{
    static const struct {
        const char *item;
        const char *text;
    } rows[] = {
        {"A|contains:", "kmknkokq"},
        {"A|endswith:", "zkmknko"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rule_fixture fixture;
        char item[100];

        state_of_random = 9;
        (void)snprintf(item, sizeof item, "%s\n            - kmknkokp\n            - nko",
                       rows[i].item);
        fixture_open(&fixture, make_content(item, LONG, 0));
        fixture_event(&fixture, (const test_field[]){{"A", rows[i].text, 0}, {NULL, NULL, 0}});
        assert_int_equal(fixture_match(&fixture), 1);
        fixture_close(&fixture);
    }
}

/* Steps of asking an item of a value made of so many bytes. */
static uint64_t steps_of(rule_fixture *fixture, const char *text, size_t len)
{
    static const sonda_record_header header;
    sonda__question question = {fixture->content, fixture->event, fixture->matcher};

    sonda__event_begin(fixture->event, &header, sonda__content_names(fixture->content));
    fixture->event->product = SONDA_PRODUCT_WINDOWS;
    assert_int_equal(sonda__event_add_named(fixture->event, sonda__span_text("A"),
                                            sonda__span_of(text, len), 0),
                     SONDA_OK);
    sonda__matcher_index(fixture->matcher, fixture->content, fixture->event);
    fixture->matcher->steps_left = UINT64_MAX;
    (void)sonda__evaluate_item(&question, 0, NULL, NULL);
    return UINT64_MAX - fixture->matcher->steps_left;
}

static void test_long_list__value_of_a_megabyte__takes_as_many_steps_a_byte(void **state)
{
    static const char *const items[] = {
        "A|contains:", "A|endswith|cased:", "A|windash|contains:"};
    size_t large = 1000000;
    char *text = malloc(large);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < large; i++) {
        text[i] = "xabxaaba"[i % 8];
    }
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        rule_fixture fixture;
        uint64_t few;

        state_of_random = i;
        fixture_open(&fixture, make_content(items[i], LONG, 0));
        few = steps_of(&fixture, text, 1000);
        assert_true(few <= 3 * 1000);
        assert_true(steps_of(&fixture, text, large) <= few * (large / 1000));
        fixture_close(&fixture);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_list__values_and_near_misses__answers_as_one_by_one),
        cmocka_unit_test(test_long_list__several_values_hold__tells_of_the_first_in_the_rule),
        cmocka_unit_test(test_long_list__value_within_the_beginning_of_another__is_found),
        cmocka_unit_test(test_long_list__value_of_a_megabyte__takes_as_many_steps_a_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
