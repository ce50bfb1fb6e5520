/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The public tracker: every event passes here in record order.
 *
 * An event is taken note of before it is completed, so that it completes
 * itself from what it has just said (a launch names its parent).
 *
 * Layer 3 (track): uses base and event. Allocates at open only.
 */

#include "sonda/tracker.h"

#include "sonda/abi.h"
#include "core/base/allocate.h"
#include "core/track/audit_join.h"
#include "core/track/enrich.h"
#include "core/track/etw_join.h"
#include "core/track/message_gaps.h"
#include "core/track/tracker_windows.h"

#define DEFAULT_PROCESSES 16384u
#define LEAST_PROCESSES 16u
#define MOST_PROCESSES (1024u * 1024u)
#define DEFAULT_TEXT_FOR_EACH 768u
/* The longest texts of one process, and as much again. */
#define LEAST_TEXT_BYTES 32768u
_Static_assert(LEAST_TEXT_BYTES >= SONDA__PROCESS_TEXT_MAX, "one process must fit");
#define MOST_TEXT_BYTES (UINT64_C(1) << 34)
/* What joining audit lines takes: its blocks, and little beside them. */
#define JOIN_BYTES ((uint64_t)SONDA__AUDIT_BLOCKS_MAX * SONDA__AUDIT_BLOCK_BYTES)
#define LEAST_CORRELATED 64u
#define MOST_CORRELATED (1024u * 1024u)
#define DEFAULT_KEEP_NS (UINT64_C(60) * 1000 * 1000 * 1000)

struct sonda_tracker {
    sonda__process_table table;
    sonda__audit_join *join;
    sonda__etw_join *etw;
    sonda__windows *windows;
    sonda__message_gaps gaps;
    uint64_t keep_ns;
    uint64_t newest_ns; /* latest event time seen: the tracker's clock */
    sonda_allocator allocator;
};

static sonda_status read_options(sonda_tracker_options *ours,
                                 const sonda_tracker_options *given)
{
    const sonda_tracker_options defaults = SONDA_TRACKER_OPTIONS_INIT;

    *ours = defaults;
    if (given != NULL) {
        sonda_status status = sonda_abi_read(given, ours, sizeof *ours);

        if (status != SONDA_OK) {
            return status;
        }
    }
    ours->max_processes = ours->max_processes == 0 ? DEFAULT_PROCESSES : ours->max_processes;
    if (ours->text_bytes == 0) {
        ours->text_bytes = (uint64_t)ours->max_processes * DEFAULT_TEXT_FOR_EACH;
        ours->text_bytes =
            ours->text_bytes < LEAST_TEXT_BYTES ? LEAST_TEXT_BYTES : ours->text_bytes;
    }
    ours->exited_keep_ns = ours->exited_keep_ns == 0 ? DEFAULT_KEEP_NS : ours->exited_keep_ns;
    ours->max_correlated =
        ours->max_correlated == 0 ? SONDA__WINDOW_EVENTS_DEFAULT : ours->max_correlated;
    return ours->max_correlated < LEAST_CORRELATED || ours->max_correlated > MOST_CORRELATED ||
                   ours->max_processes < LEAST_PROCESSES ||
                   ours->max_processes > MOST_PROCESSES ||
                   ours->text_bytes < LEAST_TEXT_BYTES || ours->text_bytes > MOST_TEXT_BYTES
               ? SONDA_ERR_INVALID_ARGUMENT
               : SONDA_OK;
}

sonda_status sonda_tracker_open(sonda_tracker **tracker,
                                const sonda_tracker_options *options,
                                const sonda_allocator *allocator)
{
    sonda_tracker_options chosen;
    sonda_allocator ours;
    sonda_tracker *opened;
    sonda_status status;

    if (tracker == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status == SONDA_OK) {
        status = read_options(&chosen, options);
    }
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    opened->keep_ns = chosen.exited_keep_ns;
    status = sonda__process_table_open(&opened->table, chosen.max_processes, chosen.text_bytes,
                                       &ours);
    if (status != SONDA_OK) {
        sonda__release(&ours, opened);
        return status;
    }
    opened->table.numbers.memory_bytes += JOIN_BYTES + sonda__etw_join_memory();
    status = sonda__audit_join_open(&opened->join, &ours);
    if (status == SONDA_OK) {
        status = sonda__etw_join_open(&opened->etw, &ours);
    }
    if (status == SONDA_OK) {
        status = sonda__windows_open(&opened->windows, chosen.max_correlated, &ours);
    }
    if (status != SONDA_OK) {
        sonda_tracker_close(opened);
        return status;
    }
    *tracker = opened;
    return SONDA_OK;
}

void sonda_tracker_close(sonda_tracker *tracker)
{
    if (tracker != NULL) {
        sonda_allocator allocator = tracker->allocator;

        sonda__windows_close(tracker->windows);
        sonda__etw_join_close(tracker->etw);
        sonda__audit_join_close(tracker->join);
        sonda__process_table_close(&tracker->table);
        sonda__release(&allocator, tracker);
    }
}

