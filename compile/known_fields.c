/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The fields of a rule against those of its log sources.
 *
 * A rule's sources are alternatives, so a field is fine when one of them has
 * it. A source whose fields we cannot list keeps all warnings away: a wrong one
 * would be worse than none. For a channel of Windows we can where the log
 * source says which events it means, or where EventID stands beside the field
 * in one mapping: then both must be of one event.
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
    bool table; /* and whatever the field table has */
} known;

/* The events of a channel that are asked for. */
typedef struct asked {
    const uint32_t *ids;
    size_t id_count;
    sonda__span provider; /* empty: any */
} asked;

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

static bool has_channel(const sonda__log_source *source, const char *name)
{
    return source->channel_count != 0 && sonda__span_is(source->channels[0], name);
}

static bool is_row(const sonda__channel_fields_row *row, uint32_t id, const asked *events)
{
    return row->id == id &&
           (row->provider == NULL || sonda__span_is(events->provider, row->provider));
}

/* Adds the documented fields of a channel's events; false: one is not documented. */
static bool add_events(known *all, const sonda__log_source *source, const asked *events)
{
    size_t found = 0;

    for (size_t k = 0; k < events->id_count; k++) {
        for (size_t i = 0; i < sonda__channel_field_count; i++) {
            const sonda__channel_fields_row *row = &sonda__channel_fields[i];

            if (has_channel(source, row->channel) && is_row(row, events->ids[k], events)) {
                found += add_list(all, row->names);
            }
        }
    }
    return found != 0 && found == events->id_count && add_list(all, sonda__system_fields) &&
           add_list(all, sonda__forwarded_fields);
}

/* Adds what adapters and joined lines of a class fill. */
static bool add_class(known *all, const sonda__log_source *source)
{
    switch (source->product) {
    case SONDA_PRODUCT_LINUX:
        return add_rows(all, sonda__linux_fields, sonda__linux_field_count, &source->class_uid,
                        1);
    case SONDA_PRODUCT_MACOS:
        /* What others deliver has names of the table; messages have members of their own. */
        all->table = true;
        return true;
    case SONDA_PRODUCT_WINDOWS:
        /* No decoder gives these events of Windows yet: its logs are what there is. */
        return true;
    default:
        return false;
    }
}

/*
 * Adds what a source fills, of the events that a rule asks for where the source
 * leaves that open; false: nobody can say.
 */
static bool add_source(known *all, const sonda__log_source *source, const asked *events)
{
    const asked own = {source->event_ids, source->event_id_count, {"", 0}};

    if (has_channel(source, "Microsoft-Windows-Sysmon/Operational") ||
        has_channel(source, "Linux-Sysmon/Operational")) {
        return add_list(all, sonda__system_fields) &&
               add_rows(all, sonda__sysmon_fields, sonda__sysmon_field_count, source->event_ids,
                        source->event_id_count);
    }
    if (source->channel_count != 0) {
        return add_events(all, source, own.id_count != 0 ? &own : events);
    }
    return source->has_class != 0 && add_class(all, source);
}

