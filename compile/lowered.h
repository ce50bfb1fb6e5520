/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A rule between parsing and writing: every value turned into patterns, the
 * condition into one tree, nothing of the pack touched yet.
 *
 * Lowering can fail, writing cannot (but for memory): so a rule enters a pack
 * whole or not at all. Everything lives in the pool of one rule.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_LOWERED_H
#define SONDA_COMPILE_LOWERED_H

#include "compile/pool.h"
#include "compile/rule.h"
#include "core/rules/pack_format.h"

/* An instruction as in the pack, but for CLASS, whose A is a lowered class. */
typedef struct sonda__lowered_code {
    uint32_t op; /* sonda__code_op */
    uint32_t a;
    uint32_t b;
} sonda__lowered_code;

/* Ascending ranges of code points that do not touch. */
typedef struct sonda__lowered_class {
    size_t range_count;
    uint32_t (*ranges)[2];
} sonda__lowered_class;

typedef struct sonda__lowered_regex {
    size_t code_count;
    sonda__lowered_code *code;
    size_t class_count;
    sonda__lowered_class *classes;
    uint32_t written; /* 1 + its index in the pack, once it is there */
} sonda__lowered_regex;

typedef struct sonda__lowered_pattern {
    uint16_t op;    /* sonda__pattern_op */
    uint16_t flags; /* SONDA__PATTERN_… */
    uint32_t a;     /* numbers of TIME_PART; others are references below */
    uint32_t b;
    uint32_t c;
    sonda__span bytes; /* LITERAL, GLOB, NUMBER, CIDR */
    sonda__span text;  /* as written */
    sonda__span field; /* FIELDREF */
    sonda__lowered_regex *regex;
} sonda__lowered_pattern;

typedef struct sonda__lowered_item {
    sonda__span field; /* empty: keywords */
    uint32_t flags;    /* SONDA__PREDICATE_… */
    bool negated;
    size_t pattern_count;
    sonda__lowered_pattern *patterns;
} sonda__lowered_item;

/* A node in preorder, as in the pack. */
typedef struct sonda__lowered_node {
    uint32_t kind; /* sonda__pack_node_kind */
    uint32_t end;
    const sonda__lowered_item *item; /* TEST */
    sonda__span name;                /* NAMED */
} sonda__lowered_node;

typedef struct sonda__lowered_rule {
    size_t node_count;
    sonda__lowered_node *nodes;
} sonda__lowered_rule;

#endif
