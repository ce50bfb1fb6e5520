/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Putting the parts together in an order that no directory listing decides.
 *
 * Module compile.
 */

#include "compile/assemble.h"

#include "compile/link_correlations.h"
#include "compile/refuse.h"
#include "compile/rule_id.h"
#include "core/base/allocate.h"

#include <stdlib.h>

typedef struct assembly {
    sonda__report *report;
    sonda__pool *pool;
    sonda__pack_writer *writer;
    /* What may go in: rules, then correlations, then filters, by id. */
    sonda__report_entry **order;
    size_t count;
    size_t rule_count;
    size_t correlation_count;
    sonda__linkable *linkable; /* rules that went in */
    size_t linkable_count;
    sonda_error *error; /* the caller's: failures of the whole */
} assembly;

static int compare_spans(sonda__span a, sonda__span b)
{
    int sign = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

    return sign != 0 ? sign : (a.len > b.len) - (a.len < b.len);
}

static int rank_of(const sonda__report_entry *entry)
{
    return entry->filter != NULL ? 2 : entry->correlation != NULL ? 1 : 0;
}

/* Entries lie in one array, so their addresses tell the order of adding. */
static int compare_entries(const void *left, const void *right)
{
    const sonda__report_entry *a = *(sonda__report_entry *const *)left;
    const sonda__report_entry *b = *(sonda__report_entry *const *)right;
    int sign = rank_of(a) - rank_of(b);

    if (sign == 0) {
        sign = compare_spans(a->id, b->id);
    }
    if (sign == 0) {
        sign = strcmp(a->path, b->path);
    }
    if (sign == 0) {
        sign = (a->line > b->line) - (a->line < b->line);
    }
    return sign != 0 ? sign : (a > b) - (a < b);
}

static sonda_status put_in_order(assembly *a)
{
    a->order = sonda__pool_take(a->pool, a->report->count, sizeof(void *));
    a->linkable = sonda__pool_take(a->pool, a->report->count, sizeof *a->linkable);
    if (a->order == NULL || a->linkable == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < a->report->count; i++) {
        sonda__report_entry *entry = &a->report->entries[i];
        if (entry->rule != NULL || entry->filter != NULL || entry->correlation != NULL) {
            a->order[a->count++] = entry;
            a->rule_count += entry->rule != NULL;
            a->correlation_count += entry->correlation != NULL;
        }
    }
    qsort(a->order, a->count, sizeof(void *), compare_entries);
    return SONDA_OK;
}

/* `kept` has the same id and stays. */
static sonda_status
refuse_duplicate(assembly *a, sonda__report_entry *entry, const sonda__report_entry *kept)
{
    sonda_error error = SONDA_ERROR_INIT;

    sonda__error_set(&error, SONDA_ERR_ALREADY, 0,
                     "id %v is taken by %v, line %u: give this one an id of its own", entry->id,
                     sonda__clip(sonda__span_text(kept->path)), (uint64_t)kept->line);
    return sonda__report_refuse(entry, a->pool, SONDA_COMPILE_REJECTED, &error);
}

/* The rule that has this id, or NULL: rules stand first, in order. */
static const sonda__report_entry *find_rule(const assembly *a, sonda__span id)
{
    for (size_t i = 0; i < a->rule_count; i++) {
        const sonda__report_entry *entry = a->order[i];

        if (entry != NULL && entry->rule != NULL && sonda__span_equal(entry->id, id)) {
            return entry;
        }
    }
    return NULL;
}

/* Rules and correlations share their ids: both make findings. */
static sonda_status refuse_shared(assembly *a)
{
    sonda_status status = SONDA_OK;

    for (size_t i = a->rule_count; i < a->rule_count + a->correlation_count; i++) {
        sonda__report_entry *entry = a->order[i];
        const sonda__report_entry *rule = entry != NULL ? find_rule(a, entry->id) : NULL;

        if (rule != NULL && entry->correlation != NULL && status == SONDA_OK) {
            status = refuse_duplicate(a, entry, rule);
        }
    }
    return status;
}

static sonda_status refuse_duplicates(assembly *a)
{
    const sonda__report_entry *kept = NULL;
    sonda_status status = SONDA_OK;

    for (size_t i = 0; i < a->count && status == SONDA_OK; i++) {
        sonda__report_entry *entry = a->order[i];
        if (kept != NULL && rank_of(kept) == rank_of(entry) &&
            sonda__span_equal(kept->id, entry->id)) {
            status = refuse_duplicate(a, entry, kept);
        } else {
            kept = entry;
        }
    }
    return status == SONDA_OK ? refuse_shared(a) : status;
}

/* A reason of the rule's is reported; one of the whole goes up. */
static sonda_status
judge(assembly *a, sonda__report_entry *entry, sonda_status status, const sonda_error *error)
{
    if (status == SONDA_ERR_NO_MEMORY || status == SONDA_ERR_FULL) {
        return sonda__error_set(a->error, status, 0, "%s", error->message);
    }
    return status == SONDA_OK
               ? SONDA_OK
               : sonda__report_refuse(entry, a->pool, SONDA_COMPILE_REJECTED, error);
}

