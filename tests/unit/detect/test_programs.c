/* SPDX-License-Identifier: Apache-2.0 */

/* core/detect/programs.c: which programs are off, and whose they are */

#include "core/detect/programs.h"
#include "tests/unit/detect/rule_fixture.h"

#define RULE(number)                                                                          \
    "title: R" number "\nid: 00000000-0000-4000-8000-00000000000" number                      \
    "\nlogsource: {product: windows}\nlevel: low\ndetection:\n    s: {A: x}\n    condition: " \
    "s\n"

static sonda__programs *open_programs(const sonda_content *content)
{
    sonda_allocator allocator;
    sonda__programs *programs = NULL;

    assert_int_equal(sonda_allocator_read(NULL, &allocator), SONDA_OK);
    assert_int_equal(sonda__programs_open(&programs, content, &allocator), SONDA_OK);
    return programs;
}

static void test_programs__switched_off_twice__counts_once_and_keeps_both_reasons(void **state)
{
    sonda_content *content = content_of_yaml(RULE("1") "---\n" RULE("2"), NULL);
    sonda__programs *programs = open_programs(content);

    (void)state;
    assert_true(sonda__programs_switch_off(programs, 1, SONDA__TRAP_STEPS));
    assert_false(sonda__programs_switch_off(programs, 1, SONDA__TRAP_BOUNDS));
    assert_false(sonda__programs_switch_off(programs, 2, SONDA__TRAP_BOUNDS));

    assert_int_equal(sonda__programs_off(programs), 1);
    assert_int_equal(sonda__programs_reason(programs, 0), SONDA__TRAP_NONE);
    assert_int_equal(sonda__programs_reason(programs, 1),
                     SONDA__TRAP_STEPS | SONDA__TRAP_BOUNDS);
    assert_int_equal(sonda__programs_find_off(programs, 0), 1);
    assert_int_equal(sonda__programs_find_off(programs, 1), UINT32_MAX);
    sonda__programs_release(programs);
    sonda_content_release(content);
}

static void test_programs__packs_over_one_another__are_numbered_through(void **state)
{
    sonda_content *base = content_of_yaml(RULE("1") "---\n" RULE("2"), NULL);
    sonda_content *content = content_of_yaml(RULE("3"), base);
    sonda__programs *programs = open_programs(content);
    static const char last[] = {'1', '2', '3'};

    (void)state;
    assert_int_equal(programs->count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        sonda_text id = sonda__program_owner(content, i);

        assert_int_equal(id.len, 36);
        assert_int_equal(id.data[35], last[i]);
    }
    assert_int_equal(sonda__program_owner(content, 3).len, 0);
    assert_int_equal(sonda__program_owner(NULL, 0).len, 0);
    sonda__programs_release(programs);
    sonda_content_release(content);
    sonda_content_release(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs__switched_off_twice__counts_once_and_keeps_both_reasons),
        cmocka_unit_test(test_programs__packs_over_one_another__are_numbered_through),
    };

    return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
