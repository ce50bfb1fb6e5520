/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Case files parsed: names, expectations, and records built.
 *
 * Everything lives in one pool that the handle owns. Unknown keys are refused:
 * a misspelt `expect` would make a case that cannot fail.
 *
 * Module compile.
 */

#include "sonda/compile/cases.h"

#include "compile/case_event.h"
#include "compile/case_list.h"
#include "compile/case_regression.h"
#include "compile/refuse.h"
#include "core/base/allocate.h"
#include "core/base/error.h"
#include "core/codec/time_text.h"
#include "sonda/abi.h"

static sonda_text text_of(sonda__span span)
{
    sonda_text text = {span.data, span.len};

    return text;
}

sonda_text sonda__case_rule_id(sonda_cases *cases, sonda__span id)
{
    sonda_text text = {NULL, 0};
    char *copy = sonda__pool_take(&cases->pool, id.len + 1, 1);

    for (size_t i = 0; copy != NULL && i < id.len; i++) {
        bool upper = id.data[i] >= 'A' && id.data[i] <= 'Z';
        copy[i] = upper ? (char)(id.data[i] - 'A' + 'a') : (char)id.data[i];
    }
    if (copy != NULL) {
        text.data = copy;
        text.len = id.len;
    }
    return text;
}

/* The scalar of a key as text kept in the pool; empty when absent. */
static sonda__span kept_text(sonda_cases *cases, const sonda__yaml_node *map, const char *key)
{
    const sonda__yaml_node *node = sonda__yaml_find(map, key);

    return node != NULL && node->kind == SONDA__YAML_SCALAR
               ? sonda__pool_text(&cases->pool, node->text)
               : sonda__span_of("", 0);
}

static sonda_status check_keys(const sonda__yaml_node *map,
                               const char *const *allowed,
                               size_t allowed_count,
                               sonda_error *error)
{
    for (const sonda__yaml_entry *pair = map->first; pair != NULL; pair = pair->next) {
        bool known = false;
        for (size_t i = 0; i < allowed_count; i++) {
            known = known || sonda__span_is(pair->key->text, allowed[i]);
        }
        if (!known) {
            return sonda__at_line(error, pair->key->line,
                                  sonda__error_set(error, SONDA_ERR_MALFORMED, 0,
                                                   "no such key in a case file: %v",
                                                   pair->key->text));
        }
    }
    return SONDA_OK;
}

