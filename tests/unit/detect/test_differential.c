/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Generated rules and events: matching by tables answers what evaluating every
 * rule does. SONDA_PAIRS says how many pairs of a rule and an event (200,000
 * otherwise), SONDA_SEED where to begin.
 */

#include "tests/unit/detect/reference.h"
#include "tests/unit/detect/rule_fixture.h"

#include <stdlib.h>

#include "core/detect/matcher.h"

#include "tests/unit/detect/generated.h"

#define RULES 40
#define EVENTS 100

static generated gen;
static rule_fixture fixture;

/* Rules that the compiler refuses are not in the pack; nothing is lost. */
static void compile_rules(void)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_compile *compile = NULL;
    sonda_content *content = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "generated.yml", gen.yaml, gen.yaml_len),
                     SONDA_OK);
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, &error), SONDA_OK);
    options.require_signature = 0;
    if (sonda_content_load(&content, pack, pack_len, &options, NULL, &error) != SONDA_OK) {
        fail_msg("%s\n%s", error.message, gen.yaml);
    }
    sonda_compile_close(compile);
    sonda_content_release(fixture.content);
    fixture.content = content;
}

typedef struct found {
    uint32_t rules[RULES];
    size_t count;
} found;

static uint64_t match_count;

static void on_match(uint32_t rule_index, void *user)
{
    found *to = user;

    assert_true(to->count < RULES);
    to->rules[to->count++] = rule_index;
}

/* Matches with the instructions of this processor, or with those of any. */
static void match_with(bool simd, found *seen)
{
    sonda__matcher_use_simd(fixture.matcher, simd);
    seen->count = 0;
    assert_int_equal(
        sonda__match(fixture.content, fixture.event, fixture.matcher, on_match, seen),
        SONDA_OK);
}

static void compare(uint64_t seed)
{
    found expected = {.count = 0};
    found seen;
    found portable;

    reference_match(fixture.content, fixture.event, fixture.matcher, on_match, &expected);
    match_with(true, &seen);
    match_with(false, &portable);
    match_count += seen.count;
    assert_int_equal(portable.count, seen.count);
    assert_memory_equal(portable.rules, seen.rules, seen.count * sizeof seen.rules[0]);
    if (seen.count != expected.count ||
        memcmp(seen.rules, expected.rules, seen.count * sizeof seen.rules[0]) != 0) {
        for (size_t i = 0; i < fixture.event->field_count; i++) {
            sonda__field *field = &fixture.event->fields[i];

            print_message("%.*s=%.*s (%u)\n", (int)field->name.len, field->name.data,
                          (int)field->text.len, field->text.data, field->flags);
        }
        fail_msg("SONDA_SEED=%llu: %zu rules instead of %zu\n%s", (unsigned long long)seed,
                 seen.count, expected.count, gen.yaml);
    }
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);

    return value == NULL ? otherwise : strtoull(value, NULL, 10);
}

static void test_matching__generated_rules_and_events__answers_as_evaluating_all(void **state)
{
    uint64_t left = from_environment("SONDA_PAIRS", 200000);
    uint64_t seed = from_environment("SONDA_SEED", 1);
    uint64_t rules = 0;

    (void)state;
    print_message("SONDA_SEED=%llu SONDA_PAIRS=%llu\n", (unsigned long long)seed,
                  (unsigned long long)left);
    fixture_open(&fixture, NULL);
    for (uint64_t done = 0; done < left; seed++) {
        generated_rules(&gen, seed, RULES);
        compile_rules();
        for (uint32_t i = 0; i < EVENTS; i++) {
            generated_event(&gen, fixture.event, sonda__content_names(fixture.content));
            compare(seed);
        }
        rules += sonda_content_rule_count(fixture.content);
        done += EVENTS * (uint64_t)sonda_content_rule_count(fixture.content);
    }
    print_message("%llu rules, %llu matches, %llu conditions evaluated\n",
                  (unsigned long long)rules, (unsigned long long)match_count,
                  (unsigned long long)sonda__matcher_counts(fixture.matcher)->evaluated);
    assert_true(match_count > from_environment("SONDA_PAIRS", 200000) / 100);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matching__generated_rules_and_events__answers_as_evaluating_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
