/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Why a rule matches an event, or does not: node by node.
 *
 * An explanation walks everything a rule asks: its log sources, its condition
 * with selections, items and values, and the filters over it. Each node says
 * whether it holds, and a value that does not says what in the event came
 * nearest. The answers are those of matching: what holds here makes a finding
 * there. It is meant for a person's question about one event, not for each
 * event: its time grows with the rule's text times the event's.
 *
 * Nodes come in preorder: a node, then what is inside it, one deeper.
 *
 *   RULE
 *     ALTERNATIVE           one log source that the rule's own resolves to
 *       REQUIREMENT         product, channel, event id, class, activity, field
 *       AND OR NOT SELECTION ITEM VALUE
 *     FILTER                as a rule: ALTERNATIVE and so on
 *     RULE                  of a correlation: each rule that it names
 *
 * The condition is shown for each alternative whose log source fits, and where
 * none does for the one that is nearest. A filter is shown from inside only
 * when it is what held the rule back.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_EXPLAIN_H
#define SONDA_EXPLAIN_H

#include "sonda/content.h"
#include "sonda/event.h"
#include "sonda/status.h"

/** Node: the whole. Holds when the rule makes a finding. Pinned, as all below. */
#define SONDA_EXPLAIN_RULE 1u
/** Node: a log source with the condition under it. */
#define SONDA_EXPLAIN_ALTERNATIVE 2u
/** Node: one thing a log source asks of the event. */
#define SONDA_EXPLAIN_REQUIREMENT 3u
/** Nodes of a condition: all, any, none of what is inside. */
#define SONDA_EXPLAIN_AND 4u
#define SONDA_EXPLAIN_OR 5u
#define SONDA_EXPLAIN_NOT 6u
/** Node: a named selection of the rule. */
#define SONDA_EXPLAIN_SELECTION 7u
/** Node: a field, or keywords, with the values asked of it. */
#define SONDA_EXPLAIN_ITEM 8u
/** Node: one value as the rule writes it; has no nodes inside. */
#define SONDA_EXPLAIN_VALUE 9u
/** Node: a filter over the rule. Holds when it silences the rule here. */
#define SONDA_EXPLAIN_FILTER 10u

/** RULE and ALTERNATIVE: the log source fits. */
#define SONDA_EXPLAIN_APPLIES 0x0001u
/** RULE: the condition holds, filters left aside. */
#define SONDA_EXPLAIN_MATCHES 0x0002u
/** ALTERNATIVE: the condition is shown though the log source does not fit. */
#define SONDA_EXPLAIN_NEAREST 0x0004u
/** RULE: a correlation. It holds when it counts the event, since whether it is
 * complete depends on other events; inside are the rules that it names. */
#define SONDA_EXPLAIN_CORRELATION 0x0100u
/** ITEM: every value must hold, not just one. */
#define SONDA_EXPLAIN_ALL 0x0008u
/** ITEM and VALUE: asked of every field of the record. */
#define SONDA_EXPLAIN_KEYWORD 0x0010u
/** VALUE: must stand at the beginning of the field; at its end; case counts. */
#define SONDA_EXPLAIN_AT_START 0x0020u
#define SONDA_EXPLAIN_AT_END 0x0040u
#define SONDA_EXPLAIN_CASED 0x0080u

/** What a REQUIREMENT is about. */
#define SONDA_EXPLAIN_PRODUCT 1u
#define SONDA_EXPLAIN_CHANNEL 2u
#define SONDA_EXPLAIN_EVENT_ID 3u
#define SONDA_EXPLAIN_CLASS 4u
#define SONDA_EXPLAIN_ACTIVITY 5u
#define SONDA_EXPLAIN_FIELD 6u
/** What a VALUE asks: text, text with wildcards, null, presence. */
#define SONDA_EXPLAIN_TEXT 7u
#define SONDA_EXPLAIN_WILDCARDS 8u
#define SONDA_EXPLAIN_NULL 9u
#define SONDA_EXPLAIN_EXISTS 10u
/** Likewise: a comparison of numbers, of a part of a time. */
#define SONDA_EXPLAIN_NUMBER 11u
#define SONDA_EXPLAIN_TIME_PART 12u
/** Likewise: a block of addresses, a regular expression, another field. */
#define SONDA_EXPLAIN_CIDR 13u
#define SONDA_EXPLAIN_REGEX 14u
#define SONDA_EXPLAIN_FIELDREF 15u

