/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Placeholders written out.
 *
 * A table's value is put in as it stands, as if the rule's author had written
 * it there: wildcards and escapes mean what they mean in the rule's value. A
 * `%` that begins no placeholder is itself; a backslash before one is no
 * escape, since `\%dc%\share` is the path it looks like.
 *
 * Module compile.
 */

#include "compile/placeholders.h"

#include "compile/refuse.h"
#include "compile/yaml_document.h"
#include "core/base/limits.h"

/* One value taken apart: text, placeholder, text, ..., text. */
typedef struct pattern {
    size_t count; /* of placeholders */
    sonda__span texts[SONDA__PLACEHOLDERS_MAX + 1];
    const sonda__placeholder *holders[SONDA__PLACEHOLDERS_MAX];
} pattern;

static sonda_status
refuse(sonda_error *error, uint32_t line, const char *format, sonda__span name)
{
    (void)sonda__error_set(error, SONDA_ERR_MALFORMED, 0, format, sonda__clip(name));
    return sonda__at_line(error, line, SONDA_ERR_MALFORMED);
}

static sonda_status refuse_plain(sonda_error *error, uint32_t line, const char *reason)
{
    (void)sonda__error_set(error, SONDA_ERR_MALFORMED, 0, "%s", reason);
    return sonda__at_line(error, line, SONDA_ERR_MALFORMED);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.';
}

