/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which entry of which policy decides about a rule.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rules/content_policy.h"
#include "sonda/compile/compile.h"

#define RULE "00000000-0000-4000-8000-00000000000a"

static const char rule[] = "title: One\n"
                           "id: " RULE "\n"
                           "level: high\n"
                           "tags: [Attack.Impact, attack.t1486, cve.2024-1]\n"
                           "logsource: {product: linux, category: process_creation}\n"
                           "detection: {s: {Image: x}, condition: s}\n";

/* Content of a rule file and a policy, either may be NULL, over a base. */
static sonda_status
make(const char *yaml, const char *policy, sonda_content *base, sonda_content **content)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_compile *compile = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;
    sonda_status status;

    options.require_signature = 0;
    options.base = base;
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    if (yaml != NULL) {
        assert_int_equal(sonda_compile_add_yaml(compile, "r.yml", yaml, strlen(yaml)),
                         SONDA_OK);
    }
    if (policy != NULL) {
        assert_int_equal(sonda_compile_set_policy(compile, policy, strlen(policy), &error),
                         SONDA_OK);
    }
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, &error), SONDA_OK);
    status = sonda_content_load(content, pack, pack_len, &options, NULL, &error);
    sonda_compile_close(compile);
    return status;
}

typedef struct precedence {
    const char *name;
    const char *policy; /* beside the rule; NULL: none */
    const char *above;  /* of a pack laid over it; NULL: none */
    uint32_t action;
    const char *features; /* sorted, joined by a comma */
} precedence;

#define ENTRIES(list) "policy: [" list "]\n"

static const precedence precedences[] = {
    {"no policy", NULL, NULL, SONDA_ACTION_ALERT, ""},
    {"nothing about it", ENTRIES("{level: low, action: kill}"), NULL, SONDA_ACTION_ALERT, ""},
    {"its level", ENTRIES("{level: high, action: deny, feature: a}"), NULL, SONDA_ACTION_DENY,
     "a"},
    {"a tag before its level",
     ENTRIES("{level: high, action: deny, feature: a}, {tag: cve.2024-1, action: none}"), NULL,
     SONDA_ACTION_NONE, ""},
    {"an alert for a tag before its level",
     ENTRIES("{level: high, action: deny}, {tag: attack.impact, action: alert}"), NULL,
     SONDA_ACTION_ALERT, ""},
    {"its id before its tags",
     ENTRIES("{tag: attack.impact, action: kill, feature: a}, "
             "{rule: " RULE ", action: deny, feature: b}"),
     NULL, SONDA_ACTION_DENY, "b"},
    {"tags that agree",
     ENTRIES("{tag: attack.impact, action: kill, feature: a}, "
             "{tag: attack.t1486, action: kill, feature: b}"),
     NULL, SONDA_ACTION_KILL, "a,b"},
    {"tags that deny and kill",
     ENTRIES("{tag: attack.impact, action: kill}, {tag: attack.t1486, action: deny}"), NULL,
     SONDA_ACTION_DENY, ""},
    {"tags that deny and alert",
     ENTRIES("{tag: attack.impact, action: deny}, {tag: attack.t1486, action: alert}"), NULL,
     SONDA_ACTION_ALERT, ""},
    {"tags that kill and are silent",
     ENTRIES("{tag: attack.impact, action: none}, {tag: attack.t1486, action: kill}"), NULL,
     SONDA_ACTION_ALERT, ""},
    {"three tags, the mildest in the middle",
     ENTRIES("{tag: attack.impact, action: deny}, {tag: attack.t1486, action: alert}, "
             "{tag: cve.2024-1, action: kill}"),
     NULL, SONDA_ACTION_ALERT, ""},
    {"not a part of a tag", ENTRIES("{tag: attack.t14, action: deny}"), NULL,
     SONDA_ACTION_ALERT, ""},
    {"the upper policy, whatever it names it by",
     ENTRIES("{rule: " RULE ", action: kill, feature: a}"),
     ENTRIES("{level: high, action: deny, feature: b}"), SONDA_ACTION_DENY, "b"},
    {"the lower one where the upper is silent", ENTRIES("{rule: " RULE ", action: kill}"),
     ENTRIES("{level: low, action: deny}"), SONDA_ACTION_KILL, ""},
    {"an alert above", ENTRIES("{level: high, action: kill}"),
     ENTRIES("{rule: " RULE ", action: alert}"), SONDA_ACTION_ALERT, ""},
    {"only above", NULL, ENTRIES("{tag: ATTACK.T1486, action: kill, feature: a}"),
     SONDA_ACTION_KILL, "a"},
};

static void name_features(const sonda_content *content, uint64_t bits, char *room, size_t size)
{
    size_t used = 0;

    room[0] = '\0';
    for (uint32_t i = 0; i < SONDA__FEATURES_MAX; i++) {
        sonda__span name = sonda__content_feature(content, i);

        if ((bits >> i & 1) != 0) {
            used += (size_t)snprintf(room + used, size - used, "%s%.*s", used != 0 ? "," : "",
                                     (int)name.len, name.data);
        }
    }
}