/* Adds what all sources of a rule fill; false: nobody can say. */
static bool add_sources(known *all, const sonda__rule *rule, const asked *events)
{
    all->rule = rule;
    all->count = 0;
    all->table = false;
    for (size_t i = 0; i < rule->source_count; i++) {
        if (!add_source(all, &rule->sources[i], events)) {
            return false;
        }
    }
    return all->count != 0 || all->table;
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

/* A member of an Endpoint Security message, by the name its JSON gives it. */
static bool is_member(sonda__span field)
{
    static const char event[] = "event.";
    static const char process[] = "process.";

    return (field.len > sizeof event - 1 && memcmp(field.data, event, sizeof event - 1) == 0) ||
           (field.len > sizeof process - 1 &&
            memcmp(field.data, process, sizeof process - 1) == 0);
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
    if (all->table && (sonda_field_by_name(field.data, field.len) != SONDA_FIELD_UNKNOWN ||
                       is_member(field))) {
        return true;
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

/* Keeps the nearer of two names. */
static void
keep_nearer(sonda__span field, sonda__span name, sonda__span *best, size_t *best_distance)
{
    size_t apart = name.len <= NAME_MAX_NEAR ? distance(field, name) : SIZE_MAX;

    if (apart < *best_distance) {
        *best = name;
        *best_distance = apart;
    }
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
            keep_nearer(field, name, &best, &best_distance);
        }
    }
    for (sonda_field_id id = 1;
         all->table && field.len <= NAME_MAX_NEAR && id < SONDA_FIELD_COUNT; id++) {
        const char *name = sonda_field_name(id);

        if (name != NULL) {
            keep_nearer(field, sonda__span_text(name), &best, &best_distance);
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

/* A few digits; event ids have at most five. */
static bool read_id(sonda__span text, uint32_t *id)
{
    uint32_t read = 0;

    if (text.len == 0 || text.len > 5) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        read = read * 10 + (uint32_t)(text.data[i] - '0');
    }
    *id = read;
    return true;
}

/* Values of an item that plainly names event ids; 0: it does not, or not only. */
static size_t read_ids(const sonda__rule_item *item, uint32_t *ids)
{
    if (item->modifier_count != 0 || item->value_count > LISTS_MAX) {
        return 0;
    }
    for (size_t i = 0; i < item->value_count; i++) {
        if (!read_id(item->values[i].text, &ids[i])) {
            return 0;
        }
    }
    return item->value_count;
}

/* A mapping against the events that it names itself. */
static sonda_status check_events(const sonda__rule *rule,
                                 const sonda__rule_map *map,
                                 sonda__pool *pool,
                                 sonda__report_entry *entry)
{
    uint32_t ids[LISTS_MAX];
    asked events = {ids, 0, {"", 0}};
    known all;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < map->item_count; i++) {
        const sonda__rule_item *item = &map->items[i];

        if (sonda__span_is(item->field, "EventID")) {
            events.id_count = read_ids(item, ids);
        } else if (sonda__span_is(item->field, "Provider_Name") && item->modifier_count == 0 &&
                   item->value_count == 1) {
            events.provider = item->values[0].text;
        }
    }
    if (events.id_count == 0 || !add_sources(&all, rule, &events)) {
        return SONDA_OK;
    }
    for (size_t i = 0; status == SONDA_OK && i < map->item_count; i++) {
        status = check_item(&all, &map->items[i], pool, entry);
    }
    return status;
}

/* Each mapping against what all sources fill, or, where that is open, its events. */
static sonda_status check_selection(const known *all,
                                    const sonda__rule *rule,
                                    const sonda__rule_selection *selection,
                                    sonda__pool *pool,
                                    sonda__report_entry *entry)
{
    sonda_status status = SONDA_OK;

    for (size_t m = 0; status == SONDA_OK && m < selection->map_count; m++) {
        const sonda__rule_map *map = &selection->maps[m];

        if (all == NULL) {
            status = check_events(rule, map, pool, entry);
        }
        for (size_t i = 0; all != NULL && status == SONDA_OK && i < map->item_count; i++) {
            status = check_item(all, &map->items[i], pool, entry);
        }
    }
    return status;
}

sonda_status sonda__known_fields_check(const sonda__rule *rule,
                                       sonda__pool *pool,
                                       sonda__report_entry *entry)
{
    const asked any = {NULL, 0, {"", 0}};
    known all;
    bool told = add_sources(&all, rule, &any);
    sonda_status status = SONDA_OK;

    for (size_t i = 0; status == SONDA_OK && i < rule->selection_count; i++) {
        status = check_selection(told ? &all : NULL, rule, &rule->selections[i], pool, entry);
    }
    return status;
}

sonda__known_answer
sonda__known_fields_ask(const sonda__rule *rule, sonda__span field, sonda__span *near)
{
    const asked any = {NULL, 0, {"", 0}};
    known all;

    *near = sonda__span_of("", 0);
    if (!add_sources(&all, rule, &any)) {
        return SONDA__FIELD_MAYBE;
    }
    if (is_known(&all, field)) {
        return SONDA__FIELD_FILLED;
    }
    *near = nearest(&all, field);
    return SONDA__FIELD_NEVER;
}
