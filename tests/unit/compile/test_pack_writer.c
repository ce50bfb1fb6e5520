/* SPDX-License-Identifier: Apache-2.0 */

/* Values that cannot be lowered, and packs that are the same every time. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compile/pack_writer.h"
#include "core/rules/pack_format.h"
#include "sonda/event.h"

#define TEXT(literal)                \
    {                                \
        literal, sizeof(literal) - 1 \
    }

/* A rule with one item, put together by hand: past what the front end refuses. */
typedef struct one_item_rule {
    sonda__rule_value values[3];
    sonda__rule_item item;
    sonda__rule_map map;
    sonda__rule_selection selection;
    sonda__rule_node node;
    sonda__log_source source;
    sonda__rule rule;
} one_item_rule;

static void make_rule(one_item_rule *made,
                      const char *field,
                      const sonda__modifier *modifiers,
                      uint32_t modifier_count,
                      size_t value_count)
{
    static const sonda__span id = TEXT("id");

    made->item.field = sonda__span_text(field);
    made->item.line = 7;
    made->item.modifiers = modifiers;
    made->item.modifier_count = modifier_count;
    made->item.value_count = value_count;
    made->item.values = made->values;
    made->map.item_count = 1;
    made->map.items = &made->item;
    made->selection.name = sonda__span_text("s");
    made->selection.map_count = 1;
    made->selection.maps = &made->map;
    made->node.kind = SONDA__NODE_SELECTION;
    made->source.product = SONDA_PRODUCT_WINDOWS;
    made->rule.id = id;
    made->rule.title = id;
    made->rule.path = "rule.yml";
    made->rule.source_count = 1;
    made->rule.sources = &made->source;
    made->rule.selection_count = 1;
    made->rule.selections = &made->selection;
    made->rule.condition = &made->node;
}

typedef struct refusal_row {
    const char *name;
    sonda__modifier modifiers[3];
    uint32_t modifier_count;
    size_t value_count;
    sonda__rule_value values[2];
    sonda_status status;
    const char *reason;
    const char *field;
} refusal_row;

static void check_refusal(const refusal_row *row)
{
    sonda__pack_writer *writer = NULL;
    one_item_rule made = {0};
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    make_rule(&made, row->field, row->modifiers, row->modifier_count, row->value_count);
    memcpy(made.values, row->values, sizeof row->values);
    assert_int_equal(sonda__pack_writer_open(&writer, NULL), SONDA_OK);

    status = sonda__pack_writer_add_rule(writer, &made.rule, &error);

    if (status != row->status || strstr(error.message, row->reason) == NULL) {
        fail_msg("%s: %s: %s", row->name, sonda_status_name(status), error.message);
    }
    assert_int_equal(error.line,
                     row->value_count == 0 || row->modifiers[0] == SONDA__MOD_EXPAND ? 7 : 9);
    assert_int_equal(sonda__pack_writer_rule_count(writer), 0);
    sonda__pack_writer_close(writer);
}

static void test_pack_writer__value_that_cannot_be_meant__is_refused_with_its_line(void **state)
{
    static const refusal_row rows[] = {
        {"null in a list",
         {SONDA__MOD_ALL},
         0,
         2,
         {{SONDA__VALUE_STRING, 9, TEXT("a")}, {SONDA__VALUE_NONE, 9, {"", 0}}},
         SONDA_ERR_MALFORMED,
         "null",
         "A"},
        {"null to contain",
         {SONDA__MOD_CONTAINS},
         1,
         1,
         {{SONDA__VALUE_NONE, 9, {"", 0}}},
         SONDA_ERR_MALFORMED,
         "null",
         "A"},
        {"null keyword",
         {SONDA__MOD_ALL},
         0,
         1,
         {{SONDA__VALUE_NONE, 9, {"", 0}}},
         SONDA_ERR_MALFORMED,
         "field",
         ""},
        {"no value",
         {SONDA__MOD_ALL},
         0,
         0,
         {{SONDA__VALUE_NONE, 9, {"", 0}}},
         SONDA_ERR_MALFORMED,
         "without a value",
         "A"},
        {"bad cidr",
         {SONDA__MOD_CIDR},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("10.0.0.0/33")}},
         SONDA_ERR_MALFORMED,
         "10.0.0.0/33",
         "A"},
        {"cidr without bits",
         {SONDA__MOD_CIDR},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("10.0.0.0/")}},
         SONDA_ERR_MALFORMED,
         "address block",
         "A"},
        {"number that is none",
         {SONDA__MOD_GT},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("ten")}},
         SONDA_ERR_MALFORMED,
         "ten",
         "A"},
        {"hour that is none",
         {SONDA__MOD_HOUR},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("noon")}},
         SONDA_ERR_MALFORMED,
         "noon",
         "A"},
        {"exists of a text",
         {SONDA__MOD_EXISTS},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("yes")}},
         SONDA_ERR_MALFORMED,
         "true or false",
         "A"},
        {"expand",
         {SONDA__MOD_EXPAND},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("%x%")}},
         SONDA_ERR_UNSUPPORTED,
         "placeholder",
         "A"},
        {"wildcard in base64",
         {SONDA__MOD_BASE64},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("a*")}},
         SONDA_ERR_MALFORMED,
         "wildcards",
         "A"},
        {"look-ahead",
         {SONDA__MOD_RE},
         1,
         1,
         {{SONDA__VALUE_STRING, 9, TEXT("a(?=b)")}},
         SONDA_ERR_UNSUPPORTED,
         "look-around",
         "A"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_refusal(&rows[i]);
    }
}

