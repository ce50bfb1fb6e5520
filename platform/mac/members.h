/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which members of an event go where in its record.
 *
 * Platform (mac).
 */

#ifndef SONDA_PLATFORM_MAC_MEMBERS_H
#define SONDA_PLATFORM_MAC_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

enum member_kind {
    MEMBER_BOOL,
    MEMBER_U16,
    MEMBER_U32,
    MEMBER_U64,
    MEMBER_TEXT,    /* es_string */
    MEMBER_TEXTS,   /* size_t, then a pointer to that many es_string */
    MEMBER_FILE,    /* es_file * */
    MEMBER_PROCESS, /* es_process * */
    MEMBER_STATFS,  /* es_statfs *: its three names */
    MEMBER_SHA256,  /* pointer to 32 bytes */
    MEMBER_UUID,    /* 16 bytes */
    MEMBER_ONE_OF   /* a choice: `field` is the group to take from, see below */
};

/* Groups of members that are no event of their own. */
enum {
    GROUP_FIRST = 0x100,
    GROUP_CREATE = GROUP_FIRST, /* + destination_type */
    GROUP_RENAME = GROUP_CREATE + 2,
    GROUP_AUTHENTICATION = GROUP_RENAME + 2, /* + type */
    GROUP_OD_MEMBER = GROUP_AUTHENTICATION + 4,
    GROUP_OVERRIDE = GROUP_OD_MEMBER + 3,
    GROUP_COUNT = GROUP_OVERRIDE + 2
};

struct member {
    uint16_t group; /* NOTIFY type of an event, or GROUP_… */
    uint8_t kind;
    uint8_t since;   /* message version */
    uint16_t offset; /* in the event, or in what `via` points to */
    uint16_t via;    /* offset of a pointer in the event, or MEMBER_DIRECT */
    uint16_t field;  /* SONDA_ES_EVENT_…; of MEMBER_ONE_OF the first group */
    uint8_t block;   /* SONDA_ES_BLOCK_… of a file or a process */
    uint8_t choices; /* of MEMBER_ONE_OF: how many groups there are */
};
#define MEMBER_DIRECT 0xffffu

/* All of them; `count` is set. */
const struct member *members(uint32_t *count);

/* The NOTIFY type that has the same event as an AUTH type; other types as
 * they are. */
uint32_t notify_form(uint32_t type);

/* The AUTH type that asks about what a NOTIFY type tells; itself if none. */
uint32_t auth_form(uint32_t type);

#endif