static void test_policy__precedence__is_as_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof precedences / sizeof precedences[0]; i++) {
        const precedence *row = &precedences[i];
        sonda_content *content = NULL;
        sonda_content *above = NULL;
        sonda__response response;
        uint32_t action = 0;
        char features[64];

        assert_int_equal(make(rule, row->policy, NULL, &content), SONDA_OK);
        if (row->above != NULL) {
            assert_int_equal(make(NULL, row->above, content, &above), SONDA_OK);
        }
        above = above != NULL ? above : sonda_content_acquire(content);
        response = sonda__content_response(above, 0);
        name_features(above, response.features, features, sizeof features);
        assert_int_equal(sonda_content_rule_action(above, 0, &action), SONDA_OK);

        if (response.action != row->action || strcmp(features, row->features) != 0 ||
            action != row->action) {
            fail_msg("%s: action %u, features '%s'", row->name, response.action, features);
        }
        sonda_content_release(above);
        sonda_content_release(content);
    }
}

static void test_policy__views_of_other_versions__are_filled_as_far_as_known(void **state)
{
    sonda_content *content = NULL;
    sonda_policy_view view = SONDA_POLICY_VIEW_INIT;
    sonda_content_info info = SONDA_CONTENT_INFO_INIT;

    (void)state;
    assert_int_equal(make(rule, ENTRIES("{level: high, action: kill}"), NULL, &content),
                     SONDA_OK);
    view.struct_size = offsetof(sonda_policy_view, level);
    view.level = 77;
    info.struct_size = offsetof(sonda_content_info, policy_count);
    info.policy_count = 77;

    assert_int_equal(sonda_content_policy(content, 0, &view), SONDA_OK);
    assert_int_equal(view.action, SONDA_ACTION_KILL);
    assert_int_equal(view.level, 77);
    assert_int_equal(sonda_content_info_get(content, &info), SONDA_OK);
    assert_int_equal(info.policy_count, 77);
    view.struct_size = 1;
    assert_int_equal(sonda_content_policy(content, 0, &view), SONDA_ERR_ABI);
    sonda_content_release(content);
}

static void test_policy__rules_out_of_range__are_alerts(void **state)
{
    sonda_content *content = NULL;
    uint32_t action = 7;

    (void)state;
    assert_int_equal(make(rule, ENTRIES("{level: high, action: kill}"), NULL, &content),
                     SONDA_OK);

    assert_int_equal(sonda__content_response(content, 1).action, SONDA_ACTION_ALERT);
    assert_int_equal(sonda__content_response(NULL, 0).action, SONDA_ACTION_ALERT);
    assert_int_equal(sonda_content_rule_action(content, 1, &action), SONDA_ERR_NOT_FOUND);
    assert_int_equal(action, 7);
    sonda_content_release(content);
}

/* Two packs, each with its own half of them. */
static void make_features(uint32_t from, uint32_t count, char *room, size_t size)
{
    size_t used = (size_t)snprintf(room, size, "policy:\n");

    for (uint32_t i = from; i < from + count; i++) {
        used += (size_t)snprintf(room + used, size - used,
                                 "  - {tag: t%u, action: deny, feature: f%u}\n", i, i);
    }
}

static void test_policy__more_features_than_bits__is_refused(void **state)
{
    sonda_content *content = NULL;
    sonda_content *above = NULL;
    char policy[4096];

    (void)state;
    make_features(0, SONDA__FEATURES_MAX, policy, sizeof policy);
    assert_int_equal(make(rule, policy, NULL, &content), SONDA_OK);
    make_features(1, SONDA__FEATURES_MAX - 1, policy, sizeof policy);
    assert_int_equal(make(NULL, policy, content, &above), SONDA_OK);
    sonda_content_release(above);
    make_features(SONDA__FEATURES_MAX, 1, policy, sizeof policy);

    assert_int_equal(make(NULL, policy, content, &above), SONDA_ERR_LIMIT);

    sonda_content_release(content);
}

static void test_policy__ids_without_rule__are_found_in_every_pack(void **state)
{
    sonda_content *content = NULL;
    sonda_content *above = NULL;
    uint32_t index = 0;
    sonda__span id;

    (void)state;
    assert_int_equal(make(NULL, ENTRIES("{rule: below, action: deny}, {tag: t, action: deny}"),
                          NULL, &content),
                     SONDA_OK);
    assert_int_equal(make(NULL,
                          ENTRIES("{rule: " RULE ", action: deny}, {rule: x, action: deny}"),
                          content, &above),
                     SONDA_OK);

    assert_true(sonda__content_policy_astray(above, &index, &id));
    assert_true(sonda__span_is(id, RULE));
    assert_true(sonda__content_policy_astray(above, &index, &id));
    assert_true(sonda__span_is(id, "x"));
    assert_true(sonda__content_policy_astray(above, &index, &id));
    assert_true(sonda__span_is(id, "below"));
    assert_false(sonda__content_policy_astray(above, &index, &id));
    sonda_content_release(above);
    sonda_content_release(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy__precedence__is_as_documented),
        cmocka_unit_test(test_policy__views_of_other_versions__are_filled_as_far_as_known),
        cmocka_unit_test(test_policy__rules_out_of_range__are_alerts),
        cmocka_unit_test(test_policy__more_features_than_bits__is_refused),
        cmocka_unit_test(test_policy__ids_without_rule__are_found_in_every_pack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