static sonda_status read_expected(sonda_cases *cases,
                                  const sonda__yaml_node *list,
                                  sonda__case *item,
                                  sonda_error *error)
{
    size_t i = 0;

    item->expected = sonda__pool_take(&cases->pool, list->count + 1, sizeof *item->expected);
    if (item->expected == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (const sonda__yaml_entry *e = list->first; e != NULL; e = e->next) {
        if (e->value->kind != SONDA__YAML_SCALAR) {
            return sonda__case_refuse(error, e->value->line, "`expect` lists rule ids");
        }
        item->expected[i++] = sonda__case_rule_id(cases, e->value->text);
    }
    item->view.expect = SONDA_EXPECT_RULES;
    item->view.expected_count = (uint32_t)i;
    return SONDA_OK;
}

static sonda_status read_expect(sonda_cases *cases,
                                const sonda__yaml_node *node,
                                sonda__case *item,
                                sonda_error *error)
{
    const sonda__yaml_node *expect = sonda__yaml_find(node, "expect");

    if (expect != NULL && expect->kind == SONDA__YAML_LIST) {
        return read_expected(cases, expect, item, error);
    }
    if (expect != NULL && sonda__span_is(expect->text, "match")) {
        item->view.expect = SONDA_EXPECT_MATCH;
        return SONDA_OK;
    }
    if (expect != NULL && sonda__span_is(expect->text, "none")) {
        item->view.expect = SONDA_EXPECT_NONE;
        return SONDA_OK;
    }
    return sonda__case_refuse(error, node->line,
                              "`expect` is match, none, or a list of rule ids");
}

static sonda_status build_records(sonda_cases *cases,
                                  const sonda__yaml_entry *first,
                                  size_t count,
                                  uint64_t time_ns,
                                  sonda__case *item,
                                  sonda_error *error)
{
    item->records = sonda__pool_take(&cases->pool, count + 1, sizeof *item->records);
    if (item->records == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (const sonda__yaml_entry *e = first; e != NULL; e = e->next) {
        uint32_t at = item->view.record_count;
        sonda_status status = sonda__case_event_build(e->value, time_ns, at + 1u, &cases->pool,
                                                      &item->records[at], error);
        if (status != SONDA_OK) {
            return status;
        }
        item->view.record_count++;
    }
    return SONDA_OK;
}

/* A number of decimal digits below a billion. */
static bool small_number(sonda__span text, uint32_t *number)
{
    uint32_t value = 0;

    if (text.len == 0 || text.len > 9) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    *number = value;
    return true;
}

static sonda_status read_file(sonda_cases *cases,
                              const sonda__yaml_node *node,
                              sonda__case *item,
                              sonda_error *error)
{
    sonda__span record = kept_text(cases, node, "record");

    item->view.file = text_of(kept_text(cases, node, "file"));
    if (item->view.file.len == 0) {
        return sonda__case_refuse(error, node->line,
                                  "a case needs one of `event`, `events` and `file`");
    }
    if (record.len != 0 && !small_number(record, &item->view.file_record)) {
        return sonda__case_refuse(error, node->line, "`record` is a number from 1");
    }
    return SONDA_OK;
}

static sonda_status read_events(sonda_cases *cases,
                                const sonda__yaml_node *node,
                                sonda__case *item,
                                sonda_error *error)
{
    const sonda__yaml_node *event = sonda__yaml_find(node, "event");
    const sonda__yaml_node *events = sonda__yaml_find(node, "events");
    sonda__span clock = kept_text(cases, node, "time");
    sonda__yaml_entry single = {NULL, event, NULL};
    uint64_t time_ns = 0;

    if (clock.len != 0 && sonda__parse_time(clock, &time_ns) != SONDA_OK) {
        return sonda__case_refuse(error, node->line, "`time` is not RFC 3339");
    }
    item->view.time_ns = time_ns;
    if (event != NULL) {
        return build_records(cases, &single, 1, time_ns, item, error);
    }
    if (events != NULL && events->kind == SONDA__YAML_LIST) {
        return build_records(cases, events->first, events->count, time_ns, item, error);
    }
    return read_file(cases, node, item, error);
}

static sonda_status read_case(sonda_cases *cases,
                              const sonda__yaml_node *node,
                              sonda_text rule,
                              sonda__case *item,
                              sonda_error *error)
{
    static const char *const keys[] = {"name", "expect", "event", "events",
                                       "file", "record", "time"};
    sonda_status status;

    if (node->kind != SONDA__YAML_MAP) {
        return sonda__case_refuse(error, node->line, "a case is a map");
    }
    status = check_keys(node, keys, sizeof keys / sizeof keys[0], error);
    if (status != SONDA_OK) {
        return status;
    }
    item->view.struct_size = sizeof item->view;
    item->view.line = node->line;
    item->view.rule = rule;
    item->view.name = text_of(kept_text(cases, node, "name"));
    if (item->view.name.len == 0) {
        return sonda__case_refuse(error, node->line, "a case needs a `name`");
    }
    status = read_expect(cases, node, item, error);
    return status == SONDA_OK ? read_events(cases, node, item, error) : status;
}

static sonda_status
read_document(sonda_cases *cases, const sonda__yaml_node *root, sonda_error *error)
{
    static const char *const keys[] = {"rule", "cases"};
    const sonda__yaml_node *list = sonda__yaml_find(root, "cases");
    sonda__span rule = kept_text(cases, root, "rule");
    sonda_text id = sonda__case_rule_id(cases, rule);
    sonda_status status;

    if (id.len == 0 || list == NULL || list->kind != SONDA__YAML_LIST || list->count == 0) {
        return sonda__case_refuse(error, root->line,
                                  "a case file needs `rule` and a list of `cases`");
    }
    status = check_keys(root, keys, sizeof keys / sizeof keys[0], error);
    cases->list = sonda__pool_take(&cases->pool, list->count, sizeof *cases->list);
    if (status == SONDA_OK && cases->list == NULL) {
        status = SONDA_ERR_NO_MEMORY;
    }
    for (const sonda__yaml_entry *e = list->first; status == SONDA_OK && e != NULL;
         e = e->next) {
        status = read_case(cases, e->value, id, &cases->list[cases->count], error);
        cases->count++;
    }
    return status;
}

static sonda_status parse(sonda_cases *cases, const void *bytes, size_t len, sonda_error *error)
{
    const sonda__yaml_node *root = NULL;
    sonda__yaml *yaml;
    sonda_status status = sonda__yaml_open(&yaml, bytes, len, &cases->allocator);

    if (status != SONDA_OK) {
        return status;
    }
    status = sonda__yaml_next(yaml, &cases->pool, &root, error);
    if (status == SONDA_ERR_END) {
        status = sonda__case_refuse(error, 1, "an empty case file");
    } else if (status == SONDA_OK) {
        status = sonda__case_is_regression(root) ? sonda__case_regression(cases, root, error)
                                                 : read_document(cases, root, error);
    }
    sonda__yaml_close(yaml);
    return status;
}

sonda_status sonda_cases_open(sonda_cases **cases,
                              const void *bytes,
                              size_t len,
                              const sonda_allocator *allocator,
                              sonda_error *error)
{
    sonda_allocator ours;
    sonda_cases *opened;
    sonda_status status;

    if (cases == NULL || (bytes == NULL && len != 0)) {
        return sonda__error_set(error, SONDA_ERR_INVALID_ARGUMENT, 0, "NULL argument");
    }
    if (len > SONDA_CASES_MAX) {
        return sonda__error_set(error, SONDA_ERR_LIMIT, 0, "case file larger than 4 MiB");
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status != SONDA_OK) {
        return sonda__error_set(error, status, 0, "allocator of an unknown version");
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return sonda__error_set(error, SONDA_ERR_NO_MEMORY, 0, "out of memory");
    }
    opened->allocator = ours;
    sonda__pool_init(&opened->pool, &ours);
    status = parse(opened, bytes, len, error);
    if (status != SONDA_OK) {
        sonda_cases_close(opened);
        return status;
    }
    *cases = opened;
    return SONDA_OK;
}

void sonda_cases_close(sonda_cases *cases)
{
    if (cases != NULL) {
        sonda__pool_reset(&cases->pool);
        sonda__release(&cases->allocator, cases);
    }
}

size_t sonda_cases_count(const sonda_cases *cases)
{
    return cases != NULL ? cases->count : 0;
}

sonda_status sonda_cases_get(const sonda_cases *cases, size_t index, sonda_case_view *view)
{
    sonda_status status;

    if (cases == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_check(view, sizeof *view);
    if (status != SONDA_OK) {
        return status;
    }
    if (index >= cases->count) {
        return SONDA_ERR_NOT_FOUND;
    }
    return sonda_abi_write(&cases->list[index].view, sizeof *view, view);
}

sonda_status sonda_cases_record(
    const sonda_cases *cases, size_t index, size_t record, const void **bytes, size_t *len)
{
    if (cases == NULL || bytes == NULL || len == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (index >= cases->count || record >= cases->list[index].view.record_count) {
        return SONDA_ERR_NOT_FOUND;
    }
    *bytes = cases->list[index].records[record].data;
    *len = cases->list[index].records[record].len;
    return SONDA_OK;
}

sonda_status
sonda_cases_expected(const sonda_cases *cases, size_t index, size_t which, sonda_text *rule)
{
    if (cases == NULL || rule == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (index >= cases->count || which >= cases->list[index].view.expected_count) {
        return SONDA_ERR_NOT_FOUND;
    }
    *rule = cases->list[index].expected[which];
    return SONDA_OK;
}