static bool is_name(sonda__span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_byte(text.data[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static sonda_status read_value(sonda__pool *pool,
                               const sonda__yaml_node *node,
                               sonda__span *value,
                               sonda_error *error)
{
    if (node->kind != SONDA__YAML_SCALAR || node->value == SONDA__VALUE_NONE) {
        return refuse_plain(error, node->line,
                            "a placeholder's value is text or a number: write one, or a list");
    }
    *value = sonda__pool_text(pool, node->text);
    return value->data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

static sonda_status read_row(sonda__pool *pool,
                             const sonda__yaml_entry *pair,
                             sonda__placeholder *row,
                             sonda_error *error)
{
    const sonda__yaml_node *node = pair->value;
    bool list = node->kind == SONDA__YAML_LIST;
    size_t count = list ? node->count : 1;
    sonda__span *values = sonda__pool_take(pool, count + 1, sizeof *values);
    sonda_status status = SONDA_OK;

    row->name = sonda__pool_text(pool, pair->key->text);
    if (values == NULL || row->name.data == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    if (!is_name(pair->key->text)) {
        return refuse(error, pair->key->line,
                      "'%v' is no name of a placeholder: use letters, digits, '_', '-', '.', "
                      "without the percent signs",
                      pair->key->text);
    }
    if (count == 0) {
        return refuse(error, node->line, "placeholder '%v' has no values: add one",
                      pair->key->text);
    }
    row->values = values;
    row->value_count = count;
    if (!list) {
        return read_value(pool, node, values, error);
    }
    for (const sonda__yaml_entry *e = node->first; status == SONDA_OK && e != NULL;
         e = e->next) {
        status = read_value(pool, e->value, values++, error);
    }
    return status;
}

static sonda_status read_rows(sonda__pool *pool,
                              const sonda__yaml_node *root,
                              sonda__placeholders *table,
                              sonda_error *error)
{
    sonda__placeholder *list;
    sonda_status status = SONDA_OK;

    if (root->kind != SONDA__YAML_MAP) {
        return refuse_plain(error, root->line,
                            "a placeholder table is a mapping: write `name: [value, ...]`");
    }
    list = sonda__pool_take(pool, root->count + 1, sizeof *list);
    if (list == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    table->list = list;
    for (const sonda__yaml_entry *e = root->first; status == SONDA_OK && e != NULL;
         e = e->next) {
        status = read_row(pool, e, &list[table->count++], error);
    }
    return status;
}

sonda_status sonda__placeholders_read(sonda__pool *pool,
                                      const void *bytes,
                                      size_t len,
                                      const sonda_allocator *allocator,
                                      sonda__placeholders *table,
                                      sonda_error *error)
{
    const sonda__yaml_node *root = NULL;
    sonda__yaml *yaml = NULL;
    sonda__pool tree;
    sonda_status status = sonda__yaml_open(&yaml, len == 0 ? "" : bytes, len, allocator);

    table->count = 0;
    table->list = NULL;
    if (status != SONDA_OK) {
        return status;
    }
    sonda__pool_init(&tree, allocator);
    status = sonda__yaml_next(yaml, &tree, &root, error);
    if (status == SONDA_OK) {
        status = read_rows(pool, root, table, error);
    } else if (status == SONDA_ERR_END) {
        status =
            refuse_plain(error, 1, "an empty placeholder table: write `name: [value, ...]`");
    }
    sonda__pool_reset(&tree);
    sonda__yaml_close(yaml);
    return status;
}

static const sonda__placeholder *find(const sonda__placeholders *table, sonda__span name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (sonda__span_equal(table->list[i].name, name)) {
            return &table->list[i];
        }
    }
    return NULL;
}

/* The name between two percent signs that begin at `at`; empty: none does. */
static sonda__span name_at(sonda__span text, size_t at)
{
    size_t end = at + 1;

    while (end < text.len && is_name_byte(text.data[end])) {
        end++;
    }
    return text.data[at] == '%' && end < text.len && text.data[end] == '%'
               ? sonda__span_of(text.data + at + 1, end - at - 1)
               : sonda__span_of(text.data, 0);
}

static sonda_status take_apart(const sonda__placeholders *table,
                               const sonda__rule_value *value,
                               pattern *parts,
                               sonda_error *error)
{
    size_t from = 0;

    parts->count = 0;
    for (size_t at = 0; at < value->text.len; at++) {
        sonda__span name = name_at(value->text, at);

        if (name.len == 0) {
            continue;
        }
        if (parts->count == SONDA__PLACEHOLDERS_MAX) {
            return refuse(error, value->line, "more than 8 placeholders in '%v': take it apart",
                          value->text);
        }
        parts->holders[parts->count] = find(table, name);
        if (parts->holders[parts->count] == NULL) {
            return refuse(error, value->line,
                          "placeholder '%v' is not in the table: add its values there", name);
        }
        parts->texts[parts->count++] = sonda__span_of(value->text.data + from, at - from);
        at += name.len + 1;
        from = at + 1;
    }
    parts->texts[parts->count] =
        sonda__span_of(value->text.data + from, value->text.len - from);
    return SONDA_OK;
}

/* How many values come of one; 0: more than may. */
static size_t combinations(const pattern *parts)
{
    size_t count = 1;

    for (size_t i = 0; i < parts->count; i++) {
        if (parts->holders[i]->value_count > SONDA__EXPANDED_VALUES_MAX / count) {
            return 0;
        }
        count *= parts->holders[i]->value_count;
    }
    return count;
}

/* The values chosen by `which`, each placeholder a digit of it. */
static void choose(const pattern *parts, size_t which, sonda__span *chosen, size_t *len)
{
    *len = parts->texts[parts->count].len;
    for (size_t i = parts->count; i > 0; i--) {
        const sonda__placeholder *holder = parts->holders[i - 1];

        chosen[i - 1] = holder->values[which % holder->value_count];
        which /= holder->value_count;
        *len += chosen[i - 1].len + parts->texts[i - 1].len;
    }
}

static char *append(char *to, sonda__span text)
{
    if (text.len != 0) {
        memcpy(to, text.data, text.len);
    }
    return to + text.len;
}

/* One value written out; `bytes` is what is left of the item's room. */
static sonda_status write_out(const pattern *parts,
                              size_t which,
                              sonda__pool *pool,
                              size_t *bytes,
                              sonda__rule_value *value)
{
    sonda__span chosen[SONDA__PLACEHOLDERS_MAX];
    size_t len;
    char *text;
    char *at;

    choose(parts, which, chosen, &len);
    if (len > *bytes) {
        return SONDA_ERR_LIMIT;
    }
    *bytes -= len;
    text = sonda__pool_take(pool, len + 1, 1);
    if (text == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    at = text;
    for (size_t i = 0; i < parts->count; i++) {
        at = append(append(at, parts->texts[i]), chosen[i]);
    }
    (void)append(at, parts->texts[parts->count]);
    value->text = sonda__span_of(text, len);
    return SONDA_OK;
}

/* How many values the item will have. */
static sonda_status count_all(const sonda__placeholders *table,
                              const sonda__rule_value *values,
                              size_t count,
                              size_t *total,
                              sonda_error *error)
{
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        pattern parts;
        sonda_status status = take_apart(table, &values[i], &parts, error);
        size_t more = status == SONDA_OK ? combinations(&parts) : 0;

        if (status != SONDA_OK) {
            return status;
        }
        if (more == 0 || more > SONDA__EXPANDED_VALUES_MAX - *total) {
            return refuse(error, values[i].line,
                          "'%v' stands for more than 65536 values: shorten the lists",
                          values[i].text);
        }
        *total += more;
    }
    return SONDA_OK;
}

/* All that one value stands for, into `to`; `*filled` counts them. */
static sonda_status expand_value(const sonda__placeholders *table,
                                 sonda__pool *pool,
                                 const sonda__rule_value *value,
                                 size_t *bytes,
                                 sonda__rule_value *to,
                                 size_t *filled,
                                 sonda_error *error)
{
    pattern parts;
    sonda_status status = take_apart(table, value, &parts, error);
    size_t count = status == SONDA_OK ? combinations(&parts) : 0;

    for (size_t which = 0; status == SONDA_OK && which < count; which++) {
        to[which] = *value;
        status = write_out(&parts, which, pool, bytes, &to[which]);
    }
    if (status == SONDA_ERR_LIMIT) {
        return refuse(error, value->line,
                      "'%v' stands for more than 8 MiB of text: shorten the lists",
                      value->text);
    }
    *filled += count;
    return status;
}

sonda_status sonda__placeholders_expand(const sonda__placeholders *table,
                                        sonda__pool *pool,
                                        sonda__rule_value **values,
                                        size_t *count,
                                        sonda_error *error)
{
    size_t bytes = SONDA__EXPANDED_BYTES_MAX;
    size_t total;
    size_t filled = 0;
    sonda__rule_value *expanded;
    sonda_status status = count_all(table, *values, *count, &total, error);

    if (status != SONDA_OK) {
        return status;
    }
    expanded = sonda__pool_take(pool, total, sizeof *expanded);
    if (expanded == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; status == SONDA_OK && i < *count; i++) {
        status =
            expand_value(table, pool, &(*values)[i], &bytes, &expanded[filled], &filled, error);
    }
    if (status != SONDA_OK) {
        return status;
    }
    *values = expanded;
    *count = total;
    return SONDA_OK;
}
