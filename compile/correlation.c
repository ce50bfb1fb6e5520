/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The `correlation` of a document.
 *
 * All of it changes what the rule does, so every key must be known and every
 * value make sense for the type: a condition that can never hold is refused
 * here instead of waiting in silence.
 *
 * Module compile.
 */

#include "compile/correlation.h"

#include "compile/refuse.h"
#include "compile/rule_id.h"
#include "compile/yaml_scalar.h"
#include "core/base/limits.h"
#include "core/codec/decimal.h"

typedef struct reader {
    sonda__pool *pool;
    const sonda__yaml_node *map;
    sonda__correlation *to;
    sonda_error *error;
} reader;

static const char *const type_names[SONDA__CORRELATION_TYPE_COUNT] = {
    "event_count", "value_count", "temporal",         "temporal_ordered",
    "value_sum",   "value_avg",   "value_percentile",
};

static const char *const bound_names[SONDA__BOUND_COUNT] = {"gt",  "gte", "lt",
                                                            "lte", "eq",  "neq"};

const char *sonda__correlation_type_name(uint32_t type)
{
    return type < SONDA__CORRELATION_TYPE_COUNT ? type_names[type] : "";
}

static sonda_status refuse(const reader *r, const sonda__yaml_node *node, const char *reason)
{
    return sonda__at_line(
        r->error, node->line,
        sonda__error_set(r->error, SONDA_ERR_MALFORMED, 0, "correlation: %s", reason));
}

/* `reason` has one %v, for the node's text. */
static sonda_status
refuse_text(const reader *r, const sonda__yaml_node *node, const char *reason)
{
    return sonda__at_line(
        r->error, node->line,
        sonda__error_set(r->error, SONDA_ERR_MALFORMED, 0, reason, sonda__clip(node->text)));
}

static bool is_text(const sonda__yaml_node *node)
{
    return node != NULL && node->kind == SONDA__YAML_SCALAR &&
           node->value != SONDA__VALUE_NONE && node->text.len > 0;
}

static size_t find_name(sonda__span text, const char *const *names, size_t count)
{
    size_t at = 0;

    while (at < count && !sonda__span_is(text, names[at])) {
        at++;
    }
    return at;
}

static sonda_status check_keys(const reader *r)
{
    static const char *const known[] = {"type",      "rules",   "group-by", "timespan",
                                        "condition", "aliases", "generate"};
    const size_t count = sizeof known / sizeof known[0];

    for (const sonda__yaml_entry *each = r->map->first; each != NULL; each = each->next) {
        if (find_name(each->key->text, known, count) == count) {
            return refuse_text(r, each->key,
                               "correlation: unknown key '%v': it has type, rules, group-by, "
                               "timespan, condition, aliases, generate");
        }
    }
    return SONDA_OK;
}

static sonda_status read_type(const reader *r)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->map, "type");
    size_t type = SONDA__CORRELATION_TYPE_COUNT;

    if (is_text(node)) {
        type = find_name(node->text, type_names, SONDA__CORRELATION_TYPE_COUNT);
    }
    if (type == SONDA__CORRELATION_TYPE_COUNT) {
        return refuse(r, node == NULL ? r->map : node,
                      "type is none of event_count, value_count, temporal, temporal_ordered, "
                      "value_sum, value_avg, value_percentile: write one of them");
    }
    r->to->type = (sonda__correlation_type)type;
    return SONDA_OK;
}

static sonda_status
take_target(const reader *r, const sonda__yaml_node *node, sonda__rule_value *target)
{
    if (!is_text(node)) {
        return refuse(r, node, "rules names rules: write the id or the name of each");
    }
    target->line = node->line;
    target->text = sonda__is_uuid(node->text) ? sonda__uuid_copy(r->pool, node->text)
                                              : sonda__pool_text(r->pool, node->text);
    return target->text.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

static sonda_status read_rules(const reader *r)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->map, "rules");
    sonda__rule_value *targets;
    sonda_status status = SONDA_OK;

    if (!is_text(node) &&
        (node == NULL || node->kind != SONDA__YAML_LIST || node->count == 0)) {
        return refuse(r, node == NULL ? r->map : node,
                      "no rules: write a list of ids or names of rules");
    }
    if (node->count > SONDA__CORRELATION_POSITIONS_MAX) {
        return refuse(r, node, "more than 64 rules: chain several correlations");
    }
    targets = sonda__pool_take(r->pool, node->count + 1, sizeof *targets);
    if (targets == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (node->kind == SONDA__YAML_SCALAR) {
        status = take_target(r, node, &targets[r->to->target_count++]);
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        status = take_target(r, each->value, &targets[r->to->target_count++]);
    }
    r->to->targets = targets;
    return status;
}