/** What came nearest to a false node: nothing to say. */
#define SONDA_EXPLAIN_NEAR_NONE 0u
/** The event has no such field; `field` is the most alike name it has. */
#define SONDA_EXPLAIN_NEAR_ABSENT 1u
/** The process table knows it, but the record did not say it: rules cannot see it. */
#define SONDA_EXPLAIN_NEAR_HIDDEN 2u
/** The field is there and null; there and empty. */
#define SONDA_EXPLAIN_NEAR_NULL 3u
#define SONDA_EXPLAIN_NEAR_EMPTY 4u
/** The field has a value, and absence or null was asked for. */
#define SONDA_EXPLAIN_NEAR_PRESENT 5u
/** It would hold if case did not count. */
#define SONDA_EXPLAIN_NEAR_CASE 6u
/** It is in the value, at `position`, but not at the end it has to touch. */
#define SONDA_EXPLAIN_NEAR_PLACE 7u
/** Each part between the wildcards is there, but not in this order or place. */
#define SONDA_EXPLAIN_NEAR_ORDER 8u
/** A part of it is there: `length` bytes at `position`. */
#define SONDA_EXPLAIN_NEAR_PART 9u
/** Nothing of it worth telling is there. */
#define SONDA_EXPLAIN_NEAR_OTHER 10u
/** The value is no number, no time, no address. */
#define SONDA_EXPLAIN_NEAR_KIND 11u
/** An address of the other family. */
#define SONDA_EXPLAIN_NEAR_FAMILY 12u
/** An address outside the block: the first `length` bits are equal. */
#define SONDA_EXPLAIN_NEAR_OUTSIDE 13u
/** The field to compare with is absent or null; `part` is a name like it. */
#define SONDA_EXPLAIN_NEAR_NO_OTHER 14u

/** One node; its texts are good until the callback returns. */
typedef struct sonda_explain_node {
    /** sizeof(sonda_explain_node). */
    uint32_t struct_size;
    /** SONDA_EXPLAIN_RULE to SONDA_EXPLAIN_FILTER. */
    uint32_t kind;
    /** 0 for the rule. */
    uint32_t depth;
    /** 1 when it holds. */
    uint32_t holds;
    /** Flags above that fit the kind. */
    uint32_t flags;
    /** Least number of values and requirements that would have to come out
     * otherwise for this node to hold; 0 when it does. */
    uint32_t missing;
    /** REQUIREMENT, VALUE: SONDA_EXPLAIN_PRODUCT to SONDA_EXPLAIN_FIELDREF. */
    uint32_t asks;
    /** NUMBER, TIME_PART: 0 equal, 1 less, 2 less or equal, 3 greater, 4 greater
     * or equal. EXISTS: 1 present, 0 absent. */
    uint32_t comparison;
    /** TIME_PART: 0 minute, 1 hour, 2 day of the month, 3 week, 4 month, 5 year. */
    uint32_t time_part;
    /** SONDA_EXPLAIN_NEAR_…; NONE when the node holds. */
    uint32_t near_miss;
    /** RULE, FILTER: its alternatives, of a correlation the rules it names. ALTERNATIVE: its number, from 1. ITEM: its
     * values. */
    uint32_t number;
    uint32_t reserved;
    /** RULE, FILTER: the id. SELECTION: its name. ITEM, VALUE, REQUIREMENT of a
     * field: the field, as records of the log source spell it. */
    sonda_text name;
    /** RULE, FILTER: the title. */
    sonda_text title;
    /** VALUE: as written in the rule. REQUIREMENT: what is accepted, several
     * separated by ", ", cut where there are very many. */
    sonda_text wanted;
    /** The event's field that held, or came nearest. */
    sonda_text field;
    /** Its text; of a REQUIREMENT what the event has instead. */
    sonda_text value;
    /** VALUE that does not hold: what was looked for, where that is not what is
     * written: encoded, or a piece between wildcards. */
    sonda_text part;
    /** Where in `value`, in bytes, and how many; 0 and 0: the whole. */
    uint64_t position;
    uint64_t length;
} sonda_explain_node;

/**
 * Receives a node. Called on the thread that asked, before its call returns.
 * From inside, nothing may be called on the same explainer.
 *
 * Returns SONDA_OK to go on; anything else ends the walk, which returns it.
 */
typedef sonda_status (*sonda_explain_fn)(const sonda_explain_node *node, void *user);

/** Scratch to explain with. */
typedef struct sonda_explainer sonda_explainer;

SONDA_BEGIN_DECLS

/**
 * Open scratch for explanations of any rule and event.
 *
 * @param explainer  Output handle.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with
 *                                     sonda_explainer_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `explainer` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any; one caller at a time per explainer.
 * @allocates The scratch: a few times SONDA_RECORD_MAX, touched only as used.
 */
SONDA_API sonda_status sonda_explainer_open(sonda_explainer **explainer,
                                            const sonda_allocator *allocator);

/**
 * Close an explainer. NULL does nothing.
 *
 * @threads   The last user; not from inside a callback.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_explainer_close(sonda_explainer *explainer);

/**
 * Walk a rule over an event.
 *
 * The first node is the rule and has the whole answer: a caller who wants no
 * more ends the walk there.
 *
 * @param explainer   From sonda_explainer_open().
 * @param content     Loaded content.
 * @param rule_index  The rule, as for sonda_content_rule().
 * @param event       A decoded event, such as on_event of a worker gets; only
 *                    read.
 * @param on_node     Receives each node.
 * @param user        Passed to it.
 *
 * @retval SONDA_OK                    Walked to the end.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such rule.
 * @retval SONDA_ERR_BAD_STATE         Called from inside on_node.
 * @retval other                       What on_node returned.
 *
 * @threads   One caller at a time per explainer.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_explain_rule(sonda_explainer *explainer,
                                          const sonda_content *content,
                                          uint32_t rule_index,
                                          const sonda_event *event,
                                          sonda_explain_fn on_node,
                                          void *user);

SONDA_END_DECLS

#endif
