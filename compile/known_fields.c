/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The fields of a rule against those of its log sources.
 *
 * A rule's sources are alternatives, so a field is fine when one of them has
 * it. A source whose fields we cannot list (most channels of Windows: their
 * providers' manifests differ from version to version) keeps all warnings away:
 * a wrong one would be worse than none.
 *
 * Module compile.
 */

#include "compile/known_fields.h"

#include <string.h>

#include "compile/known_fields_table.h"
#include "compile/refuse.h"
#include "core/base/error.h"
#include "sonda/event.h"

/* Lists of all sources of a rule: Sysmon's thirty, and a few. */
#define LISTS_MAX 64u
/* Longer names are near to none. */
#define NAME_MAX_NEAR 64u

typedef struct known {
    const sonda__rule *rule;
    const char *lists[LISTS_MAX];
    size_t count;
} known;

/* The next name of a list; false at its end. */
static bool next_name(const char **list, sonda__span *name)
{
    const char *at = *list + strspn(*list, " ");

    *name = sonda__span_of(at, strcspn(at, " "));
    *list = at + name->len;
    return name->len != 0;
}

static bool add_list(known *all, const char *names)
{
    if (all->count == LISTS_MAX) {
        return false;
    }
    all->lists[all->count++] = names;
    return true;
}

/* Rows by keys, or every row without any; false: a key has none. */
static bool add_rows(known *all,
                     const sonda__known_fields_row *rows,
                     size_t row_count,
                     const uint32_t *keys,
                     size_t key_count)
{
    size_t found = 0;

    for (size_t i = 0; i < row_count; i++) {
        bool wanted = key_count == 0;
        for (size_t k = 0; k < key_count; k++) {
            wanted = wanted || rows[i].key == keys[k];
        }
        if (wanted && !add_list(all, rows[i].names)) {
            return false;
        }
        found += wanted;
    }
    return key_count == 0 || found == key_count;
}

static bool is_channel(const sonda__log_source *source, const char *name)
{
    return source->channel_count == 1 && sonda__span_is(source->channels[0], name);
}

/* Adds what a source fills; false: nobody can say. */
static bool add_source(known *all, const sonda__log_source *source)
{
    if (is_channel(source, "Microsoft-Windows-Sysmon/Operational") ||
        is_channel(source, "Linux-Sysmon/Operational")) {
        return add_list(all, sonda__system_fields) &&
               add_rows(all, sonda__sysmon_fields, sonda__sysmon_field_count, source->event_ids,
                        source->event_id_count);
    }
    if (is_channel(source, "Security") && source->event_id_count == 1 &&
        source->event_ids[0] == 4688) {
        return add_list(all, sonda__system_fields) &&
               add_list(all, sonda__security_process_fields);
    }
    if (source->channel_count != 0 || source->has_class == 0) {
        return false;
    }
    if (source->product == SONDA_PRODUCT_LINUX) {
        return add_rows(all, sonda__linux_fields, sonda__linux_field_count, &source->class_uid,
                        1);
    }
    /* No decoder gives these events of Windows yet: its logs are what there is. */
    return source->product == SONDA_PRODUCT_WINDOWS;
}

static bool is_alias(const sonda__rule *rule, sonda__span field)
{
    for (size_t i = 0; i < rule->source_count; i++) {
        for (size_t k = 0; k < rule->sources[i].alias_count; k++) {
            if (sonda__span_equal(rule->sources[i].aliases[k].rule_name, field)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_known(const known *all, sonda__span field)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *list = all->lists[i];
        sonda__span name;
        while (next_name(&list, &name)) {
            if (sonda__span_equal(name, field)) {
                return true;
            }
        }
    }
    return is_alias(all->rule, field);
}

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Letters to add, drop or change, case aside; both at most NAME_MAX_NEAR long.
 * One row of the table is kept: `left_above` is what it overwrites.
 */
static size_t distance(sonda__span a, sonda__span b)
{
    size_t row[NAME_MAX_NEAR + 1];

    for (size_t k = 0; k <= b.len; k++) {
        row[k] = k;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t left_above = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            size_t change = left_above + (folded(a.data[i - 1]) != folded(b.data[k - 1]));
            left_above = row[k];
            row[k] = least(change, least(row[k], row[k - 1]) + 1);
        }
    }
    return row[b.len];
}

/* The known name that a third of the letters or less keeps apart; or an empty one. */
static sonda__span nearest(const known *all, sonda__span field)
{
    sonda__span best = sonda__span_of("", 0);
    size_t best_distance = field.len / 3 + 2;

    for (size_t i = 0; field.len <= NAME_MAX_NEAR && i < all->count; i++) {
        const char *list = all->lists[i];
        sonda__span name;
        while (next_name(&list, &name)) {
            size_t apart = distance(field, name);
            if (apart < best_distance) {
                best = name;
                best_distance = apart;
            }
        }
    }
    return best;
}

static sonda_status warn(const known *all,
                         sonda__span field,
                         uint32_t line,
                         sonda__pool *pool,
                         sonda__report_entry *entry)
{
    sonda__span near = nearest(all, field);
    sonda_error text = SONDA_ERROR_INIT;

    if (near.len != 0) {
        sonda__error_set(&text, SONDA_OK, 0,
                         "no record of this log source has the field '%v': write '%v'?",
                         sonda__clip(field), near);
    } else {
        sonda__error_set(&text, SONDA_OK, 0, "no record of this log source has the field '%v'",
                         sonda__clip(field));
    }
    return sonda__report_warn(entry, pool, line, text.message);
}

/* Asking for absence is no reason for a rule not to fire. */
static bool asks_for_absence(const sonda__rule_item *item)
{
    for (uint32_t i = 0; i < item->modifier_count; i++) {
        if (item->modifiers[i] == SONDA__MOD_EXISTS) {
            return true;
        }
    }
    return item->value_count == 1 && item->values[0].kind == SONDA__VALUE_NONE;
}

static sonda_status check_item(const known *all,
                               const sonda__rule_item *item,
                               sonda__pool *pool,
                               sonda__report_entry *entry)
{
    sonda_status status = SONDA_OK;

    if (item->field.len != 0 && !asks_for_absence(item) && !is_known(all, item->field)) {
        status = warn(all, item->field, item->line, pool, entry);
    }
    for (uint32_t i = 0; i < item->modifier_count; i++) {
        bool names = item->modifiers[i] == SONDA__MOD_FIELDREF;
        for (size_t k = 0; names && status == SONDA_OK && k < item->value_count; k++) {
            if (!is_known(all, item->values[k].text)) {
                status = warn(all, item->values[k].text, item->values[k].line, pool, entry);
            }
        }
    }
    return status;
}

static sonda_status check_selection(const known *all,
                                    const sonda__rule_selection *selection,
                                    sonda__pool *pool,
                                    sonda__report_entry *entry)
{
    sonda_status status = SONDA_OK;

    for (size_t m = 0; m < selection->map_count; m++) {
        const sonda__rule_map *map = &selection->maps[m];
        for (size_t i = 0; status == SONDA_OK && i < map->item_count; i++) {
            status = check_item(all, &map->items[i], pool, entry);
        }
    }
    return status;
}

sonda_status sonda__known_fields_check(const sonda__rule *rule,
                                       sonda__pool *pool,
                                       sonda__report_entry *entry)
{
    known all = {.rule = rule, .count = 0};
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < rule->source_count; i++) {
        if (!add_source(&all, &rule->sources[i])) {
            return SONDA_OK;
        }
    }
    for (size_t i = 0; all.count != 0 && status == SONDA_OK && i < rule->selection_count; i++) {
        status = check_selection(&all, &rule->selections[i], pool, entry);
    }
    return status;
}
