/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YAML documents as small trees with line numbers.
 *
 * libyaml's events become nodes in a pool; what Sigma has no use for is refused
 * here, once, so that no later stage meets it: nesting beyond SONDA__DEPTH_MAX,
 * duplicate keys, keys that are no scalars, merge keys, tags of others, and
 * documents that aliases blow up. An alias points at the node it names, so a
 * tree may share branches but never contains itself.
 *
 * Module compile: the only user of libyaml.
 */

#ifndef SONDA_COMPILE_YAML_DOCUMENT_H
#define SONDA_COMPILE_YAML_DOCUMENT_H

#include "compile/pool.h"
#include "compile/rule.h"
#include "sonda/status.h"

typedef enum sonda__yaml_kind {
    SONDA__YAML_SCALAR,
    SONDA__YAML_LIST,
    SONDA__YAML_MAP
} sonda__yaml_kind;

typedef struct sonda__yaml_node {
    sonda__yaml_kind kind;
    sonda__value_kind value; /* of a scalar */
    uint32_t line;           /* from 1 */
    bool complete;           /* an alias may name it */
    size_t weight;           /* with all below it written out */
    size_t count;            /* entries */
    sonda__span text;        /* of a scalar, canonical where the schema has one */
    struct sonda__yaml_entry *first;
    struct sonda__yaml_entry *last;
} sonda__yaml_node;

/* An element of a list (no key) or a pair of a map, in the order written. */
typedef struct sonda__yaml_entry {
    const sonda__yaml_node *key;
    const sonda__yaml_node *value;
    struct sonda__yaml_entry *next;
} sonda__yaml_entry;

typedef struct sonda__yaml sonda__yaml;

/* Opens a reader over `bytes`, which must outlive it. */
sonda_status sonda__yaml_open(sonda__yaml **yaml,
                              const void *bytes,
                              size_t len,
                              const sonda_allocator *allocator);

void sonda__yaml_close(sonda__yaml *yaml);

/*
 * The next document, its nodes taken from `pool`.
 *
 * SONDA_OK: `*root` is the tree. SONDA_ERR_END: no more. SONDA_ERR_MALFORMED or
 * SONDA_ERR_LIMIT: this document is refused, with line and reason; `*root` is
 * what was read before (NULL when nothing was), good for naming it, and the
 * call may be repeated: broken syntax ends the file, other reasons only the
 * document. SONDA_ERR_NO_MEMORY: give up.
 */
sonda_status sonda__yaml_next(sonda__yaml *yaml,
                              sonda__pool *pool,
                              const sonda__yaml_node **root,
                              sonda_error *error);

/* Value of a map's key, or NULL; also NULL when `map` is NULL or no map. */
const sonda__yaml_node *sonda__yaml_find(const sonda__yaml_node *map, const char *key);

#endif
