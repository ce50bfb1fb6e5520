/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Scratch of matching: where an event's fields are, and their folded texts.
 *
 * An event is indexed once: for each field id the visible fields that have it,
 * as a chain. A value is folded when it is first asked for; a value that
 * folding would not change is taken as it is.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#ifndef SONDA_CORE_DETECT_MATCHER_H
#define SONDA_CORE_DETECT_MATCHER_H

#include "core/base/limits.h"
#include "core/codec/address.h"
#include "core/detect/grams.h"
#include "core/detect/match.h"
#include "core/detect/nibbles.h"
#include "core/detect/programs.h"
#include "core/detect/regex_run.h"
#include "core/rules/content_state.h"

/* No further field. */
#define SONDA__NO_FIELD UINT32_MAX

/* Room for folding: the two largest values at once, as fieldref needs them. */
#define SONDA__FOLD_BYTES (2u * (SONDA_RECORD_MAX + SONDA__EVENT_EXTRA_BYTES) / 2u * 3u + 4096u)

/* Kinds of event whose log sources are remembered; a power of two. */
#define SONDA__DISPATCH_PLACES 256u
/* Bytes of a channel's name, and log sources of one kind of event; more are not kept. */
#define SONDA__DISPATCH_CHANNEL_MAX 80u
#define SONDA__DISPATCH_SOURCES 32u

/* Scans of one kind of event; more are not kept. */
#define SONDA__DISPATCH_SCANS 128u

/* A kind of event, by what log sources are told apart by but for fields. */
typedef struct sonda__dispatch_place {
    uint8_t digest[32]; /* of the pack */
    uint32_t class_uid;
    uint32_t activity_id;
    uint32_t event_id;
    uint16_t product;
    uint16_t used;
    uint32_t channel_len;
    uint32_t count;
    char channel[SONDA__DISPATCH_CHANNEL_MAX];
    uint32_t scan_count;
    uint16_t scans[SONDA__DISPATCH_SCANS];
    uint32_t sources[SONDA__DISPATCH_SOURCES];
} sonda__dispatch_place;

/* A value's address, for as long as its event is matched. */
typedef struct sonda__parsed_address {
    uint64_t event;
    uint32_t field;
    bool is_one;
    sonda__address address;
} sonda__parsed_address;

/* Values whose addresses are kept; a power of two. */
#define SONDA__ADDRESSES_KEPT 8u

/* Answers of regular expressions that are kept for an event; a power of two. */
#define SONDA__REGEX_ANSWERS 64u

/* Whether one was found in a field: rules ask the same of the same field again and again. */
typedef struct sonda__regex_answer {
    const sonda_content *content;
    uint64_t event; /* by matcher->event_serial */
    uint32_t regex;
    uint16_t field;
    uint16_t found;
} sonda__regex_answer;

#define SONDA__SLOT_COUNT (SONDA_FIELD_COUNT + SONDA__NAMES_NATIVE_MAX)

