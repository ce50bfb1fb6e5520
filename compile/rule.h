/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A Sigma rule as the front end leaves it: parsed, checked, resolved to log
 * sources, not yet lowered to the pack.
 *
 * All of it lives in one arena-like pool of the compilation and is given back
 * at once. Text is as in the YAML after YAML's own unescaping; Sigma's escapes
 * in values (\* \? \\) are still there and are the lowering's to read.
 *
 * Module compile: front end (YAML to this) and lowering (this to pack) share it.
 */

#ifndef SONDA_COMPILE_RULE_H
#define SONDA_COMPILE_RULE_H

#include "core/base/span.h"
#include "sonda/field.h"

/* Sigma's levels. Pinned: written to packs. */
enum {
    SONDA__LEVEL_INFORMATIONAL = 0,
    SONDA__LEVEL_LOW = 1,
    SONDA__LEVEL_MEDIUM = 2,
    SONDA__LEVEL_HIGH = 3,
    SONDA__LEVEL_CRITICAL = 4
};

/* Modifiers, in a rule's own order; `all` included. */
typedef enum sonda__modifier {
    SONDA__MOD_ALL,
    SONDA__MOD_CONTAINS,
    SONDA__MOD_STARTSWITH,
    SONDA__MOD_ENDSWITH,
    SONDA__MOD_EXISTS,
    SONDA__MOD_CASED,
    SONDA__MOD_NEQ,
    SONDA__MOD_WINDASH,
    SONDA__MOD_RE,
    SONDA__MOD_RE_I, /* the sub-modifiers i, m, s of re */
    SONDA__MOD_RE_M,
    SONDA__MOD_RE_S,
    SONDA__MOD_BASE64,
    SONDA__MOD_BASE64OFFSET,
    SONDA__MOD_UTF16LE, /* wide is the same */
    SONDA__MOD_UTF16BE,
    SONDA__MOD_UTF16,
    SONDA__MOD_LT,
    SONDA__MOD_LTE,
    SONDA__MOD_GT,
    SONDA__MOD_GTE,
    SONDA__MOD_MINUTE,
    SONDA__MOD_HOUR,
    SONDA__MOD_DAY,
    SONDA__MOD_WEEK,
    SONDA__MOD_MONTH,
    SONDA__MOD_YEAR,
    SONDA__MOD_CIDR,
    SONDA__MOD_EXPAND,
    SONDA__MOD_FIELDREF
} sonda__modifier;

/* A YAML scalar and what the 1.2 core schema makes of it. */
typedef enum sonda__value_kind {
    SONDA__VALUE_STRING,
    SONDA__VALUE_NUMBER, /* text kept as written */
    SONDA__VALUE_BOOLEAN,
    SONDA__VALUE_NONE /* null */
} sonda__value_kind;

typedef struct sonda__rule_value {
    sonda__value_kind kind;
    uint32_t line;
    sonda__span text;
} sonda__rule_value;

/* `Field|mod|mod: value(s)`. An empty field: keywords. */
typedef struct sonda__rule_item {
    sonda__span field;
    uint32_t line;
    uint32_t modifier_count;
    const sonda__modifier *modifiers;
    size_t value_count;
    const sonda__rule_value *values;
} sonda__rule_item;

/* ANDed items: one mapping of a selection. */
typedef struct sonda__rule_map {
    size_t item_count;
    const sonda__rule_item *items;
} sonda__rule_map;

/* A named selection: maps ORed (a YAML list of maps), or one map, or keywords
 * (one map with one item without a field). */
typedef struct sonda__rule_selection {
    sonda__span name;
    uint32_t line;
    size_t map_count;
    const sonda__rule_map *maps;
} sonda__rule_selection;

/* The condition, resolved: `1 of` and `all of` are OR and AND nodes already. */
typedef enum sonda__node_kind {
    SONDA__NODE_SELECTION,
    SONDA__NODE_NOT,
    SONDA__NODE_AND,
    SONDA__NODE_OR
} sonda__node_kind;

typedef struct sonda__rule_node {
    sonda__node_kind kind;
    uint32_t selection; /* index into selections for SONDA__NODE_SELECTION */
    size_t child_count;
    const struct sonda__rule_node *const *children;
} sonda__rule_node;

/* `field equals value`, values ORed: part of a log source's conditions. */
typedef struct sonda__source_condition {
    sonda__span field;
    size_t value_count;
    const sonda__span *values;
} sonda__source_condition;

/* One alternative of a log source: everything set must hold. */
typedef struct sonda__log_source {
    uint16_t product; /* SONDA_PRODUCT_…, 0: any */
    uint16_t reserved;
    uint32_t class_uid; /* valid when `has_class` */
    uint32_t has_class;
    size_t activity_count; /* 0: any */
    const uint32_t *activities;
    size_t channel_count; /* 0: any; else ASCII-case-insensitively one of */
    const sonda__span *channels;
    /* 1: only events with an empty channel (adapter records, joined audit). */
    uint32_t channel_empty;
    size_t event_id_count; /* 0: any */
    const uint32_t *event_ids;
    size_t condition_count;
    const sonda__source_condition *conditions;
    /* Field names that rules of this source write, and the record's instead. */
    size_t alias_count;
    const struct sonda__field_alias *aliases;
} sonda__log_source;

typedef struct sonda__field_alias {
    sonda__span rule_name;
    sonda__span record_name;
} sonda__field_alias;

typedef struct sonda__rule {
    sonda__span id;   /* 36 characters, lower case */
    sonda__span name; /* the short name that filters and correlations use; may be empty */
    sonda__span title;
    sonda__span description;
    sonda__span author;
    sonda__span status;
    uint32_t level; /* SONDA__LEVEL_… */
    uint32_t line;
    size_t tag_count;
    const sonda__span *tags;
    size_t falsepositive_count;
    const sonda__span *falsepositives;
    /* As written, for reports. */
    sonda__span category;
    sonda__span product;
    sonda__span service;
    const char *path; /* file it came from, zero-terminated */
    size_t source_count;
    const sonda__log_source *sources;
    size_t selection_count;
    const sonda__rule_selection *selections;
    /* A list of conditions is ORed already. Filters stand beside the rules. */
    const sonda__rule_node *condition;
} sonda__rule;

#endif
