/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Looking up the log source table and writing its rows out as conditions.
 *
 * Names compare exactly: the specification has them in lower case.
 *
 * Module compile.
 */

#include "compile/log_source.h"

#include "compile/log_source_table.h"
#include "core/base/error.h"
#include "compile/refuse.h"
#include "sonda/event.h"

static bool is_unset(sonda__span text)
{
    return text.len == 0;
}

/* SONDA_PRODUCT_NONE for a product that the table does not know. */
static uint16_t product_of(sonda__span name)
{
    static const char *const names[] = {"", "windows", "linux", "macos"};

    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++) {
        if (sonda__span_is(name, names[i])) {
            return (uint16_t)i;
        }
    }
    return SONDA_PRODUCT_NONE;
}

static bool fits_product(uint16_t wanted, uint16_t row)
{
    return wanted == SONDA_PRODUCT_NONE || wanted == row;
}

static const sonda__service_row *find_service(uint16_t product, const char *service)
{
    for (size_t i = 0; i < sonda__service_row_count; i++) {
        const sonda__service_row *row = &sonda__service_rows[i];
        if (row->product == product && strcmp(row->service, service) == 0) {
            return row;
        }
    }
    return NULL;
}

static bool fits_category(const sonda__category_row *row,
                          const sonda__log_source_name *name,
                          uint16_t product)
{
    if (!sonda__span_is(name->category, row->category) ||
        !fits_product(product, row->product)) {
        return false;
    }
    return is_unset(name->service) ||
           (row->service != NULL && sonda__span_is(name->service, row->service));
}

static bool
add_channels(sonda__pool *pool, const sonda__service_row *row, sonda__log_source *source)
{
    sonda__span *channels =
        sonda__pool_take(pool, SONDA__SERVICE_CHANNELS_MAX, sizeof *channels);

    if (row == NULL || channels == NULL) {
        return false;
    }
    while (source->channel_count < SONDA__SERVICE_CHANNELS_MAX &&
           row->channels[source->channel_count] != NULL) {
        channels[source->channel_count] =
            sonda__span_text(row->channels[source->channel_count]);
        source->channel_count++;
    }
    source->channels = channels;
    return true;
}

static bool
add_event_ids(sonda__pool *pool, const sonda__category_row *row, sonda__log_source *source)
{
    uint32_t *ids = sonda__pool_take(pool, SONDA__CATEGORY_EVENT_IDS_MAX, sizeof *ids);

    while (ids != NULL && source->event_id_count < SONDA__CATEGORY_EVENT_IDS_MAX &&
           row->event_ids[source->event_id_count] != 0) {
        ids[source->event_id_count] = row->event_ids[source->event_id_count];
        source->event_id_count++;
    }
    source->event_ids = ids;
    return ids != NULL;
}

static bool
add_activities(sonda__pool *pool, const sonda__category_row *row, sonda__log_source *source)
{
    uint32_t *activities =
        sonda__pool_take(pool, SONDA__CATEGORY_ACTIVITIES_MAX, sizeof *activities);

    while (activities != NULL && source->activity_count < SONDA__CATEGORY_ACTIVITIES_MAX &&
           row->activities[source->activity_count] != 0) {
        activities[source->activity_count] = row->activities[source->activity_count];
        source->activity_count++;
    }
    source->activities = activities;
    return activities != NULL;
}

static bool
add_condition(sonda__pool *pool, const sonda__category_row *row, sonda__log_source *source)
{
    sonda__source_condition *condition;
    sonda__span *value;

    if (row->field == NULL) {
        return true;
    }
    condition = sonda__pool_take(pool, 1, sizeof *condition);
    value = sonda__pool_take(pool, 1, sizeof *value);
    if (condition == NULL || value == NULL) {
        return false;
    }
    *value = sonda__span_text(row->value);
    condition->field = sonda__span_text(row->field);
    condition->values = value;
    condition->value_count = 1;
    source->conditions = condition;
    source->condition_count = 1;
    return true;
}

static bool
add_aliases(sonda__pool *pool, const sonda__category_row *row, sonda__log_source *source)
{
    sonda__field_alias *aliases =
        sonda__pool_take(pool, SONDA__CATEGORY_ALIASES_MAX, sizeof *aliases);

    while (aliases != NULL && source->alias_count < SONDA__CATEGORY_ALIASES_MAX &&
           row->aliases[source->alias_count][0] != NULL) {
        const char *const *pair = row->aliases[source->alias_count];
        aliases[source->alias_count].rule_name = sonda__span_text(pair[0]);
        aliases[source->alias_count].record_name = sonda__span_text(pair[1]);
        source->alias_count++;
    }
    source->aliases = aliases;
    return aliases != NULL;
}