static void test_pack_writer__modifiers_that_exclude_one_another__are_refused(void **state)
{
    static const sonda__modifier pairs[][2] = {
        {SONDA__MOD_CIDR, SONDA__MOD_RE},       {SONDA__MOD_CIDR, SONDA__MOD_CONTAINS},
        {SONDA__MOD_RE, SONDA__MOD_WINDASH},    {SONDA__MOD_GT, SONDA__MOD_BASE64},
        {SONDA__MOD_EXISTS, SONDA__MOD_CIDR},   {SONDA__MOD_FIELDREF, SONDA__MOD_RE},
        {SONDA__MOD_HOUR, SONDA__MOD_CONTAINS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        sonda__pack_writer *writer = NULL;
        one_item_rule made = {0};
        sonda_error error = SONDA_ERROR_INIT;

        make_rule(&made, "A", pairs[i], 2, 1);
        made.values[0].text = sonda__span_text("1");
        assert_int_equal(sonda__pack_writer_open(&writer, NULL), SONDA_OK);

        assert_int_equal(sonda__pack_writer_add_rule(writer, &made.rule, &error),
                         SONDA_ERR_MALFORMED);

        assert_int_equal(error.line, 7);
        sonda__pack_writer_close(writer);
    }
}

/* A rule that is refused in the middle must leave nothing behind. */
static void test_pack_writer__refused_rule__leaves_the_pack_as_it_was(void **state)
{
    static const sonda__modifier re[] = {SONDA__MOD_RE};
    const uint8_t *packs[2] = {NULL, NULL};
    size_t lens[2] = {0, 0};
    sonda__pack_writer *writers[2];
    one_item_rule good = {0};
    one_item_rule bad = {0};

    (void)state;
    make_rule(&good, "A", re, 1, 1);
    good.values[0].text = sonda__span_text("[a-z]+x");
    make_rule(&bad, "OtherField", re, 1, 2);
    bad.values[0].text = sonda__span_text("fine");
    bad.values[1].text = sonda__span_text("(not fine");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sonda__pack_writer_open(&writers[i], NULL), SONDA_OK);
        if (i == 1) {
            assert_int_equal(sonda__pack_writer_add_rule(writers[i], &bad.rule, NULL),
                             SONDA_ERR_MALFORMED);
        }
        assert_int_equal(sonda__pack_writer_add_rule(writers[i], &good.rule, NULL), SONDA_OK);
        assert_int_equal(sonda__pack_writer_finish(writers[i], &packs[i], &lens[i], NULL),
                         SONDA_OK);
    }

    assert_int_equal(lens[0], lens[1]);
    assert_memory_equal(packs[0], packs[1], lens[0]);
    sonda__pack_writer_close(writers[0]);
    sonda__pack_writer_close(writers[1]);
}

static void test_pack_writer__after_finish__takes_nothing(void **state)
{
    sonda__pack_writer *writer = NULL;
    one_item_rule made = {0};
    const uint8_t *pack;
    size_t len;

    (void)state;
    make_rule(&made, "A", NULL, 0, 1);
    made.values[0].text = sonda__span_text("x");
    assert_int_equal(sonda__pack_writer_open(&writer, NULL), SONDA_OK);
    assert_int_equal(sonda__pack_writer_finish(writer, &pack, &len, NULL), SONDA_OK);

    assert_int_equal(sonda__pack_writer_add_rule(writer, &made.rule, NULL),
                     SONDA_ERR_BAD_STATE);
    assert_int_equal(sonda__pack_writer_finish(writer, &pack, &len, NULL), SONDA_ERR_BAD_STATE);
    sonda__pack_writer_close(writer);
}

static void test_pack_writer__condition_too_deep__is_refused(void **state)
{
    sonda__pack_writer *writer = NULL;
    one_item_rule made = {0};
    sonda__rule_node chain[100];
    const sonda__rule_node *children[100];
    sonda_error error = SONDA_ERROR_INIT;

    (void)state;
    make_rule(&made, "A", NULL, 0, 1);
    made.values[0].text = sonda__span_text("x");
    for (size_t i = 0; i < 100; i++) {
        children[i] = i == 0 ? &made.node : &chain[i - 1];
        chain[i] = (sonda__rule_node){SONDA__NODE_NOT, 0, 1, &children[i]};
    }
    made.rule.condition = &chain[99];
    assert_int_equal(sonda__pack_writer_open(&writer, NULL), SONDA_OK);

    assert_int_equal(sonda__pack_writer_add_rule(writer, &made.rule, &error), SONDA_ERR_LIMIT);
    sonda__pack_writer_close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_pack_writer__value_that_cannot_be_meant__is_refused_with_its_line),
        cmocka_unit_test(test_pack_writer__modifiers_that_exclude_one_another__are_refused),
        cmocka_unit_test(test_pack_writer__refused_rule__leaves_the_pack_as_it_was),
        cmocka_unit_test(test_pack_writer__after_finish__takes_nothing),
        cmocka_unit_test(test_pack_writer__condition_too_deep__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
