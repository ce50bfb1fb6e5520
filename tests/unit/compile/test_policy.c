/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Policy files: what they come to in the pack, and what is refused where.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sonda/compile/compile.h"

#define ID "00000000-0000-4000-8000-00000000000a"

static const char rule[] = "title: One\n"
                           "id: " ID "\n"
                           "logsource: {product: linux, category: process_creation}\n"
                           "detection: {s: {Image: x}, condition: s}\n";

static sonda_content *load(const void *pack, size_t pack_len)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_content *content = NULL;

    options.require_signature = 0;
    assert_int_equal(sonda_content_load(&content, pack, pack_len, &options, NULL, NULL),
                     SONDA_OK);
    return content;
}

static void assert_entry(const sonda_content *content,
                         uint32_t index,
                         uint32_t kind,
                         uint32_t action,
                         const char *name,
                         const char *feature)
{
    sonda_policy_view view = SONDA_POLICY_VIEW_INIT;

    assert_int_equal(sonda_content_policy(content, index, &view), SONDA_OK);
    assert_int_equal(view.kind, kind);
    assert_int_equal(view.action, action);
    assert_int_equal(view.name.len, strlen(name));
    assert_memory_equal(view.name.data, name, view.name.len);
    assert_int_equal(view.feature.len, strlen(feature));
    assert_memory_equal(view.feature.data, feature, view.feature.len);
}

static void test_policy__lists_and_names__stand_in_the_pack_in_order(void **state)
{
    static const char policy[] = "policy:\n"
                                 "  - level: [critical, low]\n"
                                 "    action: deny\n"
                                 "  - {tag: Attack.T1486, action: kill, feature: guard.1}\n"
                                 "  - rule: 00000000-0000-4000-8000-00000000000A\n"
                                 "    action: none\n";
    sonda_content_info info = SONDA_CONTENT_INFO_INIT;
    sonda_policy_view view = SONDA_POLICY_VIEW_INIT;
    sonda_compile *compile = NULL;
    sonda_content *content;
    const void *pack = NULL;
    size_t pack_len = 0;

    (void)state;
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_set_policy(compile, policy, strlen(policy), NULL), SONDA_OK);
    assert_int_equal(sonda_compile_set_policy(compile, policy, strlen(policy), NULL),
                     SONDA_ERR_BAD_STATE);
    assert_int_equal(sonda_compile_add_yaml(compile, "r.yml", rule, strlen(rule)), SONDA_OK);
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, NULL), SONDA_OK);
    content = load(pack, pack_len);

    assert_int_equal(sonda_content_info_get(content, &info), SONDA_OK);
    assert_int_equal(info.policy_count, 4);
    assert_entry(content, 0, SONDA_POLICY_RULE, SONDA_ACTION_NONE, ID, "");
    assert_entry(content, 1, SONDA_POLICY_TAG, SONDA_ACTION_KILL, "attack.t1486", "guard.1");
    assert_entry(content, 2, SONDA_POLICY_LEVEL, SONDA_ACTION_DENY, "", "");
    assert_int_equal(sonda_content_policy(content, 3, &view), SONDA_OK);
    assert_int_equal(view.level, SONDA_LEVEL_CRITICAL);
    assert_int_equal(view.line, 2);
    assert_int_equal(sonda_content_policy(content, 4, &view), SONDA_ERR_NOT_FOUND);
    sonda_content_release(content);
    sonda_compile_close(compile);
}

static void test_policy__without_rules__makes_a_pack_of_its_own(void **state)
{
    static const char policy[] = "policy: [{rule: of-another-pack, action: deny}]\n";
    sonda_compile *compile = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;

    (void)state;
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_set_policy(compile, policy, strlen(policy), NULL), SONDA_OK);

    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, NULL), SONDA_OK);

    sonda_content_release(load(pack, pack_len));
    sonda_compile_close(compile);
}

typedef struct mistake {
    const char *name;
    const char *policy;
    uint32_t line;
    const char *reason;
} mistake;

