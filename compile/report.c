/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A growing array of entries.
 *
 * Module compile.
 */

#include "compile/report.h"

#include "core/base/allocate.h"

void sonda__report_init(sonda__report *report, const sonda_allocator *allocator)
{
    memset(report, 0, sizeof *report);
    report->allocator = *allocator;
}

void sonda__report_reset(sonda__report *report)
{
    sonda__release(&report->allocator, report->entries);
    sonda__report_init(report, &report->allocator);
}

static bool grow(sonda__report *report)
{
    size_t capacity = report->capacity == 0 ? 64 : report->capacity * 2;
    sonda__report_entry *larger = sonda__allocate(&report->allocator, capacity, sizeof *larger);

    if (larger == NULL) {
        return false;
    }
    if (report->count > 0) {
        memcpy(larger, report->entries, report->count * sizeof *larger);
    }
    sonda__release(&report->allocator, report->entries);
    report->entries = larger;
    report->capacity = capacity;
    return true;
}

sonda__report_entry *sonda__report_add(sonda__report *report)
{
    sonda__report_entry *entry;

    if (report->count == report->capacity && !grow(report)) {
        return NULL;
    }
    entry = &report->entries[report->count++];
    memset(entry, 0, sizeof *entry);
    return entry;
}

sonda_status sonda__report_warn(sonda__report_entry *entry,
                                sonda__pool *pool,
                                uint32_t line,
                                const char *text)
{
    sonda__report_warning *warning = sonda__pool_take(pool, 1, sizeof *warning);
    sonda__report_warning **last = &entry->warnings;

    if (warning == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    warning->line = line;
    warning->text = sonda__pool_text(pool, sonda__span_text(text));
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = warning;
    return warning->text.data == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;
}

sonda_status sonda__report_refuse(sonda__report_entry *entry,
                                  sonda__pool *pool,
                                  uint32_t outcome,
                                  const sonda_error *error)
{
    sonda__span reason = sonda__pool_text(pool, sonda__span_text(error->message));

    if (reason.data == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    entry->outcome = outcome;
    entry->reason = reason;
    entry->rule = NULL;
    entry->filter = NULL;
    entry->correlation = NULL;
    entry->warnings = NULL;
    if (error->line != 0) {
        entry->line = error->line;
    }
    return SONDA_OK;
}
