/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Four words are enough to order rules by what they cost: what matters is for
 * how many events a rule's conditions are looked at, and for rules that are
 * looked at for all, whether looking means walking each byte many times.
 *
 * Module compile.
 */

#include "compile/cost_class.h"

#include "compile/refuse.h"

/* One event of a hundred: from there on a rule is looked at all the time. */
#define COMMON_PER_MILLION 10000u
/* As dear as fifty searches for a short text: an expression, or a long list. */
#define HEAVY_STEPS 256u

static uint32_t class_of(const sonda__rule_cost *cost)
{
    if (cost->always) {
        return cost->byte_steps < HEAVY_STEPS ? SONDA_COMPILE_COST_ALWAYS
                                              : SONDA_COMPILE_COST_HEAVY;
    }
    return cost->per_million < COMMON_PER_MILLION ? SONDA_COMPILE_COST_RARE
                                                  : SONDA_COMPILE_COST_COMMON;
}

static sonda_status warn_of_always(sonda__report_entry *entry, sonda__pool *pool)
{
    const char *text =
        entry->cost_class == SONDA_COMPILE_COST_HEAVY
            ? "must always run, and is dear: it can match an event without any plain text in "
              "it; ask for one of four characters or more in each branch of the condition, "
              "outside of 'not', beside the expression or list"
            : "must always run: it can match an event without any plain text in it; ask for "
              "one of four characters or more in each branch of the condition, outside of "
              "'not'";

    return sonda__report_warn(entry, pool, entry->line, text);
}

static sonda_status
fill(sonda__report_entry *entry, sonda__pool *pool, const sonda__rule_cost *cost)
{
    sonda__span rarest = sonda__pool_text(pool, cost->rarest);
    sonda__span commonest = sonda__pool_text(pool, cost->commonest);

    if (rarest.data == NULL || commonest.data == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    entry->cost = *cost;
    entry->cost.rarest = rarest;
    entry->cost.commonest = commonest;
    entry->cost_class = class_of(cost);
    return cost->always ? warn_of_always(entry, pool) : SONDA_OK;
}

sonda_status sonda__cost_class_report(sonda__report *report,
                                      sonda__pool *pool,
                                      const sonda__pack_writer *writer)
{
    uint32_t rules = sonda__pack_writer_rule_count(writer);
    sonda__rule_cost *costs = sonda__pool_take(pool, (size_t)rules + 1, sizeof *costs);
    sonda_status status = costs == NULL ? SONDA_ERR_NO_MEMORY : SONDA_OK;

    if (status == SONDA_OK) {
        sonda__pack_writer_costs(writer, costs);
    }
    for (size_t i = 0; i < report->count && status == SONDA_OK; i++) {
        sonda__report_entry *entry = &report->entries[i];

        if (entry->rule != NULL && entry->outcome == SONDA_COMPILE_COMPILED &&
            entry->pack_rule < rules) {
            status = fill(entry, pool, &costs[entry->pack_rule]);
        }
    }
    return status;
}
