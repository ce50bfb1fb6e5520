/* SPDX-License-Identifier: Apache-2.0 */

/* What a rule waits for, as the report tells it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compile/pack_writer.h"
#include "core/rules/pack_format.h"
#include "sonda/event.h"

/* A rule with one item. */
typedef struct one_item_rule {
    sonda__rule_value values[2];
    sonda__rule_item item;
    sonda__rule_map map;
    sonda__rule_selection selection;
    sonda__rule_node node;
    const sonda__rule_node *children[1];
    sonda__rule_node negation;
    sonda__log_source source;
    sonda__rule rule;
} one_item_rule;

static void make_rule(one_item_rule *made, const char *one, const char *other)
{
    made->values[0].text = sonda__span_text(one);
    made->values[1].text = sonda__span_text(other);
    made->item.field = sonda__span_text("Image");
    made->item.value_count = 2;
    made->item.values = made->values;
    made->map.item_count = 1;
    made->map.items = &made->item;
    made->selection.name = sonda__span_text("s");
    made->selection.map_count = 1;
    made->selection.maps = &made->map;
    made->node.kind = SONDA__NODE_SELECTION;
    made->children[0] = &made->node;
    made->negation = (sonda__rule_node){SONDA__NODE_NOT, 0, 1, made->children};
    made->source.product = SONDA_PRODUCT_WINDOWS;
    made->rule.id = sonda__span_text(one);
    made->rule.title = made->rule.id;
    made->rule.source_count = 1;
    made->rule.sources = &made->source;
    made->rule.selection_count = 1;
    made->rule.selections = &made->selection;
    made->rule.condition = &made->node;
}

static void cost_of(const sonda__rule *rule, sonda__rule_cost *cost, char *rarest, size_t room)
{
    sonda__pack_writer *writer = NULL;
    const uint8_t *pack;
    size_t len;

    assert_int_equal(sonda__pack_writer_open(&writer, NULL), SONDA_OK);
    assert_int_equal(sonda__pack_writer_add_rule(writer, rule, NULL), SONDA_OK);
    assert_int_equal(sonda__pack_writer_finish(writer, &pack, &len, NULL), SONDA_OK);
    sonda__pack_writer_costs(writer, cost);
    assert_true(cost->rarest.len < room);
    if (cost->rarest.len > 0) {
        memcpy(rarest, cost->rarest.data, cost->rarest.len);
    }
    rarest[cost->rarest.len] = '\0';
    sonda__pack_writer_close(writer);
}

static void test_rule_cost__list_of_values__waits_for_each(void **state)
{
    one_item_rule made = {0};
    sonda__rule_cost cost;
    char rarest[64];

    (void)state;
    make_rule(&made, "*in*", "*MimiKatz*");

    cost_of(&made.rule, &cost, rarest, sizeof rarest);

    /* "in" is too short to wait for. */
    assert_true(cost.always);
    assert_int_equal(cost.literal_count, 0);
    assert_int_equal(cost.per_million, 1000000);

    make_rule(&made, "*info*", "*MimiKatz*");
    cost_of(&made.rule, &cost, rarest, sizeof rarest);
    assert_false(cost.always);
    assert_int_equal(cost.literal_count, 2);
    assert_string_equal(rarest, "mimikatz");
    assert_in_range(cost.rarest_per_million, 1, cost.commonest_per_million - 1);
    assert_int_equal(cost.per_million, cost.rarest_per_million + cost.commonest_per_million);
}

static void test_rule_cost__negated__always_runs(void **state)
{
    one_item_rule made = {0};
    sonda__rule_cost cost;
    char rarest[64];

    (void)state;
    make_rule(&made, "*info*", "*MimiKatz*");
    made.rule.condition = &made.negation;

    cost_of(&made.rule, &cost, rarest, sizeof rarest);

    assert_true(cost.always);
    assert_int_equal(cost.literal_count, 0);
    assert_string_equal(rarest, "");
}

static void test_rule_cost__conditions__cost_what_the_pack_says(void **state)
{
    one_item_rule made = {0};
    sonda__rule_cost cost;
    char rarest[64];

    (void)state;
    make_rule(&made, "*info*", "*MimiKatz*");

    cost_of(&made.rule, &cost, rarest, sizeof rarest);

    assert_int_equal(cost.byte_steps, sonda__pattern_cost(SONDA__OP_LITERAL, 4, 0) +
                                          sonda__pattern_cost(SONDA__OP_LITERAL, 8, 0));
    assert_true(cost.event_steps >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_cost__list_of_values__waits_for_each),
        cmocka_unit_test(test_rule_cost__negated__always_runs),
        cmocka_unit_test(test_rule_cost__conditions__cost_what_the_pack_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
