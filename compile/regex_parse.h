/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The syntax tree of a regular expression.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_REGEX_PARSE_H
#define SONDA_COMPILE_REGEX_PARSE_H

#include "compile/regex.h"

/* Groups within groups; deeper ones have no honest use. */
#define SONDA__REGEX_DEPTH_MAX 64u
/* Most repetitions a quantifier may name, as in PCRE. */
#define SONDA__REGEX_REPEAT_MAX 65535u
#define SONDA__REGEX_UNBOUNDED UINT32_MAX

typedef enum sonda__regex_kind {
    SONDA__REGEX_EMPTY,
    SONDA__REGEX_CODE, /* one instruction: a character, class or assertion */
    SONDA__REGEX_SEQUENCE,
    SONDA__REGEX_CHOICE,
    SONDA__REGEX_REPEAT
} sonda__regex_kind;

typedef struct sonda__regex_node {
    sonda__regex_kind kind;
    sonda__lowered_code code;        /* CODE */
    uint32_t least;                  /* REPEAT */
    uint32_t most;                   /* REPEAT; or SONDA__REGEX_UNBOUNDED */
    struct sonda__regex_node *child; /* first of them */
    struct sonda__regex_node *next;  /* sibling */
} sonda__regex_node;

/* Classes found so far, in order of their index. */
typedef struct sonda__regex_class_link {
    sonda__lowered_class set;
    struct sonda__regex_class_link *next;
} sonda__regex_class_link;

typedef struct sonda__regex_tree {
    sonda__regex_node *root;
    size_t class_count;
    sonda__regex_class_link *classes;
    sonda__regex_class_link *last_class;
} sonda__regex_tree;

/* Parses all of `pattern`; errors as sonda__regex_compile(). */
sonda_status sonda__regex_parse(sonda__pool *pool,
                                sonda__span pattern,
                                const sonda__regex_options *options,
                                sonda__regex_tree *tree,
                                sonda_error *error);

#endif
