/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What keys came after which in earlier records: one program writes its events
 * of a kind with the same keys in the same order.
 *
 * A key that comes where it came before is known by comparing its bytes: its
 * field and its role were found then, and that it is no duplicate of the keys
 * before it. It only saves time; what an event becomes does not depend on it.
 *
 * A tree of keys in storage of fixed size. When that is used up it learns no
 * more: what it knows keeps being of use.
 *
 * Layer 3 (normalise): uses base, codec, event.
 */

#ifndef SONDA_CORE_NORMALISE_JSON_SHAPES_H
#define SONDA_CORE_NORMALISE_JSON_SHAPES_H

#include "core/codec/json.h"
#include "core/event/event.h"

/* Keys of a record that are learned: fewer than sonda__json_keys has at hand. */
#define SONDA__JSON_SHAPE_KEYS_MAX 100u
/* Places in the tree: a recording of all Windows logs takes some 330. */
#define SONDA__JSON_SHAPES_MAX 1024u

/* A key at its place; 0 means none, for the root is nobody's child. */
typedef struct sonda__json_shape {
    char text[48]; /* the key and its closing quote */
    sonda_field_id id;
    uint16_t child;   /* the key that came last behind this one */
    uint16_t sibling; /* another that came in this one's place */
    uint16_t len;     /* of `text` */
    uint8_t role;     /* SONDA__ROLE_… */
    uint8_t reserved[5];
} sonda__json_shape;

typedef struct sonda__json_shapes {
    const sonda__names *names; /* that resolved the ids */
    uint32_t count;
    uint32_t reserved;
    sonda__json_shape shapes[SONDA__JSON_SHAPES_MAX];
} sonda__json_shapes;

/* Forgets everything. To be called when other names come to be used. */
void sonda__json_shapes_reset(sonda__json_shapes *shapes, const sonda__names *names);

/*
 * When the reader's next key is known to come behind `at` (0 at first) and its
 * value is no container, takes it and its colon, and returns its place; else 0,
 * and nothing has changed. `*key` is its text in the input.
 */
uint32_t sonda__json_shapes_take(sonda__json_shapes *shapes,
                                 uint32_t at,
                                 sonda__json *json,
                                 sonda__span *key);

/*
 * The place of `field`'s name behind `at`, added when it is new; 0 when it
 * cannot be. `role` belongs to it.
 */
uint32_t sonda__json_shapes_learn(sonda__json_shapes *shapes,
                                  uint32_t at,
                                  const sonda__field *field,
                                  uint8_t role);

#endif
