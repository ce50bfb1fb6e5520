/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Policies in packs, broken one by one: each is refused with reason and place.
 */

#include "tests/unit/rules/breach.h"

#define OF(kind) SONDA__SECTION_POLICY, SONDA__AT_POLICY_KIND, SONDA__POLICY_OF_##kind
#define HERE SONDA__SECTION_POLICY

static void test_verify__policies__are_refused_for_what_is_broken(void **state)
{
    static const breach rows[] = {
        {"no kind", OF(RULE), SONDA__AT_POLICY_KIND, 0, HERE, "no kind or no action"},
        {"a kind beyond", OF(LEVEL), SONDA__AT_POLICY_KIND, 4, HERE, "no kind or no action"},
        {"no action", OF(RULE), SONDA__AT_POLICY_ACTION, 0, HERE, "no kind or no action"},
        {"an action beyond", OF(TAG), SONDA__AT_POLICY_ACTION, 5, HERE, "no kind or no action"},
        {"a level beyond", OF(LEVEL), SONDA__AT_POLICY_LEVEL, 5, HERE, "no rule, tag or level"},
        {"a level with a name", OF(LEVEL), SONDA__AT_POLICY_NAME + 4, 1, HERE,
         "no rule, tag or level"},
        {"a rule with a level", OF(RULE), SONDA__AT_POLICY_LEVEL, 1, HERE,
         "no rule, tag or level"},
        {"a rule without an id", OF(RULE), SONDA__AT_POLICY_NAME + 4, 0, HERE,
         "no rule, tag or level"},
        {"a name that is too long", OF(TAG), SONDA__AT_POLICY_NAME + 4, 256, HERE,
         "no rule, tag or level"},
        {"a name out of range", OF(TAG), SONDA__AT_POLICY_NAME, 0x7fffffff, HERE,
         "a text out of range"},
        {"a feature out of range", OF(RULE), SONDA__AT_POLICY_FEATURE + 4, 0x7fffffff, HERE,
         "a text out of range"},
        {"a feature that is too long", OF(TAG), SONDA__AT_POLICY_FEATURE + 4, 65, HERE,
         "too long a feature"},
        {"entries out of order", SONDA__SECTION_POLICY, SONDA__AT_POLICY_LEVEL, 3,
         SONDA__AT_POLICY_LEVEL, 1, HERE, "out of order"},
        {"an entry twice", SONDA__SECTION_POLICY, SONDA__AT_POLICY_LEVEL, 3,
         SONDA__AT_POLICY_LEVEL, 2, HERE, "out of order"},
    };

    (void)state;
    CHECK_BREACHES(pack_fixture_yaml, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__policies__are_refused_for_what_is_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
