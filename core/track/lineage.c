/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Starts, forks, ends and mentions of processes.
 *
 * The delicate case is a pid that comes back. Where keys carry a start time or
 * a GUID they settle it. Where there is only a pid (audit, Windows Security), a
 * launch under another parent than the table has is a new process, and the old
 * one must have ended unseen.
 *
 * Layer 3 (track): uses base. No allocation.
 */

#include "core/track/lineage.h"

#include "sonda/finding.h"

static bool key_is_empty(const sonda__process_key *key)
{
    return key->pid == 0 && (key->guid[0] | key->guid[1]) == 0;
}

static bool key_is_bare(const sonda__process_key *key)
{
    return key->start_ns == 0 && (key->guid[0] | key->guid[1]) == 0;
}

static sonda__process *entry_of(sonda__process_table *table, uint32_t index)
{
    return &table->entries[index];
}

/* Ends a live process whose pid now belongs to another. */
static void retire_predecessor(sonda__process_table *table, const sonda__process_facts *facts)
{
    sonda__process_key bare = facts->key;
    uint32_t index;

    bare.start_ns = 0;
    bare.guid[0] = 0;
    bare.guid[1] = 0;
    index = bare.pid != 0 ? sonda__process_find(table, &bare) : SONDA__PROCESS_NONE;
    if (index == SONDA__PROCESS_NONE ||
        (entry_of(table, index)->flags & SONDA_PROCESS_EXITED) != 0) {
        return;
    }
    if (facts->key.start_ns == 0 ||
        entry_of(table, index)->key.start_ns < facts->key.start_ns) {
        sonda__process_end(table, index, facts->time_ns);
        table->numbers.pids_reused++;
    }
}

/* Whether a launch known by pid alone is another process than the entry. */
static bool is_successor(const sonda__process *e, const sonda__process_facts *facts)
{
    if (!key_is_bare(&facts->key)) {
        return false;
    }
    if ((e->flags & SONDA_PROCESS_EXITED) != 0) {
        return true;
    }
    return facts->parent.pid != 0 && e->parent_key.pid != 0 &&
           facts->parent.pid != e->parent_key.pid;
}

static uint32_t find_or_add(sonda__process_table *table,
                            const sonda__process_facts *facts,
                            bool launch,
                            bool *added)
{
    uint32_t index = sonda__process_find(table, &facts->key);

    *added = false;
    if (index != SONDA__PROCESS_NONE &&
        !(launch && is_successor(entry_of(table, index), facts))) {
        sonda__process_learn_key(table, index, &facts->key);
        sonda__process_touch(table, index);
        return index;
    }
    retire_predecessor(table, facts);
    *added = true;
    return sonda__process_add(table, &facts->key);
}

/* Takes the event's word for the parent where the table has none. */
static void
bind_parent(sonda__process_table *table, uint32_t index, const sonda__process_facts *facts)
{
    sonda__process *e = entry_of(table, index);
    uint32_t parent;

    if (key_is_empty(&facts->parent) ||
        sonda__process_parent(table, index) != SONDA__PROCESS_NONE) {
        return;
    }
    e->parent_key = facts->parent;
    parent = sonda__process_find(table, &facts->parent);
    if (parent != SONDA__PROCESS_NONE) {
        sonda__process_link(table, index, parent);
        sonda__process_touch(table, parent);
    }
}

/* Texts of the facts, and the table's own where the facts say nothing. */
static void complete(sonda__process_table *table,
                     uint32_t index,
                     const sonda__process_facts *facts,
                     sonda__span texts[SONDA__PROCESS_TEXT_COUNT])
{
    sonda__process_texts(table, index, texts);
    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        if (facts->text[i].data != NULL) {
            texts[i] = facts->text[i];
        }
    }
}

static void replace_texts(sonda__process_table *table,
                          uint32_t index,
                          const sonda__process_facts *facts,
                          const sonda__span texts[SONDA__PROCESS_TEXT_COUNT])
{
    sonda__process_set_texts(table, index, texts);
    entry_of(table, index)->changed_ns = facts->time_ns;
}

/* Fills texts that the entry lacks; leaves it alone when there are none. */
static void
fill_absent(sonda__process_table *table, uint32_t index, const sonda__process_facts *facts)
{
    const sonda__process *e = entry_of(table, index);
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];
    bool news = false;

    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        news = news || (e->text_len[i] == 0 && facts->text[i].len > 0);
    }
    if (!news) {
        return;
    }
    sonda__process_texts(table, index, texts);
    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        if (texts[i].len == 0 && facts->text[i].len > 0) {
            texts[i] = facts->text[i];
        }
    }
    sonda__process_set_texts(table, index, texts);
}

/*
 * An exec under a new identity: what has the same pid and the same start is the
 * same process.
 */
static void renew_identity(sonda__process_table *table, const sonda__process_facts *facts)
{
    sonda__process_key bare = facts->key;
    uint32_t index;

    if (facts->key.start_ns == 0 || (facts->key.guid[0] | facts->key.guid[1]) == 0 ||
        facts->key.pid == 0) {
        return;
    }
    bare.guid[0] = 0;
    bare.guid[1] = 0;
    index = sonda__process_find(table, &bare);
    if (index != SONDA__PROCESS_NONE &&
        entry_of(table, index)->key.start_ns == facts->key.start_ns &&
        (entry_of(table, index)->flags & SONDA_PROCESS_EXITED) == 0) {
        sonda__process_renew_key(table, index, &facts->key);
    }
}

