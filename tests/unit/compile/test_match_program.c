/* SPDX-License-Identifier: Apache-2.0 */

/* Programs of conditions: what is asked first, and where answers lead. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/rules/pack.h"
#include "sonda/compile/compile.h"

#define HEAD \
    "title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: windows}\n"

/* A program as text: of each step its item's first pattern, then and else. */
static void tell_program(const sonda__pack *pack, uint32_t alternative, char *out, size_t room)
{
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, alternative);
    sonda__list steps = sonda__pack_list(at + SONDA__AT_ALTERNATIVE_STEPS);
    size_t used = 0;

    for (uint32_t i = 0; i < steps.count; i++) {
        const uint8_t *step = sonda__pack_listed(pack, SONDA__SECTION_STEPS, steps, i);
        const uint8_t *item = sonda__pack_entry(
            pack, SONDA__SECTION_PREDICATES, sonda__pack_u32(step + SONDA__AT_STEP_PREDICATE));
        sonda__list patterns = sonda__pack_list(item + SONDA__AT_PREDICATE_PATTERNS);
        const uint8_t *pattern = sonda__pack_listed(pack, SONDA__SECTION_PATTERNS, patterns, 0);
        sonda__span text = sonda__pack_text(pack, pattern + SONDA__AT_PATTERN_TEXT);

        used += (size_t)snprintf(out + used, room - used, "%.*s %d %d\n", (int)text.len,
                                 text.data, (int)sonda__pack_u32(step + SONDA__AT_STEP_THEN),
                                 (int)sonda__pack_u32(step + SONDA__AT_STEP_ELSE));
        assert_true(used < room);
    }
}

/* -1 is HOLDS, -2 is FAILS. */
static void assert_program(const char *yaml, const char *expected)
{
    sonda_compile *compile = NULL;
    sonda_error error = SONDA_ERROR_INIT;
    const void *bytes;
    size_t len;
    sonda__pack pack;
    char told[1024] = "";

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "r.yml", yaml, strlen(yaml)), SONDA_OK);
    assert_int_equal(sonda_compile_finish(compile, &bytes, &len, &error), SONDA_OK);
    assert_int_equal(sonda__pack_open(&pack, bytes, len, &error), SONDA_OK);
    tell_program(&pack, 0, told, sizeof told);
    assert_string_equal(told, expected);
    sonda_compile_close(compile);
}

static void test_match_program__and__asks_what_is_waited_for_last(void **state)
{
    (void)state;
    assert_program(HEAD "detection:\n"
                        "  s: {A|contains: never-heard-of, B: null, C|contains: xy}\n"
                        "  condition: s\n",
                   "null 1 -2\n"
                   "xy 2 -2\n"
                   "never-heard-of -1 -2\n");
}

static void test_match_program__or__leads_on_when_it_fails(void **state)
{
    (void)state;
    assert_program(HEAD "detection:\n"
                        "  a: {A|re: 'x+y'}\n"
                        "  b: {B: null}\n"
                        "  condition: a or b\n",
                   "null -1 1\n"
                   "x+y -1 -2\n");
}

static void test_match_program__negation__swaps_where_answers_lead(void **state)
{
    (void)state;
    assert_program(HEAD "detection:\n"
                        "  a: {A|re: 'x+y'}\n"
                        "  b: {B: null}\n"
                        "  c: {C|startswith: never-heard-of}\n"
                        "  condition: c and not (a or b)\n",
                   "never-heard-of 1 -2\n"
                   "null -2 2\n"
                   "x+y -2 -1\n");
}

static void test_match_program__nested__leads_past_what_is_settled(void **state)
{
    (void)state;
    /* (a and b) or (c and d), where b and d are dear. */
    assert_program(HEAD "detection:\n"
                        "  a: {A: null}\n"
                        "  b: {B|re: 'b+'}\n"
                        "  c: {C: null}\n"
                        "  d: {D|re: 'd+'}\n"
                        "  condition: (a and b) or (c and d)\n",
                   "null 1 2\n"
                   "b+ -1 2\n"
                   "null 3 -2\n"
                   "d+ -1 -2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_program__and__asks_what_is_waited_for_last),
        cmocka_unit_test(test_match_program__or__leads_on_when_it_fails),
        cmocka_unit_test(test_match_program__negation__swaps_where_answers_lead),
        cmocka_unit_test(test_match_program__nested__leads_past_what_is_settled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
