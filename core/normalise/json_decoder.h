/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Inside of the JSON decoder: json_event.c walks any object and decides what
 * the record is, json_nested.c knows the nested shape of Windows Event Log.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_JSON_DECODER_H
#define SONDA_CORE_NORMALISE_JSON_DECODER_H

#include "core/codec/json.h"
#include "core/event/event.h"
#include "core/normalise/json_keys.h"

/* Where in a record an object stands: how its members are named and used. */
typedef enum sonda__json_place {
    SONDA__PLACE_TOP,
    SONDA__PLACE_PLAIN,   /* below the top: names join by '.' */
    SONDA__PLACE_SYSTEM,  /* the System block of an event */
    SONDA__PLACE_ELEMENT, /* below the blocks: names join by '_' */
    /* From here on sonda__json_nested_member() knows what the members are. */
    SONDA__PLACE_EVENT,  /* the value of "Event" */
    SONDA__PLACE_DATA,   /* EventData */
    SONDA__PLACE_USER,   /* UserData: one element that holds the data */
    SONDA__PLACE_RENDER, /* RenderingInfo */
    SONDA__PLACE_NAMED   /* a Data element with its name as an attribute */
} sonda__json_place;

/* What decides on the event as a whole; times in order of trust. */
typedef enum sonda__json_role {
    SONDA__ROLE_CHANNEL,
    SONDA__ROLE_EVENT_ID,
    SONDA__ROLE_PROVIDER,
    SONDA__ROLE_SOURCE_NAME,
    SONDA__ROLE_COMPUTER,
    SONDA__ROLE_HOSTNAME,
    SONDA__ROLE_UTC_TIME,
    SONDA__ROLE_TIME_CREATED,
    SONDA__ROLE_TIMESTAMP,
    SONDA__ROLE_EVENT_TIME, /* nxlog writes local time without a zone */
    SONDA__ROLE_COUNT,
    SONDA__ROLE_NONE = SONDA__ROLE_COUNT
} sonda__json_role;

/* An object or element being read. */
typedef struct sonda__json_scope {
    sonda__json_place at;
    sonda__span prefix; /* joined names so far */
} sonda__json_scope;

typedef struct sonda__json_decoder {
    sonda_event *event;
    struct sonda__json_shapes *shapes; /* or NULL */
    sonda__json json;
    uint32_t objects; /* met so far: a number for each */
    bool removed;     /* some fields were marked as removed */
    bool limit;       /* a limit of the event, not of JSON, stopped us */
    const char *key;  /* text of the key met last, hashed already */
    uint64_t key_hash;
    sonda__span data_name;                /* of the Data element being read */
    size_t role_field[SONDA__ROLE_COUNT]; /* index + 1; 0: not met */
    sonda__json_keys keys;
} sonda__json_decoder;

/* Says that a limit or rule of ours, not of JSON, ends the decoding. */
sonda_status sonda__json_over_limit(sonda__json_decoder *d, sonda_status status);

/* Adds a scalar as a field named `name`. */
sonda_status sonda__json_add(sonda__json_decoder *d,
                             sonda__json_place at,
                             sonda__span name,
                             const sonda__json_token *token);

/* `prefix`, a separator and `key`, cut at the longest name there is. */
sonda_status sonda__json_join(sonda__json_decoder *d,
                              sonda__span prefix,
                              char with,
                              sonda__span key,
                              sonda__span *joined);

/* The field name of a member of `in`. */
sonda_status sonda__json_name(sonda__json_decoder *d,
                              const sonda__json_scope *in,
                              sonda__span key,
                              sonda__span *name);

/* "#attributes" and "#text" are markup of the XML the record came from. */
bool sonda__json_is_markup(sonda__span key);

/* The members of an object whose opening brace was read. */
sonda_status sonda__json_object(sonda__json_decoder *d, const sonda__json_scope *in);

/* The elements of an array whose opening bracket was read, all named `name`. */
sonda_status
sonda__json_array(sonda__json_decoder *d, const sonda__json_scope *in, sonda__span name);

/* A value named `name`, of a member of `in` or an element of an array there. */
sonda_status sonda__json_value(sonda__json_decoder *d,
                               const sonda__json_scope *in,
                               sonda__span name,
                               const sonda__json_token *token);

/* A member of one of the nested shape's places; `token` is its value's first. */
sonda_status sonda__json_nested_member(sonda__json_decoder *d,
                                       const sonda__json_scope *in,
                                       sonda__span key,
                                       const sonda__json_token *token);

#endif