uint32_t sonda__lineage_launch(sonda__process_table *table, const sonda__process_facts *facts)
{
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];
    bool added;
    uint32_t index;
    sonda__process *e;

    if (key_is_empty(&facts->key)) {
        return SONDA__PROCESS_NONE;
    }
    renew_identity(table, facts);
    index = find_or_add(table, facts, true, &added);
    e = entry_of(table, index);
    bind_parent(table, index, facts);
    if (facts->snapshot != 0 && !added && (e->flags & SONDA_PROCESS_INFERRED) == 0 &&
        e->changed_ns > facts->time_ns) {
        fill_absent(table, index, facts);
        return index;
    }
    complete(table, index, facts, texts);
    if (facts->text[SONDA__PROCESS_COMMAND_LINE].data == NULL && facts->snapshot == 0) {
        texts[SONDA__PROCESS_COMMAND_LINE].len = 0; /* it was the former image's */
    }
    e->flags &= ~(uint32_t)(SONDA_PROCESS_INFERRED | SONDA_PROCESS_SNAPSHOT);
    e->flags |= facts->snapshot != 0 ? SONDA_PROCESS_SNAPSHOT : 0;
    replace_texts(table, index, facts, texts);
    return index;
}

uint32_t sonda__lineage_fork(sonda__process_table *table, const sonda__process_facts *facts)
{
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];
    bool added;
    uint32_t index;
    uint32_t parent;

    if (key_is_empty(&facts->key)) {
        return SONDA__PROCESS_NONE;
    }
    index = find_or_add(table, facts, true, &added);
    bind_parent(table, index, facts);
    if (!added) {
        return index; /* its exec came first: rings are read one after the other */
    }
    parent = sonda__process_parent(table, index);
    if (parent != SONDA__PROCESS_NONE) {
        complete(table, parent, facts, texts);
        replace_texts(table, index, facts, texts);
        entry_of(table, index)->flags |=
            entry_of(table, parent)->flags &
            (SONDA_PROCESS_IMAGE_CUT | SONDA_PROCESS_COMMAND_LINE_CUT |
             SONDA_PROCESS_DIRECTORY_CUT);
    } else {
        fill_absent(table, index, facts);
    }
    return index;
}

/*
 * Whether the event names another image. Windows writes the same path in
 * several cases, so the case of ASCII letters does not count.
 */
static bool names_other_image(sonda__process_table *table, uint32_t index, sonda__span image)
{
    const sonda__process *e = entry_of(table, index);
    size_t len = image.len < SONDA__PROCESS_PATH_MAX ? image.len : SONDA__PROCESS_PATH_MAX;

    if (len == 0 || e->text_len[SONDA__PROCESS_IMAGE] == 0) {
        return false;
    }
    if (e->text_len[SONDA__PROCESS_IMAGE] != len) {
        return (e->flags & SONDA_PROCESS_IMAGE_CUT) == 0;
    }
    sonda__process_copy_text(table, index, SONDA__PROCESS_IMAGE, len, table->scratch);
    return !sonda__span_equal_ascii_case(sonda__span_of(table->scratch, len),
                                         sonda__span_of(image.data, len));
}

/* The process runs another image than the table has: its exec was not seen. */
static void
replace_image(sonda__process_table *table, uint32_t index, const sonda__process_facts *facts)
{
    sonda__span texts[SONDA__PROCESS_TEXT_COUNT];

    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        texts[i] = facts->text[i];
        texts[i].len = texts[i].data != NULL ? texts[i].len : 0;
    }
    entry_of(table, index)->flags |= SONDA_PROCESS_INFERRED;
    replace_texts(table, index, facts, texts);
}

/* A bare pid teaches nothing that would be worth an entry. */
static bool says_something(const sonda__process_facts *facts)
{
    return facts->text[SONDA__PROCESS_IMAGE].len > 0 ||
           facts->text[SONDA__PROCESS_COMMAND_LINE].len > 0;
}

uint32_t sonda__lineage_mention(sonda__process_table *table, const sonda__process_facts *facts)
{
    bool added;
    uint32_t index;

    if (key_is_empty(&facts->key)) {
        return SONDA__PROCESS_NONE;
    }
    if (!says_something(facts)) {
        return sonda__process_find(table, &facts->key);
    }
    index = find_or_add(table, facts, false, &added);
    if (added) {
        entry_of(table, index)->flags |= SONDA_PROCESS_INFERRED;
        entry_of(table, index)->changed_ns = facts->time_ns;
    }
    bind_parent(table, index, facts);
    if (names_other_image(table, index, facts->text[SONDA__PROCESS_IMAGE]) &&
        entry_of(table, index)->changed_ns <= facts->time_ns) {
        replace_image(table, index, facts);
    } else {
        fill_absent(table, index, facts);
    }
    return index;
}

uint32_t sonda__lineage_exit(sonda__process_table *table, const sonda__process_facts *facts)
{
    uint32_t index = key_is_empty(&facts->key) ? SONDA__PROCESS_NONE
                                               : sonda__process_find(table, &facts->key);

    if (index != SONDA__PROCESS_NONE) {
        sonda__process_learn_key(table, index, &facts->key);
        sonda__process_end(table, index, facts->time_ns);
    }
    return index;
}
