/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Selections come in four shapes: a mapping (items ANDed), a list of mappings
 * (ORed), a list of plain values and a single one (keywords). A list may mix
 * mappings and keywords; each keyword is then a mapping of its own, which keeps
 * the OR.
 *
 * Module compile.
 */

#include "compile/detection.h"

#include "compile/condition.h"
#include "compile/modifier.h"
#include "compile/refuse.h"
#include "core/base/limits.h"

/* What every step needs. */
typedef struct reader {
    sonda__pool *pool;
    const sonda__placeholders *placeholders;
    sonda_error *error;
} reader;

/* Refuses with a text that needs no arguments. */
static sonda_status refuse(const reader *r, uint32_t line, const char *reason)
{
    return sonda__at_line(r->error, line,
                          sonda__error_set(r->error, SONDA_ERR_MALFORMED, 0, "%s", reason));
}

static sonda_status
read_value(const reader *r, const sonda__yaml_node *node, sonda__rule_value *value)
{
    if (node->kind != SONDA__YAML_SCALAR) {
        return refuse(r, node->line,
                      "a value is a list or a mapping: write text, a number, true, false or "
                      "null");
    }
    value->kind = node->value;
    value->line = node->line;
    value->text = sonda__pool_text(r->pool, node->text);
    return value->text.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

/* Values of an item: a scalar, or the scalars of a list. */
static sonda_status read_values(const reader *r,
                                const sonda__yaml_node *node,
                                sonda__rule_value **values,
                                size_t *count)
{
    bool list = node->kind == SONDA__YAML_LIST;
    sonda_status status = SONDA_OK;
    size_t at = 0;

    *count = list ? node->count : 1;
    if (*count == 0) {
        return refuse(r, node->line, "an empty list of values: add one, or remove the item");
    }
    *values = sonda__pool_take(r->pool, *count, sizeof **values);
    if (*values == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (!list) {
        return read_value(r, node, *values);
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        if (each->value->kind == SONDA__YAML_SCALAR &&
            each->value->value == SONDA__VALUE_NONE) {
            return refuse(r, each->value->line,
                          "null inside a list: write '' for an empty value, or an item of its "
                          "own for null");
        }
        status = read_value(r, each->value, &(*values)[at++]);
    }
    return status;
}

/* Up to the next | ; moves `rest` behind it. */
static sonda__span next_part(sonda__span *rest)
{
    const char *bar = memchr(rest->data, '|', rest->len);
    sonda__span part = *rest;

    if (bar == NULL) {
        *rest = sonda__span_of(rest->data + rest->len, 0);
        return part;
    }
    part.len = (size_t)(bar - rest->data);
    *rest = sonda__span_of(bar + 1, rest->len - part.len - 1);
    return part;
}

/* A field's name without its spaces, which some rules write and no record has. */
static sonda_status
read_name(const reader *r, sonda__span text, uint32_t line, sonda__span *name)
{
    char *copy = sonda__pool_take(r->pool, text.len + 1, 1);
    size_t len = 0;

    if (copy == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != ' ') {
            copy[len++] = text.data[i];
        }
    }
    *name = sonda__span_of(copy, len);
    if (len > SONDA__FIELD_NAME_MAX) {
        return refuse(r, line, "a field name is longer than 255 bytes: no record has such");
    }
    return SONDA_OK;
}

/* `Field|modifier|modifier`. */
static sonda_status read_key(const reader *r,
                             const sonda__yaml_node *key,
                             sonda__rule_item *item,
                             sonda__modifier **list)
{
    sonda__span rest = key->text;
    sonda__span part = next_part(&rest);
    sonda__modifier *modifiers;
    sonda_status status = read_name(r, part, key->line, &item->field);

    item->line = key->line;
    if (status == SONDA_OK && item->field.len == 0 && part.len == key->text.len) {
        return refuse(r, key->line, "an item without a field name: write one before ':'");
    }
    modifiers = sonda__pool_take(r->pool, SONDA__MODIFIERS_MAX, sizeof *modifiers);
    if (modifiers == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    item->modifiers = modifiers;
    *list = modifiers;
    while (status == SONDA_OK && part.data + part.len < key->text.data + key->text.len) {
        part = next_part(&rest);
        if (item->modifier_count == SONDA__MODIFIERS_MAX) {
            return refuse(r, key->line, "more modifiers than can stand together: remove some");
        }
        status =
            sonda__modifier_read(part, key->line, &modifiers[item->modifier_count], r->error);
        item->modifier_count++;
    }
    if (status != SONDA_OK) {
        return status;
    }
    return sonda__modifiers_check(modifiers, item->modifier_count, item->field.len == 0,
                                  key->line, r->error);
}

static sonda__modifier_set modifiers_of(const sonda__rule_item *item)
{
    sonda__modifier_set set = 0;

    for (uint32_t i = 0; i < item->modifier_count; i++) {
        set |= sonda__modifier_bit(item->modifiers[i]);
    }
    return set;
}

/* A keyword is searched in every value, so an empty one or null says nothing. */
static sonda_status check_keyword(const reader *r, const sonda__rule_value *value)
{
    if (value->kind == SONDA__VALUE_NONE || value->text.len == 0) {
        return refuse(r, value->line, "an empty keyword: write the text to look for");
    }
    return SONDA_OK;
}

/* Values against modifiers; names in values of fieldref lose their spaces too. */
static sonda_status
check_values(const reader *r, const sonda__rule_item *item, sonda__rule_value *values)
{
    sonda__modifier_set set = modifiers_of(item);
    bool names = (set & sonda__modifier_bit(SONDA__MOD_FIELDREF)) != 0;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < item->value_count && status == SONDA_OK; i++) {
        if (item->field.len == 0) {
            status = check_keyword(r, &values[i]);
        }
        if (status == SONDA_OK) {
            status = sonda__modifiers_check_value(set, &values[i], item->value_count, r->error);
        }
        if (status == SONDA_OK && names) {
            status = read_name(r, values[i].text, values[i].line, &values[i].text);
        }
    }
    return status;
}

/* `expand` has done its work before lowering: what is left are plain values. */
static void drop_expand(sonda__rule_item *item, sonda__modifier *modifiers)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < item->modifier_count; i++) {
        if (modifiers[i] != SONDA__MOD_EXPAND) {
            modifiers[kept++] = modifiers[i];
        }
    }
    item->modifier_count = kept;
}

