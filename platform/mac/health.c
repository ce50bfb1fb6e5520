/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Counters, and losses made into records.
 *
 * Platform (mac).
 */

#include <stdio.h>
#include <string.h>

#include "platform/mac/source.h"
#include "sonda/event.h"
#include "sonda/field_table.h"

static const char *const class_names[SONDA_SOURCE_CLASS_COUNT] = {
    "process exec", "process fork", "process exit",    "file open",
    "file rename",  "file delete",  "file attributes", "network",
    "module",       "registry",     "other",
};

sonda_status deliver_record(sonda_source *source,
                            const void *record,
                            size_t record_len,
                            uint32_t class_index)
{
    sonda_status status = SONDA_ERR_CANCELLED;

    if (!atomic_load(&source->sink_closed)) {
        status = source->sink.deliver(source->sink.user, record, record_len);
    }
    if (status == SONDA_OK) {
        atomic_fetch_add(&source->delivered[class_index], 1);
        return SONDA_OK;
    }
    atomic_fetch_add(&source->refused[class_index], 1);
    if (status != SONDA_ERR_FULL) {
        atomic_store(&source->sink_closed, true);
    }
    return status;
}

static void
count_class(const sonda_source *source, uint32_t class_index, sonda_source_class_stats *stats)
{
    stats->delivered = atomic_load(&source->delivered[class_index]);
    stats->lost =
        atomic_load(&source->refused[class_index]) + atomic_load(&source->missed[class_index]);
    stats->filtered = atomic_load(&source->filtered[class_index]);
    stats->produced = stats->delivered + stats->lost + stats->filtered;
}

void count_stats(const sonda_source *source, sonda_source_stats *stats)
{
    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        count_class(source, i, &stats->by_class[i]);
    }
    /* Answers first: what is answered meanwhile was asked before. */
    stats->answered = atomic_load(&source->tickets.answered);
    stats->expired = atomic_load(&source->tickets.expired);
    stats->tickets = atomic_load(&source->tickets.opened);
}

static void
tell(sonda_source *source, const char *state, const char *name, uint64_t count, const char *why)
{
    uint8_t record[1024];
    sonda_record_builder builder;
    sonda_record_header header;
    struct moment now;
    size_t record_len = 0;

    system_moment(&now);
    memset(&header, 0, sizeof header);
    header.stream = STREAM_HEALTH;
    header.mono_ns = now.continuous_ns;
    header.wall_ns = now.wall_ns;
    header.seq = ++source->health_seq;
    if (sonda_record_begin(&builder, record, sizeof record, &header, 0, 99,
                           SONDA_PRODUCT_MACOS) != SONDA_OK) {
        return;
    }
    sonda_record_add(&builder, SONDA_FIELD_HEALTH_STATE, state, strlen(state));
    sonda_record_add(&builder, SONDA_FIELD_LOSS_CLASS, name, strlen(name));
    sonda_record_add_number(&builder, SONDA_FIELD_LOST_COUNT, count);
    sonda_record_add(&builder, SONDA_FIELD_LOSS_REASON, why, strlen(why));
    if (sonda_record_finish(&builder, SONDA_SOURCE_HEALTH, 1, &record_len) == SONDA_OK) {
        (void)deliver_record(source, record, record_len, SONDA_SOURCE_CLASS_OTHER);
    }
}

/* Questions that went unanswered, for one reason or the other. */
static void tell_unanswered(sonda_source *source)
{
    uint64_t defaulted = atomic_load(&source->defaulted);
    sonda_source_stats stats = SONDA_SOURCE_STATS_INIT;

    count_stats(source, &stats);
    if (defaulted > source->told_defaulted) {
        tell(source, "verdict by default", "", defaulted - source->told_defaulted,
             "no room for the question");
        source->told_defaulted = defaulted;
    }
    if (stats.expired > source->told_expired) {
        tell(source, "verdict by default", "", stats.expired - source->told_expired,
             "nobody answered in time");
        source->told_expired = stats.expired;
    }
}

static void tell_all(sonda_source *source)
{
    for (uint32_t i = 0; i < SONDA_SOURCE_CLASS_COUNT; i++) {
        uint64_t missed = atomic_load(&source->missed[i]);
        uint64_t lost = missed + atomic_load(&source->refused[i]);
        uint64_t told = source->told_lost[i];

        /* A lost health record is told by the next one's count alone. */
        if (lost > told && i != SONDA_SOURCE_CLASS_OTHER) {
            source->told_lost[i] = lost;
            tell(source, "lost", class_names[i], lost - told,
                 missed > 0 ? "gap in the system's numbers" : "the receiver had no room");
        }
    }
    tell_unanswered(source);
}

void tell_losses(sonda_source *source, bool last)
{
    pthread_mutex_lock(&source->house_lock);
    if (!source->house_closed) {
        tell_all(source);
    }
    source->house_closed |= last;
    pthread_mutex_unlock(&source->house_lock);
}
