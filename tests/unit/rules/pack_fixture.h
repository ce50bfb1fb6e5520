/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A pack that uses every part of the format, as bytes that a test may change,
 * and events that ask all of it.
 */

#ifndef SONDA_TESTS_UNIT_RULES_PACK_FIXTURE_H
#define SONDA_TESTS_UNIT_RULES_PACK_FIXTURE_H

#include <stdlib.h>

#include "core/rules/pack_format.h"
#include "tests/unit/detect/rule_fixture.h"
#include "tests/unit/rules/mutated_pack.h"

/* Every kind of pattern, node, instruction and log source, a filter, correlations. */
static const char pack_fixture_yaml[] =
    "title: One\n"
    "id: 00000000-0000-4000-8000-000000000001\n"
    "description: Text\n"
    "author: Somebody\n"
    "tags: [attack.t1059, attack.execution]\n"
    "falsepositives: [None known]\n"
    "logsource: {product: windows, category: process_creation}\n"
    "level: high\n"
    "detection:\n"
    "    literal: {Image|endswith: '\\a.exe', Native|contains|all: [one, two]}\n"
    "    glob: {CommandLine|contains|windash: ['a*b?c', ' -enc']}\n"
    "    regex:\n"
    "        CommandLine|re: ['(?i)^ab+[c-f]?(x|y){2,3}\\b\\d*.$', '[^a-z]\\B(?m:^z$)']\n"
    "    null_one: {Other: null}\n"
    "    condition: (literal or glob or regex) and not null_one\n"
    "---\n"
    "title: Two\n"
    "id: 00000000-0000-4000-8000-000000000002\n"
    "logsource: {product: windows}\n"
    "level: low\n"
    "detection:\n"
    "    a: {Number|gte: 10, Time|hour|lt: 12}\n"
    "    b: {Address|cidr: ['10.0.0.0/8', 'fe80::/10']}\n"
    "    c: {Image|fieldref|contains: Native, Other|exists: true}\n"
    "    k: ['keyword', 'other']\n"
    "    condition: 1 of them\n"
    "---\n"
    "title: Quiet\n"
    "id: 00000000-0000-4000-8000-0000000000f1\n"
    "logsource: {product: windows}\n"
    "filter:\n"
    "    rules: [00000000-0000-4000-8000-000000000002]\n"
    "    f: {Quiet: 'yes'}\n"
    "    condition: f\n"
    "---\n"
    "title: Three\n"
    "id: 00000000-0000-4000-8000-000000000003\n"
    "correlation:\n"
    "    type: value_count\n"
    "    rules: [00000000-0000-4000-8000-000000000001, 00000000-0000-4000-8000-000000000002]\n"
    "    group-by: [Image]\n"
    "    timespan: 1m\n"
    "    condition: {field: [Number, Native], gte: 1}\n"
    "---\n"
    "title: Four\n"
    "id: 00000000-0000-4000-8000-000000000004\n"
    "correlation:\n"
    "    type: temporal\n"
    "    rules: [00000000-0000-4000-8000-000000000003, 00000000-0000-4000-8000-000000000002]\n"
    "    timespan: 1m\n"
    "    condition: {gt: 0, lt: 9}\n";

/* Every kind of entry and every action, with a feature and without. */
static const char pack_fixture_policy[] =
    "policy:\n"
    "  - {rule: 00000000-0000-4000-8000-000000000001, action: kill, feature: guard}\n"
    "  - {tag: [attack.execution, attack.t1059], action: deny}\n"
    "  - {level: medium, action: none}\n"
    "  - {level: high, action: alert, feature: other}\n";

typedef struct pack_fixture {
    uint8_t *bytes;
    size_t len;
} pack_fixture;

static inline pack_fixture pack_fixture_make(const char *yaml)
{
    sonda_compile *compile = NULL;
    const void *pack = NULL;
    pack_fixture made = {NULL, 0};

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "test.yml", yaml, strlen(yaml)), SONDA_OK);
    if (yaml == pack_fixture_yaml) {
        assert_int_equal(sonda_compile_set_policy(compile, pack_fixture_policy,
                                                  sizeof pack_fixture_policy - 1, NULL),
                         SONDA_OK);
    }
    assert_int_equal(sonda_compile_finish(compile, &pack, &made.len, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_REJECTED), 0);
    made.bytes = malloc(made.len);
    assert_non_null(made.bytes);
    memcpy(made.bytes, pack, made.len);
    sonda_compile_close(compile);
    return made;
}

static inline sonda_status
pack_fixture_load(const uint8_t *bytes, size_t len, sonda_content **content, sonda_error *error)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;

    options.require_signature = 0;
    options.borrow = 1;
    return sonda_content_load(content, bytes, len, &options, NULL, error);
}

#endif