struct sonda__matcher {
    sonda_allocator allocator;
    const sonda_event *event;  /* the one that is indexed */
    uint64_t steps_left;       /* of what runs now: a search for candidates, or a program */
    uint64_t event_bytes;      /* what shares of programs are reckoned by */
    uint32_t trapped;          /* SONDA__TRAP_BOUNDS: what runs met a reference to nowhere */
    uint32_t trap_count;       /* programs switched off at this event */
    sonda__programs *programs; /* NULL: nobody keeps what is off */
    sonda__trap traps[SONDA__TRAPS_KEPT];
    /* By slot: 1 + the first visible field with that id; 0: none. */
    uint16_t *slots;
    uint16_t next[SONDA__EVENT_FIELDS_MAX]; /* 1 + the next with the same id */
    uint32_t used[SONDA__EVENT_FIELDS_MAX]; /* slots to clear */
    size_t used_count;
    sonda__span folded[SONDA__EVENT_FIELDS_MAX];
    uint8_t is_folded[SONDA__EVENT_FIELDS_MAX];
    uint32_t fold_generation; /* changes when folded texts are dropped */
    uint64_t event_number;    /* events indexed so far: what is parsed is of one of them */
    size_t fold_used;
    char *fold_bytes;
    /* Rules that hold, between events none; a bit for each of their words that has any. */
    uint64_t *rule_bits; /* SONDA__RULES_MAX of them */
    uint64_t rule_words[SONDA__RULES_MAX / 64 / 64];
    /* Filters of all packs that were asked at this event, and those that held. */
    uint64_t filter_asked[SONDA__FILTERS_MAX / 64];
    uint64_t filter_held[SONDA__FILTERS_MAX / 64];
    uint32_t every_asked; /* bit n: those about every rule, of the pack of depth n */
    uint32_t every_held;
    /* Candidates: a bit for each alternative, and the words that have any. */
    uint64_t *candidates;      /* SONDA__ALTERNATIVES_MAX / 64 */
    uint32_t *candidate_words; /* as many */
    uint32_t candidate_word_count;
    /* Log sources that fit, as bits and in order; scans that are done. */
    uint32_t fitting_count;
    uint32_t *fitting;               /* SONDA__SOURCES_MAX */
    uint64_t *source_bits;           /* SONDA__SOURCES_MAX / 64 and one */
    sonda__dispatch_place *dispatch; /* SONDA__DISPATCH_PLACES */
    uint64_t *scan_bits;             /* SONDA__SCANS_MAX / 64 and one */
    const uint16_t *scans;           /* those that the fitting ones need */
    uint32_t scan_count;
    uint16_t *scan_list; /* SONDA__SCANS_MAX: of a kind that is not kept */
    /* Lists of many values: pieces seen, and globs that wait to be asked. Zero between. */
    uint64_t list_pieces[SONDA__VALUE_LIST_MOST / 64];
    uint64_t list_globs[SONDA__VALUE_LIST_MOST / 64];
    sonda__gram_search_fn grams;
    sonda__gram_fields_fn gram_fields; /* or NULL */
    sonda__nibbles_fn nibbles;         /* or NULL */
    sonda__gram_search search;
    sonda__match_counts counts;
    sonda__regex_run regex;
    sonda__parsed_address addresses[SONDA__ADDRESSES_KEPT];
    uint64_t event_serial; /* of events that were indexed */
    sonda__regex_answer regex_answers[SONDA__REGEX_ANSWERS];
};

/* Fields of an event that matching looks at. */
static inline size_t sonda__matcher_field_count(const sonda_event *event)
{
    return event->field_count < SONDA__EVENT_FIELDS_MAX ? event->field_count
                                                        : SONDA__EVENT_FIELDS_MAX;
}

/* First visible field of a slot, or SONDA__NO_FIELD. */
static inline uint32_t sonda__matcher_at(const sonda__matcher *matcher, uint32_t slot)
{
    return slot >= SONDA__SLOT_COUNT || matcher->slots[slot] == 0 ? SONDA__NO_FIELD
                                                                  : matcher->slots[slot] - 1u;
}

/* Indexes an event for content and sets its step budget. */
void sonda__matcher_index(sonda__matcher *matcher,
                          const sonda_content *content,
                          const sonda_event *event);

/* First visible field with an id, or SONDA__NO_FIELD. */
uint32_t sonda__matcher_first(const sonda__matcher *matcher, sonda_field_id id);

/* The next one with the same id. */
static inline uint32_t sonda__matcher_next(const sonda__matcher *matcher, uint32_t field)
{
    return matcher->next[field] == 0 ? SONDA__NO_FIELD : matcher->next[field] - 1u;
}

/* Folded text of a field; good until the fold generation changes. */
sonda__span sonda__matcher_folded(sonda__matcher *matcher, uint32_t field);

/* Nothing is left of the budget, or what runs met a reference to nowhere. */
static inline bool sonda__matcher_is_stopped(const sonda__matcher *matcher)
{
    return matcher->steps_left == 0 || matcher->trapped != SONDA__TRAP_NONE;
}

/* What runs met a reference that leads out of the pack. */
static inline void sonda__matcher_trap(sonda__matcher *matcher)
{
    matcher->trapped = SONDA__TRAP_BOUNDS;
}

/* Takes steps from the budget; false, from then on, when it is used up. */
static inline bool sonda__matcher_step(sonda__matcher *matcher, uint64_t steps)
{
    bool enough = steps <= matcher->steps_left;

    matcher->steps_left = enough ? matcher->steps_left - steps : 0;
    return enough;
}

#endif
