/* SPDX-License-Identifier: Apache-2.0 */

/* Explanations: node by node, and what came nearest. */

#include "sonda/explain.h"
#include "tests/unit/detect/rule_fixture.h"

/* The nodes of one explanation, a line each. */
typedef struct told {
    char text[8192];
    size_t used;
    sonda_explain_node rule;
    sonda_explain_node value; /* the last one */
    uint32_t stop_after;      /* nodes; 0: all */
    uint32_t count;
} told;

static void add_line(told *to, const sonda_explain_node *node)
{
    static const char *const kinds[] = {"",    "rule", "source", "needs", "and",   "or",
                                        "not", "sel",  "item",   "value", "filter"};
    int len = snprintf(to->text + to->used, sizeof to->text - to->used, "%*s%s%s %.*s\n",
                       (int)node->depth, "", node->holds != 0 ? "+" : "-", kinds[node->kind],
                       (int)(node->wanted.len != 0 ? node->wanted.len : node->name.len),
                       node->wanted.len != 0 ? node->wanted.data : node->name.data);

    to->used += (size_t)len;
}

static sonda_status on_node(const sonda_explain_node *node, void *user)
{
    told *to = user;

    assert_int_equal(node->struct_size, sizeof *node);
    assert_int_equal(node->holds, node->missing == 0);
    if (node->kind == SONDA_EXPLAIN_RULE) {
        to->rule = *node;
    }
    if (node->kind == SONDA_EXPLAIN_VALUE) {
        to->value = *node;
    }
    add_line(to, node);
    return ++to->count == to->stop_after ? SONDA_ERR_END : SONDA_OK;
}

static void explain(rule_fixture *fixture, told *to)
{
    sonda_explainer *explainer = NULL;

    memset(to, 0, sizeof *to);
    assert_int_equal(sonda_explainer_open(&explainer, NULL), SONDA_OK);
    assert_int_equal(
        sonda_explain_rule(explainer, fixture->content, 0, fixture->event, on_node, to),
        SONDA_OK);
    sonda_explainer_close(explainer);
}

static void explain_detection(const char *detection, const test_field *fields, told *to)
{
    rule_fixture fixture;

    fixture_open(&fixture, content_of_detection(detection));
    fixture_event(&fixture, fields);
    explain(&fixture, to);
    if (to->rule.holds != fixture_match(&fixture)) {
        fail_msg("matching and explanation differ: %s", detection);
    }
    fixture_close(&fixture);
}

#define EVENT(...)        \
    (const test_field[])  \
    {                     \
        __VA_ARGS__,      \
        {                 \
            NULL, NULL, 0 \
        }                 \
    }

static void test_explain__condition__is_told_in_preorder(void **state)
{
    told to;

    (void)state;
    explain_detection("    one:\n"
                      "        A: x\n"
                      "        B: [y, z]\n"
                      "    two:\n"
                      "        C: c\n"
                      "    condition: one and not two",
                      EVENT({"A", "x", 0}, {"B", "q", 0}, {"C", "c", 0}), &to);

    assert_string_equal(to.text, "-rule 00000000-0000-4000-8000-000000000001\n"
                                 " -source \n"
                                 "  +needs windows\n"
                                 "  -and \n"
                                 "   -sel one\n"
                                 "    -and \n"
                                 "     +item A\n"
                                 "      +value x\n"
                                 "     -item B\n"
                                 "      -value y\n"
                                 "      -value z\n"
                                 "   -not \n"
                                 "    +sel two\n"
                                 "     +item C\n"
                                 "      +value c\n");
    assert_int_equal(to.rule.missing, 2);
    assert_int_equal(to.rule.flags, SONDA_EXPLAIN_APPLIES);
}

/* A value that does not hold, and what is told of it. */
typedef struct near_row {
    const char *item;
    test_field field;
    uint32_t near_miss;
    const char *told_field;
    uint64_t position;
    uint64_t length;
    const char *part;
} near_row;

