/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counters, and losses made into records.
 *
 * The kernel side counts what it produced, filtered and could not put into a
 * ring; we count what the sink took and refused.
 *
 * Platform (linux).
 */

#include <string.h>
#include <time.h>

#include "platform/linux/source.h"

static const char *const class_names[SONDA_SOURCE_CLASS_COUNT] = {
    "process exec", "process fork", "process exit",    "file open",
    "file rename",  "file delete",  "file attributes", "network",
    "module",       "registry",     "other",
};

/* The hook whose skipped runs count as losses of a class, or HOOK_COUNT. */
static enum hook_id hook_of_class(uint32_t class_index)
{
    switch (class_index) {
    case SONDA_SOURCE_CLASS_PROCESS_EXEC:
        return HOOK_EXEC;
    case SONDA_SOURCE_CLASS_PROCESS_FORK:
        return HOOK_FORK;
    case SONDA_SOURCE_CLASS_PROCESS_EXIT:
        return HOOK_EXIT;
    case SONDA_SOURCE_CLASS_NETWORK:
        return HOOK_SOCKETS;
    case SONDA_SOURCE_CLASS_OTHER:
        return HOOK_CALLS;
    default:
        return HOOK_COUNT;
    }
}

static void
count_class(const sonda_source *source, uint32_t class_index, sonda_source_class_stats *stats)
{
    enum hook_id hook = hook_of_class(class_index);
    uint64_t refused = atomic_load(&source->refused[class_index]);
    uint64_t missed = hook != HOOK_COUNT ? programs_missed(&source->programs, hook) : 0;
    struct counters kernel;

    /* Ours first: what is delivered meanwhile was produced before. */
    stats->delivered = atomic_load(&source->delivered[class_index]);
    memset(&kernel, 0, sizeof kernel);
    if (class_index < SONDA_SOURCE_CLASS_MODULE) {
        programs_counters(&source->programs, class_index, &kernel);
    } else {
        /* Snapshot and health records are made by us. */
        kernel.produced = stats->delivered + refused;
    }
    stats->produced = kernel.produced + missed;
    stats->filtered = kernel.filtered;
    stats->lost = kernel.lost + missed + refused;
}

void count_stats(const sonda_source *source, sonda_source_stats *stats)
{
    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        count_class(source, i, &stats->by_class[i]);
    }
}

static void
deliver_loss(sonda_source *source, uint32_t class_index, uint64_t lost, bool refused)
{
    const char *name = class_names[class_index];
    const char *reason = refused ? "the receiver had no room" : "kernel buffer full";
    sonda_record_builder builder;
    sonda_record_header header;
    size_t record_len = 0;

    memset(&header, 0, sizeof header);
    header.stream = STREAM_HEALTH;
    header.mono_ns = clock_ns(CLOCK_BOOTTIME);
    header.wall_ns = clock_ns(CLOCK_REALTIME);
    header.seq = ++source->seq[STREAM_HEALTH];
    if (sonda_record_begin(&builder, source->record, RECORD_ROOM, &header, 0, 99, 2) !=
        SONDA_OK) {
        return;
    }
    sonda_record_add(&builder, SONDA_FIELD_HEALTH_STATE, "lost", 4);
    sonda_record_add(&builder, SONDA_FIELD_LOSS_CLASS, name, strlen(name));
    sonda_record_add_number(&builder, SONDA_FIELD_LOST_COUNT, lost);
    sonda_record_add(&builder, SONDA_FIELD_LOSS_REASON, reason, strlen(reason));
    if (sonda_record_finish(&builder, SONDA_SOURCE_HEALTH, 1, &record_len) == SONDA_OK) {
        deliver_record(source, record_len, SONDA_SOURCE_CLASS_OTHER);
    }
}

void tell_losses(sonda_source *source)
{
    sonda_source_stats stats;

    memset(&stats, 0, sizeof stats);
    count_stats(source, &stats);
    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        uint64_t refused = atomic_load(&source->refused[i]);
        uint64_t lost = stats.by_class[i].lost;
        uint64_t told = source->told_lost[i];

        /* A lost health record is told by the next one's count alone. */
        if (lost > told && i != SONDA_SOURCE_CLASS_OTHER) {
            source->told_lost[i] = lost;
            deliver_loss(source, i, lost - told, refused > 0 && refused >= lost - told);
        }
    }
}
