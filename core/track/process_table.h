/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The storage of the process table: entries, their texts, two hash indexes and
 * three lists by age. Entries and lists are in process_table.c, texts in
 * process_text.c. What events mean for it is lineage.h.
 *
 * An entry is known by its index. Indexes are reused, so a reference that is
 * kept (a child's to its parent) carries the entry's generation with it.
 *
 * When the table is full, processes that ended go first, oldest first; then
 * ended ones that still have children; then the live one that no event has
 * spoken of for longest.
 *
 * Layer 3 (track): uses base. Allocates at open only.
 */

#ifndef SONDA_CORE_TRACK_PROCESS_TABLE_H
#define SONDA_CORE_TRACK_PROCESS_TABLE_H

#include "core/base/limits.h"
#include "core/track/text_pool.h"
#include "sonda/stats.h"

#define SONDA__PROCESS_NONE UINT32_MAX

/* Texts of a process, in the order they are stored. */
typedef enum sonda__process_text {
    SONDA__PROCESS_IMAGE,
    SONDA__PROCESS_COMMAND_LINE,
    SONDA__PROCESS_DIRECTORY,
    SONDA__PROCESS_USER,
    SONDA__PROCESS_TEXT_COUNT
} sonda__process_text;

/* Longest image, command line, directory and user together. */
#define SONDA__PROCESS_TEXT_MAX \
    (2u * SONDA__PROCESS_PATH_MAX + SONDA__PROCESS_COMMAND_LINE_MAX + SONDA__PROCESS_USER_MAX)

/* What tells one process from another. */
typedef struct sonda__process_key {
    uint64_t scope; /* which machine; 0: this one */
    uint64_t pid;
    uint64_t start_ns; /* 0: unknown */
    uint64_t guid[2];  /* Sysmon's ProcessGuid; zero: none */
} sonda__process_key;

typedef enum sonda__process_list {
    SONDA__LIST_NONE,
    SONDA__LIST_LIVE,
    SONDA__LIST_EXITED,
    SONDA__LIST_EXITED_PARENT, /* ended, but has children in the table */
    SONDA__LIST_COUNT
} sonda__process_list;

typedef struct sonda__process {
    sonda__process_key key;
    sonda__process_key parent_key;
    uint64_t changed_ns; /* event time of the latest texts */
    uint64_t exit_ns;
    uint32_t parent; /* index, good while the generation agrees */
    uint32_t parent_generation;
    uint32_t generation;
    uint32_t children;
    uint32_t next_by_pid;
    uint32_t next_by_guid;
    uint32_t list_previous;
    uint32_t list_next; /* also links free entries */
    uint32_t list;      /* sonda__process_list */
    uint32_t flags;     /* SONDA_PROCESS_… */
    uint32_t text;
    uint32_t text_len[SONDA__PROCESS_TEXT_COUNT];
    uint32_t reserved;
} sonda__process;

typedef struct sonda__process_table {
    sonda__process *entries;
    uint32_t capacity;
    uint32_t untouched; /* first entry that was never used */
    uint32_t free_head;
    uint32_t bucket_mask;
    uint32_t *by_pid;
    uint32_t *by_guid;
    uint32_t list_head[SONDA__LIST_COUNT];
    uint32_t list_tail[SONDA__LIST_COUNT];
    sonda__text_pool texts;
    char *scratch; /* SONDA__PROCESS_TEXT_MAX bytes */
    sonda_tracker_numbers numbers;
    sonda_allocator allocator;
} sonda__process_table;

/* Takes all memory the table will ever have; numbers.memory_bytes says how much. */
sonda_status sonda__process_table_open(sonda__process_table *table,
                                       uint32_t max_processes,
                                       uint64_t text_bytes,
                                       const sonda_allocator *allocator);

void sonda__process_table_close(sonda__process_table *table);

/*
 * The entry of a key, or SONDA__PROCESS_NONE: by GUID when there is one, else
 * by pid and start, else the latest with this pid, a live one before an ended.
 */
uint32_t sonda__process_find(const sonda__process_table *table, const sonda__process_key *key);

/* A new live entry; never fails, since one can always be evicted. */
uint32_t sonda__process_add(sonda__process_table *table, const sonda__process_key *key);

/* Completes an entry's key with a start or a GUID that it lacks. */
void sonda__process_learn_key(sonda__process_table *table,
                              uint32_t index,
                              const sonda__process_key *key);

/*
 * Gives a process that runs on with a new image the identity of that: on macOS
 * every exec changes it.
 */
void sonda__process_renew_key(sonda__process_table *table,
                              uint32_t index,
                              const sonda__process_key *key);

/* Makes an entry the most recently used of its list. */
void sonda__process_touch(sonda__process_table *table, uint32_t index);

/* Marks an entry as ended. */
void sonda__process_end(sonda__process_table *table, uint32_t index, uint64_t time_ns);

/* Binds a child to its parent's entry. */
void sonda__process_link(sonda__process_table *table, uint32_t child, uint32_t parent);

/* The parent's entry, or SONDA__PROCESS_NONE; binds it when it came later. */
uint32_t sonda__process_parent(sonda__process_table *table, uint32_t index);

/* Evicts one ended process other than `keep`; false when there is none. */
bool sonda__process_evict_exited(sonda__process_table *table, uint32_t keep);

/* Forgets ended processes without children that ended before `before_ns`. */
void sonda__process_expire(sonda__process_table *table, uint64_t before_ns);

/*
 * Replaces all texts of an entry, each cut to its limit; makes room by evicting
 * ended processes, and cuts everything but the image when that is not enough.
 * The texts may stand in the table's scratch.
 */
void sonda__process_set_texts(sonda__process_table *table,
                              uint32_t index,
                              const sonda__span texts[SONDA__PROCESS_TEXT_COUNT]);

/* Copies one text to `out`, which has room for its length. */
void sonda__process_copy_text(const sonda__process_table *table,
                              uint32_t index,
                              sonda__process_text which,
                              size_t len,
                              char *out);

/*
 * All texts of an entry, one behind the other in the table's scratch: good
 * until the next call that reads or writes texts.
 */
void sonda__process_texts(sonda__process_table *table,
                          uint32_t index,
                          sonda__span texts[SONDA__PROCESS_TEXT_COUNT]);

#endif