static const mistake mistakes[] = {
    {"nothing", "", 1, "empty policy"},
    {"no YAML", "policy: [\n", 2, ""},
    {"a list alone", "- {level: low, action: deny}\n", 1, "`policy:`"},
    {"an unknown key", "policy: []\nrules: []\n", 2, "unknown key 'rules'"},
    {"a key twice", "policy: []\npolicy: []\n", 2, "policy"},
    {"a text for the list", "policy: deny\n", 1, "is a list"},
    {"a text for an entry", "policy:\n  - deny\n", 2, "is a mapping"},
    {"an unknown key of an entry", "policy:\n  - {level: low, action: deny, until: 5}\n", 2,
     "unknown key 'until'"},
    {"an entry's key twice", "policy:\n  - level: low\n    action: deny\n    action: kill\n", 4,
     "action"},
    {"nothing it is about", "policy:\n  - action: deny\n", 2, "exactly one"},
    {"two things it is about", "policy:\n  - {level: low, tag: t, action: deny}\n", 2,
     "exactly one"},
    {"no action", "policy:\n  - level: low\n", 2, "without action"},
    {"an unknown action", "policy:\n  - level: low\n    action: block\n", 3,
     "unknown action 'block': write alert, deny, kill or none"},
    {"an action in capitals", "policy:\n  - level: low\n    action: Deny\n", 3, "'Deny'"},
    {"a list of actions", "policy:\n  - level: low\n    action: [deny]\n", 3, "is a word"},
    {"no value for an action", "policy:\n  - level: low\n    action:\n", 3, "is a word"},
    {"an unknown level", "policy:\n  - level: severe\n    action: deny\n", 2,
     "unknown level 'severe'"},
    {"a number for a level", "policy:\n  - level: 3\n    action: deny\n", 2, "'3'"},
    {"a mapping for a tag", "policy:\n  - tag: {a: b}\n    action: deny\n", 2, "named by"},
    {"an empty tag", "policy:\n  - tag: ''\n    action: deny\n", 2, "named by"},
    {"an empty list", "policy:\n  - tag: []\n    action: deny\n", 2, "empty list"},
    {"a feature with a blank", "policy:\n  - {level: low, action: deny, feature: a b}\n", 2,
     "a feature is a name"},
    {"a feature that is too long",
     "policy:\n  - {level: low, action: deny, feature: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n",
     2, "more than 64"},
    {"a level twice",
     "policy:\n  - {level: low, action: deny}\n  - {level: low, action: deny}\n", 3,
     "'low' was given an action on line 2"},
    {"a tag twice in two cases", "policy:\n  - {tag: [a.b, A.B], action: deny}\n", 2,
     "'a.b' was given"},
    {"a second document", "policy: []\n---\npolicy: []\n", 3, "second document"},
};

static void test_policy__mistakes__are_told_with_line_and_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        sonda_compile *compile = NULL;
        sonda_error error = SONDA_ERROR_INIT;
        sonda_status status;

        assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
        status = sonda_compile_set_policy(compile, mistakes[i].policy,
                                          strlen(mistakes[i].policy), &error);
        if (status != SONDA_ERR_MALFORMED || error.line != mistakes[i].line ||
            strstr(error.message, mistakes[i].reason) == NULL) {
            fail_msg("%s: %s, line %u: %s", mistakes[i].name, sonda_status_name(status),
                     error.line, error.message);
        }
        sonda_compile_close(compile);
    }
}

static void test_policy__rule_that_is_not_in_the_pack__is_refused(void **state)
{
    static const char policy[] =
        "policy:\n"
        "  - {rule: " ID ", action: deny}\n"
        "  - {rule: 00000000-0000-4000-8000-00000000000b, action: deny}\n";
    sonda_error error = SONDA_ERROR_INIT;
    sonda_compile *compile = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;

    (void)state;
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "r.yml", rule, strlen(rule)), SONDA_OK);
    assert_int_equal(sonda_compile_set_policy(compile, policy, strlen(policy), NULL), SONDA_OK);

    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, &error),
                     SONDA_ERR_NOT_FOUND);

    assert_int_equal(error.line, 3);
    assert_non_null(strstr(error.message, "no rule that compiles has the id"));
    sonda_compile_close(compile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy__lists_and_names__stand_in_the_pack_in_order),
        cmocka_unit_test(test_policy__without_rules__makes_a_pack_of_its_own),
        cmocka_unit_test(test_policy__mistakes__are_told_with_line_and_remedy),
        cmocka_unit_test(test_policy__rule_that_is_not_in_the_pack__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
