/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The attributes of a rule or filter around its detection.
 *
 * What changes what a rule does (id, level, log source, detection) is checked
 * strictly; what only describes it (author, references, dates, tags) is taken
 * as text or ignored, so that a house's own attributes do no harm.
 *
 * Module compile.
 */

#include "compile/sigma_rule.h"

#include "compile/detection.h"
#include "compile/refuse.h"
#include "compile/rule_id.h"

typedef struct reader {
    sonda__pool *pool;
    const sonda__yaml_node *root;
    const sonda__placeholders *placeholders; /* NULL: none */
    sonda_error *error;
} reader;

static sonda_status refuse(const reader *r, const sonda__yaml_node *node, const char *reason)
{
    return sonda__at_line(r->error, node->line,
                          sonda__error_set(r->error, SONDA_ERR_MALFORMED, 0, "%s", reason));
}

static bool is_text(const sonda__yaml_node *node)
{
    return node != NULL && node->kind == SONDA__YAML_SCALAR &&
           node->value != SONDA__VALUE_NONE && node->text.len > 0;
}

/* A scalar attribute's text; empty when it is absent or null. */
static sonda_status copy_text(const reader *r, const char *key, sonda__span *text)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->root, key);

    *text = sonda__span_text("");
    if (node == NULL || (node->kind == SONDA__YAML_SCALAR && !is_text(node))) {
        return SONDA_OK;
    }
    if (node->kind != SONDA__YAML_SCALAR) {
        return sonda__at_line(r->error, node->line,
                              sonda__error_set(r->error, SONDA_ERR_MALFORMED, 0,
                                               "%s is a list or a mapping: write text", key));
    }
    *text = sonda__pool_text(r->pool, node->text);
    return text->data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

/* A list of texts, or one; what is no text is left out: it only describes. */
static sonda_status
copy_texts(const reader *r, const char *key, const sonda__span **texts, size_t *count)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->root, key);
    sonda__span *copies;

    if (node == NULL || node->kind == SONDA__YAML_MAP) {
        return SONDA_OK;
    }
    copies = sonda__pool_take(r->pool, node->count + 1, sizeof *copies);
    if (copies == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (is_text(node)) {
        copies[(*count)++] = sonda__pool_text(r->pool, node->text);
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL; each = each->next) {
        if (is_text(each->value)) {
            copies[(*count)++] = sonda__pool_text(r->pool, each->value->text);
        }
    }
    *texts = copies;
    return *count > 0 && copies[*count - 1].data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

static bool find_level(sonda__span text, uint32_t *level)
{
    static const char *const names[] = {"informational", "low", "medium", "high", "critical"};

    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sonda__span_is(text, names[i])) {
            *level = i;
            return true;
        }
    }
    return false;
}

static sonda_status read_level(const reader *r, sonda__rule *rule)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->root, "level");

    rule->level = SONDA__LEVEL_MEDIUM;
    if (node == NULL || (is_text(node) && find_level(node->text, &rule->level))) {
        return SONDA_OK;
    }
    return refuse(
        r, node,
        "level is none of informational, low, medium, high, critical: write one of them");
}

static sonda_status read_status(const reader *r, sonda__rule *rule)
{
    static const char *const names[] = {"stable", "test", "experimental", "deprecated",
                                        "unsupported"};
    const sonda__yaml_node *node = sonda__yaml_find(r->root, "status");
    sonda_status status = copy_text(r, "status", &rule->status);

    if (status != SONDA_OK || rule->status.len == 0) {
        return status;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sonda__span_is(rule->status, names[i])) {
            return SONDA_OK;
        }
    }
    return refuse(r, node,
                  "status is none of stable, test, experimental, deprecated, unsupported");
}

static sonda_status read_title(const reader *r, sonda__rule *rule)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->root, "title");

    if (!is_text(node)) {
        return refuse(r, node == NULL ? r->root : node, "no title: write a short text");
    }
    return copy_text(r, "title", &rule->title);
}

