/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of an event: what decoders build and matching reads.
 *
 * Field texts point into the record (when they need no change) or into the
 * event's arena. A field array of fixed capacity keeps the order of the record;
 * a repeated field is a list. Nothing here allocates after open.
 *
 * Layer 2 (event): uses base and codec.
 */

#ifndef SONDA_CORE_EVENT_EVENT_H
#define SONDA_CORE_EVENT_EVENT_H

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/span.h"
#include "core/event/names.h"
#include "sonda/event.h"

/* One (field, value). `name` is set for every field, also for table ids. */
typedef struct sonda__field {
    sonda_field_id id;
    uint16_t flags; /* SONDA_VALUE_… */
    uint16_t reserved;
    sonda__span name;
    sonda__span text;
} sonda__field;

/* One process of the chain that findings show: the acting one, its parent, … */
typedef struct sonda__chain_link {
    uint64_t pid;
    uint64_t start_ns;
    sonda__span image;
    sonda__span command_line;
    sonda__span user;
    sonda__span current_directory;
    uint32_t flags; /* SONDA_PROCESS_… */
    uint32_t reserved;
} sonda__chain_link;

#define SONDA__CHAIN_MAX 8u

/* Arena of an event: a record's worth of changed text beside the renderings. */
#define SONDA__EVENT_ARENA_BYTES ((size_t)SONDA_RECORD_MAX + (size_t)SONDA__EVENT_EXTRA_BYTES)

/*
 * What an event tells of objects of the kernel that later events name by
 * number: files, registry keys, volumes. The tracker keeps and resolves them
 * (core/track/etw_join.h); decoders of ETW records fill it in.
 */
typedef enum sonda__object_role {
    SONDA__OBJECT_NONE,
    SONDA__OBJECT_FILE,          /* the event is about file `object` or `key` */
    SONDA__OBJECT_FILE_NAMED,    /* the same, and `name` is its name */
    SONDA__OBJECT_FILE_FORGET,   /* `object` is closed, or no longer that file's */
    SONDA__OBJECT_KEY,           /* about registry key `object`, value `leaf` */
    SONDA__OBJECT_KEY_NAMED,     /* `object` is key `leaf` of `key`, or of `name` */
    SONDA__OBJECT_KEY_FORGET,    /* registry key `object` is closed */
    SONDA__OBJECT_VOLUME,        /* device `name` is called `leaf` */
    SONDA__OBJECT_START,         /* a process start without command line */
    SONDA__OBJECT_CLASSIC_START, /* one with it; `name` is the bare file name */
    SONDA__OBJECT_THREAD,        /* a thread of process `object` by another */
    SONDA__OBJECT_TARGET         /* done to process `object` */
} sonda__object_role;

typedef struct sonda__object_link {
    uint32_t role; /* sonda__object_role */
    uint32_t reserved;
    uint64_t object;
    uint64_t key;
    sonda__span name;
    sonda__span leaf;
} sonda__object_link;

struct sonda__json_shapes;

struct sonda_event {
    sonda_record_header header;
    uint32_t class_uid;
    uint32_t activity_id;
    uint16_t product;  /* SONDA_PRODUCT_… */
    bool is_quiet;     /* for the tracker only: neither shown nor matched */
    bool is_raw;       /* of a kind without layout: passed on with its bytes */
    uint32_t event_id; /* of the Windows Event Log, 0 elsewhere */
    uint64_t time_ns;
    /*
     * What log sources are told apart by, beside class and product: the Windows
     * channel ("Security"), "Linux-Sysmon/Operational", "auditd" for a native
     * audit line; empty for adapter records and joined audit events.
     */
    sonda__span channel;
    sonda__span provider;
    sonda__object_link link; /* emptied by begin */
    /*
     * The machine, for output of records that do not name it. Set by who opened
     * the event, kept by begin; empty: not known.
     */
    sonda__span host;
    /*
     * What the decoder of JSON remembers of earlier records (core/normalise/
     * json_shapes.h), or NULL. Set by who decodes, kept by begin.
     */
    struct sonda__json_shapes *shapes;
    const sonda__names *names; /* what resolves names; never NULL once decoding */
    sonda__field *fields;
    size_t field_count;
    size_t field_capacity;
    /*
     * Lineage, copied into the arena when the event passes the process table,
     * so that matching may run beside later changes of it. Emptied by begin.
     */
    sonda__chain_link chain[SONDA__CHAIN_MAX];
    size_t chain_count;
    uint64_t names_serial; /* publication that resolved the names; 0: unknown */
    /*
     * Rules of that publication which the event matched and correlations wait
     * for: how they get from matching to correlating. Emptied by begin.
     */
    uint32_t waited[SONDA__EVENT_WAITED_MAX];
    uint32_t waited_count;
    uint32_t waited_lost; /* had no room */
    sonda__arena arena;
    sonda_allocator allocator;
};

/* Empties the event for the next record. `names` outlives its use. */
void sonda__event_begin(sonda_event *event,
                        const sonda_record_header *header,
                        const sonda__names *names);

/*
 * Appends a field. `name` may be empty when `id` is a table row: the table's
 * spelling is taken. `text` must live as long as the event is used: in the
 * record, in the event's arena, or static. Ill-formed UTF-8 must be flagged by
 * the caller. SONDA_ERR_LIMIT past SONDA__EVENT_FIELDS_MAX.
 */
sonda_status sonda__event_add(
    sonda_event *event, sonda_field_id id, sonda__span name, sonda__span text, uint16_t flags);

/* Appends by name, resolved through the event's names. */
sonda_status
sonda__event_add_named(sonda_event *event, sonda__span name, sonda__span text, uint16_t flags);

/* Appends a number as decimal text in the arena. */
sonda_status sonda__event_add_number(sonda_event *event, sonda_field_id id, uint64_t number);

/* Appends a copy of `text` in the arena; flags ill-formed UTF-8 by itself. */
sonda_status
sonda__event_add_copy(sonda_event *event, sonda_field_id id, sonda__span text, uint16_t flags);

/* First field with this id, or NULL. */
const sonda__field *sonda__event_find(const sonda_event *event, sonda_field_id id);

/* First field with this id, its text, or an empty span. */
sonda__span sonda__event_text(const sonda_event *event, sonda_field_id id);

#endif