static sonda_status expand(const reader *r,
                           sonda__rule_item *item,
                           sonda__modifier *modifiers,
                           sonda__rule_value **values)
{
    if ((modifiers_of(item) & sonda__modifier_bit(SONDA__MOD_EXPAND)) == 0) {
        return SONDA_OK;
    }
    if (r->placeholders == NULL) {
        return sonda__at_line(
            r->error, item->line,
            sonda__error_set(r->error, SONDA_ERR_UNSUPPORTED, 0,
                             "modifier 'expand' needs a placeholder table: give one with "
                             "--placeholders, or write the values out"));
    }
    drop_expand(item, modifiers);
    return sonda__placeholders_expand(r->placeholders, r->pool, values, &item->value_count,
                                      r->error);
}

static sonda_status
read_item(const reader *r, const sonda__yaml_entry *entry, sonda__rule_item *item)
{
    sonda__rule_value *values = NULL;
    sonda__modifier *modifiers = NULL;
    sonda_status status = read_key(r, entry->key, item, &modifiers);

    if (status == SONDA_OK) {
        status = read_values(r, entry->value, &values, &item->value_count);
    }
    if (status == SONDA_OK) {
        status = expand(r, item, modifiers, &values);
    }
    if (status != SONDA_OK) {
        return status;
    }
    item->values = values;
    return check_values(r, item, values);
}

static sonda_status
read_map(const reader *r, const sonda__yaml_node *node, sonda__rule_map *map)
{
    sonda__rule_item *items;
    sonda_status status = SONDA_OK;
    size_t at = 0;

    if (node->count == 0) {
        return refuse(r, node->line, "an empty mapping in a selection: add an item to it");
    }
    items = sonda__pool_take(r->pool, node->count, sizeof *items);
    if (items == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        status = read_item(r, each, &items[at++]);
    }
    map->items = items;
    map->item_count = node->count;
    return status;
}