static sonda_status read_id(const reader *r, sonda__rule *rule)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->root, "id");

    if (node == NULL || (node->kind == SONDA__YAML_SCALAR && !is_text(node))) {
        rule->id = sonda__uuid_of_title(r->pool, rule->title);
    } else if (!is_text(node) || !sonda__is_uuid(node->text)) {
        return refuse(r, node,
                      "id is not a UUID: write one as uuidgen makes it, or remove the id");
    } else {
        rule->id = sonda__uuid_copy(r->pool, node->text);
    }
    return rule->id.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

static sonda_status read_log_source(const reader *r, sonda__rule *rule)
{
    const sonda__yaml_node *node = sonda__yaml_find(r->root, "logsource");
    reader inner = *r;
    sonda_status status;

    if (node == NULL || node->kind != SONDA__YAML_MAP) {
        return refuse(r, node == NULL ? r->root : node,
                      "no logsource: write category, product or service below logsource");
    }
    inner.root = node;
    status = copy_text(&inner, "category", &rule->category);
    if (status == SONDA_OK) {
        status = copy_text(&inner, "product", &rule->product);
    }
    if (status == SONDA_OK) {
        status = copy_text(&inner, "service", &rule->service);
    }
    if (status == SONDA_OK && rule->category.len + rule->product.len + rule->service.len == 0) {
        status = refuse(r, node, "logsource names nothing: write category, product or service");
    }
    return status;
}

/* What rules, filters and correlations have alike. */
static sonda_status read_head(const reader *r, const char *path, sonda__rule *rule)
{
    sonda_status status;

    memset(rule, 0, sizeof *rule);
    rule->line = r->root->line;
    rule->path = path;
    status = read_title(r, rule);
    if (status == SONDA_OK) {
        status = read_id(r, rule);
    }
    if (status == SONDA_OK) {
        status = copy_text(r, "description", &rule->description);
    }
    if (status == SONDA_OK) {
        status = copy_text(r, "author", &rule->author);
    }
    if (status == SONDA_OK) {
        status = copy_text(r, "name", &rule->name);
    }
    return status == SONDA_OK ? read_status(r, rule) : status;
}

/* What a finding says of the rule. */
static sonda_status read_remarks(const reader *r, sonda__rule *rule)
{
    sonda_status status = read_level(r, rule);

    if (status == SONDA_OK) {
        status = copy_texts(r, "tags", &rule->tags, &rule->tag_count);
    }
    return status == SONDA_OK ? copy_texts(r, "falsepositives", &rule->falsepositives,
                                           &rule->falsepositive_count)
                              : status;
}

sonda_status sonda__rule_head_parse(sonda__pool *pool,
                                    const sonda__yaml_node *root,
                                    const char *path,
                                    sonda__rule *rule,
                                    sonda_error *error)
{
    const reader r = {pool, root, NULL, error};
    sonda_status status = read_head(&r, path, rule);

    return status == SONDA_OK ? read_remarks(&r, rule) : status;
}

static sonda_status read_detection(const reader *r,
                                   const sonda__yaml_node *map,
                                   const char *const *others,
                                   sonda__rule *rule)
{
    sonda__detection detection;
    sonda_status status =
        sonda__detection_parse(r->pool, map, others, r->placeholders, &detection, r->error);

    rule->selections = detection.selections;
    rule->selection_count = detection.selection_count;
    rule->condition = detection.condition;
    return status;
}

sonda_status sonda__rule_parse(sonda__pool *pool,
                               const sonda__yaml_node *root,
                               const char *path,
                               const sonda__placeholders *placeholders,
                               sonda__rule *rule,
                               sonda_error *error)
{
    static const char *const no_others[] = {NULL};
    const reader r = {pool, root, placeholders, error};
    sonda_status status = read_head(&r, path, rule);

    if (status == SONDA_OK) {
        status = read_log_source(&r, rule);
    }
    if (status == SONDA_OK) {
        status = read_remarks(&r, rule);
    }
    if (status != SONDA_OK) {
        return status;
    }
    return read_detection(&r, sonda__yaml_find(root, "detection"), no_others, rule);
}