/* One name or a list of them, each once; none at all when `node` is NULL. */
static sonda_status read_names(const reader *r,
                               const sonda__yaml_node *node,
                               const char *reason,
                               const sonda__span **names,
                               size_t *count)
{
    sonda__span *copies;

    if (node == NULL) {
        return SONDA_OK;
    }
    if (node->kind == SONDA__YAML_MAP || node->count > SONDA__CORRELATION_NAMES_MAX ||
        (node->kind == SONDA__YAML_SCALAR && !is_text(node))) {
        return refuse(r, node, reason);
    }
    copies = sonda__pool_take(r->pool, node->count + 1, sizeof *copies);
    if (copies == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (node->kind == SONDA__YAML_SCALAR) {
        copies[(*count)++] = sonda__pool_text(r->pool, node->text);
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL; each = each->next) {
        if (!is_text(each->value)) {
            return refuse(r, each->value, reason);
        }
        copies[*count] = sonda__pool_text(r->pool, each->value->text);
        if (copies[(*count)++].data == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
    }
    *names = copies;
    return *count > 0 && copies[0].data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

/* Digits and one letter. */
static bool parse_timespan(sonda__span text, uint64_t *nanoseconds)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint64_t number = 0;

    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > 100000000) {
            return false;
        }
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    for (size_t i = 0; number != 0 && i < sizeof units / sizeof units[0]; i++) {
        if (text.data[text.len - 1] == units[i].letter) {
            *nanoseconds = number * units[i].seconds * 1000000000;
            return number * units[i].seconds <= SONDA__CORRELATION_TIMESPAN_MAX / 1000000000;
        }
    }
    return false;
}

static sonda_status read_timespan(const reader *r)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->map, "timespan");

    if (!is_text(node) || !parse_timespan(node->text, &r->to->timespan_ns)) {
        return refuse(
            r, node == NULL ? r->map : node,
            "timespan is a number and s, m, h or d, at most 366d: write timespan: 5m");
    }
    return SONDA_OK;
}

static bool read_number(const sonda__yaml_node *node, double *number)
{
    sonda__decimal decimal;

    return node->kind == SONDA__YAML_SCALAR && node->value == SONDA__VALUE_NUMBER &&
           sonda__decimal_parse(node->text, &decimal) &&
           sonda__decimal_to_double(&decimal, number);
}

static bool counts_something(const sonda__correlation *correlation)
{
    return correlation->type <= SONDA__CORRELATE_TEMPORAL_ORDERED;
}

static bool takes_field(const sonda__correlation *correlation)
{
    return correlation->type == SONDA__CORRELATE_VALUE_COUNT || !counts_something(correlation);
}

/* A bound on a count that no window will ever reach. */
static bool is_out_of_reach(const sonda__correlation *to, size_t bound, double number)
{
    bool temporal =
        to->type == SONDA__CORRELATE_TEMPORAL || to->type == SONDA__CORRELATE_TEMPORAL_ORDERED;
    double most = temporal ? (double)to->target_count : SONDA__WINDOW_GROUP_EVENTS_MAX;

    return counts_something(to) &&
           ((bound == SONDA__BOUND_GT && number >= most) ||
            ((bound == SONDA__BOUND_GTE || bound == SONDA__BOUND_EQ) && number > most));
}