/* The rule that goes by a name, or NULL. */
static const sonda__rule *find_by_name(const assembly *a, sonda__span name)
{
    for (size_t i = 0; i < a->rule_count; i++) {
        const sonda__rule *rule = a->order[i]->rule;
        if (rule != NULL && rule->name.len != 0 && sonda__span_equal(rule->name, name)) {
            return rule;
        }
    }
    return NULL;
}

/* Whether a correlation goes by an id or a name. */
static bool is_correlation(const assembly *a, sonda__span text)
{
    for (size_t i = a->rule_count; i < a->rule_count + a->correlation_count; i++) {
        const sonda__correlation *correlation = a->order[i]->correlation;

        if (correlation != NULL && (sonda__span_equal(correlation->rule.id, text) ||
                                    (correlation->rule.name.len != 0 &&
                                     sonda__span_equal(correlation->rule.name, text)))) {
            return true;
        }
    }
    return false;
}

/* Names to ids. */
static sonda_status resolve_targets(const assembly *a,
                                    const sonda__filter *filter,
                                    sonda__span *ids,
                                    sonda_error *error)
{
    for (size_t i = 0; i < filter->target_count; i++) {
        const sonda__rule_value *target = &filter->targets[i];
        const sonda__rule *rule;

        ids[i] = target->text;
        if (is_correlation(a, target->text)) {
            return sonda__at_line(
                error, target->line,
                sonda__error_set(error, SONDA_ERR_UNSUPPORTED, 0,
                                 "the filter names correlation '%v', which sees no event: "
                                 "name the rules that the correlation names",
                                 sonda__clip(target->text)));
        }
        if (sonda__is_uuid(target->text)) {
            continue;
        }
        rule = find_by_name(a, target->text);
        if (rule == NULL) {
            return sonda__at_line(
                error, target->line,
                sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0,
                                 "the filter names rule '%v', which is not among these: "
                                 "write the rule's id",
                                 sonda__clip(target->text)));
        }
        ids[i] = rule->id;
    }
    return SONDA_OK;
}

static sonda_status add_filter(assembly *a, sonda__report_entry *entry, sonda_error *error)
{
    const sonda__filter *filter = entry->filter;
    sonda__span *ids = sonda__pool_take(a->pool, filter->target_count, sizeof *ids);
    sonda_status status = SONDA_ERR_NO_MEMORY;

    if (ids != NULL) {
        status = resolve_targets(a, filter, ids, error);
    }
    if (status != SONDA_OK) {
        return status;
    }
    return sonda__pack_writer_add_filter(a->writer, &filter->rule, ids, filter->target_count,
                                         error);
}

static sonda_status add_rule(assembly *a, sonda__report_entry *entry, sonda_error *error)
{
    sonda__linkable linkable = {.rule = entry->rule};
    sonda_status status;

    linkable.index = sonda__pack_writer_rule_count(a->writer);
    entry->pack_rule = linkable.index;
    status = sonda__pack_writer_add_rule(a->writer, entry->rule, error);
    if (status == SONDA_OK) {
        a->linkable[a->linkable_count++] = linkable;
    }
    return status;
}

static sonda_status write_each(assembly *a, size_t from, size_t to)
{
    sonda_status status = SONDA_OK;

    for (size_t i = from; i < to && status == SONDA_OK; i++) {
        sonda__report_entry *entry = a->order[i];
        sonda_error error = SONDA_ERROR_INIT;

        if (entry->rule != NULL) {
            status = add_rule(a, entry, &error);
        } else if (entry->filter != NULL) {
            status = add_filter(a, entry, &error);
        }
        status = judge(a, entry, status, &error);
    }
    return status;
}

/* Correlations that no duplicate refused. */
static sonda_status link_correlations(assembly *a)
{
    sonda__report_entry **entries =
        sonda__pool_take(a->pool, a->correlation_count + 1, sizeof(void *));
    size_t count = 0;

    if (entries == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < a->correlation_count; i++) {
        if (a->order[a->rule_count + i]->correlation != NULL) {
            entries[count++] = a->order[a->rule_count + i];
        }
    }
    return sonda__link_correlations(a->pool, a->writer, a->linkable, a->linkable_count, entries,
                                    count, a->error);
}

/* Each kind asks for what stands before it. */
static sonda_status write_all(assembly *a)
{
    sonda_status status = write_each(a, 0, a->rule_count);

    if (status == SONDA_OK) {
        status = link_correlations(a);
    }
    return status == SONDA_OK ? write_each(a, a->rule_count + a->correlation_count, a->count)
                              : status;
}

sonda_status sonda__assemble(sonda__report *report,
                             sonda__pool *pool,
                             sonda__pack_writer *writer,
                             sonda_error *error)
{
    assembly a = {.report = report, .pool = pool, .writer = writer, .error = error};
    sonda_status status = put_in_order(&a);

    if (status == SONDA_OK) {
        status = refuse_duplicates(&a);
    }
    return status == SONDA_OK ? write_all(&a) : status;
}