/* False: no memory. */
static bool
write_category(sonda__pool *pool, const sonda__category_row *row, sonda__log_source *source)
{
    source->product = row->product;
    if (row->service == NULL) {
        source->has_class = 1;
        source->class_uid = row->class_uid;
        source->channel_empty = 1;
        return add_activities(pool, row, source);
    }
    return add_channels(pool, find_service(row->product, row->service), source) &&
           add_event_ids(pool, row, source) && add_condition(pool, row, source) &&
           add_aliases(pool, row, source);
}

/* Rows that fit, written to `sources` when that is not NULL. */
static sonda_status of_category(sonda__pool *pool,
                                const sonda__log_source_name *name,
                                uint16_t product,
                                sonda__log_source *sources,
                                size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < sonda__category_row_count; i++) {
        const sonda__category_row *row = &sonda__category_rows[i];
        if (!fits_category(row, name, product)) {
            continue;
        }
        if (sources != NULL && !write_category(pool, row, &sources[*count])) {
            return SONDA_ERR_NO_MEMORY;
        }
        (*count)++;
    }
    return SONDA_OK;
}

static sonda_status of_service(sonda__pool *pool,
                               const sonda__log_source_name *name,
                               uint16_t product,
                               sonda__log_source *sources,
                               size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < sonda__service_row_count; i++) {
        const sonda__service_row *row = &sonda__service_rows[i];
        if (!sonda__span_is(name->service, row->service) ||
            !fits_product(product, row->product)) {
            continue;
        }
        if (sources != NULL) {
            sources[*count].product = row->product;
            if (!add_channels(pool, row, &sources[*count])) {
                return SONDA_ERR_NO_MEMORY;
            }
        }
        (*count)++;
    }
    return SONDA_OK;
}

static sonda_status find(sonda__pool *pool,
                         const sonda__log_source_name *name,
                         uint16_t product,
                         sonda__log_source *sources,
                         size_t *count)
{
    if (!is_unset(name->category)) {
        return of_category(pool, name, product, sources, count);
    }
    if (!is_unset(name->service)) {
        return of_service(pool, name, product, sources, count);
    }
    if (sources != NULL) {
        sources->product = product;
    }
    *count = product == SONDA_PRODUCT_NONE ? 0 : 1;
    return SONDA_OK;
}

static sonda_status refuse(const sonda__log_source_name *name, sonda_error *error)
{
    const char *what = !is_unset(name->category) ? "category" : "service";
    sonda__span which = !is_unset(name->category) ? name->category : name->service;

    if (!is_unset(name->product) && product_of(name->product) == SONDA_PRODUCT_NONE) {
        return sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0,
                                "no source reads product '%v': windows, linux and macos are",
                                sonda__clip(name->product));
    }
    if (!is_unset(name->category) && !is_unset(name->service)) {
        return sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0,
                                "no source has category '%v' in service '%v'",
                                sonda__clip(name->category), sonda__clip(name->service));
    }
    return sonda__error_set(error, SONDA_ERR_NOT_FOUND, 0, "no source reads %s '%v'%s%v", what,
                            sonda__clip(which), is_unset(name->product) ? "" : " of ",
                            sonda__clip(name->product));
}

sonda_status sonda__log_source_resolve(sonda__pool *pool,
                                       const sonda__log_source_name *name,
                                       const sonda__log_source **sources,
                                       size_t *source_count,
                                       sonda_error *error)
{
    uint16_t product = product_of(name->product);
    sonda__log_source *written;
    size_t count = 0;

    if (is_unset(name->product) || product != SONDA_PRODUCT_NONE) {
        find(pool, name, product, NULL, &count);
    }
    if (count == 0) {
        return refuse(name, error);
    }
    written = sonda__pool_take(pool, count, sizeof *written);
    if (written == NULL || find(pool, name, product, written, &count) != SONDA_OK) {
        return SONDA_ERR_NO_MEMORY;
    }
    *sources = written;
    *source_count = count;
    return SONDA_OK;
}