/* Lets the table learn from an event; the entry of its process. */
static uint32_t learn(sonda__process_table *table, const sonda__event_facts *facts)
{
    (void)sonda__lineage_mention(table, &facts->parent);
    switch (facts->happening) {
    case SONDA__HAPPENED_LAUNCH:
        return sonda__lineage_launch(table, &facts->process);
    case SONDA__HAPPENED_FORK:
        return sonda__lineage_fork(table, &facts->process);
    case SONDA__HAPPENED_EXIT:
        (void)sonda__lineage_mention(table, &facts->process);
        return sonda__lineage_exit(table, &facts->process);
    case SONDA__HAPPENED_ELSE:
        break;
    }
    return sonda__lineage_mention(table, &facts->process);
}

static void follow(sonda_tracker *tracker, sonda_event *event)
{
    sonda__event_facts facts;
    uint32_t index;

    if (event->time_ns > tracker->newest_ns) {
        tracker->newest_ns = event->time_ns;
    }
    if (tracker->newest_ns > tracker->keep_ns) {
        sonda__process_expire(&tracker->table, tracker->newest_ns - tracker->keep_ns);
    }
    sonda__event_facts_of(event, &facts);
    index = learn(&tracker->table, &facts);
    sonda__enrich(&tracker->table, index, &facts, event);
}

/* One line of several: only the joined event says who did what. */
static bool is_audit_line(const sonda_event *event)
{
    return event->header.source == SONDA_SOURCE_AUDIT && event->channel.len != 0;
}

sonda_status sonda_tracker_apply(sonda_tracker *tracker, sonda_event *event)
{
    if (tracker == NULL || event == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (is_audit_line(event)) {
        sonda__audit_join_add(tracker->join, event);
    } else if (event->header.source != SONDA_SOURCE_ETW ||
               sonda__etw_join_apply(tracker->etw, &tracker->table, event)) {
        sonda__message_gaps_note(&tracker->gaps, event);
        follow(tracker, event);
    }
    return SONDA_OK;
}

sonda_status sonda_tracker_take(sonda_tracker *tracker, sonda_event *event)
{
    sonda_status status;

    if (tracker == NULL || event == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    /* The names the event had may be those of content that is gone by now. */
    event->names = sonda__names_of_table();
    event->names_serial = 0;
    status = sonda__audit_join_take(tracker->join, event);
    if (status == SONDA_OK) {
        follow(tracker, event);
    }
    return status;
}

sonda_status sonda_tracker_finish(sonda_tracker *tracker)
{
    if (tracker == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    sonda__audit_join_finish(tracker->join);
    return SONDA_OK;
}

static void fill_view(sonda__process_table *table, uint32_t index, sonda_process_view *view)
{
    const sonda__process *e = &table->entries[index];
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    sonda__process_texts(table, index, texts);
    view->flags = e->flags;
    view->pid = e->key.pid;
    view->start_ns = e->key.start_ns;
    view->image = texts[SONDA__PROCESS_IMAGE].data;
    view->image_len = texts[SONDA__PROCESS_IMAGE].len;
    view->command_line = texts[SONDA__PROCESS_COMMAND_LINE].data;
    view->command_line_len = texts[SONDA__PROCESS_COMMAND_LINE].len;
    view->user = texts[SONDA__PROCESS_USER].data;
    view->user_len = texts[SONDA__PROCESS_USER].len;
    view->current_directory = texts[SONDA__PROCESS_DIRECTORY].data;
    view->current_directory_len = texts[SONDA__PROCESS_DIRECTORY].len;
}

sonda_status sonda_tracker_process(sonda_tracker *tracker,
                                   uint64_t pid,
                                   uint64_t start_ns,
                                   uint32_t ancestor,
                                   sonda_process_view *process)
{
    sonda__process_key key = {0, pid, start_ns, {0, 0}};
    sonda_process_view view = SONDA_PROCESS_VIEW_INIT;
    uint32_t index;

    if (tracker == NULL || process == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    index = sonda__process_find(&tracker->table, &key);
    for (uint32_t step = 0; step < ancestor && index != SONDA__PROCESS_NONE; step++) {
        index = step < SONDA_PROCESS_CHAIN_MAX ? sonda__process_parent(&tracker->table, index)
                                               : SONDA__PROCESS_NONE;
    }
    if (index == SONDA__PROCESS_NONE) {
        return SONDA_ERR_NOT_FOUND;
    }
    fill_view(&tracker->table, index, &view);
    return sonda_abi_write(&view, sizeof view, process);
}

sonda_status sonda_tracker_stats(const sonda_tracker *tracker, sonda_tracker_numbers *numbers)
{
    sonda_tracker_numbers filled;
    sonda__windows_stats windows;
    sonda__object_numbers objects;

    if (tracker == NULL || numbers == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    sonda__windows_get_stats(tracker->windows, &windows);
    sonda__etw_join_get_numbers(tracker->etw, &objects);
    filled = tracker->table.numbers;
    filled.memory_bytes += windows.memory_bytes;
    filled.correlated = windows.kept;
    filled.correlated_evicted = windows.evicted;
    filled.correlated_late = windows.late;
    filled.messages_lost = tracker->gaps.lost;
    filled.objects = objects.known;
    filled.objects_evicted = objects.evicted;
    return sonda_abi_write(&filled, sizeof filled, numbers);
}

sonda__windows *sonda__tracker_windows(sonda_tracker *tracker)
{
    return tracker->windows;
}
