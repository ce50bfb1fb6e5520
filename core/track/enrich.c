/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Absent fields and the chain of ancestors.
 *
 * The texts pass through the table's scratch: each step copies what it needs
 * into the event's arena before the next one overwrites it.
 *
 * Layer 3 (track): uses base and event. Takes from the event's arena only.
 */

#include "core/track/enrich.h"

#include "core/base/limits.h"
#include "sonda/finding.h"

_Static_assert(SONDA__CHAIN_MAX == SONDA_PROCESS_CHAIN_MAX, "one chain, two names");

/* One field that may be filled, from which text of a process. */
typedef struct fill_row {
    sonda_field_id field;
    sonda__process_text text;
    uint32_t cut_flag; /* of the process, or 0 */
} fill_row;

static const fill_row process_rows[] = {
    {SONDA_FIELD_IMAGE, SONDA__PROCESS_IMAGE, SONDA_PROCESS_IMAGE_CUT},
    {SONDA_FIELD_COMMAND_LINE, SONDA__PROCESS_COMMAND_LINE, SONDA_PROCESS_COMMAND_LINE_CUT},
    {SONDA_FIELD_CURRENT_DIRECTORY, SONDA__PROCESS_DIRECTORY, SONDA_PROCESS_DIRECTORY_CUT},
    {SONDA_FIELD_USER, SONDA__PROCESS_USER, 0},
};

static const fill_row parent_rows[] = {
    {SONDA_FIELD_PARENT_IMAGE, SONDA__PROCESS_IMAGE, SONDA_PROCESS_IMAGE_CUT},
    {SONDA_FIELD_PARENT_COMMAND_LINE, SONDA__PROCESS_COMMAND_LINE,
     SONDA_PROCESS_COMMAND_LINE_CUT},
    {SONDA_FIELD_PARENT_USER, SONDA__PROCESS_USER, 0},
};

/* Sysmon's events about two processes: the acting one has its own fields. */
static const fill_row source_rows[] = {
    {SONDA_FIELD_SOURCE_IMAGE, SONDA__PROCESS_IMAGE, SONDA_PROCESS_IMAGE_CUT},
    {SONDA_FIELD_SOURCE_COMMAND_LINE, SONDA__PROCESS_COMMAND_LINE,
     SONDA_PROCESS_COMMAND_LINE_CUT},
    {SONDA_FIELD_SOURCE_USER, SONDA__PROCESS_USER, 0},
};

/* What the record calls by another name is not absent. */
typedef struct other_name {
    sonda_field_id field;
    sonda_field_id other;
} other_name;

static const other_name other_names[] = {
    {SONDA_FIELD_IMAGE, SONDA_FIELD_NEW_PROCESS_NAME},
    {SONDA_FIELD_IMAGE, SONDA_FIELD_PROCESS_NAME},
    {SONDA_FIELD_IMAGE, SONDA_FIELD_APPLICATION},
    {SONDA_FIELD_IMAGE, SONDA_FIELD_CALLER_PROCESS_NAME},
    {SONDA_FIELD_PARENT_IMAGE, SONDA_FIELD_PARENT_PROCESS_NAME},
    {SONDA_FIELD_USER, SONDA_FIELD_SUBJECT_USER_NAME},
    {SONDA_FIELD_USER, SONDA_FIELD_TARGET_USER_NAME},
};

static bool is_absent(const sonda_event *event, sonda_field_id field)
{
    if (sonda__event_find(event, field) != NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++) {
        if (other_names[i].field == field &&
            sonda__event_find(event, other_names[i].other) != NULL) {
            return false;
        }
    }
    return true;
}

static void fill(sonda__process_table *table,
                 uint32_t index,
                 const fill_row *rows,
                 size_t row_count,
                 uint16_t flags,
                 sonda_event *event)
{
    uint32_t process_flags = table->entries[index].flags;
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    sonda__process_texts(table, index, texts);
    for (size_t i = 0; i < row_count; i++) {
        bool was_cut = (process_flags & rows[i].cut_flag) != 0;

        if (texts[rows[i].text].len == 0 || !is_absent(event, rows[i].field)) {
            continue;
        }
        if (sonda__event_add_copy(event, rows[i].field, texts[rows[i].text],
                                  (uint16_t)(flags | (was_cut ? SONDA_VALUE_TRUNCATED : 0))) ==
            SONDA_OK) {
            table->numbers.fields_filled++;
        }
    }
}