static sonda_status read_bound(const reader *r, const sonda__yaml_entry *pair, size_t bound)
{
    double number = 0;

    if (!read_number(pair->value, &number)) {
        return refuse(r, pair->value, "a condition compares with a number: write gte: 10");
    }
    if (is_out_of_reach(r->to, bound, number)) {
        return refuse(r, pair->value,
                      "the condition can never hold: a window has at most 4096 events, and a "
                      "temporal one at most the rules it names");
    }
    r->to->bounds[bound] = number;
    r->to->compares |= 1u << bound;
    return SONDA_OK;
}

static sonda_status read_percentile(const reader *r, const sonda__yaml_node *node)
{
    double percent = -1;

    if (r->to->type != SONDA__CORRELATE_VALUE_PERCENTILE || !read_number(node, &percent) ||
        percent < 0 || percent > 100) {
        return refuse(r, node,
                      "percentile is a number from 0 to 100 in the condition of "
                      "value_percentile");
    }
    r->to->percent = (uint32_t)(percent * 100 + 0.5);
    return SONDA_OK;
}

static sonda_status read_pair(const reader *r, const sonda__yaml_entry *pair)
{
    size_t bound = find_name(pair->key->text, bound_names, SONDA__BOUND_COUNT);

    if (bound < SONDA__BOUND_COUNT) {
        return read_bound(r, pair, bound);
    }
    if (sonda__span_is(pair->key->text, "percentile")) {
        return read_percentile(r, pair->value);
    }
    if (!sonda__span_is(pair->key->text, "field")) {
        return refuse_text(r, pair->key,
                           "correlation: unknown key '%v' in the condition: it has gt, gte, "
                           "lt, lte, eq, neq, field, percentile");
    }
    if (!takes_field(r->to)) {
        return refuse(r, pair->key,
                      "this type counts events, not values: take field out of the condition");
    }
    r->to->value_line = pair->key->line;
    return read_names(r, pair->value, "field is the name of a field, or a list of names",
                      &r->to->values, &r->to->value_count);
}

static bool is_temporal(const sonda__correlation *correlation)
{
    return correlation->type == SONDA__CORRELATE_TEMPORAL ||
           correlation->type == SONDA__CORRELATE_TEMPORAL_ORDERED;
}

/* What the parts of a condition must have together. */
static sonda_status check_condition(const reader *r, const sonda__yaml_node *node)
{
    const sonda__correlation *to = r->to;
    bool numeric = !counts_something(to);

    if (to->compares == 0) {
        return refuse(r, node, "the condition compares with nothing: write gte and a number");
    }
    if (takes_field(to) && to->value_count == 0) {
        return refuse(r, node, "this type asks for values: write field in the condition");
    }
    if (numeric && to->value_count > 1) {
        return refuse(r, node, "this type takes one field: only value_count takes several");
    }
    if (to->type == SONDA__CORRELATE_VALUE_PERCENTILE &&
        sonda__yaml_find(node, "percentile") == NULL) {
        return refuse(r, node, "no percentile: write percentile: 95 in the condition");
    }
    return SONDA_OK;
}

static sonda_status read_condition(const reader *r)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->map, "condition");
    sonda_status status = SONDA_OK;

    if (node == NULL && is_temporal(r->to)) {
        r->to->bounds[SONDA__BOUND_GTE] = (double)r->to->target_count;
        r->to->compares = 1u << SONDA__BOUND_GTE;
        return SONDA_OK;
    }
    if (is_text(node) && is_temporal(r->to)) {
        return refuse(r, node,
                      "conditions that name rules ('a and not b') are of Sigma 2.2: leave the "
                      "condition out for 'all of rules', or write gte and how many of them");
    }
    if (node == NULL || node->kind != SONDA__YAML_MAP) {
        return refuse(r, node == NULL ? r->map : node,
                      "the condition is a mapping: write gte: 10 or the like below it");
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        status = read_pair(r, each);
    }
    return status == SONDA_OK ? check_condition(r, node) : status;
}

/* `generate` stands at the rule or, as some write it, in the correlation. */
static sonda_status read_generate(const reader *r, const sonda__yaml_node *map)
{
    const sonda__yaml_node *node = sonda__yaml_find(map, "generate");

    if (node == NULL) {
        return SONDA_OK;
    }
    if (node->kind != SONDA__YAML_SCALAR || node->value != SONDA__VALUE_BOOLEAN) {
        return refuse(r, node, "generate is true or false");
    }
    if (sonda__span_is(node->text, "true")) {
        r->to->flags |= SONDA__CORRELATION_GENERATE;
    }
    return SONDA_OK;
}