/* One value, or a list of them, looked for anywhere: an item without a field. */
static sonda_status
read_keywords(const reader *r, const sonda__yaml_node *node, sonda__rule_map *map)
{
    sonda__rule_item *item = sonda__pool_take(r->pool, 1, sizeof *item);
    sonda__rule_value *values = NULL;
    sonda_status status;

    if (item == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    item->field = sonda__span_text("");
    item->line = node->line;
    status = read_values(r, node, &values, &item->value_count);
    if (status != SONDA_OK) {
        return status;
    }
    item->values = values;
    map->items = item;
    map->item_count = 1;
    return check_values(r, item, values);
}

static bool holds_map(const sonda__yaml_node *list)
{
    for (const sonda__yaml_entry *each = list->first; each != NULL; each = each->next) {
        if (each->value->kind == SONDA__YAML_MAP) {
            return true;
        }
    }
    return false;
}

/* A list with mappings in it: each element a mapping of its own. */
static sonda_status
read_alternatives(const reader *r, const sonda__yaml_node *list, sonda__rule_map *maps)
{
    sonda_status status = SONDA_OK;
    size_t at = 0;

    for (const sonda__yaml_entry *each = list->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        if (each->value->kind == SONDA__YAML_LIST) {
            return refuse(r, each->value->line, "a list inside a list: take it apart");
        }
        status = each->value->kind == SONDA__YAML_MAP
                     ? read_map(r, each->value, &maps[at])
                     : read_keywords(r, each->value, &maps[at]);
        at++;
    }
    return status;
}

static sonda_status read_selection(const reader *r,
                                   const sonda__yaml_entry *entry,
                                   sonda__rule_selection *selection)
{
    const sonda__yaml_node *body = entry->value;
    bool several = body->kind == SONDA__YAML_LIST && holds_map(body);
    sonda__rule_map *maps;

    if (entry->key->text.len == 0 || entry->key->text.len > SONDA__FIELD_NAME_MAX) {
        return refuse(r, entry->key->line, "a selection's name has 1 to 255 bytes: mend it");
    }
    selection->line = entry->key->line;
    selection->name = sonda__pool_text(r->pool, entry->key->text);
    selection->map_count = several ? body->count : 1;
    maps = sonda__pool_take(r->pool, selection->map_count, sizeof *maps);
    if (selection->name.data == NULL || maps == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    selection->maps = maps;
    if (several) {
        return read_alternatives(r, body, maps);
    }
    return body->kind == SONDA__YAML_MAP ? read_map(r, body, maps)
                                         : read_keywords(r, body, maps);
}

static bool is_other(sonda__span key, const char *const *others)
{
    while (*others != NULL && !sonda__span_is(key, *others)) {
        others++;
    }
    return *others != NULL || sonda__span_is(key, "condition");
}

static sonda_status read_selections(const reader *r,
                                    const sonda__yaml_node *map,
                                    const char *const *others,
                                    sonda__detection *detection)
{
    sonda__rule_selection *selections =
        sonda__pool_take(r->pool, map->count, sizeof *selections);
    sonda_status status = SONDA_OK;

    if (selections == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (const sonda__yaml_entry *each = map->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        if (sonda__span_is(each->key->text, "timeframe")) {
            return refuse(r, each->key->line,
                          "'timeframe' is Sigma 1: remove it, or write a correlation rule");
        }
        if (!is_other(each->key->text, others)) {
            status = read_selection(r, each, &selections[detection->selection_count++]);
        }
    }
    detection->selections = selections;
    return status;
}

static sonda_status
read_condition_text(const reader *r, const sonda__yaml_node *node, sonda__condition_text *text)
{
    if (node->kind != SONDA__YAML_SCALAR || node->value == SONDA__VALUE_NONE) {
        return refuse(r, node->line, "a condition is text: name selections with and, or, not");
    }
    text->text = node->text;
    text->line = node->line;
    return SONDA_OK;
}

/* A condition, or a list of them: ORed. */
static sonda_status
read_condition(const reader *r, const sonda__yaml_node *node, sonda__detection *detection)
{
    bool list = node->kind == SONDA__YAML_LIST;
    size_t count = list ? node->count : 1;
    sonda__condition_text *texts;
    sonda_status status = SONDA_OK;
    size_t at = 0;

    if (count == 0) {
        return refuse(r, node->line, "an empty list of conditions: add one");
    }
    texts = sonda__pool_take(r->pool, count, sizeof *texts);
    if (texts == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (!list) {
        status = read_condition_text(r, node, texts);
    }
    for (const sonda__yaml_entry *each = node->first; each != NULL && status == SONDA_OK;
         each = each->next) {
        status = read_condition_text(r, each->value, &texts[at++]);
    }
    if (status != SONDA_OK) {
        return status;
    }
    return sonda__condition_parse(r->pool, texts, count, detection->selections,
                                  detection->selection_count, &detection->condition, r->error);
}

sonda_status sonda__detection_parse(sonda__pool *pool,
                                    const sonda__yaml_node *map,
                                    const char *const *others,
                                    const sonda__placeholders *placeholders,
                                    sonda__detection *detection,
                                    sonda_error *error)
{
    const reader r = {pool, placeholders, error};
    const sonda__yaml_node *condition = sonda__yaml_find(map, "condition");
    sonda_status status;

    memset(detection, 0, sizeof *detection);
    if (map->kind != SONDA__YAML_MAP) {
        return refuse(&r, map->line,
                      "detection is a mapping: write selections and a condition");
    }
    if (condition == NULL) {
        return refuse(&r, map->line, "detection has no condition: add one, such as selection");
    }
    status = read_selections(&r, map, others, detection);
    return status == SONDA_OK ? read_condition(&r, condition, detection) : status;
}