/*
 * A late event may name another image than the process runs by now: then
 * nothing else that the table has fits the event either.
 */
static bool images_agree(sonda__process_table *table, uint32_t index, sonda__span image)
{
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    if (image.len == 0 || table->entries[index].text_len[SONDA__PROCESS_IMAGE] == 0) {
        return true;
    }
    sonda__process_texts(table, index, texts);
    return sonda__span_equal_ascii_case(texts[SONDA__PROCESS_IMAGE], image) ||
           (table->entries[index].flags & SONDA_PROCESS_IMAGE_CUT) != 0;
}

static void fill_parent(sonda__process_table *table,
                        uint32_t parent,
                        const sonda__event_facts *facts,
                        uint16_t flags,
                        sonda_event *event)
{
    if (!images_agree(table, parent, facts->parent.text[SONDA__PROCESS_IMAGE])) {
        return;
    }
    fill(table, parent, parent_rows, sizeof parent_rows / sizeof parent_rows[0], flags, event);
    if (table->entries[parent].key.pid != 0 && facts->process.parent.pid == 0 &&
        is_absent(event, SONDA_FIELD_PARENT_PROCESS_ID) &&
        sonda__event_add_number(event, SONDA_FIELD_PARENT_PROCESS_ID,
                                table->entries[parent].key.pid) == SONDA_OK) {
        event->fields[event->field_count - 1].flags |= flags;
        table->numbers.fields_filled++;
    }
}

static void fill_fields(sonda__process_table *table,
                        uint32_t index,
                        const sonda__event_facts *facts,
                        sonda_event *event)
{
    uint16_t flags =
        (uint16_t)(SONDA_VALUE_ENRICHED | (facts->lineage_visible ? 0 : SONDA_VALUE_HIDDEN));
    uint32_t parent = sonda__process_parent(table, index);

    if (!images_agree(table, index, facts->process.text[SONDA__PROCESS_IMAGE])) {
        return;
    }
    if (facts->by_source_fields) {
        fill(table, index, source_rows, sizeof source_rows / sizeof source_rows[0], flags,
             event);
        return;
    }
    fill(table, index, process_rows, sizeof process_rows / sizeof process_rows[0], flags,
         event);
    if (parent != SONDA__PROCESS_NONE) {
        fill_parent(table, parent, facts, flags, event);
    }
}

/* Copies a text into the event's arena; empty when there is no room. */
static sonda__span keep(sonda_event *event, sonda__span text)
{
    char *copy = text.len > 0 ? sonda__arena_take(&event->arena, text.len, 1) : NULL;

    if (copy == NULL) {
        return sonda__span_of("", 0);
    }
    memcpy(copy, text.data, text.len);
    return sonda__span_of(copy, text.len);
}

static void add_link(sonda__process_table *table, uint32_t index, sonda_event *event)
{
    sonda__chain_link *link = &event->chain[event->chain_count++];
    const sonda__process *e = &table->entries[index];
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    sonda__process_texts(table, index, texts);
    link->pid = e->key.pid;
    link->start_ns = e->key.start_ns;
    link->flags = e->flags;
    link->reserved = 0;
    if (texts[SONDA__PROCESS_COMMAND_LINE].len > SONDA__CHAIN_COMMAND_LINE_MAX) {
        texts[SONDA__PROCESS_COMMAND_LINE].len = SONDA__CHAIN_COMMAND_LINE_MAX;
        link->flags |= SONDA_PROCESS_COMMAND_LINE_CUT;
    }
    link->image = keep(event, texts[SONDA__PROCESS_IMAGE]);
    link->command_line = keep(event, texts[SONDA__PROCESS_COMMAND_LINE]);
    link->user = keep(event, texts[SONDA__PROCESS_USER]);
    link->current_directory = keep(event, texts[SONDA__PROCESS_DIRECTORY]);
}

void sonda__enrich(sonda__process_table *table,
                   uint32_t index,
                   const sonda__event_facts *facts,
                   sonda_event *event)
{
    if (index == SONDA__PROCESS_NONE) {
        return;
    }
    fill_fields(table, index, facts, event);
    while (index != SONDA__PROCESS_NONE && event->chain_count < SONDA__CHAIN_MAX) {
        add_link(table, index, event);
        index = sonda__process_parent(table, index);
    }
}