static sonda_status
read_target(const reader *r, const sonda__yaml_node *node, sonda__rule_value *target)
{
    if (!is_text(node)) {
        return refuse(r, node, "a target of a filter is the id or the name of a rule");
    }
    target->line = node->line;
    target->text = sonda__is_uuid(node->text) ? sonda__uuid_copy(r->pool, node->text)
                                              : sonda__pool_text(r->pool, node->text);
    return target->text.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

/* `rules`: any, one rule, or a list of them. */
static sonda_status
read_targets(const reader *r, const sonda__yaml_node *map, sonda__filter *filter)
{
    const sonda__yaml_node *node = sonda__yaml_find(map, "rules");
    sonda__rule_value *targets;
    sonda_status status = SONDA_OK;

    if (node == NULL || node->kind == SONDA__YAML_MAP ||
        (node->kind == SONDA__YAML_LIST && node->count == 0)) {
        return refuse(r, node == NULL ? map : node,
                      "a filter names its rules: write rules: any, or a list of ids");
    }
    filter->any = node->kind == SONDA__YAML_SCALAR && sonda__span_is(node->text, "any");
    if (filter->any) {
        return SONDA_OK;
    }
    targets = sonda__pool_take(r->pool, node->count + 1, sizeof *targets);
    if (targets == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (node->kind == SONDA__YAML_SCALAR) {
        status = read_target(r, node, &targets[filter->target_count++]);
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        status = read_target(r, each->value, &targets[filter->target_count++]);
    }
    filter->targets = targets;
    return status;
}

sonda_status sonda__filter_parse(sonda__pool *pool,
                                 const sonda__yaml_node *root,
                                 const char *path,
                                 const sonda__placeholders *placeholders,
                                 sonda__filter *filter,
                                 sonda_error *error)
{
    static const char *const others[] = {"rules", NULL};
    const sonda__yaml_node *map = sonda__yaml_find(root, "filter");
    const reader r = {pool, root, placeholders, error};
    sonda_status status;

    memset(filter, 0, sizeof *filter);
    status = read_head(&r, path, &filter->rule);
    if (status == SONDA_OK) {
        status = read_log_source(&r, &filter->rule);
    }
    if (status == SONDA_OK && map->kind != SONDA__YAML_MAP) {
        status =
            refuse(&r, map, "filter is a mapping: write rules, selections and a condition");
    }
    if (status == SONDA_OK) {
        status = read_targets(&r, map, filter);
    }
    return status == SONDA_OK ? read_detection(&r, map, others, &filter->rule) : status;
}

sonda__document_kind sonda__document_kind_of(const sonda__yaml_node *root)
{
    if (sonda__yaml_find(root, "correlation") != NULL) {
        return SONDA__DOCUMENT_CORRELATION;
    }
    if (sonda__yaml_find(root, "filter") != NULL) {
        return SONDA__DOCUMENT_FILTER;
    }
    return sonda__yaml_find(root, "detection") != NULL ? SONDA__DOCUMENT_RULE
                                                       : SONDA__DOCUMENT_OTHER;
}

sonda_status sonda__document_head_read(sonda__pool *pool,
                                       const sonda__yaml_node *root,
                                       sonda__document_head *head)
{
    const sonda__yaml_node *id = sonda__yaml_find(root, "id");
    const sonda__yaml_node *title = sonda__yaml_find(root, "title");
    const sonda__yaml_node *level = sonda__yaml_find(root, "level");
    sonda__span none = sonda__span_text("");

    head->level = SONDA__LEVEL_MEDIUM;
    if (is_text(level)) {
        find_level(level->text, &head->level);
    }
    head->title = sonda__pool_text(pool, is_text(title) ? title->text : none);
    head->id = is_text(id) && sonda__is_uuid(id->text)
                   ? sonda__uuid_copy(pool, id->text)
                   : sonda__pool_text(pool, is_text(id) ? id->text : none);
    return head->title.data == NULL || head->id.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}