static sonda_status read_alias(const reader *r,
                               const sonda__yaml_entry *pair,
                               sonda__span alias,
                               sonda__correlation_alias *to)
{
    sonda_status status;

    if (!is_text(pair->value)) {
        return refuse(r, pair->value,
                      "an alias gives a field for each rule: write rule: Field");
    }
    status = take_target(r, pair->key, &to->rule);
    to->alias = alias;
    to->field = sonda__pool_text(r->pool, pair->value->text);
    return to->field.data == NULL ? SONDA_ERR_NO_MEMORY : status;
}

static sonda_status
read_alias_map(const reader *r, const sonda__yaml_entry *named, sonda__correlation_alias *to)
{
    sonda__span alias = sonda__pool_text(r->pool, named->key->text);
    sonda_status status = alias.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;

    for (const sonda__yaml_entry *pair = named->value->first;
         pair != NULL && status == SONDA_OK; pair = pair->next) {
        status = read_alias(r, pair, alias, &to[r->to->alias_count++]);
    }
    return status;
}

static sonda_status read_aliases(const reader *r)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->map, "aliases");
    sonda__correlation_alias *aliases;
    sonda_status status = SONDA_OK;
    size_t count = 0;

    if (node == NULL) {
        return SONDA_OK;
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL; each = each->next) {
        if (node->kind != SONDA__YAML_MAP || each->value->kind != SONDA__YAML_MAP) {
            break;
        }
        count += each->value->count;
    }
    if (count == 0) {
        return refuse(r, node, "aliases is a mapping: write alias: {rule: Field}");
    }
    aliases = sonda__pool_take(r->pool, count, sizeof *aliases);
    if (aliases == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    r->to->aliases = aliases;
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        status =
            each->value->kind == SONDA__YAML_MAP
                ? read_alias_map(r, each, aliases)
                : refuse(r, each->value, "an alias is a mapping: write alias: {rule: Field}");
    }
    return status;
}

static sonda_status read_groups(const reader *r)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->map, "group-by");

    r->to->group_line = node != NULL ? node->line : r->map->line;
    return read_names(r, node, "group-by is a list of at most 16 fields", &r->to->groups,
                      &r->to->group_count);
}

static sonda_status read_body(const reader *r, const sonda__yaml_node *root)
{
    sonda_status status = check_keys(r);

    if (status == SONDA_OK) {
        status = read_type(r);
    }
    if (status == SONDA_OK) {
        status = read_rules(r);
    }
    if (status == SONDA_OK) {
        status = read_groups(r);
    }
    if (status == SONDA_OK) {
        status = read_timespan(r);
    }
    if (status == SONDA_OK) {
        status = read_condition(r);
    }
    if (status == SONDA_OK) {
        status = read_aliases(r);
    }
    if (status == SONDA_OK) {
        status = read_generate(r, r->map);
    }
    if (status == SONDA_OK) {
        status = read_generate(r, root);
    }
    if (status == SONDA_OK &&
        r->to->group_count + r->to->value_count > SONDA__CORRELATION_NAMES_MAX) {
        status = refuse(r, r->map, "more than 16 fields in group-by and condition together");
    }
    return status;
}

sonda_status sonda__correlation_parse(sonda__pool *pool,
                                      const sonda__yaml_node *root,
                                      const char *path,
                                      sonda__correlation *correlation,
                                      sonda_error *error)
{
    const reader r = {pool, sonda__yaml_find(root, "correlation"), correlation, error};
    sonda_status status;

    memset(correlation, 0, sizeof *correlation);
    status = sonda__rule_head_parse(pool, root, path, &correlation->rule, error);
    if (status != SONDA_OK) {
        return status;
    }
    if (r.map->kind != SONDA__YAML_MAP) {
        return refuse(&r, r.map, "it is a mapping: write type, rules, timespan and condition");
    }
    return read_body(&r, root);
}
