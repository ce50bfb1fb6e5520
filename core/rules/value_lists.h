/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Items with many values: automata in which all of their literals are looked
 * for at once.
 *
 * A list's literals, and the plain pieces of its globs, make one trie with a
 * link from each node to the longest other node that its bytes end in (Aho and
 * Corasick, 1975). So a byte of a value costs the same however many values the
 * list has and whatever they share. The loader makes it of a verified pack.
 *
 * Layer 3 (rules). Allocates while loading only.
 */

#ifndef SONDA_CORE_RULES_VALUE_LISTS_H
#define SONDA_CORE_RULES_VALUE_LISTS_H

#include "core/rules/pack.h"
#include "sonda/allocator.h"

/*
 * Patterns of an item from which looking for all at once is the cheaper way. Of
 * SigmaHQ's lists those of 64 to 1,023 would cost each start 9 ms and 3 MB for nothing.
 */
#define SONDA__VALUE_LIST_LEAST 1024u
/* And up to which: matching keeps two bits for each. */
#define SONDA__VALUE_LIST_MOST 131072u
/*
 * Bytes of a list's literals and pieces: each is a node of some 50 bytes. More
 * than an item's values may come to.
 */
#define SONDA__VALUE_LIST_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* No pattern, no piece. */
#define SONDA__VALUE_NONE UINT32_MAX

/* The bytes that lead to it; patterns are numbered from the list's first. */
typedef struct sonda__value_node {
    uint32_t fail;   /* the longest other node that these bytes end in */
    uint32_t inner;  /* first literal that may stand anywhere and that they end in */
    uint32_t end;    /* first literal at the end of a value, likewise */
    uint32_t start;  /* first literal at the start of a value, of these very bytes */
    uint32_t whole;  /* first literal that is a value, of these very bytes */
    uint32_t piece;  /* piece of these very bytes */
    uint32_t pieces; /* the longest node they end in that is a piece; 0: none */
} sonda__value_node;

/* From a node by a byte; `to` is 0 where there is none. */
typedef struct sonda__value_edge {
    uint32_t from; /* node << 8 | byte */
    uint32_t to;
} sonda__value_edge;

/* A glob: it can match only where each of its pieces stands. */
typedef struct sonda__value_glob {
    uint32_t pattern;
    uint32_t next;   /* 1 + the next glob with the same key; 0: none */
    uint32_t pieces; /* index into `pieces` of the list */
    uint32_t count;
} sonda__value_glob;

typedef struct sonda__value_list {
    sonda__value_node *nodes;
    sonda__value_edge *edges;
    sonda__value_glob *globs;
    uint32_t *pieces; /* of globs */
    uint32_t *keys;   /* by piece: 1 + the first glob that waits for it; 0: none */
    uint32_t *others; /* patterns that are asked one by one */
    uint32_t node_count;
    uint32_t edge_mask;
    uint32_t glob_count;
    uint32_t piece_count;
    uint32_t piece_refs;
    uint32_t other_count;
    uint32_t longest; /* bytes of a literal at the end of a value */
    bool cased;
    bool has_inner; /* or pieces */
    bool has_start;
    bool has_end;
} sonda__value_list;

typedef struct sonda__value_lists {
    sonda__value_list *lists;
    uint32_t *of_predicate; /* 1 + its list; 0: none */
    uint32_t count;
    uint32_t predicate_count;
} sonda__value_lists;

sonda_status sonda__value_lists_open(sonda__value_lists *lists,
                                     const sonda__pack *pack,
                                     const sonda_allocator *allocator);

void sonda__value_lists_close(sonda__value_lists *lists, const sonda_allocator *allocator);

/* The list of an item, or NULL. */
static inline const sonda__value_list *sonda__value_lists_of(const sonda__value_lists *lists,
                                                             uint32_t predicate)
{
    uint32_t index = predicate < lists->predicate_count ? lists->of_predicate[predicate] : 0;

    return index == 0 ? NULL : &lists->lists[index - 1];
}

/* The node that a byte leads to from another, or 0. */
static inline uint32_t
sonda__value_list_child(const sonda__value_list *list, uint32_t node, uint8_t byte)
{
    uint32_t from = node << 8 | byte;
    uint32_t at = (from * 0x9e3779b1u) >> 7;

    for (;; at++) {
        const sonda__value_edge *edge = &list->edges[at & list->edge_mask];

        if (edge->to == 0 || edge->from == from) {
            return edge->to;
        }
    }
}

#endif
