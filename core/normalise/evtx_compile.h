/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From binary XML to a shape: the fields that a fragment's elements give, named
 * as the decoders of the same event in JSON name them.
 *
 * A template is compiled once for all records of its chunk that use it.
 *
 * Layer 3 (normalise): uses base, codec.
 */

#ifndef SONDA_CORE_NORMALISE_EVTX_COMPILE_H
#define SONDA_CORE_NORMALISE_EVTX_COMPILE_H

#include "core/normalise/evtx_shape.h"

/* Where in an event an element's children stand: how they are named and used. */
typedef enum sonda__evtx_place {
    SONDA__EVTX_TOP,
    SONDA__EVTX_EVENT,
    SONDA__EVTX_SYSTEM,
    SONDA__EVTX_DATA,    /* EventData */
    SONDA__EVTX_USER,    /* UserData: one element that holds the data */
    SONDA__EVTX_RENDER,  /* RenderingInfo */
    SONDA__EVTX_ELEMENT, /* below those: names join by '_' */
    SONDA__EVTX_PLAIN    /* anywhere else: names join by '.' */
} sonda__evtx_place;

typedef struct sonda__evtx_scope {
    sonda__evtx_place place;
    sonda__span prefix; /* joined names so far */
} sonda__evtx_scope;

/* Bytes of a chunk to read binary XML from; offsets in it count from its start. */
typedef struct sonda__evtx_source {
    const uint8_t *chunk;
    size_t chunk_len;
    size_t begin;
    size_t end;
    bool in_template; /* elements say what value they depend on */
} sonda__evtx_source;

/*
 * Compiles the element at `source->begin` as a child of `scope`; its prefix may
 * not lie in `shape`. SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED or
 * SONDA_ERR_LIMIT, with the reason in `shape`; it is then not to be used.
 */
sonda_status sonda__evtx_compile(sonda__evtx_shape *shape,
                                 const sonda__evtx_source *source,
                                 const sonda__evtx_scope *scope);

#endif
