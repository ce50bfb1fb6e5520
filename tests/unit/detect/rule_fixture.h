/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules from YAML and events from names and texts, for the tests of matching:
 * each goes the whole way through compiler, pack and loader.
 */

#ifndef SONDA_TESTS_UNIT_DETECT_RULE_FIXTURE_H
#define SONDA_TESTS_UNIT_DETECT_RULE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/detect/match.h"
#include "core/rules/content.h"
#include "sonda/compile/compile.h"
#include "sonda/explain.h"

typedef struct test_field {
    const char *name; /* NULL ends a list */
    const char *text;
    uint16_t flags;
} test_field;

typedef struct rule_fixture {
    sonda_content *content;
    sonda__matcher *matcher;
    sonda_event *event;
    uint32_t matches;
    uint32_t last;
} rule_fixture;

/* Compiles YAML documents; fails the test unless all of them compile. */
static inline sonda_content *content_of_yaml(const char *yaml, sonda_content *base)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_compile *compile = NULL;
    sonda_content *content = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;

    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "test.yml", yaml, strlen(yaml)), SONDA_OK);
    if (sonda_compile_finish(compile, &pack, &pack_len, &error) != SONDA_OK ||
        sonda_compile_count(compile, SONDA_COMPILE_COMPILED) !=
            sonda_compile_count(compile, 0)) {
        sonda_compile_entry entry = SONDA_COMPILE_ENTRY_INIT;

        (void)sonda_compile_entry_get(compile, 0, &entry);
        fail_msg("%s: %.*s\n%s", error.message, (int)entry.reason.len, entry.reason.data, yaml);
    }
    options.require_signature = 0;
    options.base = base;
    if (sonda_content_load(&content, pack, pack_len, &options, NULL, &error) != SONDA_OK) {
        fail_msg("%s", error.message);
    }
    sonda_compile_close(compile);
    return content;
}

/* One rule for any Windows event; `detection` is its selections and condition. */
static inline sonda_content *content_of_detection(const char *detection)
{
    static char yaml[16384];

    (void)snprintf(yaml, sizeof yaml,
                   "title: Test\n"
                   "id: 00000000-0000-4000-8000-000000000001\n"
                   "logsource:\n"
                   "    product: windows\n"
                   "level: low\n"
                   "detection:\n%s\n",
                   detection);
    return content_of_yaml(yaml, NULL);
}

static inline void fixture_open(rule_fixture *fixture, sonda_content *content)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->content = content;
    assert_int_equal(sonda__matcher_open(&fixture->matcher, NULL), SONDA_OK);
    assert_int_equal(sonda_event_open(&fixture->event, NULL), SONDA_OK);
}

static inline void fixture_close(rule_fixture *fixture)
{
    sonda_event_close(fixture->event);
    sonda__matcher_close(fixture->matcher);
    sonda_content_release(fixture->content);
}

/* An event of Windows with these fields. */
static inline void fixture_event(rule_fixture *fixture, const test_field *fields)
{
    static const sonda_record_header header;

    sonda__event_begin(fixture->event, &header, sonda__content_names(fixture->content));
    fixture->event->product = SONDA_PRODUCT_WINDOWS;
    for (; fields->name != NULL; fields++) {
        assert_int_equal(sonda__event_add_named(fixture->event, sonda__span_text(fields->name),
                                                sonda__span_text(fields->text), fields->flags),
                         SONDA_OK);
    }
}

static inline void fixture_on_match(uint32_t rule_index, void *user)
{
    rule_fixture *fixture = user;

    fixture->matches++;
    fixture->last = rule_index;
}

/* How many rules match the event. */
static inline uint32_t fixture_match(rule_fixture *fixture)
{
    fixture->matches = 0;
    assert_int_equal(sonda__match(fixture->content, fixture->event, fixture->matcher,
                                  fixture_on_match, fixture),
                     SONDA_OK);
    return fixture->matches;
}

static inline sonda_status fixture_on_node(const sonda_explain_node *node, void *user)
{
    uint32_t *holds = user;

    *holds = node->kind == SONDA_EXPLAIN_RULE ? node->holds : *holds;
    return SONDA_OK;
}

/* Whether the explanation of the first rule says that it matches. */
static inline uint32_t fixture_explain(const rule_fixture *fixture)
{
    sonda_explainer *explainer = NULL;
    uint32_t holds = 2;

    assert_int_equal(sonda_explainer_open(&explainer, NULL), SONDA_OK);
    assert_int_equal(sonda_explain_rule(explainer, fixture->content, 0, fixture->event,
                                        fixture_on_node, &holds),
                     SONDA_OK);
    sonda_explainer_close(explainer);
    return holds;
}

/* One row of a table of cases, which its explanation must agree with. */
typedef struct match_row {
    const char *name;
    const char *detection;
    test_field fields[6];
    uint32_t expected;
} match_row;

static inline void check_rows(const match_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rule_fixture fixture;

        fixture_open(&fixture, content_of_detection(rows[i].detection));
        fixture_event(&fixture, rows[i].fields);
        if (fixture_match(&fixture) != rows[i].expected) {
            fail_msg("%s: %u matches, expected %u", rows[i].name, fixture.matches,
                     rows[i].expected);
        }
        if (fixture_explain(&fixture) != rows[i].expected) {
            fail_msg("%s: the explanation says otherwise", rows[i].name);
        }
        fixture_close(&fixture);
    }
}

/* `item` under one selection that is the condition. */
#define DETECTION(item) "    s:\n        " item "\n    condition: s"

#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

#endif
