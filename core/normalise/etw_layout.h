/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the user data of ETW events looks like, as data.
 *
 * A layout is a list of fields in the order of the bytes; each says how many
 * bytes it takes and what becomes of them. Providers append fields without a
 * new version, so bytes behind the last field are not looked at.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_ETW_LAYOUT_H
#define SONDA_CORE_NORMALISE_ETW_LAYOUT_H

#include "core/codec/reader.h"
#include "core/event/event.h"

/* The bytes of a field. */
typedef enum sonda__etw_type {
    SONDA__ETW_END,
    SONDA__ETW_CONSTANT, /* none: `text` is the value */
    SONDA__ETW_U8,
    SONDA__ETW_U16,
    SONDA__ETW_U32,
    SONDA__ETW_U64,
    SONDA__ETW_POINTER, /* 4 or 8, by the record's flags */
    SONDA__ETW_PORT,    /* 2, most significant first */
    SONDA__ETW_IPV4,
    SONDA__ETW_IPV6,
    SONDA__ETW_SID,
    SONDA__ETW_USER,   /* TOKEN_USER (two pointers) and a SID; or one zero of 4 */
    SONDA__ETW_WIDE,   /* UTF-16, zero-terminated or up to the end */
    SONDA__ETW_NARROW, /* bytes of the system's code page, likewise */
    SONDA__ETW_DATA    /* a length of 2 and as many bytes */
} sonda__etw_type;

/* What becomes of it. */
typedef enum sonda__etw_use {
    SONDA__ETW_PASS,    /* nothing */
    SONDA__ETW_VALUE,   /* a field: decimal, or the text */
    SONDA__ETW_HEX,     /* a field: 0x and digits */
    SONDA__ETW_TIME,    /* a field: FILETIME as nanoseconds since 1970 */
    SONDA__ETW_OBJECT,  /* link.object */
    SONDA__ETW_KEY,     /* link.key */
    SONDA__ETW_NAME,    /* link.name */
    SONDA__ETW_LEAF,    /* link.leaf */
    SONDA__ETW_STATUS,  /* notes.status: an NTSTATUS */
    SONDA__ETW_KIND,    /* notes.kind: for the layout's function */
    SONDA__ETW_CONTENTS /* notes.contents: the same */
} sonda__etw_use;

typedef struct sonda__etw_field {
    uint8_t type;      /* sonda__etw_type */
    uint8_t use;       /* sonda__etw_use */
    sonda_field_id id; /* SONDA_FIELD_UNKNOWN: `text` is the field's name */
    const char *text;
} sonda__etw_field;

typedef struct sonda__etw_notes {
    uint32_t status;
    uint32_t kind;
    sonda__span contents;
} sonda__etw_notes;

/* Who acts: fields made of the head. */
typedef enum sonda__etw_actor {
    SONDA__ETW_ACTOR_IN_DATA, /* the user data says */
    SONDA__ETW_ACTOR_IN_HEAD, /* ProcessId and ThreadId are the head's */
    SONDA__ETW_ACTOR_SOURCE   /* SourceProcessId and SourceThreadId are */
} sonda__etw_actor;

#define SONDA__ETW_CLASSIC 0x01u  /* `id` is an opcode */
#define SONDA__ETW_QUIET 0x02u    /* for the tracker only */
#define SONDA__ETW_SNAPSHOT 0x04u /* it was so when the trace began */

typedef struct sonda__etw_layout {
    uint16_t id;
    uint8_t first_version;
    uint8_t last_version;
    uint8_t flags;
    uint8_t actor; /* sonda__etw_actor */
    uint16_t role; /* sonda__object_role */
    uint32_t class_uid;
    uint32_t activity_id;
    const sonda__etw_field *fields;
    /* NULL, or what data cannot say. The head's process and thread are in it. */
    sonda_status (*finish)(sonda_event *event, const sonda__etw_notes *notes);
} sonda__etw_layout;

/* One provider; `layouts` by id, then version. */
typedef struct sonda__etw_provider {
    uint8_t guid[16]; /* as in memory */
    const char *name;
    const char *channel; /* the event log these events go to as they are; or NULL */
    const sonda__etw_layout *layouts;
    size_t layout_count;
} sonda__etw_provider;

/* The provider of a GUID, or NULL. */
const sonda__etw_provider *sonda__etw_provider_of(const uint8_t *guid);

/* Its layout for an id (or opcode, of a classic event) and version, or NULL. */
const sonda__etw_layout *sonda__etw_layout_of(const sonda__etw_provider *provider,
                                              bool classic,
                                              uint16_t id,
                                              uint8_t version);

/* Functions of layouts: core/normalise/etw_finish.c. */
sonda_status sonda__etw_finish_start(sonda_event *event, const sonda__etw_notes *notes);
sonda_status sonda__etw_finish_thread(sonda_event *event, const sonda__etw_notes *notes);
sonda_status sonda__etw_finish_key(sonda_event *event, const sonda__etw_notes *notes);
sonda_status sonda__etw_finish_value(sonda_event *event, const sonda__etw_notes *notes);
sonda_status sonda__etw_finish_status(sonda_event *event, const sonda__etw_notes *notes);
sonda_status sonda__etw_finish_delete(sonda_event *event, const sonda__etw_notes *notes);

#endif
