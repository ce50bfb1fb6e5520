/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tables of words, by the pinned numbers of sonda/explain.h.
 *
 * Module tools.
 */

#include "explanation_words.h"

#include <stddef.h>

#define WORD_OF(words, i) ((i) < sizeof(words) / sizeof((words)[0]) ? (words)[i] : "unknown")

const char *words_kind(uint32_t kind)
{
    static const char *const words[] = {"unknown", "rule",  "source", "requirement",
                                        "and",     "or",    "not",    "selection",
                                        "item",    "value", "filter"};

    return WORD_OF(words, kind);
}

/* 0: anywhere, 1: at the start, 2: at the end, 3: both. */
static size_t place_of(const sonda_explain_node *node)
{
    return ((node->flags & SONDA_EXPLAIN_AT_START) != 0 ? 1u : 0u) |
           ((node->flags & SONDA_EXPLAIN_AT_END) != 0 ? 2u : 0u);
}

const char *words_asks(const sonda_explain_node *node)
{
    static const char *const text[] = {"contains", "startswith", "endswith", "equals"};
    static const char *const comparisons[] = {"equal", "lt", "lte", "gt", "gte"};
    static const char *const words[] = {"unknown",   "product",  "channel", "event_id",
                                        "class",     "activity", "field",   "",
                                        "wildcards", "null",     "exists",  "",
                                        "time",      "cidr",     "regex",   "fieldref"};

    if (node->asks == SONDA_EXPLAIN_TEXT) {
        return text[place_of(node)];
    }
    if (node->asks == SONDA_EXPLAIN_NUMBER) {
        return WORD_OF(comparisons, node->comparison);
    }
    return WORD_OF(words, node->asks);
}

const char *words_near(uint32_t near_miss)
{
    static const char *const words[] = {"none",    "absent", "hidden", "null",    "empty",
                                        "present", "case",   "place",  "order",   "part",
                                        "other",   "kind",   "family", "outside", "no_other"};

    return WORD_OF(words, near_miss);
}

const char *words_time_part(uint32_t part)
{
    static const char *const words[] = {"minute", "hour", "day", "week", "month", "year"};

    return WORD_OF(words, part);
}

const char *words_phrase(const sonda_explain_node *node)
{
    static const char *const text[] = {"contains", "starts with", "ends with", "equals"};
    static const char *const patterns[] = {"contains pattern", "starts with pattern",
                                           "ends with pattern", "fits pattern"};
    static const char *const fields[] = {"contains field", "starts with field",
                                         "ends with field", "equals field"};
    static const char *const comparisons[] = {"is", "is less than", "is at most",
                                              "is greater than", "is at least"};

    switch (node->asks) {
    case SONDA_EXPLAIN_TEXT:
        return text[place_of(node)];
    case SONDA_EXPLAIN_WILDCARDS:
        return patterns[place_of(node)];
    case SONDA_EXPLAIN_NULL:
        return "is absent or null";
    case SONDA_EXPLAIN_EXISTS:
        return node->comparison != 0 ? "is there" : "is not there";
    case SONDA_EXPLAIN_NUMBER:
    case SONDA_EXPLAIN_TIME_PART:
        return WORD_OF(comparisons, node->comparison);
    case SONDA_EXPLAIN_CIDR:
        return "is in block";
    case SONDA_EXPLAIN_REGEX:
        return "fits expression";
    case SONDA_EXPLAIN_FIELDREF:
        return fields[place_of(node)];
    default:
        return "is";
    }
}