static void test_explain__false_values__say_what_came_nearest(void **state)
{
    static const near_row rows[] = {
        {"Image: x", {"Imag", "x", 0}, SONDA_EXPLAIN_NEAR_ABSENT, "Imag", 0, 0, ""},
        {"Image: x", {"image", "x", 0}, SONDA_EXPLAIN_NEAR_ABSENT, "image", 0, 0, ""},
        {"Image: x", {"User", "x", 0}, SONDA_EXPLAIN_NEAR_ABSENT, "", 0, 0, ""},
        {"A: x", {"A", "x", SONDA_VALUE_HIDDEN}, SONDA_EXPLAIN_NEAR_HIDDEN, "A", 0, 0, ""},
        {"A: x", {"A", "", SONDA_VALUE_NULL}, SONDA_EXPLAIN_NEAR_NULL, "A", 0, 0, ""},
        {"A: x", {"A", "", 0}, SONDA_EXPLAIN_NEAR_EMPTY, "A", 0, 0, ""},
        {"A: null", {"A", "", 0}, SONDA_EXPLAIN_NEAR_EMPTY, "A", 0, 0, ""},
        {"A: null", {"A", "x", 0}, SONDA_EXPLAIN_NEAR_PRESENT, "A", 0, 0, ""},
        {"A|exists: false", {"A", "x", 0}, SONDA_EXPLAIN_NEAR_PRESENT, "A", 0, 0, ""},
        {"A|exists: true", {"B", "x", 0}, SONDA_EXPLAIN_NEAR_ABSENT, "", 0, 0, ""},
        {"A|cased: Evil", {"A", "eVIL", 0}, SONDA_EXPLAIN_NEAR_CASE, "A", 0, 4, ""},
        {"A|cased|contains: Ev", {"A", "x ev", 0}, SONDA_EXPLAIN_NEAR_CASE, "A", 2, 2, ""},
        {"A|cased: 'E*l'", {"A", "evil", 0}, SONDA_EXPLAIN_NEAR_CASE, "A", 0, 4, ""},
        {"A|endswith: .exe", {"A", "a.EXE.bak", 0}, SONDA_EXPLAIN_NEAR_PLACE, "A", 1, 4, ""},
        {"A: evil", {"A", "an evil", 0}, SONDA_EXPLAIN_NEAR_PLACE, "A", 3, 4, ""},
        {"A|endswith: '\\evil.exe'",
         {"A", "C:\\x\\GOOD.exe", 0},
         SONDA_EXPLAIN_NEAR_PART,
         "A",
         9,
         4,
         ""},
        {"A|contains: abcdef", {"A", "zzz", 0}, SONDA_EXPLAIN_NEAR_OTHER, "A", 0, 0, ""},
        {"A: 'one*two*'", {"A", "one tw", 0}, SONDA_EXPLAIN_NEAR_PART, "A", 4, 2, "two"},
        {"A: '*one*two*'", {"A", "two one", 0}, SONDA_EXPLAIN_NEAR_ORDER, "A", 0, 0, ""},
        {"A: 'one*two'", {"A", "x one two", 0}, SONDA_EXPLAIN_NEAR_PLACE, "A", 2, 7, ""},
        {"A|re: Ev.l", {"A", "x evil", 0}, SONDA_EXPLAIN_NEAR_CASE, "A", 2, 4, ""},
        {"A|re: 'ab[0-9]+c'", {"A", "xab12d", 0}, SONDA_EXPLAIN_NEAR_PART, "A", 1, 4, ""},
        {"A|re: 'q'", {"A", "xyz", 0}, SONDA_EXPLAIN_NEAR_OTHER, "A", 0, 0, ""},
        {"A|gt: 5", {"A", "4", 0}, SONDA_EXPLAIN_NEAR_OTHER, "A", 0, 0, ""},
        {"A|gt: 5", {"A", "many", 0}, SONDA_EXPLAIN_NEAR_KIND, "A", 0, 0, ""},
        {"A|hour: 5",
         {"A", "2024-01-01T04:00:00Z", 0},
         SONDA_EXPLAIN_NEAR_OTHER,
         "A",
         0,
         0,
         ""},
        {"A|hour: 5", {"A", "noon", 0}, SONDA_EXPLAIN_NEAR_KIND, "A", 0, 0, ""},
        {"A|cidr: 10.0.0.0/8", {"A", "11.0.0.1", 0}, SONDA_EXPLAIN_NEAR_OUTSIDE, "A", 0, 7, ""},
        {"A|cidr: 10.0.0.0/8", {"A", "::1", 0}, SONDA_EXPLAIN_NEAR_FAMILY, "A", 0, 0, ""},
        {"A|cidr: 10.0.0.0/8", {"A", "home", 0}, SONDA_EXPLAIN_NEAR_KIND, "A", 0, 0, ""},
        {"A|fieldref: B", {"A", "x", 0}, SONDA_EXPLAIN_NEAR_NO_OTHER, "A", 0, 0, ""},
        {"A|base64offset|contains: evil",
         {"A", "xxV2ayy", 0},
         SONDA_EXPLAIN_NEAR_PART,
         "A",
         2,
         3,
         "v2aw"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const near_row *row = &rows[i];
        char detection[256];
        told to;

        (void)snprintf(detection, sizeof detection, DETECTION("%s"), row->item);
        explain_detection(detection, EVENT(row->field), &to);
        if (to.value.holds != 0 || to.value.near_miss != row->near_miss ||
            to.value.field.len != strlen(row->told_field) ||
            to.value.position != row->position || to.value.length != row->length ||
            (row->part[0] != '\0' && to.value.part.len != strlen(row->part))) {
            fail_msg("%s of %s=%s: near %u field '%.*s' at %llu, %llu bytes, part '%.*s'",
                     row->item, row->field.name, row->field.text, to.value.near_miss,
                     (int)to.value.field.len, to.value.field.data,
                     (unsigned long long)to.value.position, (unsigned long long)to.value.length,
                     (int)to.value.part.len, to.value.part.data);
        }
    }
}

static void test_explain__value_that_holds__says_where(void **state)
{
    told to;

    (void)state;
    explain_detection(DETECTION("A|contains: Evil"), EVENT({"A", "an EVIL one", 0}), &to);

    assert_int_equal(to.rule.holds, 1);
    assert_int_equal(to.value.holds, 1);
    assert_int_equal(to.value.near_miss, SONDA_EXPLAIN_NEAR_NONE);
    assert_int_equal(to.value.position, 3);
    assert_int_equal(to.value.length, 4);
}

static void test_explain__list__tells_the_element_with_most_in_common(void **state)
{
    told to;

    (void)state;
    explain_detection(DETECTION("A: abcdef"),
                      EVENT({"A", "abc", 0}, {"A", "abcde", 0}, {"A", "ab", 0}), &to);

    assert_int_equal(to.value.near_miss, SONDA_EXPLAIN_NEAR_PART);
    assert_int_equal(to.value.length, 5);
}

static void test_explain__keyword__looks_at_every_field(void **state)
{
    told to;

    (void)state;
    explain_detection("    words:\n        - mimikatz\n    condition: words",
                      EVENT({"A", "mimi", 0}, {"B", "run mimikat now", 0}), &to);

    assert_int_equal(to.value.flags & SONDA_EXPLAIN_KEYWORD, SONDA_EXPLAIN_KEYWORD);
    assert_int_equal(to.value.field.len, 1);
    assert_memory_equal(to.value.field.data, "B", 1);
    assert_int_equal(to.value.position, 4);
    assert_int_equal(to.value.length, 7);
}

static void test_explain__all_of_a_list__counts_each_missing_value(void **state)
{
    told to;

    (void)state;
    explain_detection(DETECTION("A|contains|all: [one, two, three]"), EVENT({"A", "two", 0}),
                      &to);

    assert_int_equal(to.rule.missing, 2);
}

static const char two_sources[] = "title: Test\n"
                                  "id: 00000000-0000-4000-8000-000000000001\n"
                                  "logsource:\n"
                                  "    product: windows\n"
                                  "    category: process_creation\n"
                                  "level: low\n"
                                  "detection:\n"
                                  "    s:\n"
                                  "        Image: x\n"
                                  "    condition: s\n";

static void test_explain__other_log_source__names_what_differs(void **state)
{
    rule_fixture fixture;
    const char *shown;
    told to;

    (void)state;
    fixture_open(&fixture, content_of_yaml(two_sources, NULL));
    fixture_event(&fixture, EVENT({"Image", "x", 0}));
    fixture.event->channel = sonda__span_text("System");
    fixture.event->event_id = 7;

    explain(&fixture, &to);

    assert_int_equal(to.rule.holds, 0);
    assert_int_equal(to.rule.flags, 0);
    assert_non_null(strstr(to.text, "-needs Microsoft-Windows-Sysmon/Operational"));
    assert_non_null(strstr(to.text, "-needs 1\n"));
    shown = strstr(to.text, "+sel s\n");
    assert_non_null(shown);
    assert_null(strstr(shown + 1, "+sel s\n"));
    fixture_close(&fixture);
}

static void test_explain__filter_that_holds__is_what_held_the_rule_back(void **state)
{
    static const char filter[] = "title: Not ours\n"
                                 "id: 00000000-0000-4000-8000-000000000002\n"
                                 "logsource:\n"
                                 "    product: windows\n"
                                 "filter:\n"
                                 "    rules: [00000000-0000-4000-8000-000000000001]\n"
                                 "    f:\n"
                                 "        User: me\n"
                                 "    condition: f\n";
    sonda_content *base = content_of_detection(DETECTION("A: x"));
    rule_fixture fixture;
    told to;

    (void)state;
    fixture_open(&fixture, content_of_yaml(filter, base));
    sonda_content_release(base);
    fixture_event(&fixture, EVENT({"A", "x", 0}, {"User", "me", 0}));
    explain(&fixture, &to);
    assert_int_equal(to.rule.holds, fixture_match(&fixture));
    assert_int_equal(to.rule.flags, SONDA_EXPLAIN_APPLIES | SONDA_EXPLAIN_MATCHES);
    assert_int_equal(to.rule.missing, 1);
    assert_non_null(strstr(to.text, " +filter 00000000-0000-4000-8000-000000000002\n"));
    assert_non_null(strstr(to.text, "    +item User\n"));

    fixture_event(&fixture, EVENT({"A", "x", 0}, {"User", "other", 0}));
    explain(&fixture, &to);
    assert_int_equal(to.rule.holds, fixture_match(&fixture));
    assert_int_equal(to.rule.holds, 1);
    assert_non_null(strstr(to.text, " -filter 00000000-0000-4000-8000-000000000002\n"));
    assert_null(strstr(to.text, "item User\n"));
    fixture_close(&fixture);
}

static sonda_explainer *inner;
static rule_fixture *inner_fixture;

static sonda_status call_again(const sonda_explain_node *node, void *user)
{
    (void)node;
    return sonda_explain_rule(inner, inner_fixture->content, 0, inner_fixture->event,
                              call_again, user);
}

static void test_explain_rule__misuse__is_refused(void **state)
{
    sonda_explainer *explainer = NULL;
    rule_fixture fixture;
    told to = {.stop_after = 2};

    (void)state;
    fixture_open(&fixture, content_of_detection(DETECTION("A: x")));
    fixture_event(&fixture, EVENT({"A", "x", 0}));
    assert_int_equal(sonda_explainer_open(NULL, NULL), SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(sonda_explainer_open(&explainer, NULL), SONDA_OK);

    assert_int_equal(sonda_explain_rule(NULL, fixture.content, 0, fixture.event, on_node, &to),
                     SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(
        sonda_explain_rule(explainer, fixture.content, 0, fixture.event, NULL, &to),
        SONDA_ERR_INVALID_ARGUMENT);
    assert_int_equal(
        sonda_explain_rule(explainer, fixture.content, 1, fixture.event, on_node, &to),
        SONDA_ERR_NOT_FOUND);
    assert_int_equal(
        sonda_explain_rule(explainer, fixture.content, 0, fixture.event, on_node, &to),
        SONDA_ERR_END);
    assert_int_equal(to.count, 2);
    inner = explainer;
    inner_fixture = &fixture;
    assert_int_equal(
        sonda_explain_rule(explainer, fixture.content, 0, fixture.event, call_again, NULL),
        SONDA_ERR_BAD_STATE);
    sonda_explainer_close(explainer);
    sonda_explainer_close(NULL);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain__condition__is_told_in_preorder),
        cmocka_unit_test(test_explain__false_values__say_what_came_nearest),
        cmocka_unit_test(test_explain__value_that_holds__says_where),
        cmocka_unit_test(test_explain__list__tells_the_element_with_most_in_common),
        cmocka_unit_test(test_explain__keyword__looks_at_every_field),
        cmocka_unit_test(test_explain__all_of_a_list__counts_each_missing_value),
        cmocka_unit_test(test_explain__other_log_source__names_what_differs),
        cmocka_unit_test(test_explain__filter_that_holds__is_what_held_the_rule_back),
        cmocka_unit_test(test_explain_rule__misuse__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
